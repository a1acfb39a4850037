"""Take a figure's row apart, down to the vintages that brought its inputs and the assumptions it uses.

The archived bytes behind a vintage are added where the archive is known (`tasks/answers/figures.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from importlib.metadata import version
from typing import Any

import polars as pl
from sqlalchemy import Connection, text

from warehouse.figures.compute import Answer, area_name, head, number
from warehouse.figures.inputs import Scope, period_codes, read
from warehouse.figures.model import COUNTED, EVERY_MEMBER, RECIPIENTS, Figure, Input
from warehouse.figures.population import INPUTS as POPULATION_INPUTS
from warehouse.periods import Period

MISSING = "missing"
_VINTAGES = """
select v.vintage_id as vintage, v.table_id as "table", v.publisher_updated_on, v.seen_at, looked.manifest
from marts.vintages v join marts.manifests_of(:numbers) looked using (vintage_id) where v.vintage_id = any(:numbers)
"""


def vintages(connection: Connection, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Vintages by their numbers: table, the publisher's date, when seen, the manifest of their look."""
    found = connection.execute(text(_VINTAGES), {"numbers": sorted(set(numbers))}).mappings()
    return {row["vintage"]: dict(row) for row in found}


def rests_on(connection: Connection, answered: Answer) -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, Any]]]:
    """The vintages and the assumptions that an answer's rows name, by their numbers."""
    brought = vintages(connection, (each for row in answered.rows["vintages"].to_list() for each in row))
    used = {each for row in answered.rows["assumptions"].to_list() for each in row}
    return brought, _assumptions(connection, used)


def _assumptions(connection: Connection, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Assumptions by their numbers, as the command line gives them."""
    rows = connection.execute(text(_ASSUMPTIONS), {"numbers": sorted(numbers)}).mappings()
    return {row["assumption_id"]: {name: _plain(row[name]) for name in _SHOWN} for row in rows}


_ASSUMPTIONS = "select * from marts.assumptions_on_record() where assumption_id = any(:numbers)"
_SHOWN = ("name", "area_code", "basis", "valid_from", "valid_to", "value", "low", "high", "unit", "source", "evidence")


def _plain(cell: Any) -> Any:
    return number(float(cell)) if isinstance(cell, Decimal) else cell


_EXPECTED = """
select g.benefit_group_name as name
from marts.benefit_groups g join marts.periods p on p.period = :period
where g.counted_in_total and p.period_first_day <= coalesce(g.valid_until, 'infinity')
  and (p.period_first_day + interval '1 month')::date > coalesce(g.valid_from, '-infinity')
order by 1
"""


def parts_of_totals(connection: Connection, answered: Answer, *, scope: Scope) -> dict[str, list[dict[str, Any]]]:
    """Of a figure that is a sum of benefits, each expected part by the period of its row; else nothing.

    A part is read as the sum reads it: value, status and vintage; one that is not there is `missing`.
    """
    summed = [wanted for wanted in answered.figure.inputs if wanted.item == COUNTED]
    if not summed or answered.rows.is_empty():
        return {}
    (wanted,) = (replace(each, item=None) for each in summed)
    found = read(connection, wanted, scope=scope)
    return {
        period: [
            _part(name, period=period, wanted=wanted, found=found)
            for name in connection.scalars(text(_EXPECTED), {"period": period})
        ]
        for period in answered.rows["period"].unique().to_list()
    }


def lines_of(
    connection: Connection, row: dict[str, Any], *, figure: Figure, scope: Scope
) -> list[dict[str, Any]] | None:
    """The rows that a row was computed from, or the lines of an own table; None where the row itself says what it read."""
    if figure.reading is not None:
        read_of = replace(scope, area_code=None) if figure.everywhere else scope
        return figure.reading.behind(period_codes(figure.reading.rows(connection, read_of)), row).to_dicts()
    wanted = next(iter(figure.inputs), None)
    if wanted is None or wanted.item != EVERY_MEMBER or row.get(f"{wanted.name}_vintage") is not None:
        return None
    found = read(connection, wanted, scope=scope).filter(pl.col("period_id") == Period.parse(row["period"]).key)
    lines = found["item"].to_list()
    chosen = [row["item"]] if row["item"] in lines else lines
    return [_part(name, period=row["period"], wanted=wanted, found=found) for name in chosen]


def _part(name: str, *, period: str, wanted: Input, found: pl.DataFrame) -> dict[str, Any]:
    """A row as `_leaf` reads one, of one part of a sum."""
    key = Period.parse(period).key
    own = found.filter((pl.col("period_id") == key) & (pl.col("item") == name)).to_dicts()
    read = own[0] if own else {}
    values = {"": read.get("value"), "_status": read.get("status"), "_vintage": read.get("vintage_id")}
    return {"item": name, "period": period} | {f"{wanted.name}{end}": value for end, value in values.items()}


def tree(
    row: dict[str, Any],
    *,
    figure: Figure,
    brought: dict[int, dict[str, Any]],
    used: dict[int, dict[str, Any]],
    parts: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """One row of an answer taken apart; a sum into its `parts`.

    An input that nobody gave is left out where the row has a value without it.
    """
    read = [{"area_code": row["area_code"]} | part for part in parts] if parts is not None else [row]
    leaves = [
        _leaf(of, wanted=wanted, brought=brought)
        for wanted in _inputs(row, figure=figure)
        for of in read
        if figure.reading is None or of.get(f"{wanted.name}_status") is not None
    ]
    return (
        {"figure": figure.name, "title": figure.title}
        | head(row, figure=figure)
        | {
            "formula": figure.formula,
            "source": figure.source,
            "inputs": [leaf for leaf in leaves if row["value"] is None or leaf["status"] != MISSING],
            "assumptions": [used[each] for each in row["assumptions"]],
            "caveats": [*figure.caveats, *row["caveats"]],
            "code_version": version("jobindsats-warehouse"),
        }
    )


def _inputs(row: dict[str, Any], *, figure: Figure) -> tuple[Input, ...]:
    """What a row was computed from: the figure's inputs, and the population where the row rests on a table's."""
    own = {wanted.name for wanted in figure.inputs}
    counted = [each for each in POPULATION_INPUTS if row.get(f"{each.name}_vintage") is not None]
    return (*figure.inputs, *(each for each in counted if each.name not in own))


def _leaf(row: dict[str, Any], *, wanted: Input, brought: dict[int, dict[str, Any]]) -> dict[str, Any]:
    vintage = brought.get(row.get(f"{wanted.name}_vintage") or -1)
    return {
        "name": wanted.name,
        "table": vintage["table"] if vintage else row.get("table_id") or wanted.table,
        "measure": wanted.measure,
        "item": wanted.only or (row["item"] if wanted.item or wanted.table == RECIPIENTS else None) or None,
        "area": "Hele landet" if wanted.area == "country" else area_name(row["area_code"]),
        "period": row.get(f"{wanted.name}_period") or str(Period.parse(row["period"]).shifted(-wanted.earlier)),
        "periods_earlier": wanted.earlier,
        "value": number(row.get(wanted.name)),
        "status": row.get(f"{wanted.name}_status") or MISSING,
        "vintage": vintage,
    }
