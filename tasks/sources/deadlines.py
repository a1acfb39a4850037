"""How long a call may take over everything, and a run over all its calls.

The time-outs of sockets begin anew with each byte: whoever sends a header, a packed block or a `100 Continue` every few
seconds would keep a call for ever. And a publisher who asks every try of every table to wait would keep a night for days.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Timer
from time import monotonic, sleep
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from tasks.stoppages import PublisherDown


class TooLong(Exception):
    """The time of a call was over before its answer was whole."""


class Wire:
    """The newest connection of a session, which can be cut while somebody waits for what comes through it."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None

    def hold(self, opened: socket.socket) -> socket.socket:
        """Keep a hold of a connection; a copy, since TLS takes the first one away."""
        self.close()
        self._socket = opened.dup()
        return opened

    def cut(self) -> None:
        """End the connection in both directions: whoever reads from it sees its end."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let the connection go."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @contextmanager
    def cut_after(self, seconds: float) -> Iterator[None]:
        """Cut the connection where a block takes longer; raises TooLong at its end, whatever the block made of that."""
        over = Timer(seconds, self.cut)
        over.daemon = True
        begun = monotonic()
        over.start()
        try:
            yield
        except Exception as error:
            self.cut()
            self.close()
            if monotonic() - begun >= seconds:
                raise TooLong from error
            raise
        finally:
            over.cancel()
        if monotonic() - begun >= seconds:
            raise TooLong


class CuttableAdapter(HTTPAdapter):
    """Makes connections that a wire holds; it tries nothing again."""

    def __init__(self, wire: Wire) -> None:
        self._pools = {
            "http": _holding(HTTPConnectionPool, HTTPConnection, wire=wire),
            "https": _holding(HTTPSConnectionPool, HTTPSConnection, wire=wire),
        }
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """The pools of direct connections."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """The pools of connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _holding(pool: type[Any], connection: type[Any], *, wire: Wire) -> type[Any]:
    def new_connection(self: Any) -> socket.socket:
        return wire.hold(connection._new_conn(self))

    held = type(connection.__name__, (connection,), {"_new_conn": new_connection})
    return type(pool.__name__, (pool,), {"ConnectionCls": held})


@dataclass
class RunTime:
    """The seconds that a run may take, and of them those it may spend on waiting where publishers ask for it."""

    seconds: float
    for_waiting: float
    begun: float = field(default_factory=monotonic)
    waited: float = 0

    def require_left(self) -> None:
        """Raise PublisherDown where the run's time is over: nobody is asked any more."""
        if monotonic() - self.begun >= self.seconds:
            raise PublisherDown(
                f"the run's time of {_for(self.seconds)} is over, so this was not asked any more. Nothing of it was "
                "published; the next run goes on. Look at what took so long: jobindsats status"
            )

    def wait(self, seconds: float) -> None:
        """Wait before another try; raises PublisherDown where the run has no patience left for it."""
        if self.waited + seconds > self.for_waiting:
            raise PublisherDown(
                f"the publisher asks for another {_for(seconds)} of waiting, and this run has waited {_for(self.waited)} of "
                f"the {_for(self.for_waiting)} that it has for all tables together. Nothing was published; the next run "
                "tries again"
            )
        self.waited += seconds
        sleep(seconds)


def unlimited() -> RunTime:
    """For what is no night: as long as it takes."""
    return RunTime(float("inf"), float("inf"))


def _for(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"
