"""The figures of the block grant: a municipality's share of the country against its key, and what the key makes of a forecast.

The block-grant key itself is no published table; it is quoted in papers (`stated`). A share of the population or of the
workforce is another thing under the same name, and the two are never mixed: each basis is a row of its own. So is the
key that somebody's own local number implies (`claimed`): a claim, which no key on record need give. The share of the
population rests on the loaded table of 1 January where there is one, and its rows name the vintage.
"""

from __future__ import annotations

import polars as pl

from warehouse.assumptions.apply import applicable, bound
from warehouse.danish.reservations import SMALLEST_COUNT
from warehouse.figures import population
from warehouse.figures.benefits import FULL_TIME, SOURCE
from warehouse.figures.model import RECIPIENTS, Figure, Input
from warehouse.formulas import block_grant as formulas
from warehouse.formulas.benefits import share

KEY = "block_grant_key_pct"
CHANGE = "national_unemployment_change_persons"
CLAIMED = "claimed_local_change_persons"
_PLACE = ("area_code", "day")
_COLUMNS = (*_PLACE, "basis", "key_pct", "key_low_pct", "key_high_pct", "key_assumptions", "key_caveats")
_POPULATIONS = tuple(each.name for each in population.INPUTS)


def with_keys(rows: pl.DataFrame, *, known: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Each row with each key that applies to its area and day: `key_pct`, `key_low_pct`, `key_high_pct`, `basis`.

    `people` are the populations on record (warehouse/figures/population.py).
    """
    places = rows.select(_PLACE).unique(maintain_order=True)
    found = [_stated(places, known=known), _by_population(places, people=people)]
    if CHANGE in rows.columns:
        found.append(_claimed(rows.select(*_PLACE, CHANGE).unique(maintain_order=True), known=known))
    keys = pl.concat(found, how="diagonal").unique([*_PLACE, "basis"], keep="first", maintain_order=True)
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


def _by_population(places: pl.DataFrame, *, people: pl.DataFrame) -> pl.DataFrame:
    """The share of the country's population on 1 January, of the same day and source: a share of two is of nothing."""
    found = population.newest(places, people=population.with_country(people))
    shares = share(found, part="persons", whole="persons_country").with_columns(
        *population.as_inputs(found), key_pct="share_pct"
    )
    used = pl.concat_list("assumption_id", "assumption_id_country").list.drop_nulls()
    keys = _without_bounds(shares, basis="population", assumptions=used, caveats=pl.col("said"))
    return keys.select(*_COLUMNS, *(name for name in keys.columns if name.startswith(_POPULATIONS)))


def _claimed(rows: pl.DataFrame, *, known: pl.DataFrame) -> pl.DataFrame:
    """The key that somebody's own local number implies."""
    own = _assumed(rows.select(_PLACE), known=known, name=CLAIMED)
    # Somebody's number is of the change they had in mind: it is not held against that of a later year.
    claimed = own.filter(pl.col("caveat").is_null()).join(rows, on=_PLACE)
    claimed = claimed.with_columns(projection_persons="assumed", national_change_persons=CHANGE)
    implied = formulas.implied_key(claimed).with_columns(key_pct="implied_key_pct")
    key = pl.col("key_pct").round(2).cast(pl.String).str.replace(".", ",", literal=True)
    said = pl.format("Tallet står i sagen og er ikke beregnet her; det svarer til en nøgle på {} pct.", key)
    used = pl.concat_list("assumption_id")
    found = _without_bounds(implied, basis="claimed", assumptions=used, caveats=pl.concat_list(said))
    return found.select(_COLUMNS)


def _without_bounds(keys: pl.DataFrame, *, basis: str, assumptions: pl.Expr, caveats: pl.Expr) -> pl.DataFrame:
    return keys.with_columns(
        basis=pl.lit(basis),
        key_low_pct=pl.lit(None, dtype=pl.Float64),
        key_high_pct=pl.lit(None, dtype=pl.Float64),
        key_assumptions=assumptions,
        key_caveats=caveats,
    )


def _assumed(places: pl.DataFrame, *, known: pl.DataFrame, name: str) -> pl.DataFrame:
    return applicable(known, name=name, rows=places).filter(pl.col("assumption_id").is_not_null())


def projection(rows: pl.DataFrame) -> pl.DataFrame:
    """What a national change means locally, on each key, with the bounds of either; an exact key is its own."""
    bounds = {end: pl.col(bound(CHANGE, end)) for end in ("low", "high")}
    given = pl.any_horizontal(each.is_not_null() for each in bounds.values())
    keys = [pl.coalesce(f"key_{end}_pct", pl.when(given).then("key_pct")).alias(f"key_{end}_pct") for end in bounds]
    changes = {f"national_change_{end}_persons": pl.coalesce(each, CHANGE) for end, each in bounds.items()}
    return formulas.projection(rows.with_columns(*keys, national_change_persons=CHANGE, **changes))


FIGURES = (
    Figure(
        name="block_grant_share",
        title="Andel af landets ydelsesmodtagere mod bloktilskudsnøglen",
        title_en="Share of the country against the block-grant key",
        formula="100 x local_persons / national_persons, against key_pct",
        unit="pct",
        source=SOURCE,
        inputs=(
            Input("local_persons", RECIPIENTS, FULL_TIME),
            Input("national_persons", RECIPIENTS, FULL_TIME, area="country"),
        ),
        compute=formulas.block_grant_share,
        also_reads=(population.TABLE,),
        by_benefit=True,
        value="share_pct",
        rests_on=dict.fromkeys(("share_pct", "key_difference_pct_point"), ("local_persons", SMALLEST_COUNT)),
        assumptions=(KEY,),
        columns={
            "local_persons": "full_time_persons",
            "national_persons": "full_time_persons",
            "key_pct": "pct",
            "key_difference_pct_point": "pct_point",
            "expected_persons": "full_time_persons",
        },
        caveats=("En befolkningsnøgle retter kun for kommunens størrelse.",),
    ),
    Figure(
        name="unemployment_projection",
        title="Hvad en ændring i landets ledighed betyder lokalt",
        title_en="What a national change of unemployment means locally",
        formula="national_unemployment_change_persons x key_pct / 100",
        unit="persons",
        source="Økonomisk Redegørelse, as papers quote it",
        inputs=(),
        begins_with=CHANGE,
        compute=projection,
        also_reads=(population.TABLE,),
        value="projection_persons",
        low="projection_low_persons",
        high="projection_high_persons",
        assumptions=(CHANGE, KEY),
        columns={"national_change_persons": "persons", "key_pct": "pct", "projection_exact_persons": "persons"},
        caveats=("Beregningen er en fordelingsnøgle, ikke en prognose for kommunen.",),
    ),
)
