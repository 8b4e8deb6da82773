"""Providers, configuration and gateway together: what most suites are about."""

import shutil
import tempfile
from pathlib import Path

from . import ports
from .config import Config, digest
from .gateway import Gateway
from .kinds import KINDS
from .providers import Providers

# What a simulated provider of each kind is asked for.
MODELS = {name: kind.model for name, kind in KINDS.items()}


class Stack:
    """A gateway of one's own with simulated providers behind it, in a folder that is removed at the end.

        with Stack() as stack:
            stack.providers(main="openai", spare="anthropic")
            stack.route("chat", ["smart"], ["main"], fallback=["spare"])
            stack.team("support", routes=["chat"])
            stack.start()
            stack.openai("support").chat.completions.create(model="smart", ...)
    """

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="tollgate-test-"))
        self.logs = self.folder / "logs"
        self.logs.mkdir()
        self.config = Config(self.folder / "config")
        self.port = ports.free()
        self.gateway = None
        self._processes = []
        self._kinds = {}
        self.sims = {}
        self.listen()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            if self.gateway:
                self.gateway.stop()
            orphans = self.gateway and self.gateway.process.orphans
        finally:
            for process in self._processes:
                process.stop()
            shutil.rmtree(self.folder, ignore_errors=True)
        assert not orphans, "tollgate left its Envoy behind"

    def listen(self, **spec):
        """The Gateway object: `limits`, `tags`."""
        self.config.put("Gateway", "default", {"listen": f"127.0.0.1:{self.port}", **spec})

    def providers(self, process="providers", region_=None, output_=8192, **kinds):
        """Starts simulated providers, name=kind, in one process; each gets a Provider object and a key that it insists on.

        `output_`: the most tokens of one answer, as the Provider object has it.
        """
        wanted = {name: (KINDS[kind].simulator, f"sk-{name}-secret") for name, kind in kinds.items()}
        started = Providers(wanted, self.logs, process)
        self._processes.append(started)
        for name, (_, key) in wanted.items():
            self.sims[name], self._kinds[name] = started[name], kinds[name]
            models = [{"name": MODELS[kinds[name]], "maxOutputTokens": output_}]
            self.provider(name, kinds[name], started[name].url, key, region_, models)
        return started

    def provider(self, name, kind, endpoint, key=None, region=None, models=None):
        """A Provider object; its key lies in a file beside the configuration."""
        self._kinds[name] = kind
        spec = {"api": KINDS[kind].api, "endpoint": endpoint} | KINDS[kind].spec
        if region:
            spec["region"] = region
        if key:
            secret = self.folder / f"{name}.key"
            secret.write_text(key + "\n")
            spec["credential"] = {"file": str(secret)}
        spec["models"] = models or [{"name": MODELS[kind]}]
        self.config.put("Provider", name, spec)

    def route(self, name, models, backends, fallback=(), **more):
        """A Route object. A backend is a provider's name, or a mapping as in the file."""
        spec = {"match": {"models": models}, "backends": [self._backend(one) for one in backends]}
        if fallback:
            spec["fallback"] = [self._backend(one) for one in fallback]
        self.config.put("Route", name, spec | more)

    def _backend(self, one):
        return one if isinstance(one, dict) else {"provider": one, "model": MODELS[self._kinds[one]]}

    def team(self, name, routes, **more):
        """A Team object with one key, `key(name)`."""
        spec = {"identities": [{"apiKeySha256": digest(key(name))}], "routes": routes}
        self.config.put("Team", name, spec | more)

    def policy(self, name, rules, **more):
        """A RedactionPolicy object."""
        self.config.put("RedactionPolicy", name, {"rules": rules} | more)

    def start(self, **more):
        self.gateway = Gateway(self.config.root, self.port, self.logs, **more)
        return self

    def openai(self, team, **more):
        return self.gateway.openai(key(team), **more)

    def anthropic(self, team, **more):
        return self.gateway.anthropic(key(team), **more)

    @property
    def log(self):
        return self.gateway.log

    def reset(self):
        """Every provider healthy, and its record empty."""
        for process in self._processes:
            if process.process.alive():
                process.reset()


def key(team):
    """The key of a team made by `Stack.team`."""
    return f"tg-test-{team}"
