"""Coherence: the municipalities are all there, parts match their totals, and the country matches the municipalities.

Sums of cells are not the publisher's totals: small counts are hidden, and some persons have no municipality. Equality is
therefore never asked for (seen: the 98 summed are 174 below to 45 above the country).
"""

from __future__ import annotations

from expectations.checks import Audited, Check, literals, no_offenders
from expectations.plausibility import LARGE_COUNT
from warehouse.areas import municipalities


def checks(audited: Audited) -> list[Check]:
    """The checks of coherence for one table."""
    if audited.table.area.level_holds != "municipality":
        return []
    parts = [_parts_match_total(audited)] if len(audited.table.breakdowns) == 1 else []
    everywhere = [_every_municipality_reports(audited)] if audited.table.coverage == "every" else []
    return [*everywhere, _no_municipality_vanishes(audited), *parts, _country_matches(audited)]


def _every_municipality_reports(audited: Audited) -> Check:
    areas = literals([(area.key, area.name) for area in municipalities()])
    return no_offenders(
        "every_municipality_reports",
        "each of the 98 municipalities has a row in each period",
        audited=audited,
        query=f"""
        select periods.period, areas.name as area from (select distinct period, period_id from cells) periods
        cross join ({areas}) as areas(area_id, name)
        left join (select distinct period_id, area_id from cells) present
          on present.period_id = periods.period_id and present.area_id = areas.area_id
        where present.area_id is null order by periods.period desc, areas.name
        """,
    )


def _no_municipality_vanishes(audited: Audited) -> Check:
    return no_offenders(
        "no_municipality_vanishes",
        f"no area loses all its cells of a period where a count of {LARGE_COUNT} or more stood",
        audited=audited,
        query=f"""
        select p.period_id, a.name as area, max(p.value) as published_count
        from published p join core.series s on s.series_id = p.series_id
        join core.measures m on m.measure_id = s.measure_id join core.areas a on a.area_id = s.area_id
        left join (select distinct period_id, area_id from cells) present
          on present.period_id = p.period_id and present.area_id = s.area_id
        where present.area_id is null and p.period_id in (select period_id from cells)
          and m.unit in ('persons', 'full_time_persons', 'cases') and p.value >= {LARGE_COUNT}
        group by p.period_id, a.name order by p.period_id desc, a.name
        """,
    )


def _parts_match_total(audited: Audited) -> Check:
    hierarchy = audited.table.breakdowns[0]
    dimension, root = hierarchy.dimension.replace("'", "''"), hierarchy.root.replace("'", "''")
    # Each cell is rounded for itself: k parts and a total miss each other by at most (k + 1) / 2, which is 1 for two.
    return no_offenders(
        "parts_match_total",
        "where nothing is hidden, the parts sum to their total to within what rounding each cell allows",
        audited=audited,
        query=f"""
        select period, area, measure, total, parts_sum, parts from (
            select period, area, measure,
                   sum(value) filter (where members ->> '{dimension}' = '{root}') as total,
                   sum(value) filter (where members ->> '{dimension}' <> '{root}') as parts_sum,
                   count(*) filter (where members ->> '{dimension}' <> '{root}') as parts,
                   bool_and(status = 'observed') as all_shown
            from cells where adds_up and area_kind <> 'unknown' group by period, area, measure
        ) sums where all_shown and parts > 0 and abs(total - parts_sum) > floor((parts + 1) / 2.0)
        """,
    )


def _country_matches(audited: Audited) -> Check:
    return no_offenders(
        "country_matches_municipalities",
        "where nothing is hidden, the municipalities sum to the country to within 5 per cent",
        audited=audited,
        blocking=False,
        query="""
        select period, measure, members, country, municipalities_sum from (
            select period, measure, members,
                   sum(value) filter (where area_kind = 'country') as country,
                   sum(value) filter (where area_kind = 'municipality') as municipalities_sum,
                   bool_and(status = 'observed') as all_shown
            from cells where adds_up group by period, measure, members
        ) sums where all_shown and country >= 1000 and abs(country - municipalities_sum) > 0.05 * country
        """,
    )
