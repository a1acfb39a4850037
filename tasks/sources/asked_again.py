"""Tells whether a source gives the answer it gave when the fetch began, so that no vintage mixes two releases of one day."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from tasks.sources.http import Answer


def is_answered_alike(first: Answer, again: Answer, *, read: Callable[[bytes], pl.DataFrame]) -> bool:
    """Whether two answers to one question hold the same rows, in whatever order; `read` raises what it raises."""
    if first.body == again.body:
        return True
    before, after = read(first.body), read(again.body)
    if before.schema != after.schema:
        return False
    return before.sort(before.columns).equals(after.sort(before.columns))
