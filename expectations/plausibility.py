"""Plausibility: values lie where they can lie, hidden counts are small ones, and nothing slips in unit.

Small counts are hidden by the publisher; the smallest shown is 3 (docs/sources/jobindsats.md). A count that is large in
the periods on both sides can therefore not be hidden between them. A measure whose cells are together about 10, 100 or 1,000
times what stands, or a tenth, hundredth or thousandth of it, has slipped in its unit: that is never news. So it is in a new
period, held against the one before it that stands, or else the one after it.
"""

from __future__ import annotations

from expectations.checks import Audited, Check, no_cells
from expectations.sql_literals import literal, literals
from warehouse.catalogue.units import HIDDEN_WHEN_SMALL, LARGE_COUNT
from warehouse.database.sql_files import read_sql

FEW_HIDDEN = 10
SHARE_HIDDEN = 0.1
SLIPS = (0.001, 0.01, 0.1, 10, 100, 1000)
FEWEST_COMPARED = 20
"""Of fewer series than these nothing is said of a new period: a handful may well grow tenfold."""
DAYS_APART = 400
"""A period that a backfill brings is held against one that begins at most so many days from it."""
NEVER_UNUSUAL_PERSONS = 1
COUNT_UNITS = ", ".join(f"'{unit}'" for unit in sorted(HIDDEN_WHEN_SMALL))


def checks(audited: Audited) -> list[Check]:
    """The checks of plausibility for one table."""
    return [
        _within_bounds(audited),
        _counts_are_whole(audited),
        *_large_counts_are_shown(audited),
        _country_totals_are_shown(audited),
        _newest_has_come(audited),
        _no_slip_of_unit(audited),
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


def _counts_are_whole(audited: Audited) -> Check:
    decimals = ", ".join(literal(each.name) for each in audited.table.measures if each.decimals) or "''"
    return no_cells(
        "counts_are_whole",
        "counts and ranks are whole numbers, but for those that are declared with decimals",
        among=f"unit in ({COUNT_UNITS}, 'rank') and broken and measure not in ({decimals})",
        where="b.value <> round(b.value)",
    )


def _large_counts_are_shown(audited: Audited) -> list[Check]:
    """In a sparse table a count may be truly small between two large ones (seen in y25i05); not many are at once."""
    every = audited.table.coverage == "every"
    none = no_cells(
        "large_counts_are_shown",
        f"no count is hidden between two periods in which it is {LARGE_COUNT} or more",
        source="gaps b",
        where="true",
        show=("b.earlier", "b.later"),
        blocking=every,
    )
    return [none] if every else [none, _few_large_counts_are_hidden()]


def _few_large_counts_are_hidden() -> Check:
    return Check(
        "few_large_counts_are_hidden",
        f"at most {FEW_HIDDEN} counts of a measure, or a tenth of those of its large series, are hidden between large ones",
        query=f"""
        select hidden.measure, hidden.cells as hidden_cells, large.cells as cells from (
            select measure, count(*) as cells from gaps
            where earlier >= {LARGE_COUNT} and later >= {LARGE_COUNT} group by measure
        ) hidden
        join (select measure, sum(cells) as cells from series where high >= {LARGE_COUNT} group by measure) large
          on large.measure = hidden.measure
        where hidden.cells > greatest({FEW_HIDDEN}, {SHARE_HIDDEN} * large.cells)
        """,
        columns=("measure", "hidden_cells", "cells"),
    )


def _country_totals_are_shown(audited: Audited) -> Check:
    """In a sparse table the country's total may be small; in the newest periods it is `not_yet` and not hidden."""
    waiting = literals([(m.name,) for m in audited.table.measures if m.not_yet] or [("",)])
    return no_cells(
        "country_totals_are_shown",
        "the country's totals are never hidden",
        among=f"area_kind = 'country' and is_total and hidden > 0 and unit in ({COUNT_UNITS}) and measure not in ({waiting})",
        where="b.status = 'suppressed'",
        blocking=audited.table.coverage == "every",
    )


def _newest_has_come(audited: Audited) -> Check:
    """Told and no more: the country's figures of the newest month have come late (seen in y25i05, August 2026)."""
    waiting = literals([(m.name,) for m in audited.table.measures if m.not_yet] or [("",)])
    return no_cells(
        "newest_figures_have_come",
        "the country's figures of the newest periods have come",
        among=f"area_kind = 'country' and shown < cells and measure not in ({waiting})",
        where="b.status = 'not_yet'",
        blocking=False,
    )


def _no_slip_of_unit(audited: Audited) -> Check:
    near = " or ".join(f"ratio between {slip * 0.9} and {slip * 1.1}" for slip in SLIPS)
    return Check(
        "no_slip_of_unit",
        "no measure is about 10, 100 or 1,000 times what stands, or a tenth, hundredth or thousandth; nor in a new period",
        # Of cells that are as they stand the ratio is 1; only where fewer of them are than of others do they need to be told.
        query=read_sql(__package__, "sql/no_slip_of_unit").format(
            near=near, table_no=audited.table_no, fewest=FEWEST_COMPARED, days=DAYS_APART
        ),
        columns=("measure", "unit", "ratio", "period"),
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
    """By the table's own releases where enough are known, by the declared number elsewhere: each offender says which."""
    declared = f"the declared {audited.table.largest_revision_pct:g} per cent"
    usual = f"is usual by the table's own releases, or {declared} where fewer than twelve are known"
    return no_cells(
        "revisions_are_of_usual_size",
        f"no large count is revised by more than {usual if audited.revisions.usual else declared}",
        blocking=False,
        source=_revised(audited),
        among=f"unit in ({COUNT_UNITS})",
        where=f"b.published_value >= {LARGE_COUNT} and abs(b.value - b.published_value) > "
        f"greatest({NEVER_UNUSUAL_PERSONS}, b.usual_pct / 100.0 * b.published_value)",
        show=("b.published_value", "b.usual_pct", "b.usual_by"),
    )


def _revised(audited: Audited) -> str:
    """The revised cells of a load, each with how large a revision is usual and what says so. Of totals only that is learnt."""
    learnt = audited.revisions
    known, pct, by = "", "", ""
    if learnt.usual:
        known = f"""
            left join ({literals(learnt.areas)}) as sized(sized_area_id, size_class) on sized_area_id = area_id and is_total
            left join ({literals(learnt.usual)}) as usual(usual_measure, usual_size_class, usual_period_id, pct, releases)
              on usual_measure = measure and usual_size_class = size_class and usual_period_id = period_id"""
        pct, by = "usual.pct, ", "usual.releases || ' releases', "
    return f"""(
            select changes.series_id, period_id, changes.value, changes.status, was_value as published_value, area_id, measure,
                   coalesce({pct}{audited.table.largest_revision_pct}) as usual_pct,
                   coalesce({by}'the declared number') as usual_by
            from changes join series using (series_id){known} where change = 'revised'
        ) b"""
