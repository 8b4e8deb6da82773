"""Simulated providers: one process of `tollgate-providers`, and a handle for each provider in it."""

import json
import re
from dataclasses import dataclass

import httpx

from . import paths
from .process import Process
from .wait import until

_LINE = re.compile(r"^(\w+) listening on (http://\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Received:
    """A request as a provider received it."""

    method: str
    path: str
    headers: list
    body: str
    status: int | None
    outcome: str

    def header(self, name):
        return next((value for given, value in self.headers if given == name), None)

    def json(self):
        return json.loads(self.body)

    def everything(self):
        """Path, headers and body in one text: what must be nowhere is not in here."""
        return "\n".join([self.path, *(f"{name}: {value}" for name, value in self.headers), self.body])


class Provider:
    """One simulated provider, steered by its control endpoint."""

    def __init__(self, kind, url, key, process):
        self.kind, self.url, self.key = kind, url, key
        self.process = process
        self._http = httpx.Client(base_url=url, trust_env=False)

    def up(self):
        """Whether its process runs. (Told to be `down`, it runs all the same.)"""
        return self.process.alive()

    def set(self, **options):
        """Replaces its options; without any it is healthy. See `tollgate-providers --help`."""
        if self.key:
            options.setdefault("expect_key", self.key)
        answer = self._http.put("/_control", json=options)
        assert answer.status_code == 200, answer.text

    def received(self):
        """The requests since it was last asked to forget, oldest first."""
        fields = Received.__dataclass_fields__
        all_of_it = self._http.get("/_received").raise_for_status().json()
        return [Received(**{name: one[name] for name in fields}) for one in all_of_it]

    def last(self):
        """The latest request."""
        received = self.received()
        assert received, f"the provider at {self.url} received nothing"
        return received[-1]

    def forget(self):
        self._http.delete("/_received").raise_for_status()

    def reset(self):
        """As new."""
        self.set()
        self.forget()


class Providers:
    """A process that serves several providers. `wanted`: name -> (kind, key). `port` is for a process with one provider only."""

    def __init__(self, wanted, logs, name="providers", port=0):
        arguments = [argument for kind, _ in wanted.values() for argument in (f"--{kind}", f"127.0.0.1:{port}")]
        self.process = Process(name, [paths.built("tollgate-providers"), *arguments], logs)
        self.by_name = {}
        lines = self.process.ready(lambda: self._lines(len(wanted)), "every provider listens")
        # The lines come in the order of the flags of one kind, not in the order in which the kinds were mixed.
        for kind in {kind for kind, _ in wanted.values()}:
            urls = [url for of, url in lines if of == kind]
            names = [name for name, (of, _) in wanted.items() if of == kind]
            for name, url in zip(names, urls, strict=True):
                self.by_name[name] = Provider(kind, url, wanted[name][1], self.process)
        for provider in self.by_name.values():
            provider.set()

    def _lines(self, count):
        lines = _LINE.findall(self.process.stdout())
        return lines if len(lines) == count else None

    def __getitem__(self, name):
        return self.by_name[name]

    def reset(self):
        for provider in self.by_name.values():
            provider.reset()

    def stop(self):
        self.process.stop()


def settled(provider, count):
    """Waits until `count` requests have come to their end at the provider, and returns them."""

    def ended():
        received = provider.received()
        done = len(received) >= count and all(one.outcome != "pending" for one in received)
        return received if done else None

    return until(ended, f"{count} requests have ended at {provider.url}")
