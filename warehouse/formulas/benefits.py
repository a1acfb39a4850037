"""Compute sums, shares and changes of counts: of benefit recipients first, and of whatever else is counted so.

The publisher hides counts of one and two, it seems also none, so a sum with hidden parts is a pair of bounds.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from warehouse.catalogue.units import HIDDEN_WHEN_SMALL
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


def change(frame: pl.DataFrame, *, of: str) -> pl.DataFrame:
    """The change from `<of>_year_earlier` to `of`, in their unit, and in per cent of what was.

    >>> october = pl.DataFrame({"persons": [2882], "persons_year_earlier": [2844]})
    >>> change(october, of="persons").select("change", pl.col("change_pct").round(2)).row(0)
    (38.0, 1.34)

    Source: Herlev, 31 January 2024, item 6. Adds `change` and `change_pct`. Raises FormulaError.
    """
    now, before = pl.col(of), pl.col(f"{of}_year_earlier")
    return computed(frame, change=now - before, change_pct=(now - before) / before.abs() * 100)


def against_country(frame: pl.DataFrame) -> pl.DataFrame:
    """A municipality's share beside the country's: the difference in percentage points, negative below the country.

    >>> rows = pl.DataFrame({"share_pct": [1.5], "country_share_pct": [2.0]})
    >>> against_country(rows)["gap_pct_point"].item()
    -0.5

    Adds `gap_pct_point`. Raises FormulaError.
    """
    return computed(frame, gap_pct_point=(pl.col("share_pct") - pl.col("country_share_pct")).round(9))
