"""Coherence: the municipalities are all there, parts match their totals, and the country matches the municipalities.

Sums of cells are not the publisher's totals: small counts are hidden, and some persons have no municipality. Equality
is therefore never asked for (seen: the 98 summed are 174 below to 45 above the country).
"""

from __future__ import annotations

from expectations.checks import Audited, Check, literals, no_offenders
from expectations.plausibility import LARGE_COUNT
from warehouse.areas import municipalities

FEW_PCT = 5


def checks(audited: Audited) -> list[Check]:
    """The checks of coherence for one table."""
    if audited.table.area.level_holds != "municipality":
        return []
    parts = [_parts_match_total()] if len(audited.table.breakdowns) == 1 else []
    present = [_every_municipality_reports()] if audited.table.coverage == "every" else [_few_cells_vanish(audited)]
    return [*present, _no_large_count_vanishes(audited), *parts, _country_is_its_municipalities(), _country_matches()]


def _every_municipality_reports() -> Check:
    areas = literals([(area.key, area.name) for area in municipalities()])
    return no_offenders(
        "every_municipality_reports",
        "each of the 98 municipalities has its total in each period",
        query=f"""
        select p.code as period, areas.name as area
        from (select period_id, array_agg(distinct area_id) as present from load where is_total group by period_id) periods
        join core.periods p on p.period_id = periods.period_id
        cross join ({areas}) as areas(area_id, name)
        where areas.area_id <> all(periods.present)
        """,
    )


def _no_large_count_vanishes(audited: Audited) -> Check:
    """Of each cell, and not of each area: one answer of several can lack municipalities that the others have."""
    return no_offenders(
        "no_large_count_vanishes",
        f"no count of {LARGE_COUNT} or more that stood is missing from a period that came",
        query=f"""
        select p.code as period, a.name as area, m.name as measure, s.members, stood.value as published_value
        {_stood(audited)}
        join core.areas a on a.area_id = s.area_id
        join core.periods p on p.period_id = stood.period_id
        where stood.missing and stood.value >= {LARGE_COUNT} and m.unit in ('persons', 'full_time_persons', 'cases')
          and not {_ended(audited)}
        """,
    )


def _few_cells_vanish(audited: Audited) -> Check:
    return no_offenders(
        "few_cells_vanish",
        f"at most {FEW_PCT} per cent of the cells that stood are missing from the periods that came",
        query=f"""
        select sums.stood, sums.missing from (
            select count(*) as stood, count(*) filter (where stood.missing) as missing
            {_stood(audited)}
            where not {_ended(audited)}
        ) sums where sums.missing > {FEW_PCT} / 100.0 * sums.stood
        """,
    )


def _stood(audited: Audited) -> str:
    """The cells that stand published in the periods that came, each with whether it is missing from the load."""
    return f"""
        from (
            select o.series_id, o.period_id, o.value, b.series_id is null as missing
            from core.observations o
            left join load b on b.series_id = o.series_id and b.period_id = o.period_id
            where o.table_no = {audited.table_no} and o.superseded_by is null and o.status <> 'withdrawn'
              and o.period_id in (select period_id from load)
        ) stood
        join core.series s on s.series_id = stood.series_id
        join core.measures m on m.measure_id = s.measure_id
    """


def _ended(audited: Audited) -> str:
    """Whether a series is one that the catalogue says has ended by the day of the load."""
    members = [
        (hierarchy.dimension, member.name)
        for hierarchy in audited.table.breakdowns
        for member in hierarchy.members
        if member.until is not None and member.until < audited.seen_on
    ]
    measures = [(m.name,) for m in audited.table.measures if m.until is not None and m.until < audited.seen_on]
    return f"""(
        m.name in ({literals([*measures] or [("",)])})
        or exists (select 1 from ({literals([*members] or [("", "")])}) as gone(dimension, name)
                   where s.members ->> gone.dimension = gone.name)
    )"""


def _parts_match_total() -> Check:
    # Each cell is rounded for itself: k parts and a total miss each other by at most (k + 1) / 2, which is 1 for two.
    return no_offenders(
        "parts_match_total",
        "where nothing is hidden, the parts sum to their total to within what rounding each cell allows",
        query="""
        select p.code as period, a.name as area, sums.measure, total, parts_sum, parts from (
            select period_id, area_id, measure,
                   sum(value) filter (where is_total) as total,
                   sum(value) filter (where not is_total) as parts_sum,
                   count(*) filter (where not is_total) as parts,
                   bool_and(status = 'observed') as all_shown
            from load where adds_up and area_kind <> 'unknown' group by period_id, area_id, measure
        ) sums
        join core.periods p on p.period_id = sums.period_id
        join core.areas a on a.area_id = sums.area_id
        where all_shown and parts > 0 and abs(total - parts_sum) > floor((parts + 1) / 2.0)
        """,
    )


def _country_is_its_municipalities() -> Check:
    # For each member and not only for the total: a member whose country figure is another's would not show in a sum.
    return no_offenders(
        "country_is_its_municipalities",
        "the municipalities sum to the country to within a quarter, whatever is hidden",
        query=f"""
        select p.code as period, sums.measure, sums.members, sums.country, sums.shown_sum, sums.shown from (
            select b.period_id, b.measure, s.members,
                   sum(b.value) filter (where b.area_kind = 'country') as country,
                   coalesce(sum(b.value) filter (where b.area_kind = 'municipality'), 0) as shown_sum,
                   count(b.value) filter (where b.area_kind = 'municipality') as shown
            from load b join core.series s on s.series_id = b.series_id
            where b.adds_up group by b.period_id, b.measure, s.members
        ) sums
        join core.periods p on p.period_id = sums.period_id
        where sums.country >= 1000 and (sums.shown_sum > 1.25 * sums.country
              or sums.shown_sum + {LARGE_COUNT} * ({len(municipalities())} - sums.shown) < 0.75 * sums.country)
        """,
    )


def _country_matches() -> Check:
    return no_offenders(
        "country_matches_municipalities",
        "where nothing is hidden, the municipalities sum to the country to within 5 per cent",
        blocking=False,
        query="""
        select p.code as period, measure, country, municipalities_sum from (
            select period_id, measure,
                   sum(value) filter (where area_kind = 'country') as country,
                   sum(value) filter (where area_kind = 'municipality') as municipalities_sum,
                   bool_and(status = 'observed') as all_shown
            from load where adds_up and is_total group by period_id, measure
        ) sums
        join core.periods p on p.period_id = sums.period_id
        where all_shown and country >= 1000 and abs(country - municipalities_sum) > 0.05 * country
        """,
    )
