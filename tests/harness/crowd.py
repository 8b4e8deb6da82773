"""Thousands of requests at once from one thread, over HTTP/1.1, with no more work for each than to know what its caller heard.

    heard = crowd.at_once(port, [crowd.request(dialect, key, body) for ...])       # each on a connection of its own, all open at a time

    with crowd.Crowd(port, 200, lambda number: request) as callers:                # 200 callers that ask again and again
        ...
    for number, heard in callers.heard: ...

    crowd.busy(port, request, connections=64, seconds=20)                          # as many as it takes to keep the gateway busy
"""

import asyncio
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass

# Ends a hang; nothing here is slow.
PATIENCE = 120.0


@dataclass(frozen=True)
class Heard:
    """What one caller heard. Times are of the monotonic clock, in seconds."""

    began: float
    ended: float
    raw: bytes

    @property
    def status(self):
        """0 if there was no answer."""
        return int(self.raw[9:12]) if self.raw.startswith(b"HTTP/1.1 ") else 0

    @property
    def headers(self):
        lines = self.raw.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    @property
    def body(self):
        return self._read()[0]

    @property
    def whole(self):
        """Whether the answer came to its end, as HTTP has it."""
        return self.status > 0 and self._read()[1]

    def _read(self):
        """The body, and whether all of it is there."""
        rest = self.raw.partition(b"\r\n\r\n")[2]
        headers = self.headers
        if headers.get("transfer-encoding") != "chunked":
            return rest, len(rest) == int(headers.get("content-length", -1))
        pieces = []
        while True:
            size, found, rest = rest.partition(b"\r\n")
            length = int(size, 16) if found else -1
            if length == 0:
                return b"".join(pieces), True
            if length < 0 or len(rest) < length + 2:
                return b"".join([*pieces, rest]), False
            pieces.append(rest[:length])
            rest = rest[length + 2 :]

    def json(self):
        return json.loads(self.body)

    def usage(self):
        """Input and output tokens as the provider told them, in a stream of either API or a whole answer; zeros where it told none."""
        told = [0, 0]
        for line in self.body.split(b"\n"):
            line = line.removeprefix(b"data: ")
            if b'"usage"' not in line:
                continue
            event = json.loads(line)
            usage = event.get("usage") or event.get("message", {}).get("usage") or {}
            for at, names in enumerate((("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens"))):
                # Anthropic's streams begin with a count that is not the last.
                told[at] = max([told[at], *(usage[name] for name in names if usage.get(name))])
        return tuple(told)


def request(dialect, key, body, close=True, headers=()):
    """A request as bytes."""
    body = json.dumps(body).encode()
    lines = {"host": "gateway.test", "content-type": "application/json", "content-length": len(body)}
    lines |= dialect.headers(key) | dict(headers) | ({"connection": "close"} if close else {})
    head = "\r\n".join([f"POST {dialect.path} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items())])
    return head.encode() + b"\r\n\r\n" + body


class _Caller(asyncio.Protocol):
    """Sends one request, which asks to close the connection behind it, and keeps what comes until it is closed."""

    def __init__(self, request, done):
        self.request, self.done, self.parts = request, done, []

    def connection_made(self, transport):
        transport.write(self.request)

    def data_received(self, data):
        self.parts.append(data)

    def connection_lost(self, error):
        if not self.done.done():
            self.done.set_result(b"".join(self.parts))


async def _ask(port, request):
    loop = asyncio.get_running_loop()
    done, began = loop.create_future(), time.monotonic()
    transport = None
    try:
        transport, _ = await loop.create_connection(lambda: _Caller(request, done), "127.0.0.1", port)
        raw = await asyncio.wait_for(done, PATIENCE)
    except ConnectionError:
        raw = b""
    finally:
        if transport:
            transport.abort()
    return Heard(began, time.monotonic(), raw)


def at_once(port, requests):
    """Sends them all, each on a connection of its own; what each heard, in their order."""

    async def everybody():
        return await asyncio.gather(*(_ask(port, request) for request in requests))

    return asyncio.run(everybody())


class Crowd:
    """Callers in the background: each sends `make(number)`, waits for its answer, and goes on with the next until it is told to leave.

    One that is not served waits for `patience` seconds. `heard` lists (number, what was heard), as they ended.
    """

    def __init__(self, port, callers, make, patience=0.25):
        self.port, self.callers, self.make, self.patience = port, callers, make, patience
        self.heard = []
        self._leave = threading.Event()
        self._numbers = iter(range(10**9))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._everybody()))

    async def _everybody(self):
        await asyncio.gather(*(self._caller() for _ in range(self.callers)))

    async def _caller(self):
        while not self._leave.is_set():
            number = next(self._numbers)
            heard = await _ask(self.port, self.make(number))
            self.heard.append((number, heard))
            if heard.status != 200:
                await asyncio.sleep(self.patience)

    def served(self):
        """How many have been answered so far."""
        return sum(heard.status == 200 for _, heard in list(self.heard))

    def leave(self):
        """Lets everybody finish what they are at."""
        self._leave.set()
        self._thread.join()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.leave()


class _Regular(asyncio.Protocol):
    """Asks again on the same connection as soon as it is answered."""

    def __init__(self, request, counts, until):
        self.request, self.counts, self.until = request, counts, until
        self.gone = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        self._next()

    def _next(self):
        self.read, self.asked = b"", time.monotonic() < self.until
        if self.asked:
            self.transport.write(self.request)
        else:
            self.transport.close()

    def data_received(self, data):
        self.read += data
        head, found, body = self.read.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().find(b"\r\ncontent-length:")
        if at >= 0:
            ended = len(body) >= int(head[at + 17 :].split(b"\r\n")[0])
        else:
            ended = body.endswith(b"0\r\n\r\n")
        if ended:
            self.counts[int(head[9:12])] += 1
            self._next()

    def connection_lost(self, error):
        if self.asked:
            self.counts[0] += 1
        self.gone.set_result(None)


def busy(port, request, connections, seconds):
    """Keeps `connections` busy for so long with a request that leaves its connection open: how many answers there were of each status."""
    counts = Counter()

    async def everybody():
        loop, until = asyncio.get_running_loop(), time.monotonic() + seconds
        made = [loop.create_connection(lambda: _Regular(request, counts, until), "127.0.0.1", port) for _ in range(connections)]
        protocols = [protocol for _, protocol in await asyncio.gather(*made)]
        await asyncio.wait_for(asyncio.gather(*(protocol.gone for protocol in protocols)), seconds + PATIENCE)

    asyncio.run(everybody())
    return counts


def check_then_charge(limit, calls):
    """What the same calls would have cost a gateway that admits while its count is below the limit and charges when an answer has ended.

    `calls`: (began, took, tokens) of each. The whole fleet shares one count that is never late, which is the best that can be done after
    the fact.
    """
    count, delivered, ends = 0, 0, []
    for began, took, tokens in sorted(calls):
        count += sum(tokens for ended, tokens in ends if ended <= began)
        ends = [end for end in ends if end[0] > began]
        if count < limit:
            ends.append((began + took, tokens))
            delivered += tokens
    return delivered
