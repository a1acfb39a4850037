"""Reads JSON strictly: a key given twice, a number that JSON does not know and half a sign are refused.

Python's own reader keeps the second of two equal keys in silence, takes NaN and Infinity for numbers, and makes a text
that no database can hold of an escape such as `\\ud800`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any


class JsonMisread(ValueError):
    """A text is not JSON as it is read here; the message says what is wrong."""


class TwiceKeyed(dict[str, Any]):
    """An object in which a key stands twice; `key` is the first such."""

    key = ""


def read_json(written: bytes | str) -> Any:
    """What a JSON text says; raises JsonMisread."""
    document = _read(written)
    require_strict(document)
    return document


def read_loosely(written: bytes) -> Any:
    """What a JSON text says, of which `require_strict` judges each part by itself; raises JsonMisread.

    Bytes that are no text become U+FFFD.
    """
    return _read(written.decode(json.detect_encoding(written), "replace"), strict=False)


def require_strict(part: Any) -> None:
    """Raise JsonMisread where a part of what was read has a key twice, no number for a number, or half a sign."""
    match part:
        case TwiceKeyed():
            raise JsonMisread(f"the key '{part.key[:60]}' stands twice")
        case dict():
            for key, value in part.items():
                require_strict(key)
                require_strict(value)
        case list():
            for value in part:
                require_strict(value)
        case float() if not math.isfinite(part):
            raise JsonMisread("NaN, Infinity or a number beyond all that can be kept stands for a number")
        case str() if not part.isascii():
            _require_whole_signs(part)


def _read(written: bytes | str, **options: Any) -> Any:
    try:
        return json.loads(written, object_pairs_hook=_object, **options)
    except RecursionError as error:
        raise JsonMisread("its parts lie too deep in one another") from error
    except ValueError as error:
        raise JsonMisread(str(error)) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) == len(pairs):
        return read
    names = [name for name, _ in pairs]
    twice = TwiceKeyed(read)
    twice.key = next(name for name in names if names.count(name) > 1)
    return twice


def _require_whole_signs(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise JsonMisread(f"a text holds half a sign (\\u{ord(text[error.start]):04x})") from error


def each_once(pairs: Iterable[tuple[str, Any]], *, what: str) -> dict[str, Any]:
    """Pairs as a dict; raises JsonMisread where a name stands twice for different things, as a key may in no object."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if found.setdefault(name, value) != value:
            raise JsonMisread(f"the {what} '{str(name)[:60]}' stands twice")
    return found
