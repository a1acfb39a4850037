"""Compute a figure's rows, as they stand or as they were known at a moment, each with what it rests on.

One row per area x period x item x basis. A value is null where an input is hidden or missing; the status says which, and
a row whose assumption is not on record is left out, with the reason in `missing`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, text

from warehouse.areas import COUNTRY, all_areas, municipalities
from warehouse.assumptions import known as assumed
from warehouse.assumptions.apply import with_assumption
from warehouse.danish.reservations import FEW_EXPLAINED, PROVISIONAL_EXPLAINED, TOO_FEW
from warehouse.figures import population, printed_lists
from warehouse.figures.block_grant import KEY as GRANT_KEY
from warehouse.figures.block_grant import with_keys
from warehouse.figures.inputs import Scope, by_key, period_codes, side_by_side, vintages_of
from warehouse.figures.model import FEEDS, KEY, OF_COUNTRY, RECIPIENTS, Figure
from warehouse.formulas.statuses import status_of
from warehouse.periods import Period, PeriodKind

ORDER = ("area_code", "period_id", "item", "basis")
SOURCE = ("stands_beside", "table_id")
_NO_IDS = pl.lit([], dtype=pl.List(pl.Int64))
_NOTHING_SAID = pl.lit([], dtype=pl.List(pl.String))


@dataclass(frozen=True)
class Answer:
    """A figure's rows, sorted, and why there are none where there are none."""

    figure: Figure
    rows: pl.DataFrame
    missing: tuple[str, ...] = field(default=())


def answer(connection: Connection, figure: Figure, *, scope: Scope) -> Answer:
    """The figure for one area or all, as known at the scope's moment."""
    known = assumed.known(connection, as_of=scope.as_of)
    rows, missing = _begun(connection, figure, known=known, scope=scope)
    people = _people(connection, figure, known=known, scope=scope)
    for name in figure.assumptions:
        before = rows.height
        rows = _with(rows, known=known, people=people, name=name)
        if name == figure.begins_with:
            rows = _of_the_year(rows, name=name).with_columns(item=pl.col("basis"), basis=pl.lit(""))
        if before and rows.is_empty():
            missing.append(_lacking(name))
    if figure.join is not None:
        rows, reasons = figure.join(rows, known)
        missing += reasons
    rows = rows if figure.inputs == () else _with_breaks(connection, rows, figure=figure)
    rows = _with_provisional(connection, rows, figure=figure, as_of=scope.as_of)
    computed = _of_enough(figure.compute(vintages_of(rows, names=_brought(figure))), figure=figure)
    if scope.area_code is not None:
        computed = computed.filter(pl.col("area_code") == scope.area_code)
    order = [*ORDER, *(name for name in SOURCE if name in computed.columns)]
    return Answer(figure, _told(computed, figure=figure).sort(order), tuple(missing))


def _begun(
    connection: Connection, figure: Figure, *, known: pl.DataFrame, scope: Scope
) -> tuple[pl.DataFrame, list[str]]:
    """A figure's rows before anything is assumed, and why there are none where there are none."""
    read = replace(scope, area_code=None) if figure.everywhere else scope
    begun = side_by_side(connection, figure, scope=read) if figure.inputs else _from_assumption(figure, known, scope)
    begun = printed_lists.with_lists(connection, begun, figure=figure, scope=read)
    ambiguous = begun.select(printed_lists.SOURCE_KEY if figure.printed else KEY).is_duplicated()
    missing = _nothing_to_begin_with(figure) if begun.is_empty() else []
    if ambiguous.any():
        missing.append(
            "two tables of your own feed the same figure for the same area, period and line: neither is taken"
        )
    rows = period_codes(begun.filter(~ambiguous)).with_columns(basis=pl.lit(""), assumptions=_NO_IDS)
    return rows if figure.printed else rows.with_columns(caveats=_NOTHING_SAID), missing


