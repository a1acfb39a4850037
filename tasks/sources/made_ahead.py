"""Work a little ahead: the next things are made by another thread while those before them are in use."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

Thing = TypeVar("Thing")


def made_ahead(things: Iterator[Thing], *, most: int = 1) -> Iterator[Thing]:
    """The same things, made by another thread while those before them are in use: at most so many wait, and one is used."""
    with ThreadPoolExecutor(max_workers=1) as hand:
        end = object()
        waiting = deque(hand.submit(next, things, end) for _ in range(most))
        while (thing := waiting.popleft().result()) is not end:
            waiting.append(hand.submit(next, things, end))
            yield cast("Thing", thing)
