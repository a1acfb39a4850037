"""Assembling: from what was read for all municipalities to the briefing of one.

Counts are of the newest month that is whole: the one for which the country has every benefit that is counted. So all
briefings of a day are about the same month.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

import polars as pl

from tasks.briefing import sections
from tasks.briefing.content import (
    ABSENT,
    MISSED,
    OBSERVED,
    SUPPRESSED,
    Assumed,
    Briefing,
    Cell,
    Compared,
    Late,
    Neighbours,
    Point,
    SeriesBreak,
    ShareLine,
    Source,
    compared,
)
from tasks.briefing.inputs import Break, Readings
from warehouse.areas import COUNTRY, Area
from warehouse.catalogue.model import BenefitGroup, jobindsats
from warehouse.catalogue.publishers import catalogues
from warehouse.periods import Period, spanning

MONTHS_SHOWN = 25
ALL_BENEFITS = "Alle ydelser"
Counted = Mapping[tuple[str, str, int], Cell]


@dataclass(frozen=True)
class Gathered:
    """What was read, found quickly: counts and shares by area, benefit and period; totals by area and period."""

    readings: Readings
    month: Period
    counts: Counted
    shares: Counted
    totals: Mapping[tuple[str, int], Cell]
    provisional: frozenset[int]


def gather(readings: Readings) -> Gathered:
    """What was read, made ready for every municipality's briefing."""
    month = newest_whole_month(readings.figures["total_recipients"], counts=readings.figures["year_on_year"])
    wanted = [period.key for period in (month, month.previous, month.year_earlier)]
    counts = _cells(readings.figures["year_on_year"], value="full_time_persons", periods=wanted)
    return Gathered(
        readings=readings,
        month=month,
        counts=counts,
        shares=_cells(readings.figures["share_of_workforce"], value="share_pct", periods=[month.key]),
        totals=_totals(readings.figures["total_recipients"]),
        provisional=frozenset(readings.figures["total_recipients"].filter("provisional")["period_id"]),
    )


def newest_whole_month(totals: pl.DataFrame, *, counts: pl.DataFrame) -> Period:
    """The newest month for which the country has every counted benefit; else the newest of those that lack the fewest."""
    country = totals.filter(pl.col("area_code") == COUNTRY)
    lacking = pl.col("parts_expected") - pl.col("parts")
    newest = country.filter(lacking == lacking.min()) if country.height else counts
    return Period.from_key(int(newest["period_id"].max()))  # type: ignore[arg-type]


def _cells(rows: pl.DataFrame, *, value: str, periods: Iterable[int]) -> Counted:
    chosen = rows.filter(pl.col("period_id").is_in(list(periods)))
    columns = ("area_code", "item", "period_id", value, f"{value}_status")
    return {
        (area, item, period): Cell.of(found, status)
        for area, item, period, found, status in chosen.select(columns).rows()
    }


def _totals(rows: pl.DataFrame) -> dict[tuple[str, int], Cell]:
    columns = ("area_code", "period_id", "value", "status", "low", "high")
    return {
        (area, period): Cell.of(value, status, low=low, high=high)
        for area, period, value, status, low, high in rows.select(columns).rows()
    }


def briefing(gathered: Gathered, *, area: Area, neighbours: Neighbours) -> Briefing:
    """One municipality's briefing."""
    readings, month = gathered.readings, gathered.month
    ranking = sections.ranking(readings, area=area)
    used = _used(gathered, area=area, neighbours=neighbours)
    sources = _sources(readings, numbers={number for row in used for number in row["vintages"]})
    return Briefing(
        area=area,
        month=month,
        known_at=readings.known_at,
        as_of=readings.as_of,
        made=readings.made,
        late=_late(readings, sources=sources),
        next_release=_next_release(readings, sources=sources),
        provisional=month.key in gathered.provisional,
        total=_total(gathered, area=area),
        benefits=tuple(_benefit(gathered, area=area, group=group) for group in groups(month)),
        course=course(gathered, area=area),
        neighbours=neighbours,
        shares=tuple(_share(gathered, area=area, group=group, neighbours=neighbours) for group in groups_now(month)),
        ranking=ranking,
        savings=sections.savings(readings, area=area),
        projections=sections.projections(readings, area=area, until=month.year + 1),
        revisions=sections.revisions(readings, area=area, names=names(month)),
        breaks=_breaks_shown(readings, month=month, ranking=ranking),
        sources=sources,
        assumptions=_assumptions(readings, numbers={number for row in used for number in row["assumptions"]}),
        notes=readings.caveats,
    )


def groups(month: Period) -> tuple[BenefitGroup, ...]:
    """The counted benefits that were in force in the month or a year before it, in the catalogue's order."""
    return tuple(
        group
        for group in jobindsats().benefit_groups
        if group.counted and any(_in_force(group, each) for each in (month, month.previous, month.year_earlier))
    )


def groups_now(month: Period) -> tuple[BenefitGroup, ...]:
    """The counted benefits that were in force in the month."""
    return tuple(group for group in groups(month) if _in_force(group, month))


def names(month: Period) -> dict[str, str]:
    """The benefits' names as a paper has them: without what tells them from their successor, where that is not yet there."""
    known = [group.name for group in groups(month)]
    plain = {name: name.split(" (")[0] for name in known}
    return {name: short if list(plain.values()).count(short) == 1 else name for name, short in plain.items()}


def _in_force(group: BenefitGroup, month: Period) -> bool:
    begun = group.valid_from is None or group.valid_from <= month.last_day
    return begun and (group.until is None or group.until >= month.first_day)


def _benefit(gathered: Gathered, *, area: Area, group: BenefitGroup) -> Compared:
    def cell(month: Period) -> Cell:
        return gathered.counts.get((area.code, group.name, month.key), MISSED) if _in_force(group, month) else ABSENT

    breaks = [each for each in gathered.readings.breaks if each.benefit == group.name]
    month = gathered.month
    now, before, earlier = cell(month), cell(month.previous), cell(month.year_earlier)
    return _compared(names(month)[group.name], now, before, earlier, breaks=breaks, month=month)


def _total(gathered: Gathered, *, area: Area) -> Compared:
    month = gathered.month
    cells = [gathered.totals.get((area.code, each.key), MISSED) for each in (month, month.previous, month.year_earlier)]
    breaks = [each for each in gathered.readings.breaks if each.benefit is not None]
    return _compared(ALL_BENEFITS, *cells, breaks=breaks, month=month)


def _compared(name: str, now: Cell, before: Cell, earlier: Cell, *, breaks: list[Break], month: Period) -> Compared:
    over_month = compared(now, before, broken=_broken(breaks, since=month.previous, until=month))
    over_year = compared(now, earlier, broken=_broken(breaks, since=month.year_earlier, until=month))
    return Compared(name, now, before, earlier, over_month, over_year)


def _broken(breaks: Iterable[Break], *, since: Period, until: Period) -> bool:
    return any(since.key < each.first_period_id <= until.key for each in breaks)


def course(gathered: Gathered, *, area: Area) -> tuple[Point, ...]:
    """The total of two years and a month, from the first month that is held; `stretch` begins anew at series breaks."""
    months = spanning(gathered.month.shifted(1 - MONTHS_SHOWN), gathered.month)
    starts = {each.first_period_id for each in gathered.readings.breaks if each.benefit is not None}
    points = [
        Point(
            month,
            gathered.totals.get((area.code, month.key), MISSED),
            stretch=sum(start <= month.key for start in starts),
            provisional=month.key in gathered.provisional,
        )
        for month in months
    ]
    held = [nth for nth, point in enumerate(points) if point.cell.status in (OBSERVED, SUPPRESSED)]
    return tuple(points[held[0] :]) if held else ()


def _share(gathered: Gathered, *, area: Area, group: BenefitGroup, neighbours: Neighbours) -> ShareLine:
    own, country, *others = (
        gathered.shares.get((code, group.name, gathered.month.key), MISSED)
        for code in (area.code, COUNTRY, *(each.code for each in neighbours.areas))
    )
    return ShareLine(names(gathered.month)[group.name], own, country, tuple(others))


def _breaks_shown(readings: Readings, *, month: Period, ranking: Any) -> tuple[SeriesBreak, ...]:
    """The breaks that lie between what the briefing compares or draws, each once."""
    first = month.shifted(1 - MONTHS_SHOWN)
    spans = [(True, first, month)] + ([(False, ranking.before, ranking.period)] if ranking else [])
    shown = {
        SeriesBreak(each.title, each.caveat, each.source): None
        for each in readings.breaks
        for of_benefit, since, until in spans
        if (each.benefit is not None) is of_benefit and since.key < each.first_period_id <= until.key
    }
    return tuple(shown)


def _used(gathered: Gathered, *, area: Area, neighbours: Neighbours) -> list[dict[str, Any]]:
    """The rows whose vintages and assumptions a briefing rests on."""
    month, figures = gathered.month, gathered.readings.figures
    own = pl.col("area_code") == area.code
    compared_with = pl.col("area_code").is_in([area.code, COUNTRY, *(each.code for each in neighbours.areas)])
    months = pl.col("period_id").is_in([month.key, month.previous.key, month.year_earlier.key])
    newest = pl.col("day") == pl.col("day").max()
    chosen = [
        figures["year_on_year"].filter(own & months & pl.col("item").is_in([group.name for group in groups(month)])),
        figures["share_of_workforce"].filter(
            compared_with
            & (pl.col("period_id") == month.key)
            & pl.col("item").is_in([g.name for g in groups_now(month)])
        ),
        figures["benchmark_gap"].filter(own & newest),
        figures["savings"].filter(own).filter(newest),
        figures["unemployment_projection"].filter(own).filter(newest),
    ]
    return [row for frame in chosen for row in frame.select("vintages", "assumptions").to_dicts()]


def _sources(readings: Readings, *, numbers: set[int]) -> tuple[Source, ...]:
    titles = {table.id: (table.title, each.credit) for each in catalogues() for table in each.tables}
    found = sorted((readings.vintages[number] for number in numbers), key=itemgetter("table", "vintage"))
    return tuple(
        Source(
            each["table"],
            *titles.get(each["table"], (each["table"], "Kommunens egen tabel")),
            *itemgetter("vintage", "publisher_updated_on", "seen_at")(each),
        )
        for each in found
    )


def _late(readings: Readings, *, sources: tuple[Source, ...]) -> tuple[Late, ...]:
    titles = {source.table: source.title for source in sources}
    found = ((title, readings.freshness[table]) for table, title in titles.items() if table in readings.freshness)
    return tuple(Late(title, each.next_release_on) for title, each in found if each.is_fresh is False)


def _next_release(readings: Readings, *, sources: tuple[Source, ...]) -> date | None:
    """When a table of the briefing has new figures next, after the day on which it is made."""
    tables = {source.table for source in sources} & readings.freshness.keys()
    days = (readings.freshness[table].next_release_on for table in tables)
    return min((day for day in days if day is not None and day >= readings.made.on), default=None)


def _assumptions(readings: Readings, *, numbers: set[int]) -> tuple[Assumed, ...]:
    known = [readings.assumptions[number] for number in sorted(numbers)]
    return tuple(Assumed(**{name: each[name] for name in Assumed.__dataclass_fields__}) for each in known)
