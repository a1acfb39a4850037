"""The size that a header names: `1.000 kr.`, `mio. kr.` and `(10 personer)` say that a number is to be multiplied."""

from __future__ import annotations

import re

from tasks.sources.documents.page import folded

_OF = r"(?:kr|dkk|pers|fuldtids|helårs|årsværk|stk|forløb|sager)"
_WORDS = (
    (re.compile(r"\b(?:mia|milliard\w*)\b"), 1_000_000_000),
    (re.compile(r"\b(?:mio|million\w*)\b"), 1_000_000),
    (re.compile(r"\bt\.? ?kr\b|\btkr\b|\btdkk\b|\b(?:i|hele) tusind\w*|\btusinde?r? (?:kr|pers)|\btusinder\b"), 1_000),
    (re.compile(r"\bi hundrede\w*|\bhundreder\b"), 100),
)
_POWER = re.compile(rf"(?<![\d.,])(1(?:0*(?:\.000)+|0+)) ?(?:{_OF}|[-']|\))|\bi (1(?:0*(?:\.000)+|0+))(?![\d.,])")
_RATE = re.compile(r"\b(?:pr|per)\.? ?1[0.]*0\b")


def size_in(header: str) -> int:
    """The size that a header names, 1 where it names none; `pr. 1.000 indbyggere` is a rate and no size.

    >>> size_in("Udgift i 1.000 kr."), size_in("Faktisk (10 personer)"), size_in("Antal")
    (1000, 10, 1)
    """
    words = _RATE.sub("", folded(header))
    if found := _POWER.search(words):
        return int((found[1] or found[2]).replace(".", ""))
    return next((size for pattern, size in _WORDS if pattern.search(words)), 1)
