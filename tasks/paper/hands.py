"""Hands: the same work for many, shared among processes of this machine; each ends with the one that asked."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from threading import Thread
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")
# Starting a process costs as much as a few pages; each holds its own libraries in memory.
FEW, AT_MOST = 8, 4


def side_by_side(work: Callable[[Given], Made], given: Sequence[Given]) -> Iterator[Made]:
    """What the work makes of each, in the order given; a few are done here. What it raises is raised here."""
    hands = min(os.cpu_count() or 1, AT_MOST)
    if len(given) <= FEW or hands == 1:
        yield from map(work, given)
        return
    # Not forked: threads of Polars and of a connection would be copied in whatever state they are.
    apart = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(hands, mp_context=apart, initializer=_end_with_who_asked) as pool:
        try:
            yield from pool.map(work, given, chunksize=4)
        finally:
            pool.shutdown(cancel_futures=True)


def _end_with_who_asked() -> None:
    """End this process when its parent is gone, however it went; a pool's process would wait for work for ever."""

    def wait() -> None:
        if parent := multiprocessing.parent_process():
            parent.join()
        os._exit(1)

    Thread(target=wait, daemon=True).start()
