"""Take a figure's row apart, down to the vintages that brought its inputs and the assumptions it uses.

The archived bytes behind a vintage are added where the archive is known (`tasks/answers.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection, select, text

from warehouse.figures.compute import Answer, area_name, head, number
from warehouse.figures.model import RECIPIENTS, Figure, Input
from warehouse.figures.population import INPUTS as POPULATION_INPUTS
from warehouse.periods import Period
from warehouse.schema.core import assumptions

_VINTAGES = """
select v.vintage_id as vintage, t.table_id as "table", v.publisher_updated_on, v.seen_at, v.manifest
from core.vintages v join core.tables t using (table_no) where v.vintage_id = any(:numbers)
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
    column = assumptions.c
    rows = connection.execute(select(assumptions).where(column.assumption_id.in_(sorted(numbers)))).mappings()
    return {row["assumption_id"]: {name: _plain(row[name]) for name in _SHOWN} for row in rows}


_SHOWN = ("name", "area_code", "basis", "valid_from", "valid_to", "value", "low", "high", "unit", "source", "evidence")


def _plain(cell: Any) -> Any:
    return number(float(cell)) if isinstance(cell, Decimal) else cell


def tree(
    row: dict[str, Any], *, figure: Figure, brought: dict[int, dict[str, Any]], used: dict[int, dict[str, Any]]
) -> dict[str, Any]:
    """One row of an answer taken apart."""
    return (
        {"figure": figure.name, "title": figure.title}
        | head(row, figure=figure)
        | {
            "formula": figure.formula,
            "source": figure.source,
            "inputs": [_leaf(row, wanted=wanted, brought=brought) for wanted in _inputs(row, figure=figure)],
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
        "status": row.get(f"{wanted.name}_status") or "missing",
        "vintage": vintage,
    }
