"""Rows of a file, whatever its format: what stood in each cell, numbered as a spreadsheet numbers it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal


@dataclass(frozen=True)
class Percentage:
    """A number that the workbook shows with a per cent sign: 0.125, seen as 12,5 %."""

    value: Decimal


@dataclass(frozen=True)
class Formula:
    """A formula, never evaluated; `uncached` where its last value was asked for and is not in the file."""

    text: str
    uncached: bool = False


@dataclass(frozen=True)
class ErrorValue:
    """What a workbook shows where a formula failed, such as #DIV/0!."""

    text: str


Moment = date | datetime | time | timedelta
Cell = str | Decimal | Percentage | Moment | bool | Formula | ErrorValue | None


@dataclass(frozen=True)
class Row:
    """One row and its number; the first row of a file is 1, and a row of a CSV file may span several lines."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def is_blank(self) -> bool:
        """Whether nothing can be seen in it."""
        return all(is_blank(cell) for cell in self.cells)


def is_blank(cell: Cell) -> bool:
    """Whether nothing can be seen in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def plain(text: str) -> str:
    """A text with its letters composed and every run of blanks and line breaks as one blank.

    Macs write å as a and a ring, and spreadsheets break headers over lines.
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


def letter(at: int) -> str:
    """The letter a spreadsheet gives the column at position `at`, counted from 0.

    >>> letter(0), letter(27)
    ('A', 'AB')
    """
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def shown(cell: Cell) -> str:
    """A cell as a message quotes it."""
    match cell:
        case None | str():
            found = _quoted(cell or "")
        case bool():
            found = "the truth value " + str(cell).upper()
        case Percentage():
            found = f"the number {_short(str(cell.value))}, shown as a percentage"
        case Formula():
            found = f"the formula {_quoted(cell.text)}" + (" without a cached value" if cell.uncached else "")
        case ErrorValue():
            found = f"the error {_short(cell.text)}"
        case Decimal():
            found = f"the number {_short(str(cell))}"
        case _:
            found = f"the date {cell}"
    return found


def _quoted(text: str) -> str:
    return f"'{_short(text)}'" if text.strip() else "an empty cell"


def _short(text: str) -> str:
    return "".join(map(_visible, text[:60])) + ("..." if len(text) > 60 else "")


def _visible(sign: str) -> str:
    """A character as it can be printed; a byte that is no text in the declared encoding is shown by its number."""
    if sign.isprintable():
        return sign
    byte = ord(sign) - 0xDC00
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else sign.encode("unicode_escape").decode()
