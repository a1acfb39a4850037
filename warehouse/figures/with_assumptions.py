"""Put an assumption beside a figure's rows, one row for each basis on record."""

from __future__ import annotations

import polars as pl

from warehouse.assumptions.apply import applicable


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


def bound(name: str, which: str) -> str:
    """The name of an assumption's bound, which ends in its unit too: net_unit_cost_low_dkk."""
    stem, _, unit = name.rpartition("_")
    return f"{stem}_{which}_{unit}"


def _of_one_basis(rows: pl.DataFrame, *, name: str) -> pl.DataFrame:
    """Rows whose assumptions are of one basis, where there is one of the same: what a case costs is not another's."""
    same = pl.col("item") == pl.col(f"{name}_basis")
    return rows.filter(same | ~same.any().over("area_code", "day", "item"))
