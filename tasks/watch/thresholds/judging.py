"""Hold a municipality's own limits against what the warehouse knew at a moment: what is crossed, what not, what cannot be told.

A limit is held against counts that the publisher shows. Where one is hidden or has not come, and where a series break lies
between two that would be compared, nothing is said of it: neither that it is crossed nor that it is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from tasks.watch.thresholds.content import Budget, Lateness, Rank, Threshold, ThresholdsFile
from warehouse.areas import find
from warehouse.catalogue.named import table_named
from warehouse.danish.clock import danish_day
from warehouse.danish.reservations import SMALLEST_BASE
from warehouse.database.sql_files import read_sql
from warehouse.errors import QuestionError
from warehouse.figures import FIGURES
from warehouse.figures.compute import answer
from warehouse.figures.inputs import Scope
from warehouse.periods import Period

NOW = "infinity"
FOLLOW_UP, ALL_BUDGETED, AS_IT_STANDS = "budget_followup", "I alt", "as_it_stands"
_NOT_OUT = ("missing", "not_yet")


@dataclass(frozen=True)
class Judged:
    """A limit held against one benefit, group of benefits or table.

    `value` is in `unit`, and null where `why_not` says why it cannot be told; `crossed` is null then too. `now` and `before`
    are the counts or ranks that it was worked out from, of `period` and `period_before`.
    """

    threshold: str
    kind: str
    area: str
    of: str
    limit: Decimal
    unit: str
    value: float | None = None
    period: str | None = None
    now: float | None = None
    period_before: str | None = None
    before: float | None = None
    provisional: bool | None = None
    due_on: date | None = None
    vintages: tuple[int, ...] = ()
    why_not: str = ""

    @property
    def crossed(self) -> bool | None:
        """Whether the value is beyond the limit; None where that cannot be told."""
        return None if self.value is None else Decimal(str(self.value)) > self.limit

    @property
    def about(self) -> str:
        """What tells this limit from every other: one whose terms were changed is another one."""
        return f"{self.threshold}: {self.area}, {self.of or 'all'}, {self.kind} above {self.limit.normalize():f} {self.unit}"


@dataclass(frozen=True)
class Month:
    """One month of a benefit, or of all together, as it was known: full-time persons, with what may keep it from comparison."""

    period: Period
    full_time_persons: float | None
    status: str
    lacks: str = ""
    vintages: tuple[int, ...] = ()
    series_break: str | None = None
    caveat: str | None = None
    provisional: bool = False
    valid_until: date | None = None


def judged(
    connection: Connection, file: ThresholdsFile, *, now: datetime, as_of: datetime | None = None
) -> list[Judged]:
    """Each limit of a file, held against what was known `as_of` a moment (None: now), in the file's order."""
    asked = _Asked(connection, now=now, as_of=as_of)
    return [found for threshold in file.thresholds for found in asked.judge(threshold, area=file.area_of(threshold))]


