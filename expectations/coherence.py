"""Coherence: the municipalities are all there, parts match their totals, and the country matches the municipalities.

Sums of cells are not the publisher's totals: small counts are hidden, and some persons have no municipality. Equality
is therefore never asked for (seen: the 98 summed are 174 below to 45 above the country).
"""

from __future__ import annotations

from expectations.checks import Audited, Check, literals, no_offenders
from expectations.plausibility import LARGE_COUNT
from warehouse.areas import municipalities


def checks(audited: Audited) -> list[Check]:
    """The checks of coherence for one table."""
    if audited.table.area.level_holds != "municipality":
        return []
    parts = [_parts_match_total()] if len(audited.table.breakdowns) == 1 else []
    everywhere = [_every_municipality_reports()] if audited.table.coverage == "every" else []
    return [*everywhere, _no_municipality_vanishes(audited), *parts, _country_matches()]


def _every_municipality_reports() -> Check:
    areas = literals([(area.key, area.name) for area in municipalities()])
    return no_offenders(
        "every_municipality_reports",
        "each of the 98 municipalities has a row in each period",
        query=f"""
        select p.code as period, areas.name as area
        from (select period_id, array_agg(distinct area_id) as present from load group by period_id) periods
        join core.periods p on p.period_id = periods.period_id
        cross join ({areas}) as areas(area_id, name)
        where areas.area_id <> all(periods.present)
        """,
    )


def _no_municipality_vanishes(audited: Audited) -> Check:
    return no_offenders(
        "no_municipality_vanishes",
        f"no area loses all its cells of a period where a count of {LARGE_COUNT} or more stood",
        query=f"""
        select p.code as period, a.name as area, stood.published_count from (
            select o.period_id, s.area_id, max(o.value) as published_count
            from core.observations o
            join core.series s on s.series_id = o.series_id
            join core.measures m on m.measure_id = s.measure_id
            where o.table_no = {audited.table_no} and o.superseded_by is null and o.value >= {LARGE_COUNT}
              and m.unit in ('persons', 'full_time_persons', 'cases')
            group by o.period_id, s.area_id
        ) stood
        join (select period_id, array_agg(distinct area_id) as areas from load group by period_id) present
          on present.period_id = stood.period_id
        join core.areas a on a.area_id = stood.area_id
        join core.periods p on p.period_id = stood.period_id
        where stood.area_id <> all(present.areas)
        """,
    )


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
