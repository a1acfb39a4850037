"""Compute what every theme does: a part's share of its whole, and sums of counts of which some are hidden.

The publisher hides counts of one and two, so a sum with hidden parts is a pair of bounds.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from warehouse.catalogue.model import HIDDEN_WHEN_SMALL
from warehouse.formulas.statuses import computed

LARGEST_HIDDEN = 2
"""The largest count that the publisher hides."""


class SumRefused(ValueError):
    """What was to be summed cannot be: its unit does not add up."""


def share(frame: pl.DataFrame, *, part: str, whole: str) -> pl.DataFrame:
    """What `part` is of `whole`, in per cent.

    >>> herlev = pl.DataFrame({"local_persons": [29_215], "national_persons": [5_932_654]})
    >>> share(herlev, part="local_persons", whole="national_persons")["share_pct"].round(4).item()
    0.4924

    Source: population on 1 January 2023. Adds `share_pct`. Raises FormulaError.
    """
    return computed(frame, share_pct=pl.col(part) / pl.col(whole) * 100)


def bounded_sum(parts: pl.DataFrame, *, by: Sequence[str], unit: str) -> pl.DataFrame:
    """One row per group of `by`, sorted: `low` and `high` of the sum of `value` in the unit, and how many parts are hidden.

    >>> parts = pl.DataFrame({"month": [1, 1], "value": [2880, None], "status": ["observed", "suppressed"]})
    >>> bounded_sum(parts, by=["month"], unit="persons").rows()
    [(1, 2880, 2882, 1)]

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
