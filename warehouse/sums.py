"""Sums over counts of which some are hidden: given as bounds, or refused; a hidden count is never worked out.

A hidden count is no zero. Jobindsats shows no count below 3 (the smallest in the 98 municipalities' rows of y25i01 and
y60a02, seen 2026-11-22), so each hidden part lies between 0 and 2. Whoever knows a total must not subtract the shown
parts from it: nothing here gives a residual.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from warehouse.catalogue.model import HIDDEN_WHEN_SMALL

LARGEST_HIDDEN = 2


class SumRefused(ValueError):
    """What was to be summed cannot be: its unit does not add up."""


def bounded_sum(parts: pl.DataFrame, *, by: Sequence[str], unit: str) -> pl.DataFrame:
    """One row per group of `by`, sorted: `low` and `high` of the sum of `value` in the unit, and how many parts are hidden.

    `parts` has one row per part with `value` and `status`. Low and high are one number where every part is shown, and
    null where a part is not there yet or was withdrawn. Raises SumRefused for a unit that does not add up.
    """
    if unit not in HIDDEN_WHEN_SMALL:
        raise SumRefused(f"values in {unit} are never summed: {', '.join(sorted(HIDDEN_WHEN_SMALL))} are")
    status, value = pl.col("status"), pl.col("value")
    known = status.is_in(["observed", "suppressed"]).all()
    hidden = (status == "suppressed").sum()
    shown = value.filter(status == "observed").sum()
    sums = parts.group_by(by).agg(low=pl.when(known).then(shown), hidden=hidden.cast(pl.Int64))
    return (
        sums.with_columns(high=pl.col("low") + LARGEST_HIDDEN * pl.col("hidden"))
        .select(*by, "low", "high", "hidden")
        .sort(by)
    )
