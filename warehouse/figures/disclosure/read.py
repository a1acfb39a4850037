"""Read what the marts and their as-of functions tell where counts are hidden."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection

from warehouse.areas import municipalities
from warehouse.database.sql_files import read_sql
from warehouse.figures.disclosure import told
from warehouse.figures.disclosure.cells import Scope, rows
from warehouse.figures.disclosure.told import Told, told_together

AUDITED = {
    "benefit_recipients": tuple(told.RECIPIENTS),
    "benefit_totals": told.TOTALS,
    "block_grant_share": told.SHARE_OF_COUNTRY,
    "revisions": ("before_value", "after_value", "change_value"),
    "settled_values": told.SETTLED,
}
"""The marts that tell of counts a publisher may hide, each with the columns that are held against its cells."""

_AS_PUBLISHED = "each number is a publisher's cell as it is shown, and nothing is computed of several"
_RANKED = "the ministry hides nothing of its benchmark: it rounds to tens"
_OWN = "of a municipality's own table: see `own_counts`"
TELLS_NOTHING = {
    "areas": "how many inhabitants there are, which is hidden nowhere",
    "observations": _AS_PUBLISHED,
    "unemployment": _AS_PUBLISHED,
    "sanctions": _AS_PUBLISHED,
    "notices": _AS_PUBLISHED,
    "public_support": _AS_PUBLISHED,
    "activation": f"{_AS_PUBLISHED}; and {_OWN}",
    "ordinary_hours": f"{_AS_PUBLISHED}; and {_OWN}",
    "block_grant_share": "the country's count is never hidden, and the key and what it gives are of the country's alone",
    "benchmark_ranking": _RANKED,
    "savings": _RANKED,
    "comparable_municipalities": _RANKED,
    "unemployment_projection": "an assumption of the country times a key",
    "budget_followup": "of a hidden month its figure tells the bounds alone that every hidden count has",
    "activation_mix": _OWN,
    "ordinary_hours_gap": _OWN,
    "exits": _OWN,
    "target_followup": _OWN,
    "investment_case": "assumptions alone",
    "claim_check": "answers of figures and cells, which have no value where a count is hidden",
    "revision_profile": "statistics of shown values alone; of hidden ones their number",
    "settled_values": "how often bands held, in the past",
}
"""Columns of numbers in the other marts, and those left over of the audited, tell nothing of a hidden count: why."""

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
    dict.fromkeys(("table_id", "period", "area_code", "measure"), pl.String) | dict.fromkeys(told.SETTLED, pl.Float64)
)


def told_of(connection: Connection, found: pl.DataFrame, *, scope: Scope) -> Told:
    """What the marts and their as-of functions tell where a count of a benefit is hidden, and of any hidden count's versions.

    The functions are asked wherever the whole warehouse is audited; a night asks the marts alone.
    """
    hidden = found.filter(pl.col("status") == "suppressed", pl.col("unit") != "pct")
    places = hidden.select("area_code", "period").unique()
    parts = [_told_of_versions(connection, scope=scope)]
    if scope.as_of is None:
        parts += [_told_of_marts(connection, found, places=places)]
    if scope.vintages is None:
        parts += [_told_of_functions(connection, found, places=places, scope=scope)]
    return told_together(*parts)


def _told_of_marts(connection: Connection, found: pl.DataFrame, *, places: pl.DataFrame) -> Told:
    def of_mart(mart: str, columns: pl.Schema) -> pl.DataFrame:
        query = (
            f"select {', '.join(columns)} from marts.{mart} "  # noqa: S608
            "join unnest(cast(:at_areas as text[]), cast(:at_periods as text[])) place (area_code, period) "
            "using (area_code, period) where area_code = any(:areas) and period = any(:periods)"
        )
        at = {"at_areas": places["area_code"].to_list(), "at_periods": places["period"].to_list()}
        return _of_places(connection, query, places=places, columns=columns, **at)

    return told_together(
        told.of_recipients(found, of_mart("benefit_recipients", _RECIPIENTS), place="marts.benefit_recipients"),
        told.of_totals(found, of_mart("benefit_totals", _TOTALS), place="marts.benefit_totals"),
        told.of_shares_of_country(found, of_mart("block_grant_share", _SHARES), place="marts.block_grant_share"),
        told.of_settled(found, of_mart("settled_values", _SETTLED), place="marts.settled_values"),
    )


def _told_of_functions(connection: Connection, found: pl.DataFrame, *, places: pl.DataFrame, scope: Scope) -> Told:
    def of_function(function: str, columns: pl.Schema) -> pl.DataFrame:
        named = ", ".join(f"f.{column}" for column in columns)
        query = (
            f"select {named} from unnest(cast(:areas as text[])) a (code) "  # noqa: S608
            f"cross join lateral marts.{function}(:as_of, a.code) f where f.period = any(:periods)"
        )
        return _of_places(connection, query, places=places, columns=columns, as_of=scope.asked["as_of"])

    return told_together(
        told.of_recipients(
            found, of_function("benefit_recipients_as_of", _RECIPIENTS), place="marts.benefit_recipients_as_of"
        ),
        told.of_totals(found, of_function("benefit_totals_as_of", _TOTALS), place="marts.benefit_totals_as_of"),
        told.of_averages(found, _averages(connection, places, scope=scope), place="marts.benefit_average_as_of"),
    )


def _of_places(
    connection: Connection, query: str, *, places: pl.DataFrame, columns: pl.Schema, **asked: object
) -> pl.DataFrame:
    """Rows of the areas and periods in which a count is hidden."""
    of = {name: sorted(places[column].unique()) for name, column in (("areas", "area_code"), ("periods", "period"))}
    return rows(connection, query, columns=columns, **of, **asked).join(places, on=["area_code", "period"], how="semi")


_AVERAGE = f"""
select '' as area_code, cast(:period as text) as period, status, {", ".join(told.AVERAGES)}, cast(:areas as text[]) as areas
from marts.benefit_average_as_of(:as_of, :areas, (select first_day from core.periods where code = :period),
                                 (select first_day from core.periods where code = :period))
"""  # noqa: S608
_AVERAGES = pl.Schema(
    [
        *dict.fromkeys((*_KEY, "status"), pl.String()).items(),
        *dict.fromkeys(told.AVERAGES, pl.Float64()).items(),
        ("areas", pl.List(pl.String())),
    ]
)


def _averages(connection: Connection, places: pl.DataFrame, *, scope: Scope) -> pl.DataFrame:
    """The average over all municipalities in which a count is hidden in the newest such month: one row."""
    of = places.filter(pl.col("area_code").is_in([area.code for area in municipalities()]))
    newest = of.filter(pl.col("period") == pl.col("period").max())
    if newest.is_empty():
        return pl.DataFrame(schema=_AVERAGES)
    asked = {"period": newest["period"][0], "areas": newest["area_code"].sort().to_list()}
    return rows(connection, _AVERAGE, columns=_AVERAGES, as_of=scope.asked["as_of"], **asked)


def _told_of_versions(connection: Connection, *, scope: Scope) -> Told:
    """What revisions tell of a count that one of their sides hides."""
    benefits = scope.as_of is not None
    source = "marts.benefit_revisions_as_of(:as_of)" if benefits else "marts.revisions"
    query = read_sql(__package__, "revisions").format(revisions=source)
    found = rows(connection, query, columns=_REVISIONS, **scope.asked)
    return told.of_revisions(found, place=source.removesuffix("(:as_of)"))
