"""Connections of readers' programs: whoever says nothing, never ends a question or takes no answer holds no place for long."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from tasks.readers.guard import GuardError

_ASKING = (h11.IDLE, h11.SEND_BODY)


class Bounded(H11Protocol):
    """A connection that is closed where a question has not come whole, or an answer has not been taken, within SECONDS."""

    SECONDS = 10.0
    _asked_by: asyncio.TimerHandle | None = None
    _taken_by: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Wait for the first question."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait for the remainder of a question from its first byte on."""
        super().data_received(data)
        if self.conn.their_state not in _ASKING:
            self._wait_no_longer()
        elif self._asked_by is None:
            self._wait()

    def on_response_complete(self) -> None:
        """Wait until the answer is taken, which is written to whoever reads it."""
        super().on_response_complete()
        if self._taken_by is not None:
            self._taken_by.cancel()
        self._taken_by = self.loop.call_later(self.SECONDS, self._end_unread)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._wait_no_longer()
        if self._taken_by is not None:
            self._taken_by.cancel()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._asked_by = self.loop.call_later(self.SECONDS, self.transport.abort)

    def _wait_no_longer(self) -> None:
        if self._asked_by is not None:
            self._asked_by.cancel()
            self._asked_by = None

    def _end_unread(self) -> None:
        if self.transport.get_write_buffer_size():
            self.transport.abort()


def listening_at(host: str, port: int) -> socket.socket:
    """A socket that listens; raises GuardError where the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise GuardError(
            f"port {port} of {host} cannot be had ({error.strerror}): name another with --port, or 0 for any that is free"
        ) from error
