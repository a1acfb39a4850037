"""Entries of a briefing's tables: each value as it is printed, or the word for why it is not."""

from __future__ import annotations

from collections.abc import Callable

from tasks.briefing import wording
from tasks.briefing.cells import BROKEN, OBSERVED, Cell, Change
from tasks.briefing.paper import BROKEN_OFF, NUMBER, WORD, Entry
from warehouse.danish import writing

Write = Callable[[float], str]


def _why(found: Cell | Change) -> str:
    """What an entry is: a number, or a word for why there is none."""
    if found.status == OBSERVED:
        return NUMBER
    return BROKEN_OFF if found.status == BROKEN else WORD


def plain(text: str) -> Entry:
    """A text."""
    return Entry(text)


def number(text: str) -> Entry:
    """A number that is known, as it is written."""
    return Entry(text, NUMBER)


def benefit(name: str) -> Entry:
    """A benefit's name."""
    return Entry(wording.benefit(name))


def count(found: Cell) -> Entry:
    """A count."""
    return written(found, writing.number)


def written(found: Cell, write: Write) -> Entry:
    """A value, written so."""
    return Entry(wording.cell(found, write), _why(found))


def one_decimal(value: float) -> str:
    """A number with one decimal."""
    return writing.number(value, decimals=1)


def two_decimals(value: float) -> str:
    """A number with two decimals."""
    return writing.number(value, decimals=2)


def signed_decimal(value: float) -> str:
    """A change with one decimal."""
    return writing.signed(value, decimals=1)


def change(found: Change, write: Write = writing.signed, *, small: str = "") -> Entry:
    """A change."""
    return Entry(wording.change(found, write), _why(found), small)


def places(found: Change) -> Entry:
    """By how many places a municipality moved on a list."""
    return Entry(wording.places(found), _why(found))


def change_pct(found: Change) -> Entry:
    """A change in per cent."""
    return number(wording.change_pct(found))
