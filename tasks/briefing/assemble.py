"""Assembling: from what was read for all municipalities to the briefing of one.

Counts are of the newest month that is whole: the one for which the country has every benefit that is counted. So all
briefings of a day are about the same month.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import polars as pl

from tasks.briefing import computed, computed_budget, provenance
from tasks.briefing.cells import ABSENT, MISSED, OBSERVED, SUPPRESSED, Cell, compared
from tasks.briefing.content import (
    Briefing,
    Compared,
    Course,
    Indicator,
    KeyShares,
    Movement,
    Neighbours,
    Point,
    Settled,
    ShareLine,
)
from tasks.briefing.indicators import OWN_TOTAL, indicators, vintages_used
from tasks.briefing.inputs import Break, Readings
from warehouse.areas import COUNTRY, Area, all_areas
from warehouse.catalogue.model import BenefitGroup, jobindsats
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
    wanted = [period.key for period in spanning(month.shifted(1 - MONTHS_SHOWN), month)]
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
    ranking = computed.ranking(readings, area=area)
    told = _indicators(gathered, area=area)
    in_force = [(group, name) for group, name in _named(month) if _in_force(group, month)]
    key = computed.key_shares(
        readings,
        area=area,
        month=month,
        names={group.name: name for group, name in in_force},
        totals=_totals_of(gathered, area=area),
    )
    used = _used(gathered, area=area, neighbours=neighbours, key=key)
    beside = vintages_used(readings.indicated, told=told, areas=(area.code, COUNTRY))
    sources = provenance.sources(readings, numbers=beside.union(*(row["vintages"] for row in used)))
    return Briefing(
        area=area,
        month=month,
        known_at=readings.known_at,
        as_of=readings.as_of,
        made=readings.made,
        late=provenance.late(readings, sources=sources),
        next_release=provenance.next_release(readings, sources=sources),
        provisional=month.key in gathered.provisional,
        total=_total(gathered, area=area),
        benefits=tuple(_benefit(gathered, area=area, group=group) for group in groups(month)),
        course=course(gathered, area=area),
        neighbours=neighbours,
        shares=tuple(_share(gathered, area=area, group=group, neighbours=neighbours) for group in groups_now(month)),
        ranking=ranking,
        savings=computed.savings(readings, area=area),
        projections=computed.projections(readings, area=area, until=month.year + 1),
        revisions=computed.revisions(readings, area=area, names=names(month)),
        breaks=provenance.breaks_shown(
            readings, first=month.shifted(1 - MONTHS_SHOWN), month=month, ranking=ranking, told=told
        ),
        sources=sources,
        assumptions=provenance.assumptions(readings, numbers={number for row in used for number in row["assumptions"]}),
        courses=tuple(Course(name, course(gathered, area=area, group=group)) for group, name in in_force),
        moved=_moved(gathered, areas=(area, _country(), *neighbours.areas)),
        own_total=readings.indicated.cell(*OWN_TOTAL, area.code, month.key),
        key=key,
        indicators=told,
        settled=_settled(gathered, area=area),
        budget=computed_budget.budget(readings, area=area, month=month, names=names(month)),
        comparisons=computed_budget.comparisons(readings, area=area),
        notes=readings.caveats,
        rehearsed=readings.rehearsed,
    )


def _country() -> Area:
    return next(area for area in all_areas() if area.code == COUNTRY)


def _named(month: Period) -> list[tuple[BenefitGroup, str]]:
    return [(group, names(month)[group.name]) for group in groups(month)]


def _totals_of(gathered: Gathered, *, area: Area) -> tuple[Cell, Cell]:
    """The total here and in the country in the month."""
    own, country = (gathered.totals.get((code, gathered.month.key), MISSED) for code in (area.code, COUNTRY))
    return own, country


def _indicators(gathered: Gathered, *, area: Area) -> tuple[Indicator, ...]:
    breaks: dict[str, list[int]] = {}
    for each in gathered.readings.breaks:
        breaks.setdefault(each.table, []).append(each.first_period_id)
    return indicators(gathered.readings.indicated, area_code=area.code, counts=gathered.counts, breaks=breaks)


def _moved(gathered: Gathered, *, areas: Iterable[Area]) -> tuple[Movement, ...]:
    """The total of each area and its change over the year."""
    totals = ((each, _total(gathered, area=each)) for each in areas)
    return tuple(Movement(each.name, total.now, total.year_before, total.over_year) for each, total in totals)


def _settled(gathered: Gathered, *, area: Area) -> tuple[Settled, ...]:
    """What the month's counts are expected to come to, of the benefits that are the total of a table."""
    month = gathered.month
    rows = {
        row.table: row for row in gathered.readings.settled if (row.area_code, row.period) == (area.code, str(month))
    }
    return tuple(
        Settled(
            name,
            *attrgetter("expected", "low", "high")(rows[group.table]),
        )
        for group, name in _named(month)
        if group.table in rows and group.member is None
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


def _of_month(gathered: Gathered, month: Period, *, area: Area, group: BenefitGroup | None) -> Cell:
    """The total of a month, or one benefit's count where it was in force."""
    if group is None:
        return gathered.totals.get((area.code, month.key), MISSED)
    return gathered.counts.get((area.code, group.name, month.key), MISSED) if _in_force(group, month) else ABSENT


def course(gathered: Gathered, *, area: Area, group: BenefitGroup | None = None) -> tuple[Point, ...]:
    """Two years and a month of the total, or of one benefit, from the first month that is held.

    `stretch` begins anew at series breaks.
    """
    months = spanning(gathered.month.shifted(1 - MONTHS_SHOWN), gathered.month)
    of = {group.name} if group else {each.name for each in jobindsats().benefit_groups}
    starts = {each.first_period_id for each in gathered.readings.breaks if each.benefit in of}
    points = [
        Point(
            month,
            _of_month(gathered, month, area=area, group=group),
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


def _used(gathered: Gathered, *, area: Area, neighbours: Neighbours, key: KeyShares | None) -> list[dict[str, Any]]:
    """The rows whose vintages and assumptions a briefing rests on."""
    month, figures = gathered.month, gathered.readings.figures
    own = pl.col("area_code") == area.code
    compared_with = pl.col("area_code").is_in([area.code, COUNTRY, *(each.code for each in neighbours.areas)])
    months = pl.col("period_id").is_in([month.key, month.previous.key, month.year_earlier.key])
    newest, of_key = pl.col("day") == pl.col("day").max(), key.basis if key else ""
    chosen = [
        figures["year_on_year"].filter(own & months & pl.col("item").is_in([group.name for group in groups(month)])),
        figures["share_of_workforce"].filter(
            compared_with
            & (pl.col("period_id") == month.key)
            & pl.col("item").is_in([g.name for g in groups_now(month)])
        ),
        figures["block_grant_share"].filter(own & (pl.col("period_id") == month.key) & (pl.col("basis") == of_key)),
        figures["benchmark_gap"].filter(own & newest),
        figures["savings"].filter(own).filter(newest),
        figures["unemployment_projection"].filter(own).filter(newest),
        *computed_budget.used(gathered.readings, area=area, month=month),
    ]
    return [row for frame in chosen for row in frame.select("vintages", "assumptions").to_dicts()]
