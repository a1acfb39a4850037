"""Plausibility: values lie where they can lie, hidden counts are small ones, and nothing jumps in unit or size.

Small counts are hidden by the publisher; the smallest shown is 3 (docs/sources/jobindsats.md). A count that is large in
the periods on both sides can therefore not be hidden between them. Ratios near 10, 100, 0.1 or 0.01 against what stands
are slips of unit, never news.
"""

from __future__ import annotations

from expectations.checks import Audited, Check, no_cells
from expectations.sql_literals import literals
from warehouse.catalogue.units import HIDDEN_WHEN_SMALL
from warehouse.database.sql_files import read_sql

LARGE_COUNT = 50
SLIPS = (0.01, 0.1, 10, 100)
COUNT_UNITS = ", ".join(f"'{unit}'" for unit in sorted(HIDDEN_WHEN_SMALL))


def checks(audited: Audited) -> list[Check]:
    """The checks of plausibility for one table."""
    return [
        _within_bounds(audited),
        _counts_are_whole(),
        _large_counts_are_shown(),
        _country_totals_are_shown(audited),
        _no_slip_of_unit(),
        _still_the_same_table(),
        _revisions_are_of_usual_size(audited),
    ]


def _within_bounds(audited: Audited) -> Check:
    bounds = literals([(m.name, float(m.bounds[0]), float(m.bounds[1])) for m in audited.table.measures])
    return no_cells(
        "within_bounds",
        "values lie between the least and the greatest that can be true",
        source=f"load b join ({bounds}) as declared(name, low, high) on declared.name = b.measure",
        among=f"exists (select from ({bounds}) as declared(name, low, high) where declared.name = series.measure "
        "and (series.low < declared.low or series.high > declared.high))",
        where="(b.value < declared.low or b.value > declared.high)",
        show=("declared.low", "declared.high"),
    )


def _counts_are_whole() -> Check:
    return no_cells(
        "counts_are_whole",
        "counts and ranks are whole numbers",
        among=f"unit in ({COUNT_UNITS}, 'rank') and broken",
        where="b.value <> round(b.value)",
    )


def _large_counts_are_shown() -> Check:
    can_hide = f"unit in ({COUNT_UNITS}) and hidden > 0 and high >= {LARGE_COUNT}"
    return no_cells(
        "large_counts_are_shown",
        f"no count is hidden between two periods in which it is {LARGE_COUNT} or more",
        source=f"""(
            select *, lag(value) over in_time as earlier, lead(value) over in_time as later from load
            where series_id in (select series_id from series where {can_hide})
            window in_time as (partition by series_id order by period_id)
        ) b""",
        among=can_hide,
        where=f"b.status = 'suppressed' and least(b.earlier, b.later) >= {LARGE_COUNT}",
        show=("b.earlier", "b.later"),
    )


def _country_totals_are_shown(audited: Audited) -> Check:
    waiting = literals([(m.name,) for m in audited.table.measures if m.not_yet] or [("",)])
    return no_cells(
        "country_totals_are_shown",
        "the country's totals are never hidden",
        among=f"area_kind = 'country' and is_total and hidden > 0 and unit in ({COUNT_UNITS}) and measure not in ({waiting})",
        where="b.status = 'suppressed'",
    )


def _no_slip_of_unit() -> Check:
    near = " or ".join(f"ratio between {slip * 0.9} and {slip * 1.1}" for slip in SLIPS)
    return Check(
        "no_slip_of_unit",
        "no measure is about 10 or 100 times, or a tenth or hundredth of, what stands published",
        # Of cells that are as they stand the ratio is 1; only where fewer of them are than of others do they need to be told.
        query=read_sql(__package__, "sql/no_slip_of_unit").format(near=near),
        columns=("measure", "unit", "ratio"),
    )


def _still_the_same_table() -> Check:
    return Check(
        "still_the_same_table",
        "at most half of a measure's published cells change by more than a quarter",
        query="""
        select measure, unit, share_changed from (
            select measure, unit, sum(far)::numeric / nullif(sum(stood), 0) as share_changed from (
                select measure, unit, shown as stood, 0 as far from series
                union all
                select measure, unit, case when was_value is null then -1 else 0 end,
                       case when abs(changes.value - was_value) > greatest(0.25 * abs(was_value), 2) then 1 else 0 end
                from changes join series using (series_id) where changes.value is not null
            ) counted group by measure, unit
        ) shares where share_changed > 0.5
        """,
        columns=("measure", "unit", "share_changed"),
    )


def _revisions_are_of_usual_size(audited: Audited) -> Check:
    tolerance = audited.table.largest_revision_pct / 100
    return no_cells(
        "revisions_are_of_usual_size",
        f"no large count is revised by more than {audited.table.largest_revision_pct:g} per cent",
        blocking=False,
        source="""(
            select changes.series_id, period_id, changes.value, changes.status, was_value as published_value, area_id, measure
            from changes join series using (series_id) where change = 'revised'
        ) b""",
        among=f"unit in ({COUNT_UNITS})",
        where=f"b.published_value >= {LARGE_COUNT} and abs(b.value - b.published_value) > {tolerance} * b.published_value",
        show=("b.published_value",),
    )
