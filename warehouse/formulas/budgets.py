"""Compute the follow-up of a budget: full-time persons so far this year, what they cost, and what the year will end at.

A year is twelve months that weigh alike. What costs money is volume times price: a full-time person of a month costs a
twelfth of the price of a year. A sum over months or benefits is whole or has no value: it says how many parts it has, and
where the publisher hides some of them, between what it lies.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from warehouse.formulas.benefits import LARGEST_HIDDEN
from warehouse.formulas.statuses import classified, computed, given, require, worst_of_rows

AS_IT_STANDS, LAST_YEAR, SETTLED = "as_it_stands", "last_years_course", "settled_month"
"""What the months to come are taken to be: the newest month; the newest month moved as those of last year moved after it;
and what the newest month is expected to settle at."""
ALL = "I alt"
MONTHS = 12
LINE = ("area_code", "item", "year")
_REACHED = (*LINE, "through")
_COUNT, _BEFORE, _SETTLED = "full_time_persons", "full_time_persons_year_earlier", "settled_full_time_persons"
_BUDGET, _PRICE = "budget_full_time_persons", "price_dkk"
_ENDS = ("", "_status", "_least", "_most")
_MEASURES = (
    _COUNT, _BUDGET, "average_full_time_persons", "budget_average_full_time_persons", "budget_year_full_time_persons",
    "spent_dkk", "budget_spent_dkk", "budget_year_dkk", "year_end_full_time_persons", "year_end_dkk",
)  # fmt: skip
_BOUNDS = tuple(f"{name}_{end}_full_time_persons" for name in ("average", "year_end") for end in ("low", "high"))


def follow_up(months: pl.DataFrame) -> pl.DataFrame:
    """A year's benefits followed up after each month `through` that is reached, on each basis, and as `I alt` their sum.

    >>> counted = [110.0, 112.0, 108.0, 116.0] + [None] * 8
    >>> year = pl.DataFrame({"area_code": ["163"] * 12, "item": ["Sygedagpenge"] * 12, "year": [2024] * 12,
    ...     "month": list(range(1, 13)), "full_time_persons": counted, "price_dkk": [120_000.0] * 12,
    ...     "full_time_persons_year_earlier": [100.0] * 4 + [105.0] * 8, "budget_full_time_persons": [110.0] * 12})
    >>> april = follow_up(year).filter(pl.col("through") == 4, pl.col("item") != "I alt", pl.col("basis") != SETTLED)
    >>> april.select("average_full_time_persons", "gap_full_time_persons", "spent_dkk", "gap_dkk").row(0)
    (111.5, 1.5, 4460000.0, 60000.0)
    >>> april.select("basis", pl.col("year_end_full_time_persons").round(1), pl.col("year_end_gap_dkk").round()).rows()
    [('as_it_stands', 114.5, 540000.0), ('last_years_course', 118.4, 1004000.0)]

    `months` has one row per area x item x month of a year, all twelve: what was counted and in the same month a year
    earlier, what the month is expected to settle at with its bounds where that is known, the budget in full-time persons,
    and the price of one for a year. Gives one row per area x item x month reached x basis, sorted: the averages so far
    with their months, what they cost, the year's budget, and the year's end with its bounds; every gap is actual minus
    budget. A month is reached where any benefit of the area has a count in it. Raises FormulaError.
    """
    require(months, columns=[*LINE, "month"], of="a follow-up of budgets")
    beside = _beside_reached(_known(months))
    lines = _so_far(beside).join(_years(beside), on=_REACHED).join(_year_ends(beside), on=_REACHED)
    both = pl.concat([lines, _added_up(lines)], how="diagonal")
    found = computed(
        both,
        gap_full_time_persons=pl.col("average_full_time_persons") - pl.col("budget_average_full_time_persons"),
        gap_dkk=pl.col("spent_dkk") - pl.col("budget_spent_dkk"),
        year_end_gap_full_time_persons=pl.col("year_end_full_time_persons") - pl.col("budget_year_full_time_persons"),
        year_end_gap_dkk=pl.col("year_end_dkk") - pl.col("budget_year_dkk"),
    )
    return found.sort("area_code", "year", "through", pl.col("item") == ALL, "item", "basis")


def _known(months: pl.DataFrame) -> pl.DataFrame:
    """The months with every value's status, and between what a count lies: one that is hidden is of two at most."""
    known = given(months, _SETTLED, f"{_SETTLED}_least", f"{_SETTLED}_most")
    for column in (_COUNT, _BEFORE, _SETTLED, _BUDGET, _PRICE):
        known = classified(known, column=column)
    hidden = pl.col(f"{_COUNT}_status") == "suppressed"
    return known.with_columns(
        pl.when(hidden).then(pl.lit(end)).otherwise(_COUNT).alias(f"{_COUNT}{name}")
        for name, end in (("_least", 0.0), ("_most", float(LARGEST_HIDDEN)))
    )


def _beside_reached(known: pl.DataFrame) -> pl.DataFrame:
    """Each line's twelve months beside what stands in the month that was reached, once for every such month."""
    there = known.filter(pl.col(f"{_COUNT}_status").is_in(["observed", "suppressed"]))
    newest = there.group_by("area_code", "year").agg(reached=pl.col("month").max())
    carried = [f"{name}{end}" for name in (_COUNT, _SETTLED) for end in _ENDS] + [_BEFORE, f"{_BEFORE}_status"]
    now = known.join(newest, on=["area_code", "year"]).filter(pl.col("month") <= pl.col("reached"))
    named = now.select(*LINE, "reached", through="month", **{f"now_{name}": name for name in carried})
    return named.join(known, on=LINE)


