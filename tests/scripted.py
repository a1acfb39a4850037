"""A server that answers by a script, for what no faithful stand-in does."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any

Seen = tuple[str, dict[str, str], float]
Reply = Callable[[BaseHTTPRequestHandler, int], None]


class Scripted(ThreadingHTTPServer):
    """A server of our own, for what no faithful stand-in does; it keeps the headers of each call."""

    daemon_threads = True

    def __init__(self, reply: Reply, *, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__((host, port), _Handler)
        self.reply = reply
        self.seen: list[Seen] = []

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}/v3"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Scripted

    def do_GET(self) -> None:
        """Note the call, then answer by the script."""
        self.server.seen.append((self.path, dict(self.headers), monotonic()))
        self.server.reply(self, len(self.server.seen))

    def do_POST(self) -> None:
        """Read what was sent, then as for any call."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *args: Any) -> None:
        """Nothing."""


def send(to: BaseHTTPRequestHandler, status: int = 200, body: bytes = b"[]", **headers: str) -> None:
    """Send a whole answer."""
    to.send_response(status)
    for name, value in headers.items():
        to.send_header(name.replace("_", "-"), value)
    to.send_header("Content-Length", str(len(body)))
    to.end_headers()
    to.wfile.write(body)


@contextlib.contextmanager
def scripted(reply: Reply, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Scripted]:
    """A scripted server until the block ends; `reply` gets the request and the number of the call."""
    server = Scripted(reply, host=host, port=port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
