"""A PostgreSQL server of one's own, on a free port: started, stopped, crashed and started again."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import paths, ports
from .process import Process

# PostgreSQL refuses to run as root, so root's tests run it as nobody, who cannot read what lies in root's home.
_NOBODY = 65_534


class Postgres:
    """Started when made. Its folder is removed by `stop`; a crash leaves it, and `start` recovers from its log."""

    def __init__(self, logs):
        self.logs = logs
        self.folder = Path(tempfile.mkdtemp(prefix="tollgate-pg-"))
        self.port = ports.free()
        self.url = f"postgres://tollgate@127.0.0.1:{self.port}/postgres"
        self.process = None
        try:
            self._programs, libraries = paths.postgres()
            self._somebody = {}
            if os.getuid() == 0:
                self._programs = shutil.copytree(self._programs, self.folder / "postgres")
                libraries = libraries and shutil.copytree(libraries, self.folder / "libraries")
                # Nobody needs a folder of its own for the data; the rest it only reads.
                self.folder.chmod(0o755)
                (self.folder / "nobody").mkdir()
                os.chown(self.folder / "nobody", _NOBODY, _NOBODY)
                self._somebody = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
            self._env = {"LC_ALL": "C", "TZ": "UTC"} | ({"LD_LIBRARY_PATH": str(libraries)} if libraries else {})
            self._data = self.folder / ("nobody/data" if self._somebody else "data")
            self._initialize()
            self.start()
        except BaseException:
            self.stop()
            raise

    def _initialize(self):
        options = ["--auth=trust", "--username=tollgate", "--encoding=UTF8", "--locale=C", "--no-sync"]
        made = subprocess.run(
            [self._programs / "bin" / "initdb", *options, "-D", self._data],
            env=os.environ | self._env, capture_output=True, text=True, cwd="/", **self._somebody,
        )
        assert made.returncode == 0, made.stderr

    def start(self):
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=60"]
        arguments = [self._programs / "bin" / "postgres", "-D", self._data, "-p", self.port]
        arguments += [part for setting in settings for part in ("-c", setting)]
        self.process = Process("postgres", arguments, self.logs, self._env, cwd="/", **self._somebody)
        self.process.ready(self._answers, "it accepts connections")

    def _answers(self):
        """Whether it would let us in: it accepts connections before it has recovered."""
        ready = [self._programs / "bin" / "pg_isready", "-q", "-d", self.url]
        return subprocess.run(ready, env=os.environ | self._env, cwd="/", check=False).returncode == 0

    def kill(self):
        """As the machine's loss of power, but for what the disk had not got yet: every process of it ends at once."""
        self.process.kill()

    def stop(self):
        if self.process and self.process.alive():
            # A polite request would wait for every client to leave.
            self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
