"""HTTP/1.1 by the byte, for what no well-behaved client sends."""

import json
import re
import socket
from http.client import HTTPResponse
from socket import SO_RCVBUF, SOL_SOCKET  # noqa: F401  (for callers that read slowly)


class Answer:
    """A complete answer."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


class Connection:
    """One connection. Bytes go out as they are given, each piece in a packet of its own."""

    def __init__(self, port, timeout=30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *pieces):
        for piece in pieces:
            self.socket.sendall(piece.encode() if isinstance(piece, str) else piece)

    def try_send(self, *pieces):
        """As send; the other side may hang up meanwhile."""
        try:
            self.send(*pieces)
        except OSError:
            pass

    def answer(self, method="POST"):
        """The next answer. Read one at a time: what follows it on the connection is lost to the next call."""
        response = HTTPResponse(self.socket, method=method)
        response.begin()
        return Answer(response)

    def read_until(self, pattern, times):
        """Reads until the regular expression has matched so often; what it matched, for answers that are not read one by one."""
        read = b""
        while len(found := re.findall(pattern, read)) < times:
            more = self.socket.recv(65536)
            if not more:
                break
            read += more
        return found


def head(target, headers, method="POST"):
    """A request's first lines, the blank one included."""
    lines = [f"{method} {target} HTTP/1.1", "host: gateway.test", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""])


def chunk(data):
    """A chunk of the chunked coding; the empty one ends the body."""
    data = data.encode() if isinstance(data, str) else data
    return b"%x\r\n%s\r\n" % (len(data), data)
