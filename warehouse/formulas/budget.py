"""Budgets of several years: their entries and the sums by year, by line and over all."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from warehouse.formulas.statuses import classified, require, worst_of_rows


def budget(entries: pl.DataFrame, *, by: Sequence[str] = ()) -> pl.DataFrame:
    """A budget's entries, followed by their sums; one row per `by` x `line` x `year`, and per sum.

    >>> ips = pl.DataFrame({"line": ["consultants", "job consultant"] * 2, "year": [2025, 2025, 2026, 2026],
    ...                     "amount_dkk": [1_200_000, 225_000, 1_200_000, 450_000]})
    >>> budget(ips).filter(pl.col("sum_of") != "entry").select("sum_of", "line", "year", "amount_dkk").rows()
    [('year', None, 2025, 1425000.0), ('year', None, 2026, 1650000.0), ('line', 'consultants', None, 2400000.0), \
('line', 'job consultant', None, 675000.0), ('all', None, None, 3075000.0)]

    Source: Faaborg-Midtfyn, 20 February 2024, item 22. `sum_of` is `entry`, `year` (a year over all lines), `line` (a line
    over all years) or `all`; income is negative. A line without an entry in a year has no amount there; an entry that is
    not known makes its sums unknown. Raises FormulaError.
    """
    require(entries, columns=[*by, "line", "year", "amount_dkk"], of="a budget")
    columns = [*by, "sum_of", "line", "year", "amount_dkk", "amount_dkk_status"]
    known = classified(entries, column="amount_dkk").with_columns(sum_of=pl.lit("entry")).select(columns)
    sums = {"year": [*by, "year"], "line": [*by, "line"], "all": list(by)}
    parts = [known, *(_summed(known, of=of, by=keys).select(columns) for of, keys in sums.items())]
    together = pl.concat(parts).with_row_index("_row")
    return together.sort(*by, "_row").drop("_row") if by else together.drop("_row")


def _summed(entries: pl.DataFrame, *, of: str, by: Sequence[str]) -> pl.DataFrame:
    status = worst_of_rows(pl.col("amount_dkk_status"))
    total = pl.when(status == "observed").then(pl.col("amount_dkk").sum()).alias("amount_dkk")
    sums = [total, status.alias("amount_dkk_status")]
    found = entries.group_by(by, maintain_order=True).agg(sums) if by else entries.select(sums)
    ordered = found.sort(by) if of == "year" else found
    absent = [pl.lit(None, dtype=entries.schema[name]).alias(name) for name in ("line", "year") if name not in by]
    return ordered.with_columns(*absent, sum_of=pl.lit(of))
