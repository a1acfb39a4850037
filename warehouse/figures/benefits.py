"""Benefits: totals that name their members, changes over a year, and published shares against the country's.

A sum over benefits takes those that the papers count and that were in force. A hidden part makes it a pair of bounds; a
hidden count is never worked out from a total.
"""

from __future__ import annotations

import polars as pl

from warehouse.formulas.arithmetic import bounded_sum, change
from warehouse.formulas.statuses import computed

_GRAIN = ("area_code", "period_id")


def total(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per area x period: full-time persons over all counted benefits, null where a part is hidden or missing.

    A part that is missing altogether leaves no upper bound.

    >>> parts = pl.DataFrame({"area_code": ["163"] * 2, "period_id": [1202310] * 2, "item": ["a", "b"],
    ...     "full_time_persons": [2880.0, None], "full_time_persons_status": ["observed", "suppressed"],
    ...     "parts_expected": [2, 2], "vintages": [[1], [2]], "caveats": [[], []], "assumptions": [[], []]})
    >>> parts = parts.with_columns(period=pl.lit("2023M10"), day=pl.lit(None))
    >>> total(parts).select("total_full_time_persons", "low", "high", "hidden").row(0)
    (None, 2880.0, 2882.0, 1)
    """
    parts = rows.select(*_GRAIN, value="full_time_persons", status="full_time_persons_status")
    sums = bounded_sum(parts, by=_GRAIN, unit="full_time_persons")
    about = rows.group_by(_GRAIN).agg(
        pl.col("period", "day", "parts_expected").first(),
        pl.col("item").n_unique().alias("parts"),
        pl.lit("").alias("item"),
        pl.lit("").alias("basis"),
        *(pl.col(name).explode().drop_nulls().unique().sort() for name in ("caveats", "assumptions", "vintages")),
    )
    whole = pl.col("parts") == pl.col("parts_expected")
    status = (pl.when(~whole).then(pl.lit("missing")).when(pl.col("hidden") > 0).then(pl.lit("suppressed"))).otherwise(
        pl.when(pl.col("low").is_null()).then(pl.lit("missing")).otherwise(pl.lit("observed"))
    )
    found = about.join(sums, on=_GRAIN, how="left").with_columns(total_full_time_persons_status=status)
    shown = pl.when(pl.col("total_full_time_persons_status") == "observed").then(pl.col("low"))
    high = pl.when(whole).then(pl.col("high"))
    return found.with_columns(total_full_time_persons=shown, high=high).sort(_GRAIN)


def year_on_year(rows: pl.DataFrame) -> pl.DataFrame:
    """Full-time persons more than in the same month a year earlier, and in per cent of that month's."""
    return change(rows, of="full_time_persons")


def against_country(rows: pl.DataFrame) -> pl.DataFrame:
    """A published share beside the country's.

    >>> rows = pl.DataFrame({"share_pct": [1.5], "country_share_pct": [2.0]})
    >>> against_country(rows)["gap_pct_point"].item()
    -0.5
    """
    return computed(rows, gap_pct_point=(pl.col("share_pct") - pl.col("country_share_pct")).round(9))
