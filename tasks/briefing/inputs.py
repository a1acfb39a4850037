"""What the briefings of all municipalities rest on: each figure asked once, as it was known at a moment.

These are the rows that `jobindsats figure` gives; here nothing is computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, text

from tasks.briefing import indicators
from tasks.briefing.grounds import Made
from tasks.briefing.indicators import Indicated
from warehouse.assumptions import known as assumed
from warehouse.danish.asked import moment
from warehouse.danish.clock import danish_day, shown_time
from warehouse.database.rehearsal import is_rehearsed
from warehouse.errors import QuestionError
from warehouse.figures import FIGURES, budgets, population
from warehouse.figures.compute import answer
from warehouse.figures.explain import rests_on
from warehouse.figures.explain import vintages as vintages_of
from warehouse.figures.inputs import Scope, received
from warehouse.marts.rows import one_state
from warehouse.periods import Period

FIGURES_READ = (
    "year_on_year", "total_recipients", "benchmark_gap", "savings", "unemployment_projection", "budget_followup",
    "comparable_municipalities",
)  # fmt: skip
OF_NEWEST_MONTHS = ("share_of_workforce", "block_grant_share")
"""Figures of which only the newest month is told: read of as many months as may be that one."""
_NEWEST_MONTHS = 6

NOTHING_INDICATED = Indicated({}, {}, {})


@dataclass(frozen=True)
class Break:
    """A series break of one table: of the benefit it counts, or of a table that counts none."""

    table: str
    benefit: str | None
    first_period_id: int
    title: str
    caveat: str
    source: str


@dataclass(frozen=True)
class Freshness:
    """Whether a table is as the publisher has it (None: it has ended), and when its next figures come, where that is known."""

    is_fresh: bool | None
    next_release_on: date | None


@dataclass(frozen=True)
class SettledRow:
    """What the newest count of a table's total is expected to come to, as marts.settled_values has it."""

    table: str
    area_code: str
    period: str
    expected: float
    low: float
    high: float


@dataclass(frozen=True)
class Readings:
    """A frame per figure by its name, what they rest on by number, and what was known when the briefing before was made."""

    as_of: datetime | None
    known_at: datetime
    since: datetime
    figures: dict[str, pl.DataFrame]
    caveats: dict[str, tuple[str, ...]]
    before: pl.DataFrame
    people: pl.DataFrame
    breaks: tuple[Break, ...]
    vintages: dict[int, dict[str, Any]]
    assumptions: dict[int, dict[str, Any]]
    made: Made
    freshness: dict[str, Freshness]
    indicated: Indicated = NOTHING_INDICATED
    settled: tuple[SettledRow, ...] = ()
    budgets: pl.DataFrame = field(default_factory=pl.DataFrame)
    rehearsed: bool = False

    @property
    def day(self) -> date:
        """The day of which the briefings tell: that on which they are made, or the one whose knowledge was asked for."""
        return danish_day(self.as_of) if self.as_of else self.made.on


def read(
    connection: Connection,
    *,
    as_of: datetime | None,
    since: datetime | None,
    made: Made,
    areas: Sequence[str] | None = None,
) -> Readings:
    """What briefings rest on, as known at `as_of` (None: now), and the counts as they were known at `since`.

    The benefits are read of the areas whose codes are given, the country among them, or of all; the rest is always whole.

    Without `since` that is the end of the day a month before the newest counts were seen. Raises QuestionError where
    nothing was known, or where `since` is no earlier than that.
    """
    known_at = _newest_seen(connection, as_of=as_of)
    earlier = since or a_month_before(known_at)
    if earlier >= known_at:
        raise QuestionError(
            f"the newest counts were seen {shown_time(known_at)}, so nothing was revised since "
            f"{shown_time(earlier)}: name an earlier day with --since"
        )
    with ThreadPoolExecutor(max_workers=1) as beside:
        before = beside.submit(_known_before, connection.engine, since=earlier, areas=areas)
        now = Scope(None, as_of, received(connection, areas=areas, as_of=as_of))
        answers = [answer(connection, FIGURES[name], scope=now) for name in FIGURES_READ]
        newest = replace(now, received=_newest_months(now.received))
        answers += [answer(connection, FIGURES[name], scope=newest) for name in OF_NEWEST_MONTHS]
    known = assumed.known(connection, as_of=as_of)
    beside_them = indicators.read(connection, areas=areas, as_of=as_of)
    vintages = vintages_of(connection, beside_them["vintage_id"].drop_nulls().unique().to_list())
    assumptions: dict[int, dict[str, Any]] = {}
    for each in answers:
        brought, used = rests_on(connection, each)
        vintages, assumptions = vintages | brought, assumptions | used
    return Readings(
        as_of=as_of,
        known_at=known_at,
        since=earlier,
        figures={each.figure.name: each.rows for each in answers},
        caveats={each.figure.name: each.figure.caveats for each in answers},
        before=before.result(),
        people=population.on_record(connection, known=known, as_of=as_of),
        breaks=_breaks(connection),
        vintages=vintages,
        assumptions=assumptions,
        made=made,
        freshness=_freshness(connection, today=danish_day(as_of) if as_of else made.on, as_of=as_of),
        indicated=indicators.indicated(beside_them),
        settled=() if as_of else _settled(connection),
        budgets=budgets.months_of(connection, now),
        rehearsed=is_rehearsed(connection),
    )


