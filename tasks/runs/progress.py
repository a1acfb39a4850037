"""Progress of a run, table by table: told to who listens in this process, such as a bar in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Told = Callable[[str, int, int], None]
"""Called with what is at work now, how many are done, and of how many."""


def ignore(_now: str, _done: int, _of: int) -> None:
    """Tell nobody."""


_listener: ContextVar[Told] = ContextVar("listener", default=ignore)


@contextmanager
def telling(told: Told) -> Iterator[None]:
    """Let somebody in this process know of the progress for the length of a block."""
    token = _listener.set(told)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(now: str, done: int, of: int) -> None:
    """Say what is at work now, how many are done, and of how many."""
    _listener.get()(now, done, of)
