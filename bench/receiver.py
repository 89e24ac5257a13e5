"""A receiver that counts messages and keeps none: for more than the sandbox has room.

The sandbox looks at each, and remembers it: more than 1 KB of memory a message.
"""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

MARK = b'"messageId":"'


class Receiver(ThreadingHTTPServer):
    """Says yes to every batch."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Batches)
        self.messages = 0
        self._lock = Lock()

    @property
    def url(self) -> str:
        """Where batches go."""
        return f"http://127.0.0.1:{self.server_port}"

    def count(self, body: bytes) -> None:
        """Count the messages of one batch."""
        found = body.count(MARK)
        with self._lock:
            self.messages += found


@contextmanager
def receiver() -> Iterator[Receiver]:
    """One that listens meanwhile."""
    with Receiver() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class _Batches(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_gzip = self.headers["Content-Encoding"] == "gzip"
        self.server.count(gzip.decompress(body) if is_gzip else body)
        answer = json.dumps({"success": True}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass
