"""Read what a figure rests on, as the warehouse knew it at any moment, side by side.

A value comes with its status and the vintage that brought it; a hidden value stays null, and what is computed from it
is null too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, Row, text

from warehouse.areas import COUNTRY
from warehouse.figures.model import COUNTED, EVERY_MEMBER, FEEDS, KEY, RECIPIENTS, Figure, Input
from warehouse.periods import Period

_TYPES = pl.Schema(
    {
        "area_code": pl.String,
        "period_id": pl.Int32,
        "item": pl.String,
        "value": pl.Float64,
        "status": pl.String,
        "vintage_id": pl.Int32,
    }
)
NOTHING = pl.DataFrame(schema=_TYPES)
"""What `read` gives where there is nothing."""


@dataclass(frozen=True)
class Scope:
    """Which rows are wanted: of one area (None: of all), as known at a moment (None: now), of some `benefits` by
    name (None: of all).

    `received` are the benefits' rows as `received` gives them, of that moment: several figures then share one reading, of
    all benefits.
    """

    area_code: str | None = None
    as_of: datetime | None = None
    received: pl.DataFrame | None = field(default=None, compare=False)
    benefits: tuple[str, ...] | None = None


_CELLS = """
select area_code, period_id, item, value, status, vintage_id
from marts.{read}_as_of(coalesce(cast(:as_of as timestamptz), 'infinity'), :table, :measure, :item, :area)
"""
_RECEIVED = """
select b.area_code, b.period, b.benefit_group_name as item, b.{measure} as value, b.{measure}_status as status,
       b.vintage_id
from marts.benefit_recipients_as_of(coalesce(cast(:as_of as timestamptz), 'infinity'), :area) b
where cast(:benefits as text[]) is null or b.benefit_group_name = any(:benefits)
"""


def read(connection: Connection, wanted: Input, *, scope: Scope) -> pl.DataFrame:
    """One row per area x period x item of one input: value, status and the vintage that brought it, sorted."""
    code = COUNTRY if wanted.area == "country" else scope.area_code
    about = {"table": wanted.table, "item": wanted.item, "measure": wanted.measure, "as_of": scope.as_of, "area": code}
    if wanted.table == RECIPIENTS and scope.received is not None:
        return moved(_among(scope.received, wanted=wanted, area_code=code), periods=wanted.earlier).sort(KEY)
    if wanted.table == RECIPIENTS:
        query = text(_RECEIVED.format(measure=wanted.measure))
        asked = {
            "area": code,
            "as_of": scope.as_of,
            "benefits": None if scope.benefits is None else [*scope.benefits],
        }
        rows = by_key(connection.execute(query, asked), types=_TYPES)
    else:
        own = wanted.table.startswith(FEEDS) or wanted.item == EVERY_MEMBER
        query = text(_CELLS.format(read="figure_lines" if own else "figure_inputs"))
        rows = pl.DataFrame([tuple(row) for row in connection.execute(query, about)], schema=_TYPES, orient="row")
    rows = rows if wanted.only is None else rows.filter(pl.col("item") == wanted.only)
    return moved(rows, periods=wanted.earlier).sort(KEY)


def by_key(found: Iterable[Row[Any]], *, types: pl.Schema) -> pl.DataFrame:
    """Rows that tell their period by its code where `types` has `period_id`, the number that the warehouse stores."""
    written = pl.Schema(types | {"period_id": pl.String()})
    rows = pl.DataFrame([tuple(row) for row in found], schema=written, orient="row")
    keys = {code: Period.parse(code).key for code in rows["period_id"].unique().to_list()}
    told = pl.col("period_id").replace_strict(keys, return_dtype=pl.Int32) if keys else pl.lit(None, dtype=pl.Int32)
    return rows.with_columns(period_id=told)


_ALL_RECEIVED = """
select b.area_code, b.period, b.benefit_group_name as item, b.vintage_id, {measures}
from marts.benefit_recipients_as_of(coalesce(cast(:as_of as timestamptz), 'infinity'), :area) b
"""
_MEASURES = (
    "recipients_persons", "recipients_full_time_persons", "share_of_workforce_pct", "share_of_population_pct",
)  # fmt: skip
_ALL_TYPES = pl.Schema(
    {"area_code": pl.String, "period_id": pl.Int32, "item": pl.String, "vintage_id": pl.Int32}
    | {name: kind for each in _MEASURES for name, kind in ((each, pl.Float64), (f"{each}_status", pl.String))}
)


def received(connection: Connection, *, areas: Sequence[str] | None, as_of: datetime | None) -> pl.DataFrame:
    """Every measure of the benefits of some areas (None: of all), one row per area x period x benefit, read once."""
    query = text(_ALL_RECEIVED.format(measures=", ".join(f"{name}, {name}_status" for name in _MEASURES)))
    found = [
        row
        for code in ([None] if areas is None else sorted(set(areas)))
        for row in connection.execute(query, {"as_of": as_of, "area": code})
    ]
    return by_key(found, types=_ALL_TYPES)


_TOTALS = """
select t.area_code, t.period, '' as item, t.total_full_time_persons, t.status, t.total_low_full_time_persons,
       t.total_high_full_time_persons, t.parts, t.parts_expected, t.missing, t.hidden,
       string_to_array(t.vintages, ', ')::integer[], t.provisional
