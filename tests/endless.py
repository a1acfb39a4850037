"""Servers whose answers never end, each in another place of an answer."""

from __future__ import annotations

import contextlib
import socket
import threading
import zlib
from collections.abc import Iterator
from time import monotonic, sleep

OK = b"HTTP/1.1 200 OK\r\n"


@contextlib.contextmanager
def endless(*, first: bytes, then: bytes) -> Iterator[str]:
    """A server which sends a beginning, and then the same bytes again and again, a little at a time, for ten seconds."""
    over = threading.Event()

    def serve(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while not over.is_set():
                connection, _ = listening.accept()
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

    def talk(connection: socket.socket) -> None:
        until = monotonic() + 10
        with contextlib.suppress(OSError), connection:
            connection.recv(65_536)
            connection.sendall(first)
            while monotonic() < until and not over.is_set():
                connection.sendall(then)
                sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        over.set()
        listening.shutdown(socket.SHUT_RDWR)


def empty_blocks() -> bytes:
    """What a packer sends of nothing: an empty block, after which more may come."""
    packer = zlib.compressobj(wbits=-15)
    packer.compress(b"")
    return packer.flush(zlib.Z_SYNC_FLUSH)


GZIP = OK + b"Content-Encoding: gzip\r\n\r\n" + bytes([0x1F, 0x8B, 8])
ENDLESS = {
    "the status line": (b"HTTP/1.1 200 ", b"O"),
    "a header": (OK + b"X-Long: ", b"x"),
    "headers": (OK, b"X: y\r\n"),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "the length of a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "a chunk's extension": (OK + b"Transfer-Encoding: chunked\r\n\r\n5;", b"x"),
    "the trailers": (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"X: y\r\n"),
    "a gzip name": (GZIP + bytes([8, 0, 0, 0, 0, 0, 3]), b"n"),
    "empty blocks": (GZIP + bytes([0, 0, 0, 0, 0, 0, 3]), empty_blocks()),
    "a body that is promised": (OK + b"Content-Length: 1000000\r\n\r\n", b"x"),
    "a body without length": (OK + b"Connection: close\r\n\r\n", b"x"),
}
