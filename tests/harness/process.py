"""A child process with its logs in files, which does not outlive its parent."""

import ctypes
import os
import signal
import subprocess
from pathlib import Path

from .wait import until

_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1

running = []
"""Every process that is up, for whoever reports a failure."""


class Process:
    """Started when made. Its output goes to `logs`/NAME.out and NAME.err, and what it keeps (a ledger) is there too.

    Start processes from the main thread only: the kernel ends a child when the *thread* that made it ends. `more` goes to Popen.
    """

    def __init__(self, name, arguments, logs, env=None, **more):
        self.name = name
        self.out, self.err = Path(logs) / f"{name}.out", Path(logs) / f"{name}.err"
        # Appended to: a process that is started again continues the story.
        self._out_start, self._err_start = (file.stat().st_size if file.exists() else 0 for file in (self.out, self.err))
        with self.out.open("ab") as out, self.err.open("ab") as err:
            self.child = subprocess.Popen(
                [str(argument) for argument in arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=os.environ | {"XDG_STATE_HOME": str(Path(logs).absolute())} | (env or {}),
                start_new_session=True,
                preexec_fn=_end_with_parent,
                **more,
            )
        running.append(self)

    @property
    def pid(self):
        return self.child.pid

    def alive(self):
        return self.child.poll() is None

    def stdout(self):
        return _tail_from(self.out, self._out_start)

    def stderr(self):
        return _tail_from(self.err, self._err_start)

    def ready(self, true, what):
        """Waits until `true()` returns something true, and returns that. Fails at once if the process ends."""

        def check():
            if not self.alive():
                raise RuntimeError(f"{self.name} ended with status {self.child.returncode} before {what}\n{self.tail()}")
            return true()

        try:
            return until(check, what)
        except TimeoutError as error:
            raise RuntimeError(f"{self.name}: {error}\n{self.tail()}") from None

    def stop(self):
        """Asks it to end, and makes sure that nothing it started is left. Returns its exit status."""
        if not self.alive():
            return self._reap([])
        family = descendants(self.pid)
        self.child.terminate()
        try:
            self.child.wait(15)
        except subprocess.TimeoutExpired:
            self.child.kill()
        return self._reap(family)

    def kill(self):
        """Ends it as a crash would: SIGKILL to it alone, what it started is ended after that."""
        family = descendants(self.pid)
        self.child.kill()
        return self._reap(family)

    def _reap(self, family):
        status = self.child.wait()
        self.orphans = [pid for pid in family if _is_up(pid)]
        for pid in self.orphans:
            _signal(pid, signal.SIGKILL)
        if self in running:
            running.remove(self)
        return status

    def tail(self, lines=40):
        """The end of its logs, for a person to read."""
        parts = []
        for title, text in (("stdout", self.stdout()), ("stderr", self.stderr())):
            kept = [line[:1000] for line in text.splitlines()[-lines:]]
            if kept:
                parts.append("\n".join([f"--- {self.name} {title} ---", *kept]))
        return "\n".join(parts) or f"--- {self.name} wrote nothing ---"


def stop_all():
    """Stops whatever is still up, the youngest first."""
    for process in reversed(running.copy()):
        process.stop()


def descendants(pid):
    """Ids of the processes below `pid`, parents first."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


def _end_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _is_up(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _signal(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def _tail_from(path, start):
    try:
        with path.open("rb") as file:
            file.seek(start)
            return file.read().decode(errors="replace")
    except FileNotFoundError:
        # Its folder went before it did: something failed in between.
        return ""
