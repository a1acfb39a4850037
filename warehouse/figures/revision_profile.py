"""Compute how a table is revised and what its newest values are expected to come to, from every version the warehouse keeps.

These are no figures of an area: their rows are of a table. The formulas and their sources are in docs/revisions.md.
"""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, text

from warehouse.areas import COUNTRY, municipalities
from warehouse.assumptions import known as assumed
from warehouse.figures import population
from warehouse.formulas.development import developed, releases
from warehouse.formulas.revision_profile import COUNTRY_CLASS, MUNICIPALITY_CLASSES, UNKNOWN_CLASS, profile

_VERSIONS = pl.Schema(
    {"series_id": pl.Int32, "period_id": pl.Int32, "vintage_id": pl.Int32, "value": pl.Float64, "status": pl.String}
)
_SERIES = pl.Schema({"series_id": pl.Int32, "measure": pl.String, "unit": pl.String, "area_code": pl.String})
VINTAGES = pl.Schema({"vintage_id": pl.Int32, "newest_period_id": pl.Int32, "backfilled": pl.Boolean})
_SHARES = ("bias_p_value", "hac_p_value", "news_p_value", "noise_p_value", "noise_to_signal")

_SERIES_OF = """
select s.series_id, m.name, m.unit, a.code from core.series s
join core.tables t using (table_no) join core.measures m using (measure_id) join core.areas a using (area_id)
where t.table_id = :table_id and s.members = t.root_members and a.kind in ('country', 'municipality')
"""
_VERSIONS_OF = """
select o.series_id, o.period_id, o.vintage_id, o.value, o.status::text from core.observations o
join core.tables t using (table_no)
where t.table_id = :table_id and o.series_id = any(:series) and o.period_id >= :first
"""
VINTAGES_OF = """
select v.vintage_id, v.newest_period_id, v.backfilled from core.vintages v join core.tables t using (table_no)
where t.table_id = :table_id order by v.vintage_id
"""
BREAKS_OF = """
select distinct b.first_period_id from core.series_breaks b join core.tables t using (table_no)
where t.table_id = :table_id order by b.first_period_id
"""


def revision_profile(found: pl.DataFrame | None, *, table_id: str) -> pl.DataFrame:
    """One row per measure, size class and age in releases of a table, as marts.revision_profile has them.

    `found` is its `development`. P-values are in per cent. Empty where no release was seen that another followed.
    """
    if found is None or found.is_empty():
        return pl.DataFrame()
    percent = {f"{name}_pct": 100 * pl.col(name) for name in _SHARES}
    rows = profile(found).with_columns(pl.lit(table_id).alias("table_id"), **percent)
    return rows.rename({"age": "age_releases"}).drop(_SHARES)


def development(connection: Connection, *, table_id: str) -> pl.DataFrame | None:
    """The cells of a table's total whose first release was seen, by age, with measure, unit, area and size class.

    None where no release was seen.
    """
    vintages = read_rows(connection, VINTAGES_OF, schema=VINTAGES, table_id=table_id)
    seen = releases(vintages).filter(pl.col("kind") == "release")
    if seen.is_empty():
        return None
    before = vintages.filter(pl.col("vintage_id") < seen["vintage_id"][0])["newest_period_id"].max()
    of = read_rows(connection, _SERIES_OF, schema=_SERIES, table_id=table_id).join(
        size_classes(connection), on="area_code"
    )
    asked = {"table_id": table_id, "series": of["series_id"].to_list(), "first": before}
    versions = read_rows(connection, _VERSIONS_OF, schema=_VERSIONS, **asked)
    breaks = tuple(connection.scalars(text(BREAKS_OF), {"table_id": table_id}))
    return developed(versions, vintages, breaks=breaks).join(of, on="series_id")


def size_classes(connection: Connection) -> pl.DataFrame:
    """The class of every municipality by its newest population on record, and the country's own: one row per area."""
    people = population.on_record(connection, known=assumed.known(connection, as_of=None), as_of=None)
    newest = people.sort("first_of_january", "loaded").unique("area_code", keep="last", maintain_order=True)
    largest_first = reversed(MUNICIPALITY_CLASSES.items())
    by_size = [pl.when(pl.col("persons") >= begins).then(pl.lit(name)) for name, begins in largest_first]
    own = (
        pl.when(pl.col("area_code") == COUNTRY)
        .then(pl.lit(COUNTRY_CLASS))
        .otherwise(pl.coalesce(*by_size, pl.lit(UNKNOWN_CLASS)))
    )
    places = pl.DataFrame({"area_code": [COUNTRY, *(area.code for area in municipalities())]})
    return places.join(newest, on="area_code", how="left").select("area_code", size_class=own)


def read_rows(connection: Connection, query: str, *, schema: pl.Schema, **asked: object) -> pl.DataFrame:
    """The rows of a query as a frame."""
    rows = [tuple(row) for row in connection.execute(text(query), asked)]
    return pl.DataFrame(rows, schema=schema, orient="row")
