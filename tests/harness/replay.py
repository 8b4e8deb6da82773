"""A provider that says what it is told, byte for byte, and remembers what it was asked."""

import binascii
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Replay:
    """Listens when made; `say` sets the answer to every request."""

    def __init__(self):
        replay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                replay.received = (self.path, body)
                self.send_response(replay.status)
                self.send_header("content-type", replay.content_type)
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                for at in range(0, len(replay.body), replay.cut):
                    piece = replay.body[at : at + replay.cut]
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    self.wfile.flush()
                self.wfile.write(b"0\r\n\r\n")

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.say(b"{}")
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def say(self, body, content_type="application/json", status=200, cut=1 << 20):
        self.body, self.content_type, self.status, self.cut = body, content_type, status, cut
        self.received = None

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def event_stream(lines):
    """An AWS event stream from lines of `event-type {json}`, or `!exception-type {json}`, as the golden files have them."""
    out = b""
    for line in filter(None, lines.splitlines()):
        name, payload = line.split(" ", 1)
        kind = "exception" if name.startswith("!") else "event"
        headers = {f":{kind}-type": name.removeprefix("!"), ":content-type": "application/json", ":message-type": kind}
        packed = b"".join(_header(*header) for header in headers.items())
        payload = payload.encode()
        prelude = struct.pack(">II", len(packed) + len(payload) + 16, len(packed))
        message = prelude + struct.pack(">I", binascii.crc32(prelude)) + packed + payload
        out += message + struct.pack(">I", binascii.crc32(message))
    return out


def _header(name, value):
    return struct.pack(">B", len(name)) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
