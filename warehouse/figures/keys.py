"""Keys: a municipality's share of the country, on every basis on record.

The block-grant key itself is no published table; it is quoted in papers (`stated`). A share of the population or of the
workforce is another thing under the same name, and the two are never mixed: each basis is a row of its own. So is the
key that somebody's own local number implies (`claimed`): a claim, which no key on record need give.
"""

from __future__ import annotations

import polars as pl

from warehouse.assumed import applicable
from warehouse.figures.inputs import COUNTRY
from warehouse.formulas import keys as formulas
from warehouse.formulas.changes import share

KEY = "block_grant_key_pct"
POPULATION = "population_persons"
CHANGE = "national_unemployment_change_persons"
CLAIMED = "claimed_local_change_persons"
_PLACE = ("area_code", "day")
_COLUMNS = (*_PLACE, "basis", "key_pct", "key_low_pct", "key_high_pct", "key_assumptions", "key_caveats")


def with_keys(rows: pl.DataFrame, *, known: pl.DataFrame) -> pl.DataFrame:
    """Each row with each key that applies to its area and day: `key_pct`, `key_low_pct`, `key_high_pct`, `basis`."""
    places = rows.select(_PLACE).unique(maintain_order=True)
    found = [_stated(places, known=known), _by_population(places, known=known)]
    if CHANGE in rows.columns:
        found.append(_claimed(rows.select(*_PLACE, CHANGE).unique(maintain_order=True), known=known))
    keys = pl.concat(found).unique([*_PLACE, "basis"], keep="last", maintain_order=True)
    joined = rows.drop("basis").join(keys, on=_PLACE, how="inner")
    return joined.with_columns(
        assumptions=pl.concat_list("assumptions", "key_assumptions"),
        caveats=pl.concat_list("caveats", "key_caveats").list.drop_nulls(),
    )


def _stated(places: pl.DataFrame, *, known: pl.DataFrame) -> pl.DataFrame:
    """The keys that somebody stated as such."""
    return _assumed(places, known=known, name=KEY).select(
        *_PLACE,
        "basis",
        key_pct="assumed",
        key_low_pct="assumed_low",
        key_high_pct="assumed_high",
        key_assumptions=pl.concat_list("assumption_id"),
        key_caveats=pl.concat_list("caveat"),
    )


def _by_population(places: pl.DataFrame, *, known: pl.DataFrame) -> pl.DataFrame:
    """The share of the country's population on 1 January."""
    own = _assumed(places, known=known, name=POPULATION)
    # The country of the same 1 January: a share of two years is a share of nothing.
    same_day = own.select(pl.lit(COUNTRY).alias("area_code"), day="assumed_from").unique()
    country = _assumed(same_day, known=known, name=POPULATION).select("assumed_from", "assumed", "assumption_id")
    both = own.join(country, on="assumed_from", suffix="_country")
    shares = share(both, part="assumed", whole="assumed_country")
    return _without_bounds(
        shares.with_columns(key_pct="share_pct"),
        basis="population",
        assumptions=pl.concat_list("assumption_id", "assumption_id_country"),
        caveat=pl.col("caveat"),
    )


def _claimed(rows: pl.DataFrame, *, known: pl.DataFrame) -> pl.DataFrame:
    """The key that somebody's own local number implies."""
    claimed = _assumed(rows.select(_PLACE), known=known, name=CLAIMED).join(rows, on=_PLACE)
    claimed = claimed.with_columns(projection_persons="assumed", national_change_persons=CHANGE)
    implied = formulas.implied_key(claimed).with_columns(key_pct="implied_key_pct")
    said = pl.format("Tallet er påstået, ikke beregnet: det svarer til en nøgle på {} pct.", pl.col("key_pct").round(2))
    return _without_bounds(implied, basis="claimed", assumptions=pl.concat_list("assumption_id"), caveat=said)


def _without_bounds(keys: pl.DataFrame, *, basis: str, assumptions: pl.Expr, caveat: pl.Expr) -> pl.DataFrame:
    return keys.with_columns(
        basis=pl.lit(basis),
        key_low_pct=pl.lit(None, dtype=pl.Float64),
        key_high_pct=pl.lit(None, dtype=pl.Float64),
        key_assumptions=assumptions,
        key_caveats=pl.concat_list(caveat),
    ).select(_COLUMNS)


def _assumed(places: pl.DataFrame, *, known: pl.DataFrame, name: str) -> pl.DataFrame:
    return applicable(known, name=name, rows=places).filter(pl.col("assumption_id").is_not_null())


def projection(rows: pl.DataFrame) -> pl.DataFrame:
    """What a national change means locally, on each key."""
    return formulas.projection(rows.with_columns(national_change_persons=CHANGE))
