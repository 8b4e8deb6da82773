"""A fleet: control planes alone (`tollgate serve`), and Envoys of one's own that take their configuration from them."""

import json
import os
import subprocess

import httpx
import yaml

from . import clients, paths, ports
from .accesslog import AccessLog
from .gateway import unauthorized
from .postgres import Postgres
from .process import Process
from .stack import Stack
from .wait import until

BOOTSTRAP = paths.ROOT / "envoy" / "bootstrap.yaml"


class ControlPlane:
    """`tollgate serve`. It can be killed and started again: ports and configuration stay."""

    def __init__(self, config, logs, env=None, store=None, name="tollgate-serve"):
        self.config, self.logs, self.name = config, logs, name
        # A ledger of its own: not the one of whoever runs the tests.
        self.env = {"TOLLGATE_STORE": store or f"sqlite://{logs}/ledger.db"} | (env or {})
        self.xds, self._admin = ports.free(), ports.free()
        self.admin = f"http://127.0.0.1:{self._admin}"
        self.start()

    def start(self):
        arguments = [paths.built("tollgate"), "serve", "--config", self.config, "--modules", paths.DIST]
        arguments += ["--xds", f"127.0.0.1:{self.xds}", "--admin", f"127.0.0.1:{self._admin}"]
        self.process = Process(self.name, arguments, self.logs, self.env)
        self.process.ready(self.status, "its admin endpoint answers")

    def status(self):
        try:
            return httpx.get(f"{self.admin}/status", trust_env=False).raise_for_status().json()
        except httpx.HTTPError:
            return None

    def metrics(self):
        return httpx.get(f"{self.admin}/metrics", trust_env=False).raise_for_status().text

    def kill(self):
        self.process.kill()

    def stop(self):
        self.process.stop()


class Envoy:
    """A stock Envoy with a bootstrap or a static configuration. `edits` are replacements of text in the file, for ports."""

    def __init__(self, file, logs, edits=(), port=None, name="envoy", concurrency=2, env=None):
        text = file.read_text()
        for old, new in edits:
            assert str(old) in text, f"{file} does not mention {old}"
            text = text.replace(str(old), str(new))
        self._start(text, logs, port, name, concurrency, env)

    def _start(self, text, logs, port, name, concurrency, env):
        copy = logs / f"{name}.yaml"
        copy.write_text(text)
        admin = yaml.safe_load(text).get("admin")
        self.admin = admin and f"http://127.0.0.1:{admin['address']['socket_address']['port_value']}"
        arguments = [paths.envoy(), "-c", copy, "--concurrency", concurrency, "--use-dynamic-base-id", "--log-level", "warning"]
        arguments += ["--service-node", name]
        # The access log is read while Envoy runs; by default it is written every ten seconds.
        arguments += ["--file-flush-interval-msec", "100"]
        self.process = Process(name, arguments, logs, env)
        self.log = AccessLog(self.process)
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def wait(self):
        """Waits until the gateway's module is in force in it."""
        self.process.ready(lambda: unauthorized(self.url), "its gateway refuses a caller without a key")
        return self

    def listens(self):
        """Whether this one serves, where others share its port: its listener waits for the gateway's module."""
        try:
            return self.stats("listener_manager.total_listeners_active").get("listener_manager.total_listeners_active", 0) > 0
        except httpx.HTTPError:
            return False

    def stats(self, matching):
        """Its counters and gauges whose names match a regular expression."""
        answer = httpx.get(f"{self.admin}/stats", params={"filter": matching, "format": "json"}, trust_env=False)
        return {one["name"]: one["value"] for one in answer.raise_for_status().json()["stats"] if "value" in one}

    def count(self, counter):
        """A counter of the gateway's module; 0 if it has never counted."""
        return sum(self.stats(f"^wasmcustom\\.{counter}$").values())

    def openai(self, key, **more):
        return clients.openai_client(self.port, key, **more)

    def kill(self):
        self.process.kill()

    def stop(self):
        self.process.stop()


class Member(Envoy):
    """An Envoy with the fleet's bootstrap: the cluster of the control plane has all replicas, whichever of them is up serves it."""

    def __init__(self, control_planes, port, logs, name="envoy", concurrency=2):
        bootstrap = yaml.safe_load(BOOTSTRAP.read_text())
        bootstrap["admin"]["address"]["socket_address"]["port_value"] = ports.free()
        [cluster] = bootstrap["static_resources"]["clusters"]
        [locality] = cluster["load_assignment"]["endpoints"]
        address = [{"address": "127.0.0.1", "port_value": plane.xds} for plane in control_planes]
        locality["lb_endpoints"] = [{"endpoint": {"address": {"socket_address": one}}} for one in address]
        self._start(yaml.safe_dump(bootstrap), logs, port, name, concurrency, None)


def member(control_plane, port, logs, name="envoy"):
    """An Envoy of the fleet of `control_plane`, whose gateway will listen on `port`. It is not waited for."""
    return Member([control_plane], port, logs, name)


class Fleet(Stack):
    """Several Envoys on one port, several replicas of the control plane on one PostgreSQL: a stack, but for what `start` starts.

    The kernel spreads connections over all workers of all Envoys, as a load balancer in front of them would.
    """

    def __init__(self):
        super().__init__()
        self.postgres, self.replicas, self.envoys = None, [], []

    def start(self, envoys=3, replicas=2, postgres=True):
        """Without PostgreSQL the ledger of the only replica is a file."""
        self.postgres = Postgres(self.logs) if postgres else None
        self.store = self.postgres.url if postgres else f"sqlite://{self.folder}/ledger.db"
        for number in range(replicas):
            self.replicas.append(ControlPlane(self.config.root, self.logs, store=self.store, name=f"replica-{number}"))
        for number in range(envoys):
            # Each finds another replica first.
            known = self.replicas[number % replicas :] + self.replicas[: number % replicas]
            self.envoys.append(Member(known, self.port, self.logs, f"envoy-{number}"))
        for envoy in self.envoys:
            envoy.process.ready(envoy.listens, "its listener is there")
        until(lambda: unauthorized(f"http://127.0.0.1:{self.port}"), "the fleet refuses a caller without a key")
        return self

    def __exit__(self, *more):
        for part in [*self.envoys, *self.replicas, *filter(None, [self.postgres])]:
            part.stop()
        super().__exit__(*more)

    def openai(self, team, **more):
        return clients.openai_client(self.port, f"tg-test-{team}", **more)

    def anthropic(self, team, **more):
        return clients.anthropic_client(self.port, f"tg-test-{team}", **more)

    def count(self, counter):
        """A counter of the gateway's module, over all Envoys."""
        return sum(envoy.count(counter) for envoy in self.envoys)

    def usage(self, team, by=("provider",)):
        """What `tollgate usage` says of a team: (requests, input tokens, output tokens) by the values of `by`."""
        arguments = [paths.built("tollgate"), "usage", "--store", self.store, "--team", team, "--format", "json"]
        done = subprocess.run([*arguments, "--by", ",".join(by)], capture_output=True, text=True, env=os.environ, check=False)
        assert done.returncode == 0, done.stderr
        rows = json.loads(done.stdout)["rows"]
        return {tuple(row[name] for name in by): (row["requests"], row["inputTokens"], row["outputTokens"]) for row in rows}
