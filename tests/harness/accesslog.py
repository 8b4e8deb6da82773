"""What the gateway says about each request: the access log, a JSON object to a line on the standard output of `tollgate run`."""

import json

from .wait import until


class AccessLog:
    """Reads the lines of a process' standard output."""

    def __init__(self, process):
        self._process = process

    def entries(self, **facts):
        """All lines that carry these facts, oldest first. `__` in a name stands for the dot: `tollgate__team="support"`."""
        wanted = {name.replace("__", "."): str(value) for name, value in facts.items()}
        return [entry for entry in self._all() if all(str(entry.get(name)) == value for name, value in wanted.items())]

    def entry(self, **facts):
        """Waits for a line with these facts, and returns the latest. Envoy writes its log with some delay."""
        return until(lambda: self.entries(**facts), f"the access log has a line with {facts}")[-1]

    def _all(self):
        found = []
        for line in self._process.stdout().splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict):
                found.append(entry)
        return found
