"""Give the population on 1 January: as Statistics Denmark's table FOLK1A has it where that is loaded, else as assumed.

A municipality and the country are always taken of the same day and the same source. What is assumed is shipped with the
product (reference/population.csv) or a municipality's own.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl
from sqlalchemy import Connection

from warehouse.areas import COUNTRY
from warehouse.figures.inputs import Scope, read
from warehouse.figures.model import Input
from warehouse.periods import Period

TABLE = "folk1a"
MEASURE = "population_persons"
ASSUMED = "population_persons"
INPUTS = (
    Input("population_persons", TABLE, MEASURE),
    Input("country_population_persons", TABLE, MEASURE, area="country"),
)
AS_ASSUMED = "Befolkningen er antaget (docs/assumptions.md), ikke hentet fra Danmarks Statistiks tabel FOLK1A."
_PLACE = ("area_code", "day")
TYPES = pl.Schema(
    {
        "area_code": pl.String,
        "first_of_january": pl.Date,
        "persons": pl.Float64,
        "loaded": pl.Boolean,
        "vintage_id": pl.Int32,
        "assumption_id": pl.Int64,
    }
)


def on_record(connection: Connection, *, known: pl.DataFrame, as_of: datetime | None) -> pl.DataFrame:
    """Every population there is as of a moment, one row per area x 1 January x source: persons, and what brought them."""
    return pl.concat([_loaded(connection, as_of=as_of), _assumed(known)])


def _loaded(connection: Connection, *, as_of: datetime | None) -> pl.DataFrame:
    """What FOLK1A has of first quarters, which it counts on their first day."""
    cells = read(connection, INPUTS[0], scope=Scope(None, as_of)).filter(pl.col("status") == "observed")
    quarters = {key: Period.from_key(key) for key in cells["period_id"].unique().to_list()}
    days = {key: quarter.first_day for key, quarter in quarters.items() if quarter.number == 1}
    day = pl.col("period_id").replace_strict(days, default=None, return_dtype=pl.Date)
    found = cells.with_columns(first_of_january=day, persons="value", loaded=True, assumption_id=None)
    return found.filter(pl.col("first_of_january").is_not_null()).select(TYPES.names()).cast(TYPES)


def _assumed(known: pl.DataFrame) -> pl.DataFrame:
    of = (pl.col("name") == ASSUMED) & (pl.col("basis") == "") & pl.col("area_code", "valid_from").is_not_null()
    found = known.filter(pl.all_horizontal(of)).with_columns(
        first_of_january="valid_from", persons="value", loaded=False, vintage_id=None
    )
    return found.select(TYPES.names()).cast(TYPES)


def with_country(people: pl.DataFrame) -> pl.DataFrame:
    """Populations beside the country's of the same day and source; those without one are left out."""
    of_one = ["first_of_january", "loaded"]
    return people.join(people.filter(pl.col("area_code") == COUNTRY).drop("area_code"), on=of_one, suffix="_country")


def newest(places: pl.DataFrame, *, people: pl.DataFrame) -> pl.DataFrame:
    """The newest population up to each place's `day`, what is loaded before what is assumed, with `said`, Danish caveats."""
    begun = places.join(people, on="area_code").filter(pl.col("first_of_january") <= pl.col("day"))
    ordered = begun.sort(*_PLACE, "first_of_january", "loaded", descending=[False, False, True, True])
    found = ordered.unique(_PLACE, keep="first", maintain_order=True)
    on = pl.col("first_of_january")
    older = pl.format("Befolkningen er pr. {}, den nyeste, der kendes.", on.dt.to_string("%d-%m-%Y"))
    stale = pl.when(on.dt.year() < pl.col("day").dt.year()).then(older)
    assumed = pl.when(~pl.col("loaded")).then(pl.lit(AS_ASSUMED))
    return found.with_columns(said=pl.concat_list(assumed, stale).list.drop_nulls())


def as_inputs(found: pl.DataFrame) -> list[pl.Expr]:
    """The columns of `INPUTS` in rows of `newest`: value, status, vintage and period; the vintage is null where assumed."""
    suffixes = ["", *(["_country"] if "persons_country" in found.columns else [])]
    quarter = pl.format("{}Q01", pl.col("first_of_january").dt.year())
    return [
        column.alias(f"{wanted.name}{part}")
        for wanted, suffix in zip(INPUTS, suffixes, strict=False)
        for part, column in {
            "": pl.col(f"persons{suffix}"),
            "_status": pl.lit("observed"),
            "_vintage": pl.col(f"vintage_id{suffix}"),
            "_period": quarter,
        }.items()
    ]


def with_population(rows: pl.DataFrame, *, people: pl.DataFrame) -> pl.DataFrame:
    """Each row with its area's population, `population_persons`, and what that rests on; rows without one are left out."""
    found = newest(rows.select(_PLACE).unique(maintain_order=True), people=people)
    beside = found.select(*_PLACE, *as_inputs(found), "said", "assumption_id")
    return rows.join(beside, on=_PLACE).with_columns(
        caveats=pl.concat_list("caveats", "said"),
        assumptions=pl.concat_list("assumptions", "assumption_id").list.drop_nulls(),
    )
