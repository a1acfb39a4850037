"""What a briefing says of a municipality's own budget and of those it is compared with, typed: nothing is computed here."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.briefing.cells import Cell
from warehouse.periods import Period


@dataclass(frozen=True)
class YearEnd:
    """What a year ends at on one basis: on average in full-time persons, and by how many kroner it is over the budget."""

    basis: str
    persons: Cell
    gap_dkk: Cell


@dataclass(frozen=True)
class BudgetLine:
    """One budgeted benefit, or all: the year so far beside the budget of its months, and what the year ends at.

    `average`, `budget` and `year_budget` are full-time persons on average; a gap is what is over the budget.
    """

    name: str
    average: Cell
    budget: Cell
    gap: Cell
    spent_dkk: Cell
    budget_dkk: Cell
    gap_dkk: Cell
    year_budget: Cell
    year_budget_dkk: Cell
    ends: tuple[YearEnd, ...]


@dataclass(frozen=True)
class YearMonth:
    """One month of a year's course: full-time persons. `stretch` counts up at every series break."""

    cell: Cell
    stretch: int


@dataclass(frozen=True)
class YearCourse:
    """One benefit from January to December in years, the newest first, beside the budget of each month of the newest."""

    name: str
    years: tuple[tuple[int, tuple[YearMonth, ...]], ...]
    budget: tuple[Cell, ...]


@dataclass(frozen=True)
class BudgetFollowUp:
    """A municipality's own budget followed up after a month; the last line is of all benefits in it."""

    month: Period
    lines: tuple[BudgetLine, ...]
    courses: tuple[YearCourse, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Peer:
    """A municipality's expected and actual share of the population aged 16 to 66, in per cent."""

    area: str
    expected: Cell
    actual: Cell


@dataclass(frozen=True)
class Level:
    """A level that one is held against, in per cent, and how far one lies over it: in points, persons and kroner a year."""

    share: Cell
    points: Cell
    persons: Cell
    amount_dkk: Cell


@dataclass(frozen=True)
class Comparison:
    """How a municipality stands among others, by all benefits of the benchmark; lowest actual share first.

    `weighted` is the share in the others together. `price_year` is that of the price of a full-time person, which is
    `price_age` years older than the period; None: no price is on record.
    """

    period: Period
    own_list: bool
    own: Peer
    others: tuple[Peer, ...]
    rank: Cell
    weighted: Cell
    median: Level
    best_quarter: Level
    price_year: int | None
    price_age: int | None
    notes: tuple[str, ...]
