"""Keys: a municipality's share of the country, on every basis on record.

The block-grant key itself is no published table; it is quoted in papers (`stated`). A share of the population or of the
workforce is another thing under the same name, and the two are never mixed: each basis is a row of its own.
"""

from __future__ import annotations

import polars as pl

from warehouse.assumed import applicable
from warehouse.figures.inputs import COUNTRY

KEY = "block_grant_key_pct"
POPULATION = "population_persons"
CHANGE = "national_unemployment_change_persons"
CLAIMED = "claimed_local_change_persons"


def with_keys(rows: pl.DataFrame, *, known: pl.DataFrame) -> pl.DataFrame:
    """Each row with each key that applies to its area and day: `key_pct`, `key_low_pct`, `key_high_pct`, `basis`."""
    places = rows.select("area_code", "day").unique(maintain_order=True)
    keys = pl.concat([_stated(places, known=known), _population_share(places, known=known)])
    if CHANGE in rows.columns:
        keys = pl.concat([keys, _claimed(rows, known=known)])
    joined = rows.drop("basis").join(keys, on=["area_code", "day"], how="inner")
    return joined.with_columns(
        assumptions=pl.concat_list("assumptions", "key_assumptions"),
        caveats=pl.concat_list("caveats", "key_caveats").list.drop_nulls(),
    )


def _stated(places: pl.DataFrame, *, known: pl.DataFrame) -> pl.DataFrame:
    """The keys somebody stated as such."""
    found = applicable(known, name=KEY, rows=places).filter(pl.col("assumption_id").is_not_null())
    return found.select(
        "area_code",
        "day",
        "basis",
        key_pct=pl.col("assumed"),
        key_low_pct=pl.col("assumed_low"),
        key_high_pct=pl.col("assumed_high"),
        key_assumptions=pl.concat_list("assumption_id"),
        key_caveats=pl.concat_list("caveat"),
    )


def _population_share(places: pl.DataFrame, *, known: pl.DataFrame) -> pl.DataFrame:
    """The share of the country's population on 1 January."""
    own = _persons(places, known=known, name=POPULATION)
    country = _persons(places.with_columns(area_code=pl.lit(COUNTRY)).unique(), known=known, name=POPULATION)
    both = own.join(country, on="day", how="inner", suffix="_country")
    return both.select(
        "area_code",
        "day",
        basis=pl.lit("population"),
        key_pct=100 * pl.col("assumed") / pl.col("assumed_country"),
        key_low_pct=pl.lit(None, dtype=pl.Float64),
        key_high_pct=pl.lit(None, dtype=pl.Float64),
        key_assumptions=pl.concat_list("assumption_id", "assumption_id_country"),
        key_caveats=pl.concat_list("caveat"),
    )


def _claimed(rows: pl.DataFrame, *, known: pl.DataFrame) -> pl.DataFrame:
    """The key that somebody's own local number implies: the number is a claim, and no key on record need give it."""
    claimed = _persons(rows.select("area_code", "day", CHANGE).unique(), known=known, name=CLAIMED)
    implied = pl.format(
        "Tallet er påstået, ikke beregnet: det svarer til en nøgle på {} pct.", pl.col("key_pct").round(2)
    )
    return (
        claimed.join(rows.select("area_code", "day", CHANGE).unique(), on=["area_code", "day"])
        .with_columns(key_pct=100 * pl.col("assumed") / pl.col(CHANGE))
        .select(
            "area_code",
            "day",
            basis=pl.lit("claimed"),
            key_pct=pl.col("key_pct"),
            key_low_pct=pl.lit(None, dtype=pl.Float64),
            key_high_pct=pl.lit(None, dtype=pl.Float64),
            key_assumptions=pl.concat_list("assumption_id"),
            key_caveats=pl.concat_list(implied),
        )
    )


def _persons(places: pl.DataFrame, *, known: pl.DataFrame, name: str) -> pl.DataFrame:
    columns = ("area_code", "day", "assumed", "assumed_low", "assumed_high", "assumption_id", "caveat")
    found = applicable(known, name=name, rows=places.select("area_code", "day"))
    return found.filter(pl.col("assumption_id").is_not_null()).select(columns)


def projection(rows: pl.DataFrame) -> pl.DataFrame:
    """`value`: persons that a national change means locally, whole; `exact_persons` beside it.

    >>> row = pl.DataFrame({"national_unemployment_change_persons": [20000.0], "key_pct": [0.54]})
    >>> row = row.with_columns(key_low_pct=pl.lit(None, dtype=pl.Float64), key_high_pct=pl.lit(0.55))
    >>> projection(row).select("value", "low", "high", "exact_persons").row(0)
    (108.0, None, 110.0, 108.0)
    """
    change = pl.col("national_unemployment_change_persons")
    exact = change * pl.col("key_pct") / 100
    return rows.with_columns(
        value=exact.round(),
        low=(change * pl.col("key_low_pct") / 100).round(),
        high=(change * pl.col("key_high_pct") / 100).round(),
        exact_persons=exact.round(6),
    )


def grant_share(rows: pl.DataFrame) -> pl.DataFrame:
    """`value`: the local share of the country's persons in per cent; the gap to the key, and what the key would give.

    >>> row = pl.DataFrame({"own": [328.0], "country": [80000.0], "key_pct": [0.54]})
    >>> grant_share(row).select("value", "gap_pct_point", "expected_full_time_persons").row(0)
    (0.41, -0.13, 432.0)
    """
    share = (100 * pl.col("own") / pl.col("country")).round(9)
    return rows.with_columns(
        value=share,
        low=pl.lit(None, dtype=pl.Float64),
        high=pl.lit(None, dtype=pl.Float64),
        gap_pct_point=(share - pl.col("key_pct")).round(9),
        expected_full_time_persons=(pl.col("country") * pl.col("key_pct") / 100).round(9),
    )
