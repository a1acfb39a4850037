"""Benefits: totals that name their members, changes over a year, and shares of workforce and population.

A sum over benefits takes those that the papers count and that were in force. A hidden part makes it a pair of bounds; a
hidden count is never worked out from a total.
"""

from __future__ import annotations

import polars as pl

from warehouse.sums import bounded_sum

_GRAIN = ("area_code", "period_id")


def total(rows: pl.DataFrame) -> pl.DataFrame:
    """`value`: full-time persons over all counted benefits, null where a part is hidden; then `low` and `high` hold it.

    >>> parts = pl.DataFrame({"area_code": ["163"] * 2, "period_id": [1202310] * 2, "item": ["a", "b"],
    ...     "own": [2880.0, None], "own_status": ["observed", "suppressed"], "vintages": [[1], [2]]})
    >>> parts = parts.with_columns(period=pl.lit("2023M10"), day=pl.lit(None), caveats=[], assumptions=[])
    >>> total(parts).select("value", "low", "high").row(0)
    (None, 2880.0, 2882.0)
    """
    parts = rows.select(*_GRAIN, value="own", status="own_status")
    sums = bounded_sum(parts, by=_GRAIN, unit="full_time_persons")
    about = rows.group_by(_GRAIN).agg(
        pl.col("period", "day").first(),
        pl.lit("").alias("item"),
        pl.lit("").alias("basis"),
        pl.col("caveats").explode().drop_nulls().unique().sort(),
        pl.col("assumptions").explode().drop_nulls(),
        pl.col("vintages").explode().unique().sort(),
    )
    exact = pl.when(pl.col("hidden") == 0).then(pl.col("low"))
    return about.join(sums.with_columns(value=exact), on=_GRAIN, how="left").sort(_GRAIN)


def change(rows: pl.DataFrame) -> pl.DataFrame:
    """`value`: full-time persons more than in the same month a year earlier; `change_pct` of that month's.

    >>> change(pl.DataFrame({"own": [2882.0], "year_earlier": [2844.0]})).select("value", "change_pct").row(0)
    (38.0, 1.336146)
    """
    value = pl.col("own") - pl.col("year_earlier")
    pct = pl.when(pl.col("year_earlier") > 0).then(100 * value / pl.col("year_earlier"))
    return rows.with_columns(
        value=value,
        low=pl.lit(None, dtype=pl.Float64),
        high=pl.lit(None, dtype=pl.Float64),
        change_pct=pct.round(6),
    )


def share(rows: pl.DataFrame) -> pl.DataFrame:
    """`value`: the published share in per cent; `gap_pct_point` to the country's.

    >>> share(pl.DataFrame({"own": [1.5], "country": [2.0]})).select("value", "gap_pct_point").row(0)
    (1.5, -0.5)
    """
    return rows.with_columns(
        value=pl.col("own"),
        low=pl.lit(None, dtype=pl.Float64),
        high=pl.lit(None, dtype=pl.Float64),
        gap_pct_point=(pl.col("own") - pl.col("country")).round(9),
    )