class _Asked:
    """The warehouse as it was known at a moment; what several limits of one area need is read once."""

    def __init__(self, connection: Connection, *, now: datetime, as_of: datetime | None) -> None:
        self._connection, self._as_of = connection, as_of
        self._today = danish_day(as_of or now)
        self._months: dict[str, dict[str, list[Month]]] = {}

    def judge(self, threshold: Threshold, *, area: str) -> Iterator[Judged]:
        """One limit, held against each that it names."""
        if threshold.growth is not None:
            limit, unit = _limit(threshold.growth)
            for benefit in threshold.growth.benefits or ("",):
                begun = Judged(threshold.name, "growth", area, benefit, limit, unit)
                months = self._months_of(area).get(benefit, [])
                yield growth(begun, months=months, over=threshold.growth.months)
        elif threshold.budget is not None:
            yield from self._budgets(threshold.name, area=area, budget=threshold.budget)
        elif threshold.rank is not None:
            yield from self._ranks(threshold.name, area=area, rank=threshold.rank)
        elif threshold.lateness is not None:
            yield from self._lateness(threshold.name, area=area, lateness=threshold.lateness)

    def _months_of(self, area: str) -> dict[str, list[Month]]:
        """An area's months by benefit; those of all together under the empty name."""
        if area not in self._months:
            found: dict[str, list[Month]] = {}
            asked = {"as_of": self._as_of or NOW, "area_code": find(area).code}
            for row in self._connection.execute(text(read_sql(__package__, "benefit_months")), asked):
                found.setdefault(row.benefit or "", []).append(_month(row))
            self._months[area] = found
        return self._months[area]

    def _budgets(self, name: str, *, area: str, budget: Budget) -> Iterator[Judged]:
        limit, unit = _limit(budget)
        rows: list[dict[str, Any]] = []
        if FOLLOW_UP in FIGURES:
            found = answer(self._connection, FIGURES[FOLLOW_UP], scope=Scope(find(area).code, self._as_of)).rows
            rows = [row for row in found.sort("day").to_dicts() if row["basis"] == AS_IT_STANDS]
        for benefit in budget.benefits or ("",):
            newest = [row for row in rows if row["item"] == (benefit or ALL_BUDGETED)]
            yield against_budget(Judged(name, "budget", area, benefit, limit, unit), row=newest[-1] if newest else None)

    def _ranks(self, name: str, *, area: str, rank: Rank) -> Iterator[Judged]:
        limit, unit = _limit(rank)
        scope = Scope(find(area).code, self._as_of)
        rows = answer(self._connection, FIGURES["benchmark_rank"], scope=scope).rows.sort("day").to_dicts()
        for group in rank.benefit_areas:
            begun = Judged(name, "rank", area, group, limit, unit)
            newest = [row for row in rows if row["item"] == group and not row["stands_beside"]]
            yield place(begun, row=newest[-1] if newest else None)

    def _lateness(self, name: str, *, area: str, lateness: Lateness) -> Iterator[Judged]:
        limit, unit = _limit(lateness)
        statement = text(read_sql(__package__, "lateness"))
        asked = {"today": self._today, "as_of": self._as_of or NOW}
        rows = {row.table_id: row for row in self._connection.execute(statement, asked)}
        late = [table_id for table_id, row in rows.items() if row.days_late > 0]
        begun = Judged(name, "lateness", area, "", limit, unit)
        for table_id in lateness.tables or late:
            yield self._late(replace(begun, of=table_id), row=rows.get(table_id))
        if lateness.tables is None and not late:
            yield replace(begun, value=0.0)

    def _late(self, begun: Judged, *, row: Any) -> Judged:
        if row is None:
            try:
                table_named(self._connection, begun.of)
            except QuestionError as error:
                return replace(begun, why_not=str(error))
            return replace(begun, why_not="tabellen er ikke hentet, er ophørt eller har ingen kalender hos kilden")
        return replace(
            begun,
            value=float(row.days_late),
            period=row.newest_period,
            due_on=row.next_release_on,
            vintages=tuple(row.vintages or ()),
        )


def _month(row: Any) -> Month:
    return Month(
        Period.parse(row.period),
        row.full_time_persons,
        row.status,
        row.lacks,
        tuple(row.vintages),
        row.series_break,
        row.series_break_caveat,
        row.provisional,
        row.valid_until,
    )


def _limit(said: Any) -> tuple[Decimal, str]:
    """A limit and its unit, which is the last of its key's words."""
    [(name, limit)] = [(name, limit) for name, limit in said if "_than_" in name and limit is not None]
    return Decimal(limit), str(name).partition("_than_")[2]


