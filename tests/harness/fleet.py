"""A control plane alone (`tollgate serve`), and an Envoy of one's own that takes its configuration from it."""

import httpx

from . import clients, paths, ports
from .accesslog import AccessLog
from .gateway import unauthorized
from .process import Process

BOOTSTRAP = paths.ROOT / "envoy" / "bootstrap.yaml"
XDS, ADMIN = "port_value: 18000", "port_value: 9901"
"""Where envoy/bootstrap.yaml expects the control plane, and listens for its own administration."""


class ControlPlane:
    """`tollgate serve`. It can be killed and started again: ports and configuration stay."""

    def __init__(self, config, logs, env=None):
        self.config, self.logs = config, logs
        # A ledger of its own: not the one of whoever runs the tests.
        self.env = {"TOLLGATE_STORE": f"sqlite://{logs}/ledger.db"} | (env or {})
        self.xds, self._admin = ports.free(), ports.free()
        self.admin = f"http://127.0.0.1:{self._admin}"
        self.start()

    def start(self):
        addresses = ["--xds", f"127.0.0.1:{self.xds}", "--admin", f"127.0.0.1:{self._admin}"]
        arguments = [paths.built("tollgate"), "serve", "--config", self.config, "--modules", paths.DIST, *addresses]
        self.process = Process("tollgate-serve", arguments, self.logs, self.env)
        self.process.ready(self.status, "its admin endpoint answers")

    def status(self):
        try:
            return httpx.get(f"{self.admin}/status", trust_env=False).raise_for_status().json()
        except httpx.HTTPError:
            return None

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
        copy = logs / f"{name}.yaml"
        copy.write_text(text)
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

    def openai(self, key, **more):
        return clients.openai_client(self.port, key, **more)

    def stop(self):
        self.process.stop()


def member(control_plane, port, logs, name="envoy"):
    """An Envoy of the fleet of `control_plane`, whose gateway will listen on `port`. It is not waited for."""
    edits = [(XDS, f"port_value: {control_plane.xds}"), (ADMIN, f"port_value: {ports.free()}")]
    return Envoy(BOOTSTRAP, logs, edits, port, name)
