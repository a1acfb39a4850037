"""Read hidden counts with the cells that bind them, and what the marts tell where counts are hidden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, text

from warehouse.areas import municipalities
from warehouse.catalogue.units import HIDDEN_WHEN_SMALL
from warehouse.database.sql_files import read_sql
from warehouse.figures.disclosure import told
from warehouse.figures.disclosure.relations import CELLS
from warehouse.figures.disclosure.told import Told, told_together

PUBLISHERS = ("jobindsats", "local_files")
"""Those whose small counts are hidden: Danmarks Statistik says of a hidden figure no more than that it is uncertain."""

AUDITED = {
    "benefit_recipients": tuple(told.RECIPIENTS),
    "benefit_totals": told.TOTALS,
    "block_grant_share": told.SHARE_OF_COUNTRY,
    "revisions": ("before_value", "after_value", "change_value"),
    "settled_values": told.SETTLED,
}
"""The marts that tell of counts a publisher may hide, each with the columns that are held against its cells."""

TELLS_NOTHING = {
    "block_grant_share": "the country's count is never hidden, and the key and what it gives are of the country's alone",
    "benchmark_ranking": "the ministry hides nothing of its benchmark: it rounds to tens",
    "savings": "the ministry hides nothing of its benchmark: it rounds to tens",
    "unemployment_projection": "an assumption of the country times a key",
    "activation": "of a municipality's own table: see `own_counts`",
    "ordinary_hours": "of a municipality's own table: see `own_counts`",
    "exits": "of a municipality's own table: see `own_counts`",
    "target_followup": "of a municipality's own table: see `own_counts`",
    "investment_case": "assumptions alone",
    "claim_check": "answers of figures and cells, which have no value where a count is hidden",
    "revision_profile": "statistics of shown values alone; of hidden ones their number",
    "settled_values": "how often bands held, in the past",
}
"""Columns of numbers in the other marts, and those left over of the audited, tell nothing of a hidden count: why."""

_STANDING = "(select * from core.observations where superseded_by is null)"
_AS_OF = "core.observations_as_of(:as_of)"


@dataclass(frozen=True)
class Scope:
    """What is audited: as it stands or as it was known at a moment, everywhere or of one area.

    With `vintages` only where one of those changed a cell beside a hidden count of a benefit.
    """

    as_of: datetime | None = None
    area_code: str | None = None
    vintages: tuple[int, ...] | None = None

    @property
    def asked(self) -> dict[str, object]:
        """The values that the queries bind."""
        vintages = None if self.vintages is None else list(self.vintages)
        return {"as_of": self.as_of or "infinity", "area_code": self.area_code, "vintages": vintages}


_CHANGED = "select distinct table_no from core.vintages where vintage_id = any(:vintages)"
_OF_BENEFITS = "select distinct table_no from core.benefit_groups"
_OF_PUBLISHERS = "select table_no from core.tables where publisher = any(:publishers)"


def cells(connection: Connection, *, scope: Scope) -> pl.DataFrame:
    """The cells of tables, areas and periods in which a count is hidden, and what bounds those beside: as CELLS."""
    publishers = list(PUBLISHERS)
    if scope.vintages is None:
        tables, changed = connection.scalars(text(_OF_PUBLISHERS), {"publishers": publishers}).all(), []
    else:
        tables = connection.scalars(text(_OF_BENEFITS)).all()
        changed = list(connection.scalars(text(_CHANGED), {"vintages": list(scope.vintages)}))
    observations = _STANDING if scope.as_of is None else _AS_OF
    join = "left join" if scope.vintages is None else "join"
    query = read_sql(__package__, "cells").format(observations=observations, join=join)
    asked = {"units": sorted(HIDDEN_WHEN_SMALL), "publishers": publishers, "tables": list(tables), "changed": changed}
    return _rows(connection, query, columns=CELLS, **asked, **scope.asked)


def _rows(connection: Connection, query: str, *, columns: pl.Schema, **asked: object) -> pl.DataFrame:
    found = [tuple(row) for row in connection.execute(text(query), asked)]
    return pl.DataFrame(found, schema=columns, orient="row")


_KEY = {"area_code": pl.String, "period": pl.String}
_RECIPIENTS = pl.Schema({"benefit_group": pl.String, **_KEY, **dict.fromkeys(told.RECIPIENTS, pl.Float64)})
_TOTALS = pl.Schema({**_KEY, "status": pl.String, **dict.fromkeys(told.TOTALS, pl.Float64)})
_SHARES = pl.Schema(
    {"benefit_group_name": pl.String, "basis": pl.String, **_KEY}
    | dict.fromkeys((*told.SHARE_OF_COUNTRY, "country_full_time_persons", "key_pct"), pl.Float64)
)
_REVISIONS = pl.Schema(
    dict.fromkeys(("table_id", "period", "area_code", "measure", "members"), pl.String)
    | {"before_value": pl.Float64, "before_status": pl.String, "after_value": pl.Float64, "after_status": pl.String}
    | {"change_value": pl.Float64}
)
_SETTLED = pl.Schema(
    dict.fromkeys(("table_id", "period", "area_code", "measure"), pl.String)
    | dict.fromkeys(told.SETTLED, pl.Float64)
    | {"quantity": pl.String}
)


def told_of(connection: Connection, found: pl.DataFrame, *, scope: Scope) -> Told:
    """What the marts and their as-of functions tell where a count of a benefit is hidden, and of any hidden count's versions.

    The functions are asked wherever the whole warehouse is audited; a night asks the marts alone.
    """
    hidden = found.filter(pl.col("status") == "suppressed", pl.col("benefit_group").is_not_null())
    places = hidden.select("area_code", "period").unique()
    parts = [_told_of_versions(connection, scope=scope)]
    if scope.as_of is None:
        parts += [_told_of_marts(connection, found, places=places, scope=scope)]
    if scope.vintages is None:
        parts += [_told_of_functions(connection, found, places=places, scope=scope)]
    return told_together(*parts)


def _told_of_marts(connection: Connection, found: pl.DataFrame, *, places: pl.DataFrame, scope: Scope) -> Told:
    def rows(mart: str, columns: pl.Schema) -> pl.DataFrame:
        query = (
            f"select {', '.join(columns)} from marts.{mart} where area_code = any(:areas) and period = any(:periods)"  # noqa: S608
        )
        return _of_places(connection, query, places=places, columns=columns)

    return told_together(
        told.of_recipients(found, rows("benefit_recipients", _RECIPIENTS), place="marts.benefit_recipients"),
        told.of_totals(found, rows("benefit_totals", _TOTALS), place="marts.benefit_totals"),
        told.of_shares_of_country(found, rows("block_grant_share", _SHARES), place="marts.block_grant_share"),
        told.of_settled(
            _rows(connection, read_sql(__package__, "settled"), columns=_SETTLED, area_code=scope.area_code),
            place="marts.settled_values",
        ),
    )


def _told_of_functions(connection: Connection, found: pl.DataFrame, *, places: pl.DataFrame, scope: Scope) -> Told:
    def rows(function: str, columns: pl.Schema) -> pl.DataFrame:
        named = ", ".join(f"f.{column}" for column in columns)
        query = (
            f"select {named} from unnest(cast(:areas as text[])) a (code) "  # noqa: S608
            f"cross join lateral marts.{function}(:as_of, a.code) f where f.period = any(:periods)"
        )
        return _of_places(connection, query, places=places, columns=columns, as_of=scope.asked["as_of"])

    return told_together(
        told.of_recipients(
            found, rows("benefit_recipients_as_of", _RECIPIENTS), place="marts.benefit_recipients_as_of"
        ),
        told.of_totals(found, rows("benefit_totals_as_of", _TOTALS), place="marts.benefit_totals_as_of"),
        told.of_averages(found, _averages(connection, places, scope=scope), place="marts.benefit_average_as_of"),
    )


def _of_places(
    connection: Connection, query: str, *, places: pl.DataFrame, columns: pl.Schema, **asked: object
) -> pl.DataFrame:
    """Rows of the areas and periods in which a count is hidden."""
    of = {name: sorted(places[column].unique()) for name, column in (("areas", "area_code"), ("periods", "period"))}
    return _rows(connection, query, columns=columns, **of, **asked).join(places, on=["area_code", "period"], how="semi")


_AVERAGE = f"""
select '' as area_code, cast(:period as text) as period, status, {", ".join(told.AVERAGES)}, cast(:areas as text[]) as areas
from marts.benefit_average_as_of(:as_of, :areas, (select first_day from core.periods where code = :period),
                                 (select first_day from core.periods where code = :period))
