"""A sheet of a municipality's workbook, typed: its columns, and rows in which no cell is empty and no hidden count a number.

A cell that has no number has the word for why: skjult, afventer, trukket tilbage, mangler, databrud, for få.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from tasks.briefing.cells import Cell, Change
from tasks.briefing.wording import NOT_SHOWN

Content = str | int | float | date | datetime
Row = tuple[Content, ...]
Kind = Literal["text", "number", "pct", "points", "change", "change_pct", "dkk", "place", "month", "day", "moment"]
NUMBERS = ("number", "pct", "points", "change", "change_pct", "dkk", "place")
UNTOLD = "undefined"
WORDS = tuple(dict.fromkeys(NOT_SHOWN.values()))
HIDDEN_OR_MISSING = "skjult eller mangler"
NONE = "–"


@dataclass(frozen=True)
class Column:
    """A column: its Danish head, what its cells are, how wide it is, and what it says in a sentence."""

    head: str
    kind: Kind
    says: str
    width: float = 14
    wraps: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet whose first row are the heads of its columns. `says` is what a row of it is."""

    name: str
    says: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def place_of(self, head: str) -> int:
        """The place of a column by its head, from 0."""
        return [column.head for column in self.columns].index(head)


def shown(cell: Cell) -> Content:
    """A cell as a sheet has it: the number, or the word for why there is none.

    >>> shown(Cell(2882.0, "observed")), shown(Cell(None, "suppressed"))
    (2882, 'skjult')
    """
    return NOT_SHOWN[cell.status] if cell.shown is None else plain(cell.shown)


def changed(change: Change) -> Content:
    """A change as a sheet has it: the number, or the word for why it is not computed."""
    return NOT_SHOWN[change.status] if change.value is None else plain(change.value)


def changed_pct(change: Change) -> Content:
    """A change in per cent, the word for why nothing is compared, or that it is of too few."""
    if change.pct is not None:
        return change.pct
    return changed(change) if change.value is None else NOT_SHOWN["too_few"]


def computed(value: float | None) -> Content:
    """A number of a mart that does not say why it lacks."""
    return HIDDEN_OR_MISSING if value is None else plain(value)


def plain(value: float) -> int | float:
    """A whole number as such."""
    return int(value) if float(value).is_integer() else value


def yes(whether: object) -> str:
    """Ja or nej."""
    return "ja" if whether else "nej"


def runs(cells: Sequence[Content], stretches: Sequence[int]) -> list[tuple[int, int]]:
    """The stretches of neighbouring numbers that a line may be drawn through: first and last place of each.

    >>> runs([1, 2, "skjult", 3, 4], [0, 0, 0, 0, 1])
    [(0, 1), (3, 3), (4, 4)]
    """
    found: list[tuple[int, int]] = []
    for place, cell in enumerate(cells):
        if isinstance(cell, str):
            continue
        goes_on = found and found[-1][1] == place - 1 and stretches[place - 1] == stretches[place]
        found = [*found[:-1], (found[-1][0], place)] if goes_on else [*found, (place, place)]
    return found
