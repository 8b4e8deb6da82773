"""The one place that hands out ports.

Listeners named in configuration files need their port before they exist, so port 0 is no help there. Ports come from below
the range from which Linux picks ports of outgoing connections: nothing can take one between here and its use but another
program that listens, and concurrent runs start their search at different places.
"""

import itertools
import os
import socket

_FIRST, _LAST = 20_000, 32_000
_candidates = itertools.cycle(range(_FIRST, _LAST))
next(itertools.islice(_candidates, os.getpid() * 37 % (_LAST - _FIRST), None))


def free():
    """A port on the loopback address on which nobody listens. The same one is not handed out twice."""
    for _ in range(_LAST - _FIRST):
        port = next(_candidates)
        if is_free(port):
            return port
    raise OSError(f"no free port between {_FIRST} and {_LAST}")


def is_free(port):
    """Whether a server could listen on this port of the loopback address."""
    with socket.socket() as probe:
        # As servers do, so that connections which are still winding down are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
