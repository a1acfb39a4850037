"""The refund's ladder in figures: all its steps on record for an area and day, as one assumption of several numbers.

A municipality's own ladder takes the place of the shipped one whole: steps of two ladders are never mixed.
"""

from __future__ import annotations

import polars as pl

from warehouse.assumed import applicable

ASSUMED = "state_refusion_pct"
STEPS = "ladder"


def with_ladder(rows: pl.DataFrame, *, known: pl.DataFrame) -> pl.DataFrame:
    """Rows with `ladder`: the steps (`basis`, `assumed` in per cent) that apply to their area and day.

    Rows to which no ladder applies are left out.
    """
    places = rows.select("area_code", "day").unique(maintain_order=True)
    found = applicable(known, name=ASSUMED, rows=places).filter(pl.col("assumption_id").is_not_null())
    own = pl.col("assumed_area_code").is_not_null()
    steps = (
        found.filter(own | ~own.any().over("area_code", "day"))
        .group_by("area_code", "day", maintain_order=True)
        .agg(
            pl.struct("basis", "assumed").alias(STEPS),
            pl.col("assumption_id").alias(f"{STEPS}_ids"),
            pl.col("caveat").drop_nulls().alias(f"{STEPS}_caveats"),
        )
    )
    joined = rows.join(steps, on=["area_code", "day"], how="inner")
    return joined.with_columns(
        assumptions=pl.concat_list("assumptions", f"{STEPS}_ids"),
        caveats=pl.concat_list("caveats", f"{STEPS}_caveats"),
    )