def _newest_months(received: pl.DataFrame | None) -> pl.DataFrame | None:
    """The benefits' rows of the newest months."""
    if received is None or received.is_empty():
        return received
    newest = Period.from_key(int(received["period_id"].max()))  # type: ignore[arg-type]
    return received.filter(pl.col("period_id") > newest.shifted(-_NEWEST_MONTHS).key)


_SETTLED = """
select table_id, area_code, period, settled_value, settled_low_value, settled_high_value from marts.settled_values
where measure = 'full_time_persons' and settled_value is not null
order by table_id, area_code, period
"""


def _settled(connection: Connection) -> tuple[SettledRow, ...]:
    """What is expected of the newest counts; the mart has it as it stands now, not as of an earlier day."""
    return tuple(SettledRow(*row) for row in connection.execute(text(_SETTLED)))


_FRESHNESS = """
select table_id, is_fresh, next_release_on
from marts.freshness_on(:today, coalesce(cast(:as_of as timestamptz), 'infinity'))
"""


def _freshness(connection: Connection, *, today: date, as_of: datetime | None) -> dict[str, Freshness]:
    rows = connection.execute(text(_FRESHNESS), {"today": today, "as_of": as_of})
    return {row.table_id: Freshness(row.is_fresh, row.next_release_on) for row in rows}


def _known_before(engine: Engine, *, since: datetime, areas: Sequence[str] | None) -> pl.DataFrame:
    """The counts as they were known at an earlier moment: on a connection of its own, since that does not change any more."""
    with one_state(engine) as connection:
        scope = Scope(None, since, received(connection, areas=areas, as_of=since))
        return answer(connection, FIGURES["year_on_year"], scope=scope).rows


_NEWEST_SEEN = """
select max(v.seen_at) from core.vintages v
where v.table_no in (select table_no from core.benefit_groups)
  and v.seen_at <= coalesce(cast(:as_of as timestamptz), 'infinity')
"""


def _newest_seen(connection: Connection, *, as_of: datetime | None) -> datetime:
    found: datetime | None = connection.scalar(text(_NEWEST_SEEN), {"as_of": as_of})
    if found is None:
        then = f" on {shown_time(as_of)}" if as_of else ""
        raise QuestionError(f"the warehouse knew no benefit's counts{then}: bring them in with `jobindsats nightly`")
    return found


def a_month_before(known_at: datetime) -> datetime:
    """The end of the day a month before a moment, in Denmark: that of the month's last day where it is shorter.

    >>> a_month_before(moment("2024-03-31T04:15+02:00")).isoformat()
    '2024-02-29T23:59:59.999999+01:00'
    """
    day = danish_day(known_at)
    last_of_before = day.replace(day=1).toordinal() - 1
    before = day.fromordinal(last_of_before)
    return moment(before.replace(day=min(day.day, before.day)).isoformat())


_BREAKS = """
select t.table_id, g.name, b.first_period_id, b.title, b.caveat, b.source
from core.series_breaks b join core.tables t using (table_no)
left join core.benefit_groups g on g.table_no = b.table_no and g.counted and core.is_concerned(g.members, b.members)
where g.name is not null or t.table_id = any(:tables)
order by b.first_period_id, t.table_no, g.name
"""


def _breaks(connection: Connection) -> tuple[Break, ...]:
    others = [*FIGURES["benchmark_gap"].tables, *indicators.TABLES]
    return tuple(Break(*row) for row in connection.execute(text(_BREAKS), {"tables": others}))