from marts.benefit_totals_as_of(coalesce(cast(:as_of as timestamptz), 'infinity'), :area) t
"""
_TOTAL_TYPES = pl.Schema(
    {"area_code": pl.String, "period_id": pl.Int32, "item": pl.String}
    | {"total_full_time_persons": pl.Float64, "total_full_time_persons_status": pl.String}
    | {"low": pl.Float64, "high": pl.Float64, "parts": pl.Int64, "parts_expected": pl.Int64}
    | {"missing": pl.String, "hidden": pl.String, "vintages": pl.List(pl.Int64), "provisional": pl.Boolean}
)
_FEW_AREAS = 10


def totals(connection: Connection, *, scope: Scope) -> pl.DataFrame:
    """One row per area x month: all counted benefits together, as the warehouse adds them up, sorted."""
    received = scope.received
    wanted = [scope.area_code] if received is None else received["area_code"].unique().to_list()
    found = [
        row
        for code in (wanted if len(wanted) <= _FEW_AREAS else [None])
        for row in connection.execute(text(_TOTALS), {"as_of": scope.as_of, "area": code})
    ]
    return by_key(found, types=_TOTAL_TYPES).sort(KEY)


def _among(rows: pl.DataFrame, *, wanted: Input, area_code: str | None) -> pl.DataFrame:
    """What `read` would have asked of the benefits, taken from rows that were read before."""
    of = rows if area_code is None else rows.filter(pl.col("area_code") == area_code)
    found = of.select(
        "area_code",
        "period_id",
        "item",
        value=wanted.measure,
        status=f"{wanted.measure}_status",
        vintage_id="vintage_id",
    )
    return found if wanted.only is None else found.filter(pl.col("item") == wanted.only)


def moved(rows: pl.DataFrame, *, periods: int) -> pl.DataFrame:
    """Rows under the period they are compared with: that of so many periods later."""
    if not periods or rows.is_empty():
        return rows
    later = {key: Period.from_key(key).shifted(periods).key for key in rows["period_id"].unique().to_list()}
    return rows.with_columns(pl.col("period_id").replace_strict(later, return_dtype=pl.Int32))


def side_by_side(connection: Connection, figure: Figure, *, scope: Scope) -> pl.DataFrame:
    """A figure's inputs, one row per area x period x item of the first: `<name>`, `<name>_status`, `<name>_vintage`."""
    first, *others = figure.inputs
    if figure.reading is not None:
        return figure.reading.rows(connection, scope).sort(KEY)
    if first.item == COUNTED:
        return totals(connection, scope=scope)
    rows = named(read(connection, first, scope=scope), name=first.name)
    for other in others:
        beside = named(read(connection, other, scope=scope), name=other.name)
        rows = _looked_up(rows, beside, other=other, by_item=bool(other.item or other.table == RECIPIENTS))
    return rows.sort(KEY)


def named(rows: pl.DataFrame, *, name: str) -> pl.DataFrame:
    """Rows whose value, status and vintage are those of one input."""
    return rows.rename({"value": name, "status": f"{name}_status", "vintage_id": f"{name}_vintage"})


def _looked_up(rows: pl.DataFrame, beside: pl.DataFrame, *, other: Input, by_item: bool) -> pl.DataFrame:
    keys = ["period_id"]
    keys += ["area_code"] if other.area == "own" else []
    keys += ["item"] if by_item and other.only is None else []
    dropped = [key for key in KEY if key not in keys]
    # Two numbers for one row are none: which is meant cannot be told.
    return rows.join(beside.drop(dropped).unique(keys, keep="none"), on=keys, how="left")


def period_codes(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with `period` and `day` (its last day) beside `period_id`."""
    periods = [Period.from_key(key) for key in rows["period_id"].unique().sort().to_list()]
    told = [(period.key, str(period), period.last_day) for period in periods]
    types = {"period_id": pl.Int32, "period": pl.String, "day": pl.Date}
    return rows.join(pl.DataFrame(told, schema=types, orient="row"), on="period_id", how="left", maintain_order="left")


def first_days(rows: pl.DataFrame) -> pl.Expr:
    """The first day of the period that each row names by its code."""
    days = {code: Period.parse(code).first_day for code in rows["period"].unique().to_list()}
    return pl.col("period").replace_strict(days, return_dtype=pl.Date)


def vintages_of(rows: pl.DataFrame, *, names: Sequence[str]) -> pl.DataFrame:
    """Rows with `vintages`: the numbers of the vintages that brought their inputs, each once, sorted."""
    if "vintages" in rows.columns:
        return rows
    columns = [f"{name}_vintage" for name in names if f"{name}_vintage" in rows.columns]
    if not columns:
        return rows.with_columns(vintages=pl.lit([]))
    # Few vintages bring many rows, and a list for each row costs more than all else of a figure.
    together = rows.select(columns).unique()
    told = together.with_columns(vintages=pl.concat_list(columns).list.drop_nulls().list.unique().list.sort())
    return rows.join(told, on=columns, how="left", nulls_equal=True, maintain_order="left")