def _from_assumption(figure: Figure, known: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Rows for each assumption a figure starts from, in the year it was made, for each area that is asked for."""
    begun = known.filter((pl.col("name") == figure.begins_with) & pl.col("valid_from").is_not_null())
    asked = [scope.area_code] if scope.area_code else [area.code for area in municipalities()]
    rows = {
        (code, Period.containing(day, kind=PeriodKind.YEAR).key, "")
        for own, day in begun.select("area_code", "valid_from").rows()
        for code in ([own] if own else asked)
        if code in asked
    }
    return pl.DataFrame(
        sorted(rows), schema={"area_code": pl.String, "period_id": pl.Int32, "item": pl.String}, orient="row"
    )


def _nothing_to_begin_with(figure: Figure) -> list[str]:
    needed = (table for table in figure.tables if table not in figure.also_reads)
    held = ", ".join(table for table in needed if figure.of_papers or not table.startswith(FEEDS))
    return [f"nothing is held of {held}" if figure.inputs else _lacking(figure.begins_with)]


def _lacking(name: str) -> str:
    return f"no assumption '{name}' is on record for this area: see docs/assumptions.md"


def _people(connection: Connection, figure: Figure, *, known: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """The populations a figure may need, as known at the scope's moment; none where it needs none."""
    if not {GRANT_KEY, population.ASSUMED}.intersection(figure.assumptions):
        return pl.DataFrame()
    return population.on_record(connection, known=known, as_of=scope.as_of)


def _with(rows: pl.DataFrame, *, known: pl.DataFrame, people: pl.DataFrame, name: str) -> pl.DataFrame:
    """Rows with an assumption of their area, the keys, the population, or one of the country's (`country:<name>`)."""
    if name == GRANT_KEY:
        return with_keys(rows, known=known, people=people)
    if name == population.ASSUMED:
        return population.with_population(rows, people=people)
    if not name.startswith(OF_COUNTRY):
        return with_assumption(rows, known=known, name=name)
    own = rows.with_columns(own_code=pl.col("area_code"), area_code=pl.lit(COUNTRY))
    plain = name.removeprefix(OF_COUNTRY)
    kept = {column: f"own_{column}" for column in rows.columns if column.startswith(plain)}
    found = with_assumption(own.rename(kept), known=known, name=plain).with_columns(area_code=pl.col("own_code"))
    renamed = {column: f"country_{column}" for column in found.columns if column.startswith(plain)}
    return found.drop("own_code").rename(renamed).rename({own: plain for plain, own in kept.items()})


def _of_the_year(rows: pl.DataFrame, *, name: str) -> pl.DataFrame:
    """Rows in the year in which their assumption was made: another's year is not this one's."""
    return rows.filter(pl.col(f"{name}_from").dt.year() == pl.col("day").dt.year())


_BREAKS = """
select b.table_id, g.name as benefit_group, b.first_period, b.caveat
from marts.series_breaks b left join regexp_split_to_table(b.benefit_groups, '; ') g(name) on true
"""


def _with_breaks(connection: Connection, rows: pl.DataFrame, *, figure: Figure) -> pl.DataFrame:
    """Rows whose `caveats` say so where a figure reads two periods on either side of a break of its tables."""
    steps = max((wanted.earlier for wanted in figure.inputs), default=0)
    if not steps or rows.is_empty():
        return rows
    earlier = {key: Period.from_key(key).shifted(-steps).key for key in rows["period_id"].unique().to_list()}
    found = [row for row in connection.execute(text(_BREAKS)) if _concerns(row.table_id, row.benefit_group, figure)]
    for row in found:
        first = pl.lit(Period.parse(row.first_period).key)
        since = pl.col("period_id").replace_strict(earlier, return_dtype=pl.Int32)
        across = (since < first) & (first <= pl.col("period_id"))
        here = across & (pl.col("item") == row.benefit_group) if RECIPIENTS in figure.tables else across
        said = pl.concat_list("caveats", pl.lit(row.caveat)).list.unique(maintain_order=True)
        rows = rows.with_columns(caveats=pl.when(here).then(said).otherwise(pl.col("caveats")))
    return rows


_NEWEST = """
select q.benefit_group_name as item, q.period, true as provisional
from marts.provisional_as_of(coalesce(cast(:as_of as timestamptz), 'infinity')) q
"""


def _with_provisional(
    connection: Connection, rows: pl.DataFrame, *, figure: Figure, as_of: datetime | None
) -> pl.DataFrame:
    """Rows of benefits whose `caveats` say so where their month is provisional."""
    if RECIPIENTS not in figure.tables:
        return rows
    if "provisional" not in rows.columns:
        types = pl.Schema({"item": pl.String, "period_id": pl.Int32, "provisional": pl.Boolean})
        newest = by_key(connection.execute(text(_NEWEST), {"as_of": as_of}), types=types)
        rows = rows.join(newest, on=["item", "period_id"], how="left", maintain_order="left")
    said = pl.concat_list("caveats", pl.lit(PROVISIONAL_EXPLAINED))
    return rows.with_columns(caveats=pl.when("provisional").then(said).otherwise("caveats"))


def _concerns(table_id: str, benefit_group: str | None, figure: Figure) -> bool:
    return table_id in figure.tables or (RECIPIENTS in figure.tables and benefit_group is not None)


def _brought(figure: Figure) -> list[str]:
    """The columns whose vintages a row rests on: the inputs, a list's place, the population."""
    wanted = [each.name for each in (*figure.inputs, *population.INPUTS)]
    return list(dict.fromkeys([*wanted, printed_lists.PLACE]))


def _of_enough(computed: pl.DataFrame, *, figure: Figure) -> pl.DataFrame:
    """The computed rows without percentages of too few, or of a count that is hidden; where it is not known, they stand."""
    if computed.is_empty() or not figure.rests_on:
        return computed
    for column, (base, least) in figure.rests_on.items():
        hidden = status_of(computed, column=base) == "suppressed"
        few = hidden | (pl.col(base) < least).fill_null(False)
        why = pl.when(hidden).then(pl.lit("suppressed")).otherwise(pl.lit(TOO_FEW))
        stands, status = pl.col(column).is_not_null() & few, status_of(computed, column=column)
        bounds = [name for name in (figure.low, figure.high) if name is not None and column == figure.value]
        computed = computed.with_columns(
            pl.when(stands).then(why).otherwise(status).alias(f"{column}_status"),
            *(pl.when(~few).then(name).alias(name) for name in (column, *bounds)),
        )
    withheld = pl.any_horizontal(pl.col(f"{column}_status") == TOO_FEW for column in figure.rests_on)
    said = pl.concat_list("caveats", pl.lit(FEW_EXPLAINED))
    return computed.with_columns(caveats=pl.when(withheld).then(said).otherwise("caveats"))


def _told(computed: pl.DataFrame, *, figure: Figure) -> pl.DataFrame:
    """The computed rows with `value`, `low`, `high` and `status`."""
    nothing = pl.lit(None, dtype=pl.Float64)
    status = f"{figure.value}_status"
    return computed.with_columns(
        value=pl.col(figure.value).cast(pl.Float64),
        low=pl.col(figure.low).cast(pl.Float64) if figure.low else nothing,
        high=pl.col(figure.high).cast(pl.Float64) if figure.high else nothing,
        status=pl.col(status)
        if status in computed.columns
        else pl.when(pl.col(figure.value).is_null()).then(pl.lit("suppressed")).otherwise(pl.lit("observed")),
    )


def area_name(code: str) -> str:
    """The name of an area by its code."""
    return next(area.name for area in all_areas() if area.code == code)


def plain(
    answered: Answer, *, vintages: dict[int, dict[str, Any]], assumptions: dict[int, dict[str, Any]]
) -> list[Any]:
    """The rows as the command line gives them: one per area, period, item and basis."""
    figure = answered.figure
    return [
        head(row, figure=figure)
        | {
            "status": row["status"],
            **{name: _cell(row[name]) for name in figure.columns},
            "assumptions": [assumptions[each] for each in row["assumptions"]],
            "vintages": [vintages[each] for each in row["vintages"]],
            "caveats": [*figure.caveats, *row["caveats"]],
        }
        for row in answered.rows.to_dicts()
    ]


def head(row: dict[str, Any], *, figure: Figure) -> dict[str, Any]:
    """What a row is of, and what it comes to."""
    return {
        "figure": figure.name,
        "area": area_name(row["area_code"]),
        "period": row["period"],
        "item": row["item"] or None,
        "basis": row["basis"] or None,
        "value": number(row["value"]),
        "unit": figure.unit,
        "low": number(row["low"]),
        "high": number(row["high"]),
    }


def _cell(cell: Any) -> Any:
    return number(cell) if isinstance(cell, float) else cell


def number(value: float | None) -> float | int | None:
    """A number without the noise of binary fractions: whole where it is whole, six digits after the point at most."""
    if value is None:
        return None
    return int(value) if float(value).is_integer() else round(value, 6) + 0.0
