"""Washes what came from outside before it is recorded: no database holds a NUL or half a sign, and both can be sent."""

from __future__ import annotations

import re
from typing import Any

_UNFIT = re.compile("[\x00\ud800-\udfff]")


def is_clean(text: str) -> bool:
    """Whether a text can be recorded as it is."""
    return _UNFIT.search(text) is None


def washed(text: str) -> str:
    """A text with U+FFFD for each NUL and each half of a sign."""
    return _UNFIT.sub("\ufffd", text)


def washed_throughout(value: Any) -> Any:
    """A text, or everything in a dict or list, washed; any other value as it is."""
    match value:
        case str():
            return washed(value)
        case dict():
            return {washed_throughout(key): washed_throughout(each) for key, each in value.items()}
        case list() | tuple():
            return [washed_throughout(each) for each in value]
    return value
