"""`tollgate run`: control plane and a local Envoy in one process tree, as one thing to start, ask and stop."""

import re

import httpx

from . import clients, paths, ports
from .accesslog import AccessLog
from .process import Process

_READY = re.compile(r"listening on (http://\S+)")


class Gateway:
    """Started when made; ready when made."""

    def __init__(self, config, port, logs, env=None, modules=None, concurrency=2, name="tollgate"):
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.admin = f"http://127.0.0.1:{(admin := ports.free())}"
        arguments = [paths.built("tollgate"), "run", "--config", config, "--envoy", paths.envoy()]
        arguments += ["--modules", modules or paths.DIST, "--admin", f"127.0.0.1:{admin}", "--concurrency", concurrency]
        # A ledger of its own: not the one of whoever runs the tests.
        env = {"TOLLGATE_STORE": f"sqlite://{logs}/ledger.db"} | (env or {})
        self.store = env["TOLLGATE_STORE"]
        self.process = Process(name, arguments, logs, env)
        self.log = AccessLog(self.process)
        self.http = httpx.Client(base_url=self.url, timeout=clients.TIMEOUT, trust_env=False)
        try:
            self.process.ready(lambda: _READY.search(self.process.stderr()), "it says that it listens")
            # Whoever has no key is told so by the gateway's own module, and by nothing before it.
            self.process.ready(lambda: unauthorized(self.url), "it refuses a caller without a key")
        except BaseException:
            self.process.stop()
            raise

    def openai(self, key, **more):
        return clients.openai_client(self.port, key, **more)

    def anthropic(self, key, **more):
        return clients.anthropic_client(self.port, key, **more)

    def status(self):
        """What the control plane knows about itself and its Envoys."""
        return httpx.get(f"{self.admin}/status", trust_env=False).raise_for_status().json()

    def stderr(self):
        return self.process.stderr()

    def stop(self):
        self.http.close()
        return self.process.stop()


def unauthorized(url):
    """Whether a gateway answers there, and refuses a caller without a key."""
    try:
        return httpx.get(f"{url}/v1/models", trust_env=False, timeout=5).status_code == 401
    except httpx.TransportError:
        return False
