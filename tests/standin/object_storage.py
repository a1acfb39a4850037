"""An S3-compatible server (moto's) with a line of ours before it, which can be broken, slowed down or silenced."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread
from time import sleep
from urllib.request import Request, urlopen

from moto.moto_server.threaded_moto_server import ThreadedMotoServer

BUCKET = "figures"
_PIECE = 65_536
_UNKNOWN_KEY = b"<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id does not exist.</Message></Error>"
_REFUSED = (
    b"HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b"
)


@dataclass
class Storage:
    """A storage behind a line; `how` is what the line does once so many pieces more have passed."""

    port: int
    behind: int
    how: str = "well"
    pieces: int = 0

    @property
    def settings(self) -> dict[str, str]:
        """What a driver is told in the environment."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "invented",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",  # s3fs tries again too: together they take most of a minute for each call
        }

    def _now(self) -> str:
        """What the line does with this piece."""
        self.pieces = max(0, self.pieces - 1)
        return "well" if self.pieces else self.how

    def _serve(self, listener: socket.socket, ended: Event) -> None:
        while not ended.is_set():
            with suppress(OSError):
                caller, _ = listener.accept()
                Thread(target=self._answer, args=(caller, ended), daemon=True).start()

    def _answer(self, caller: socket.socket, ended: Event) -> None:
        with suppress(OSError), caller, socket.create_connection(("127.0.0.1", self.behind)) as server:
            Thread(target=self._back, args=(server, caller, ended), daemon=True).start()
            while piece := caller.recv(_PIECE):
                how = self._now()
                if how == "refused":
                    caller.sendall(_refusal(piece))
                    return
                if how == "broken":
                    return
                server.sendall(piece)

    def _back(self, server: socket.socket, caller: socket.socket, ended: Event) -> None:
        with suppress(OSError):
            while piece := server.recv(_PIECE):
                how = self._now()
                if how == "silent":
                    ended.wait()
                if how == "torn":
                    caller.sendall(piece[: len(piece) // 2])
                    caller.shutdown(socket.SHUT_RDWR)
                    return
                if how == "slow":
                    sleep(0.05)
                caller.sendall(piece)


def _refusal(asked: bytes) -> bytes:
    """What S3 says to a key that it does not know; to a question for the head alone, without words."""
    return _REFUSED % (len(_UNKNOWN_KEY), b"" if asked.startswith(b"HEAD") else _UNKNOWN_KEY)


@contextmanager
def running_storage() -> Iterator[Storage]:
    """A storage with one empty bucket, for the length of a block."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    ended = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        storage = Storage(listener.getsockname()[1], behind=server.get_host_and_port()[1])
        Thread(target=storage._serve, args=(listener, ended), daemon=True).start()
        # moto keeps what all of its servers in a process have in one place.
        for method, path in (("POST", "moto-api/reset"), ("PUT", BUCKET)):
            with urlopen(Request(f"{storage.settings['AWS_ENDPOINT_URL']}/{path}", method=method), timeout=60):
                pass
        try:
            yield storage
        finally:
            ended.set()
            with suppress(OSError):  # wakes who accepts
                socket.create_connection(("127.0.0.1", storage.port)).close()
    server.stop()