def growth(begun: Judged, *, months: list[Month], over: int) -> Judged:
    """How much more there is in the newest month that has come than so many months before, in the limit's unit.

    >>> months = [Month(Period.parse("2023M07"), 200.0, "observed"), Month(Period.parse("2023M10"), 212.0, "observed")]
    >>> growth(Judged("", "growth", "", "", Decimal(5), "pct"), months=months, over=3).value
    6.0
    """
    out = {month.period: month for month in months if month.status not in _NOT_OUT}
    newest = out[max(out, key=lambda period: period.key)] if out else None
    if newest is None:
        return replace(begun, why_not="der er ingen måned med tal")
    base = {month.period: month for month in months}.get(newest.period.shifted(-over))
    told = replace(begun, period=str(newest.period), provisional=newest.provisional)
    if why := _not_comparable(newest, base, over=over, unit=begun.unit):
        return replace(told, why_not=why)
    now, before = newest.full_time_persons or 0.0, (base.full_time_persons if base else None) or 0.0
    return replace(
        told,
        value=100 * (now - before) / before if begun.unit == "pct" else now - before,
        now=now,
        before=before,
        period_before=str(newest.period.shifted(-over)),
        vintages=tuple(sorted({*newest.vintages, *(base.vintages if base else ())})),
    )


def _not_comparable(newest: Month, base: Month | None, *, over: int, unit: str) -> str:
    """Why a month cannot be held against an earlier one; empty where it can."""
    if newest.valid_until is not None and newest.valid_until <= newest.period.last_day:
        return f"ydelsen er ophørt, og {newest.period} er dens sidste måned"
    if base is None:
        return f"der er ingen tal for {newest.period.shifted(-over)}"
    for month in (newest, base):
        if month.full_time_persons is None:
            what = f": {month.lacks}" if month.lacks else ""
            return f"tallet for {month.period} {_STATUS.get(month.status, 'mangler')}{what}"
    if newest.series_break != base.series_break:
        return newest.caveat or base.caveat or "der er databrud imellem de to måneder"
    if unit == "pct" and (base.full_time_persons or 0) < SMALLEST_BASE:
        return f"der var under {SMALLEST_BASE} fuldtidspersoner i {base.period}, og så vises ingen ændring i procent"
    return ""


_STATUS = {"suppressed": "er skjult hos kilden", "withdrawn": "er trukket tilbage af kilden"}


def against_budget(begun: Judged, *, row: Mapping[str, Any] | None) -> Judged:
    """How many full-time persons, or how much in per cent, the average so far this year is above the budget's.

    >>> row = {"period": "2024M04", "vintages": [], "provisional": True, "gap_full_time_persons": 6.0,
    ...     "average_full_time_persons": 106.0, "budget_average_full_time_persons": 100.0}
    >>> against_budget(Judged("", "budget", "", "", Decimal(5), "pct"), row=row).value
    6.0
    """
    if row is None:
        return replace(begun, why_not="der er intet budget for ydelsen")
    told = replace(begun, period=row["period"], provisional=row["provisional"], vintages=tuple(row["vintages"]))
    gap, budgeted = row["gap_full_time_persons"], row["budget_average_full_time_persons"]
    if gap is None or budgeted is None:
        return replace(
            told, why_not=f"året til og med {row['period']} eller budgettet mangler tal, eller et tal er skjult"
        )
    if begun.unit == "pct" and budgeted < SMALLEST_BASE:
        return replace(told, why_not=f"budgettet er under {SMALLEST_BASE} fuldtidspersoner, og så vises ingen procent")
    value = 100 * gap / budgeted if begun.unit == "pct" else gap
    return replace(told, value=float(value), now=row["average_full_time_persons"], before=budgeted)


def place(begun: Judged, *, row: Mapping[str, Any] | None) -> Judged:
    """A place on the newest of the ministry's lists, or how many were lost since the list before it."""
    if row is None:
        return replace(begun, why_not="der er ingen rangliste med kommunen")
    told = replace(begun, period=row["period"], vintages=tuple(row["vintages"]))
    rank, earlier = row["rank"], row["rank_half_a_year_earlier"]
    value = rank if begun.unit == "rank" else None if row["places_gained"] is None else -row["places_gained"]
    if value is None:
        return replace(told, why_not=f"placeringen i {row['period']} eller et halvt år før er ikke oplyst")
    return replace(told, value=float(value), now=rank, before=earlier)
