"""Rows of a file, whatever its format: what stood in each cell, numbered as a spreadsheet numbers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from tasks.sources.documents.number_formats import Seen
from tasks.stoppages import FileRefused


@dataclass(frozen=True)
class Percentage:
    """A number that the workbook shows with a per cent sign: 0.125, seen as 12,5 %."""

    value: Decimal


@dataclass(frozen=True)
class Shown:
    """A number that the workbook shows with words beside it or smaller than it is stored: 1425000, seen as 1.425."""

    seen: Seen


@dataclass(frozen=True)
class Unseen:
    """What a workbook does not show as it is stored: `reason` says how, as the end of a sentence."""

    text: str
    reason: str


@dataclass(frozen=True)
class Merged:
    """A cell that is part of merged cells and not the first of them; `place` names all of them."""

    place: str


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
Cell = str | Decimal | Percentage | Shown | Unseen | Merged | Moment | bool | Formula | ErrorValue | None


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
        case Shown():
            found = f"the number {_short(str(cell.seen.value))}" + _beside(cell.seen)
        case Unseen():
            found = f"{_short(cell.text)}, {cell.reason}"
        case Merged():
            found = f"a part of the merged cells {cell.place[:40]}"
        case Formula():
            found = f"the formula {_quoted(cell.text)}" + (" without a cached value" if cell.uncached else "")
        case ErrorValue():
            found = f"the error {_short(cell.text)}"
        case Decimal():
            found = f"the number {_short(str(cell))}"
        case _:
            found = f"the date {cell}"
    return found


def _beside(seen: Seen) -> str:
    words = f", shown with '{_short(seen.words)}'" if seen.words else ""
    return words + (f", shown {10**seen.shrunk:,} times smaller than it is stored" if seen.shrunk else "")


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


_MOST_KEPT, _LONGEST_TEXT = 1000, 500


class NotAsDeclared(ValueError):
    """A cell is not what its column is declared to hold: what was `expected`, and what to do about it."""

    def __init__(self, expected: str, *, advice: str, found: str | None = None) -> None:
        super().__init__(expected)
        self.expected = expected
        self.advice = advice
        self.found = found


def refused(
    name: str,
    *,
    expected: str,
    found: str,
    advice: str,
    row: int | None = None,
    at: int | None = None,
) -> FileRefused:
    """The refusal of a whole file for one reason, at a row and a column where it has such a place."""
    column = None if at is None else letter(at)
    place = {"row": row, "column": column}
    return FileRefused(
        f"{_where(name, row=row, column=column)}: expected {expected}, found {found}. {advice}",
        cells=[
            {key: value for key, value in place.items() if value is not None} | {"expected": expected, "found": found}
        ],
    )


def _where(name: str, *, row: int | None, column: str | None, header: str | None = None) -> str:
    parts = [name, f"row {row}" if row else "", f"column {column}" if column else ""]
    return ", ".join(part for part in parts if part) + (f" ('{header}')" if header else "")


@dataclass
class Refusals:
    """The cells of one file that are not as declared, gathered so that a person can mend them all at once."""

    name: str
    headers: Sequence[str]
    cells: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0
    first: str = ""

    def add(self, row: Row, *, at: int, found: Cell, reason: NotAsDeclared) -> None:
        """Keep one cell, with the row it stands in."""
        header = self.headers[at] if at < len(self.headers) else None
        seen = reason.found or shown(found)
        self.count += 1
        if self.count == 1:
            where = _where(self.name, row=row.number, column=letter(at), header=header)
            self.first = f"{where}: expected {reason.expected}, found {seen}. {reason.advice}"
        if len(self.cells) < _MOST_KEPT:
            place = {"row": row.number, "column": letter(at), "header": header or ""}
            self.cells.append(place | {"expected": reason.expected, "found": seen, "row_cells": self._texts(row)})

    def _texts(self, row: Row) -> dict[str, str]:
        """The whole row, header to text, so that nothing of it is lost with the cell that was wrong."""
        names = [*self.headers, *(letter(at) for at in range(len(self.headers), len(row.cells)))]
        seen = {name: cell for name, cell in zip(names, row.cells, strict=False) if not is_blank(cell)}
        return {name: cell[:_LONGEST_TEXT] if isinstance(cell, str) else shown(cell) for name, cell in seen.items()}

    def stop_if_any(self) -> None:
        """Raise FileRefused with all that was kept."""
        if self.count:
            more = f" ({self.count} such places in all)" if self.count > 1 else ""
            raise FileRefused(self.first + more, cells=self.cells)
