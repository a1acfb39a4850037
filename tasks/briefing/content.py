"""What a briefing says, typed: everything is decided and computed here or before, and what writes it computes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from tasks.briefing.cells import MISSED, Cell, Change, compared
from tasks.briefing.followed import BudgetFollowUp, Comparison
from tasks.briefing.grounds import Assumed, Late, Made, SeriesBreak, Source
from warehouse.areas import Area
from warehouse.periods import Period


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
class Course:
    """One benefit over the same months as the total."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Movement:
    """All counted benefits of one area: full-time persons in the month and a year before, and the change."""

    area: str
    now: Cell
    year_before: Cell
    over_year: Change


@dataclass(frozen=True)
class KeyLine:
    """One benefit's persons here in per cent of the country's, beside the persons that the key would give."""

    name: str
    persons: Cell
    share_pct: Cell
    expected: Cell


@dataclass(frozen=True)
class KeyShares:
    """The share of the country against one basis of the block-grant key, in per cent; the last line is of all benefits."""

    basis: str
    key_pct: float
    lines: tuple[KeyLine, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Indicator:
    """A measure of another table in its own newest month, a year before, and in the country where it is a percentage.

    `unit` is persons, full_time_persons or pct; `over_year` is in that unit, of a percentage in points.
    """

    name: str
    unit: str
    period: Period
    now: Cell
    year_before: Cell
    over_year: Change
    country: Cell | None


@dataclass(frozen=True)
class Settled:
    """What a benefit's count of the newest month is expected to come to, in full-time persons, with an 80 % band."""

    name: str
    expected: float
    low: float
    high: float


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
    interval that rounding to tens implies; `gap_points` in percentage points. `covers` are the benefits on the list.
    """

    name: str
    rank: Cell
    before: Cell
    gained: Change
    gap: Cell
    gap_points: Cell
    covers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placed:
    """One municipality's places on the lists, in their order."""

    area: str
    ranks: tuple[Cell, ...]


@dataclass(frozen=True)
class Ranking:
    """The four lists of one period, the period of the list before, and the places of all, best first."""

    period: Period
    before: Period
    lines: tuple[RankLine, ...]
    everyone: tuple[Placed, ...] = ()


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
    """Every count that was revised since the briefing before, the largest first. Not `held`: nothing was known then."""

    since: datetime
    held: bool
    every: tuple[Revision, ...] = ()

    @property
    def counted(self) -> int:
        """How many counts were revised."""
        return len(self.every)


@dataclass(frozen=True)
class Briefing:
    """Everything one municipality's briefing says. `known_at` is when what it rests on was newest seen.

    `late` are the tables of it that had newer figures at the publisher's than it shows; `next_release` is when any has new
    ones, where that is known. `own_total` is what the publisher itself counts over all benefits, of more of them than the
    total here. `moved` are this municipality, the country and the neighbours, in that order. Where it is `rehearsed`, all of
    its figures are invented.
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
    courses: tuple[Course, ...] = ()
    moved: tuple[Movement, ...] = ()
    own_total: Cell = MISSED
    key: KeyShares | None = None
    indicators: tuple[Indicator, ...] = ()
    settled: tuple[Settled, ...] = ()
    budget: BudgetFollowUp | None = None
    comparisons: tuple[Comparison, ...] = ()
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rehearsed: bool = False

    @property
    def month_before(self) -> Period:
        """The month that the newest is first held against."""
        return self.month.previous

    @property
    def year_before(self) -> Period:
        """The same month a year earlier."""
        return self.month.year_earlier
