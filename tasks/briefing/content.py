"""What a briefing says, typed: everything is decided and computed here or before, and a template only writes it down.

A value that is not shown says why: hidden (small counts), not yet there, missing, withdrawn, or of a benefit that did not
exist. Nothing is compared with such a value, nor across a series break.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from warehouse.areas import Area
from warehouse.danish.reservations import change_pct
from warehouse.periods import Period

OBSERVED, SUPPRESSED, NOT_YET, WITHDRAWN, MISSING = "observed", "suppressed", "not_yet", "withdrawn", "missing"
NOT_IN_FORCE = "not_in_force"
BROKEN = "series_break"


@dataclass(frozen=True)
class Cell:
    """One value with its status, in the unit of whatever holds it; a value that was not observed is not kept at all."""

    value: float | None
    status: str
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(
        cls, value: float | None, status: str | None, *, low: float | None = None, high: float | None = None
    ) -> Cell:
        """A cell as a figure has it: without a row it is missing, and a value of another status than observed is dropped."""
        known = status or MISSING
        if value is None and known == OBSERVED:
            known = MISSING
        bounded = known in (OBSERVED, SUPPRESSED) and low is not None and high is not None
        return cls(value if known == OBSERVED else None, known, *((low, high) if bounded else ()))

    @property
    def shown(self) -> float | None:
        """The value that may be shown; None where the status says why not."""
        return self.value if self.status == OBSERVED else None


MISSED = Cell(None, MISSING)
ABSENT = Cell(None, NOT_IN_FORCE)


@dataclass(frozen=True)
class Change:
    """From one value to another: in their unit, and in per cent of the earlier where it is not too few.

    None, and the reason, where they are not compared.
    """

    value: float | None
    pct: float | None
    status: str


def compared(now: Cell, before: Cell, *, broken: bool) -> Change:
    """The change from `before` to `now`; none where either is not shown, or where a series break lies between.

    >>> compared(Cell(2882.0, "observed"), Cell(2844.0, "observed"), broken=False)
    Change(value=38.0, pct=1.3361462728551337, status='observed')
    >>> compared(Cell(2882.0, "observed"), Cell(None, "suppressed"), broken=False).status
    'suppressed'
    """
    if broken or now.shown is None or before.shown is None:
        unshown = before if now.shown is not None else now
        return Change(None, None, BROKEN if broken else unshown.status)
    by = now.shown - before.shown
    return Change(by, change_pct(now.shown, before.shown), OBSERVED)


@dataclass(frozen=True)
class Compared:
    """One benefit, or all: full-time persons this month, the month before and a year before, with the changes."""

    name: str
    now: Cell
    month_before: Cell
    year_before: Cell
    over_month: Change
    over_year: Change


@dataclass(frozen=True)
class Point:
    """One month of a course: full-time persons of all counted benefits. `stretch` counts up at every series break."""

    period: Period
    cell: Cell
    stretch: int
    provisional: bool = False


@dataclass(frozen=True)
class ShareLine:
    """One benefit's full-time persons in per cent of the workforce: here, in the country, and in each neighbour."""

    name: str
    own: Cell
    country: Cell
    neighbours: tuple[Cell, ...]


@dataclass(frozen=True)
class Neighbours:
    """The municipalities one is held against, and the sentence that says how they were chosen."""

    areas: tuple[Area, ...]
    chosen: str


@dataclass(frozen=True)
class RankLine:
    """One of the ministry's four lists: place, the place on the list before, and the gap to what was expected.

    `gained` is positive where the municipality went up. `gap` is actual minus expected, in full-time persons with the
    interval that rounding to tens implies; `gap_points` in percentage points.
    """

    name: str
    rank: Cell
    before: Cell
    gained: Change
    gap: Cell
    gap_points: Cell


@dataclass(frozen=True)
class Ranking:
    """The four lists of one period, and the period of the list before."""

    period: Period
    before: Period
    lines: tuple[RankLine, ...]


@dataclass(frozen=True)
class Saving:
    """What fewer persons than expected save in a year, in kroner, on one price; negative: what more persons cost.

    `years` are those that the price is of; it is `current` while a summary may rest on it.
    """

    period: Period
    fewer: Cell
    amount: Cell
    unit_cost_dkk: float
    basis: str
    years: str
    current: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Projection:
    """What a national change of unemployment means here on one basis of the key, in persons.

    `forecast` is who expects the change, by its basis, and `until` the last year of it; both it and the key are `current`
    while a summary may rest on them.
    """

    period: Period
    basis: str
    national_persons: float
    key_pct: float
    persons: Cell
    forecast: str
    until: int | None
    current: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Revision:
    """One count that the publisher changed after the briefing before: full-time persons as they were known and are."""

    name: str
    period: Period
    before: Cell
    after: Cell

    @property
    def change(self) -> Change:
        """By how much; none where either is hidden."""
        return compared(self.after, self.before, broken=False)


@dataclass(frozen=True)
class Revisions:
    """What was revised since the briefing before: the largest, and how many in all. Not `held`: nothing was known then."""

    since: datetime
    held: bool
    counted: int
    largest: tuple[Revision, ...] = ()
    to_or_from_hidden: int = 0


@dataclass(frozen=True)
class SeriesBreak:
    """A point in time across which figures of a briefing are not comparable, in the publisher's order."""

    title: str
    caveat: str
    source: str


@dataclass(frozen=True)
class Source:
    """One vintage of a publisher's table that the briefing rests on."""

    table: str
    title: str
    publisher: str
    vintage: int
    updated_on: date | None
    seen_at: datetime


@dataclass(frozen=True)
class Assumed:
    """One assumption that the briefing rests on, as it is on record."""

    name: str
    basis: str
    area_code: str | None
    value: float
    low: float | None
    high: float | None
    unit: str
    valid_from: date | None
    source: str
    evidence: Literal["confirmed", "likely", "inferred"]


@dataclass(frozen=True)
class Made:
    """When a page was made, and whom to ask about it."""

    on: date
    contact: str | None = None


@dataclass(frozen=True)
class Late:
    """A table that is not as the publisher has it: when its next figures were to come, where that is known."""

    title: str
    expected_on: date | None


@dataclass(frozen=True)
class Briefing:
    """Everything one municipality's briefing says. `known_at` is when what it rests on was newest seen.

    `late` are the tables of it that had newer figures at the publisher's than it shows; `next_release` is when any has new
    ones, where that is known.
    """

    area: Area
    month: Period
    known_at: datetime
    as_of: datetime | None
    made: Made
    late: tuple[Late, ...]
    next_release: date | None
    provisional: bool
    total: Compared
    benefits: tuple[Compared, ...]
    course: tuple[Point, ...]
    neighbours: Neighbours
    shares: tuple[ShareLine, ...]
    ranking: Ranking | None
    savings: tuple[Saving, ...]
    projections: tuple[Projection, ...]
    revisions: Revisions
    breaks: tuple[SeriesBreak, ...]
    sources: tuple[Source, ...]
    assumptions: tuple[Assumed, ...]
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def month_before(self) -> Period:
        """The month that the newest is first held against."""
        return self.month.previous

    @property
    def year_before(self) -> Period:
        """The same month a year earlier."""
        return self.month.year_earlier
