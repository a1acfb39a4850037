"""Washes what came from outside before it is recorded: no database holds a NUL or half a sign, and both can be sent."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_UNFIT = re.compile("[\x00\ud800-\udfff]")

# Control characters but for the line's end, and those that turn the direction of writing.
_STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def is_clean(text: str) -> bool:
    """Whether a text can be recorded as it is."""
    return _UNFIT.search(text) is None


def washed(text: str) -> str:
    """A text with U+FFFD for each NUL and each half of a sign."""
    return _UNFIT.sub("\ufffd", text)


def without_steering(text: str) -> str:
    """A text that a terminal only shows: U+FFFD for each sign by which it would be steered."""
    return _STEERING.sub("\ufffd", text)


def in_one_line(text: str) -> str:
    """A text to be shown, and no more than that: washed, without what steers, its line breaks as blanks."""
    return washed(without_steering(" ".join(text.splitlines())))


def shortened(text: str, *, most: int) -> str:
    """A text, washed, of about so many characters, without its middle where it had more: what to do stands at the end."""
    if len(text) <= most:
        return washed(text)
    return washed(f"{text[: most // 2]} ... ({len(text):,} characters) ... {text[-most // 4 :]}")


def washed_throughout(value: Any, *, most: int) -> Any:
    """A text, or everything in a dict or list, washed and shortened; any other value as it is."""
    match value:
        case str():
            return shortened(value, most=most)
        case dict():
            return {shortened(key, most=most): washed_throughout(each, most=most) for key, each in value.items()}
        case list() | tuple():
            return [washed_throughout(each, most=most) for each in value]
    return value


def composed(text: str) -> str:
    """A text with its letters composed and every run of blanks and line breaks as one blank.

    Macs write å as a and a ring, and spreadsheets break headers over lines.
    """
    return " ".join(unicodedata.normalize("NFC", text).split())