def _so_far(beside: pl.DataFrame) -> pl.DataFrame:
    """What was counted and budgeted on average up to each month, and what both cost."""
    behind = computed(
        beside.filter(pl.col("month") <= pl.col("through")),
        spent=pl.col(_COUNT) * pl.col(_PRICE) / MONTHS,
        budgeted=pl.col(_BUDGET) * pl.col(_PRICE) / MONTHS,
    )
    shown = pl.col(f"{_COUNT}_status") == "observed"
    last = pl.col("month") == pl.col("through")
    return behind.group_by(_REACHED).agg(
        *(pl.col(f"{name}{end}").filter(last).first() for name in (_COUNT, _BUDGET, _PRICE) for end in _ENDS[:2]),
        *_mean(_COUNT, name="average_full_time_persons", bounded=True),
        *_mean(_BUDGET, name="budget_average_full_time_persons"),
        *_sum("spent", name="spent_dkk"),
        *_sum("budgeted", name="budget_spent_dkk"),
        months=shown.sum().cast(pl.Int64),
        months_expected=pl.len().cast(pl.Int64),
        parts=shown.all().cast(pl.Int64),
        parts_expected=pl.lit(1, dtype=pl.Int64),
    )


def _years(beside: pl.DataFrame) -> pl.DataFrame:
    """The budget of the whole year, on average and in money."""
    priced = computed(beside, budgeted=pl.col(_BUDGET) * pl.col(_PRICE) / MONTHS)
    return priced.group_by(_REACHED).agg(
        *_mean(_BUDGET, name="budget_year_full_time_persons"), *_sum("budgeted", name="budget_year_dkk")
    )


def _year_ends(beside: pl.DataFrame) -> pl.DataFrame:
    """The average of the whole year and what it costs, on each basis; the settled one of the newest month only."""
    newest = pl.col("through") == pl.col("reached")
    each = [
        _expected(beside, ahead=f"now_{_COUNT}", basis=AS_IT_STANDS),
        _expected(_moved_as_last_year(beside), ahead="ahead", basis=LAST_YEAR),
        _expected(beside.filter(newest), ahead=f"now_{_SETTLED}", basis=SETTLED, own=pl.col("through") - 1),
    ]
    priced = computed(pl.concat(each), expected_cost=pl.col("expected") * pl.col(_PRICE) / MONTHS)
    return priced.group_by(*_REACHED, "basis").agg(
        *_mean("expected", name="year_end_full_time_persons", bounded=True),
        *_sum("expected_cost", name="year_end_dkk"),
    )


def _expected(beside: pl.DataFrame, *, ahead: str, basis: str, own: pl.Expr | None = None) -> pl.DataFrame:
    """What each month of the year is taken to be: as counted up to `own` (the month reached), then as `ahead` has it."""
    counted = pl.col("month") <= (pl.col("through") if own is None else own)
    return beside.select(
        *_REACHED,
        _PRICE,
        f"{_PRICE}_status",
        *(pl.when(counted).then(f"{_COUNT}{end}").otherwise(f"{ahead}{end}").alias(f"expected{end}") for end in _ENDS),
        basis=pl.lit(basis),
    )


def _moved_as_last_year(beside: pl.DataFrame) -> pl.DataFrame:
    """Months with `ahead`: the month reached, moved as the same months of last year moved after it."""
    course = computed(beside, course=pl.col(_BEFORE) / pl.col(f"now_{_BEFORE}"))
    moved = computed(course, ahead=pl.col(f"now_{_COUNT}") * pl.col("course"))
    return moved.with_columns(
        (pl.col(f"now_{_COUNT}{end}") * pl.col("course")).alias(f"ahead{end}") for end in _ENDS[2:]
    )


def _added_up(lines: pl.DataFrame) -> pl.DataFrame:
    """The sum over the lines of an area's budget, which lacks where any of them does."""
    return lines.group_by("area_code", "year", "through", "basis").agg(
        *(expression for name in _MEASURES for expression in _sum(name, name=name)),
        *(_of_all(name, of=pl.col(name).sum()).alias(name) for name in _BOUNDS),
        pl.col("months").min(),
        pl.col("months_expected").max(),
        pl.col("parts", "parts_expected").sum(),
        item=pl.lit(ALL),
    )


def _mean(of: str, *, name: str, bounded: bool = False) -> Sequence[pl.Expr]:
    """The mean of a group's months, its status, and between what it lies."""
    found = [*_whole(of, pl.col(of).mean(), name=name)]
    ends = {"low": f"{of}_least", "high": f"{of}_most"} if bounded else {}
    stem = name.removesuffix("_full_time_persons")
    bounds = (
        _of_all(column, of=pl.col(column).mean()).alias(f"{stem}_{end}_full_time_persons")
        for end, column in ends.items()
    )
    return [*found, *bounds]


def _sum(of: str, *, name: str) -> Sequence[pl.Expr]:
    """The sum over a group, and its status."""
    return _whole(of, pl.col(of).sum(), name=name)


def _whole(of: str, found: pl.Expr, *, name: str) -> Sequence[pl.Expr]:
    status = worst_of_rows(pl.col(f"{of}_status"))
    return [pl.when(status == "observed").then(found).alias(name), status.alias(f"{name}_status")]


def _of_all(column: str, *, of: pl.Expr) -> pl.Expr:
    """What is made of all of a group; nothing where one of them is not there."""
    return pl.when(pl.col(column).is_not_null().all()).then(of)
