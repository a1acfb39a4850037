"""Adds to rows the assumption that applies to each: its value, bounds and number."""

from __future__ import annotations

import polars as pl

from warehouse.assumptions.record import _AS_APPLIED


class RowsUnfit(ValueError):
    """Rows cannot be given assumptions; the message says which column is missing or in the way."""


def applicable(known: pl.DataFrame, *, name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` (with `area_code` and `day`) in their order, each once per basis with the assumption that applies to it.

    The area's own comes before one that holds anywhere; of those, one given for the day before the newest of earlier
    days, which carries a Danish `caveat`. A row to which nothing applies is kept once, without a number and with a
    caveat. `assumed`, `assumed_low` and `assumed_high` are in `assumed_unit`. Raises RowsUnfit.
    """
    _require_fit(rows)
    numbered = rows.with_row_index("_row")
    chosen = _chosen(known.filter(pl.col("name") == name), days=numbered.select("_row", "area_code", "day"))
    stale = pl.col("assumed_to") < pl.col("day")
    day, until = pl.col("day").dt.to_string("%d-%m-%Y"), pl.col("assumed_to").dt.to_string("%d-%m-%Y")
    instead = pl.format(f"{name} findes ikke for {{}}; den nyeste før, som gælder til {{}}, er brugt", day, until)
    absent = pl.col("assumption_id").is_null()
    return (
        numbered.join(chosen, on="_row", how="left")
        .with_columns(caveat=pl.when(absent).then(pl.lit(f"{name} findes ikke")).when(stale).then(instead))
        .sort("_row", "basis")
        .drop("_row")
    )


def _require_fit(rows: pl.DataFrame) -> None:
    missing = sorted({"area_code", "day"} - set(rows.columns))
    taken = sorted({"_row", "caveat", *_AS_APPLIED.values()} & set(rows.columns))
    if missing or taken or rows.schema["day"] != pl.Date:
        wrong = f"they lack {missing}" if missing else f"they already have {taken}" if taken else "their day is no date"
        raise RowsUnfit(
            f"rows take assumptions by area_code and day, and {wrong}; the columns are {', '.join(rows.columns)}"
        )


def _chosen(candidates: pl.DataFrame, *, days: pl.DataFrame) -> pl.DataFrame:
    """One row per row x basis: the assumption that applies."""
    offered = candidates.select(pl.col(name).alias(kept) for name, kept in _AS_APPLIED.items())
    own = days.join(offered, left_on="area_code", right_on="assumed_area_code", coalesce=False)
    anywhere = days.join(offered.filter(pl.col("assumed_area_code").is_null()), how="cross")
    begun = (pl.col("assumed_from") <= pl.col("day")).fill_null(True) & pl.col("day").is_not_null()
    return (
        pl.concat([own, anywhere.select(own.columns)])
        .filter(begun)
        .with_columns(_over=(pl.col("assumed_to") < pl.col("day")).fill_null(False))
        .sort(
            "_row",
            "basis",
            pl.col("assumed_area_code").is_null(),
            "_over",
            "assumed_to",
            descending=[False] * 4 + [True],
        )
        .unique(["_row", "basis"], keep="first", maintain_order=True)
        .drop("area_code", "day", "_over")
    )