"""  # noqa: S608
_AVERAGES = pl.Schema(
    {**_KEY, "status": pl.String, **dict.fromkeys(told.AVERAGES, pl.Float64), "areas": pl.List(pl.String)}
)


def _averages(connection: Connection, places: pl.DataFrame, *, scope: Scope) -> pl.DataFrame:
    """The average over all municipalities in which a count is hidden in the newest such month: one row."""
    of = places.filter(pl.col("area_code").is_in([area.code for area in municipalities()]))
    newest = of.filter(pl.col("period") == pl.col("period").max())
    if newest.is_empty():
        return pl.DataFrame(schema=_AVERAGES)
    asked = {"period": newest["period"][0], "areas": newest["area_code"].sort().to_list()}
    return _rows(connection, _AVERAGE, columns=_AVERAGES, as_of=scope.asked["as_of"], **asked)


def _told_of_versions(connection: Connection, *, scope: Scope) -> Told:
    """What revisions tell of a count that one of their sides hides."""
    benefits = scope.as_of is not None
    source = "marts.benefit_revisions_as_of(:as_of)" if benefits else "marts.revisions"
    query = read_sql(__package__, "revisions").format(revisions=source)
    rows = _rows(connection, query, columns=_REVISIONS, **scope.asked)
    return told.of_revisions(rows, place=source.removesuffix("(:as_of)"))
