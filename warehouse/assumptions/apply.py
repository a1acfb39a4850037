"""Put beside rows the assumption that applies to each: its value, bounds and number, one row for each basis on record."""

from __future__ import annotations

import polars as pl

_AS_APPLIED = {
    "basis": "basis",
    "assumption_id": "assumption_id",
    "value": "assumed",
    "low": "assumed_low",
    "high": "assumed_high",
    "unit": "assumed_unit",
    "area_code": "assumed_area_code",
    "valid_from": "assumed_from",
    "valid_to": "assumed_to",
    "source": "assumption_source",
    "evidence": "evidence",
}


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
    instead = pl.format(
        f"{name} er endnu ikke opgjort for perioden til {{}}; den seneste kendte, som gælder til {{}}, er brugt",
        day,
        until,
    )
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


def with_assumption(rows: pl.DataFrame, *, known: pl.DataFrame, name: str) -> pl.DataFrame:
    """Each row with each basis of an assumption that applies to it; rows without one are left out.

    Where an area has one of its own, those that hold anywhere are left out too: a municipality's price comes before a
    general one, whatever its basis.
    """
    places = rows.select("area_code", "day").unique(maintain_order=True)
    found = applicable(known, name=name, rows=places).filter(pl.col("assumption_id").is_not_null())
    own = pl.col("assumed_area_code").is_not_null()
    found = found.filter(own | ~own.any().over("area_code", "day"))
    beside = found.select(
        "area_code",
        "day",
        pl.col("assumed").alias(name),
        pl.col("assumed_low").alias(bound(name, "low")),
        pl.col("assumed_high").alias(bound(name, "high")),
        pl.col("basis").alias(f"{name}_basis"),
        pl.col("assumption_id").alias(f"{name}_id"),
        pl.col("caveat").alias(f"{name}_caveat"),
        pl.col("assumed_from").alias(f"{name}_from"),
    )
    joined = _of_one_basis(rows.join(beside, on=["area_code", "day"], how="inner"), name=name)
    new, before = pl.col(f"{name}_basis"), pl.col("basis")
    told = (new == "") | (new == before) | (new == pl.col("item"))
    basis = (
        pl.when(told).then(before).when(before == "").then(new).otherwise(pl.concat_str(before, new, separator=" / "))
    )
    return joined.with_columns(
        basis=basis,
        assumptions=pl.concat_list("assumptions", f"{name}_id"),
        caveats=pl.concat_list("caveats", f"{name}_caveat").list.drop_nulls(),
    )


def with_bounds(rows: pl.DataFrame, *, name: str) -> pl.DataFrame:
    """Rows in which an assumption that was given without bounds is its own: it is taken to be exact."""
    return rows.with_columns(pl.coalesce(bound(name, end), name).alias(bound(name, end)) for end in ("low", "high"))


def bound(name: str, which: str) -> str:
    """The name of an assumption's bound, which ends in its unit too: net_unit_cost_low_dkk."""
    stem, _, unit = name.rpartition("_")
    return f"{stem}_{which}_{unit}"


def _of_one_basis(rows: pl.DataFrame, *, name: str) -> pl.DataFrame:
    """Rows whose assumptions are of one basis, where there is one of the same: what a case costs is not another's."""
    same = pl.col("item") == pl.col(f"{name}_basis")
    return rows.filter(same | ~same.any().over("area_code", "day", "item"))
