"""Plausibility: values lie where they can lie, hidden counts are small ones, and nothing jumps in unit or size.

Small counts are hidden by the publisher; the smallest shown is 3 (docs/sources/jobindsats.md). A count that is large in
other periods can therefore not be hidden in one. Ratios near 10, 100, 0.1 or 0.01 against what stands are slips of unit,
never news.
"""

from __future__ import annotations

from expectations.checks import Audited, Check, literals, no_offenders
from warehouse.catalogue import HIDDEN_WHEN_SMALL

LARGE_COUNT = 50
SLIPS = (0.01, 0.1, 10, 100)
_COUNT_UNITS = ", ".join(f"'{unit}'" for unit in sorted(HIDDEN_WHEN_SMALL))


def checks(audited: Audited) -> list[Check]:
    """The checks of plausibility for one table."""
    return [
        _within_bounds(audited),
        _counts_are_whole(audited),
        _large_counts_are_shown(audited),
        _country_totals_are_shown(audited),
        _no_slip_of_unit(audited),
        _still_the_same_table(audited),
        _revisions_are_of_usual_size(audited),
    ]


def _within_bounds(audited: Audited) -> Check:
    bounds = literals([(m.name, float(m.bounds[0]), float(m.bounds[1])) for m in audited.table.measures])
    return no_offenders(
        "within_bounds",
        "values lie between the least and the greatest that can be true",
        audited=audited,
        query="select period, area, measure, members, value, low, high from cells "
        f"join ({bounds}) as declared(name, low, high) on declared.name = cells.measure "
        "where value < low or value > high",
    )


def _counts_are_whole(audited: Audited) -> Check:
    return no_offenders(
        "counts_are_whole",
        "counts and ranks are whole numbers",
        audited=audited,
        query="select period, area, measure, members, value from cells "
        f"where unit in ({_COUNT_UNITS}, 'rank') and value <> round(value)",
    )


def _large_counts_are_shown(audited: Audited) -> Check:
    return no_offenders(
        "large_counts_are_shown",
        f"a count is hidden only in a series whose usual size is below {LARGE_COUNT}",
        audited=audited,
        query=f"""
        select c.period, c.area, c.measure, c.members, usual.size as usual_size
        from cells c join (
            select series_id, percentile_disc(0.5) within group (order by value) as size from (
                select series_id, value from cells where value is not null
                union all select series_id, value from published where value is not null
            ) known group by series_id
        ) usual on usual.series_id = c.series_id
        where c.status = 'suppressed' and c.unit in ({_COUNT_UNITS}) and usual.size >= {LARGE_COUNT}
        """,
    )


def _country_totals_are_shown(audited: Audited) -> Check:
    root = {hierarchy.dimension: hierarchy.root for hierarchy in audited.table.breakdowns}
    members = literals([(dimension, member) for dimension, member in root.items()] or [("", "")])
    waiting = literals([(m.name,) for m in audited.table.measures if m.not_yet] or [("",)])
    return no_offenders(
        "country_totals_are_shown",
        "the country's totals are never hidden",
        audited=audited,
        query=f"""
        select period, area, measure, members from cells
        where area_kind = 'country' and status = 'suppressed' and unit in ({_COUNT_UNITS})
          and measure not in (select * from ({waiting}) as w(name))
          and not exists (select from ({members}) as root(dimension, member)
                          where dimension <> '' and cells.members ->> dimension <> member)
        """,
    )


def _no_slip_of_unit(audited: Audited) -> Check:
    near = " or ".join(f"ratio between {slip * 0.9} and {slip * 1.1}" for slip in SLIPS)
    return no_offenders(
        "no_slip_of_unit",
        "no measure is about 10 or 100 times, or a tenth or hundredth of, what stands published",
        audited=audited,
        query=f"""
        select measure, unit, ratio from (
            select c.measure, c.unit, percentile_cont(0.5) within group (order by c.value / p.value) as ratio
            from cells c join published p on p.series_id = c.series_id and p.period_id = c.period_id
            where c.value > 0 and p.value > 0 group by c.measure, c.unit
        ) ratios where {near}
        """,
    )


def _still_the_same_table(audited: Audited) -> Check:
    return no_offenders(
        "still_the_same_table",
        "at most half of a measure's published cells change by more than a quarter",
        audited=audited,
        query="""
        select measure, unit, share from (
            select c.measure, c.unit,
                   avg((abs(c.value - p.value) > greatest(0.25 * abs(p.value), 2))::int::float8) as share
            from cells c join published p on p.series_id = c.series_id and p.period_id = c.period_id
            where c.value is not null and p.value is not null group by c.measure, c.unit
        ) shares where share > 0.5
        """,
    )


def _revisions_are_of_usual_size(audited: Audited) -> Check:
    tolerance = audited.table.largest_revision_pct / 100
    return no_offenders(
        "revisions_are_of_usual_size",
        f"no large count is revised by more than {audited.table.largest_revision_pct:g} per cent",
        audited=audited,
        blocking=False,
        query=f"""
        select c.period, c.area, c.measure, c.members, p.value as before, c.value as after
        from cells c join published p on p.series_id = c.series_id and p.period_id = c.period_id
        where c.unit in ({_COUNT_UNITS}) and p.value >= {LARGE_COUNT} and abs(c.value - p.value) > {tolerance} * p.value
        """,
    )
