"""Compute what a person on benefit costs the municipality after the state's refund, which falls with time on benefit.

Weeks are counted over all benefits together, the first is week 1, and a year is 52 weeks here, so that twelve monthly
payments are one year. Not every benefit follows the ladder. Source of the shipped ladder: the reform of January 2016.
"""

from __future__ import annotations

import re

import polars as pl

from warehouse.formulas.statuses import FormulaError, computed, require

WEEKS_A_YEAR = 52
_BASIS = re.compile(r"weeks_(\d+)_(\d+|on)")
_LADDER = {"from_week": pl.Int64, "to_week": pl.Int64, "refusion_pct": pl.Float64}


def ladder(steps: pl.DataFrame) -> pl.DataFrame:
    """The refund's ladder from assumptions with `basis` (`weeks_5_26`, `weeks_53_on`) and `assumed` in per cent.

    >>> ladder(pl.DataFrame({"basis": ["weeks_5_on", "weeks_1_4"], "assumed": [40, 80]})).rows()
    [(1, 4, 80.0), (5, None, 40.0)]

    One row per step, sorted: `from_week`, `to_week` (null: for good), `refusion_pct`. Raises FormulaError where steps
    overlap, leave a week out or have no end.
    """
    require(steps, columns=["basis", "assumed"], of="a ladder")
    rows = []
    for basis, refusion_pct in steps.select("basis", "assumed").rows():
        found = _BASIS.fullmatch(basis or "")
        if found is None:
            raise FormulaError(f"a step of the ladder is called '{basis}'; weeks_5_26 or weeks_53_on is expected")
        rows.append((int(found[1]), None if found[2] == "on" else int(found[2]), refusion_pct))
    return _checked(pl.DataFrame(rows, schema=_LADDER, orient="row"))


def _checked(steps: pl.DataFrame) -> pl.DataFrame:
    require(steps, columns=_LADDER, of="a ladder")
    ordered = steps.sort("from_week")
    expected: int | None = 1
    for first, last, refusion_pct in ordered.select(list(_LADDER)).rows():
        if first != expected or (last is not None and last < first):
            raise FormulaError(
                f"a step of the ladder has weeks {first} to {last}, and week {expected} was to come next"
            )
        if refusion_pct is None or not 0 <= refusion_pct <= 100:
            raise FormulaError(f"the ladder refunds {refusion_pct} per cent from week {first}; 0 to 100 is expected")
        expected = None if last is None else last + 1
    if expected is not None:
        raise FormulaError(f"the ladder ends before week {expected}; its last step has no to_week")
    return ordered


def net_municipal_cost(rows: pl.DataFrame, *, ladder: pl.DataFrame, years: int = 1) -> pl.DataFrame:
    """What a person on benefit costs after the refund, by year: rows with `monthly_benefit_dkk` and `first_week`.

    >>> steps = pl.DataFrame({"from_week": [1, 5, 27, 53], "to_week": [4, 26, 52, None], "refusion_pct": [80, 40, 30, 20]})
    >>> person = pl.DataFrame({"monthly_benefit_dkk": [11_944], "first_week": [1]})
    >>> found = net_municipal_cost(person, ladder=steps, years=2)
    >>> found.select("year", "gross_dkk", pl.col("net_municipal_cost_dkk").round()).rows()
    [(0, 143328.0, 88753.0), (1, 143328.0, 114662.0)]

    Source: kontanthjælp over 30 without children, 2023. `first_week` is the week on benefit in which year 0 begins.
    One row per row x year, in order: adds `year`, `gross_dkk`, `municipal_share_pct` and `net_municipal_cost_dkk`.
    Raises FormulaError.
    """
    require(rows, columns=["monthly_benefit_dkk", "first_week"], of="a net cost")
    early = rows.filter(pl.col("first_week") < 1)
    if early.height:
        raise FormulaError(f"first_week is {early['first_week'][0]}; weeks on benefit are counted from 1")
    by_year = rows.with_row_index("_row").join(pl.DataFrame({"year": range(years)}), how="cross")
    borne = by_year.join(_shares(by_year, ladder=_checked(ladder)), on=["_row", "year"], how="left")
    gross = pl.col("monthly_benefit_dkk") * 12
    found = computed(borne, gross_dkk=gross, net_municipal_cost_dkk=gross * pl.col("municipal_share_pct") / 100)
    return found.sort("_row", "year").drop("_row")


def _shares(by_year: pl.DataFrame, *, ladder: pl.DataFrame) -> pl.DataFrame:
    """The municipality's share of each year on benefit, in per cent; one row per row x year whose weeks are known."""
    first = pl.col("first_week") + pl.col("year") * WEEKS_A_YEAR
    begins = pl.max_horizontal(first, "from_week")
    ends = pl.min_horizontal(first + WEEKS_A_YEAR - 1, "to_week")
    borne = (ends - begins + 1).clip(0) * (100 - pl.col("refusion_pct"))
    spread = by_year.filter(pl.col("first_week").is_not_null()).join(ladder, how="cross")
    return spread.group_by("_row", "year").agg(municipal_share_pct=borne.sum() / WEEKS_A_YEAR)
