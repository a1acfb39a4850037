"""Refusals of a file: where, as a person counts in a spreadsheet, what was expected, what was found, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tasks.sources.local_files.rows import Cell, Row, is_blank, letter, shown
from tasks.stoppages import FileRefused

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
    header: str | None = None,
) -> FileRefused:
    """The refusal of a whole file for one reason, at a row and a column where it has such a place."""
    column = None if at is None else letter(at)
    place = {"row": row, "column": column, "header": header}
    return FileRefused(
        f"{_where(name, row=row, column=column, header=header)}: expected {expected}, found {found}. {advice}",
        cells=[
            {key: value for key, value in place.items() if value is not None} | {"expected": expected, "found": found}
        ],
    )


def _where(name: str, *, row: int | None, column: str | None, header: str | None) -> str:
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
