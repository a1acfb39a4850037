"""Cells of a publisher in the small, some of them hidden, for tests of what can be told of those."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from warehouse.figures.disclosure.relations import CELLS

HIDDEN = None
PERIOD, PERIOD_ID = "2023M09", 1202309
_UNITS = {"pct": "pct", "full_time_persons": "full_time_persons", "cases": "cases", "persons": "persons"}


def cell(table: str, measure: str, value: float | None, **of: Any) -> dict[str, Any]:
    """One cell of a municipality's month, of the total of a table without a breakdown where nothing else is said."""
    unit = next(unit for end, unit in _UNITS.items() if measure.endswith(end))
    members = of.pop("members", "{}")
    said = {
        "table_id": table,
        "breakdowns": 0 if members == "{}" else 1,
        "measure": measure,
        "unit": unit,
        "adds_up": unit == "full_time_persons",
        "members": members,
        "is_total": "i alt" in members or members == "{}",
        "area_code": "741",
        "period": PERIOD,
        "period_id": PERIOD_ID,
        "value": value,
        "status": "suppressed" if value is HIDDEN else "observed",
        "updated_on": date(2023, 11, 1),
        "benefit_group": None,
        "benefit": None,
        "in_force": None,
        "counted": None,
        "least_count": None,
    }
    named = said | of
    return named | {"quantity": f"{table} {measure} {members}/{named['period_id']}"}


def benefit(table: str, name: str, full_time: float | None, **of: Any) -> list[dict[str, Any]]:
    """A benefit's table: full-time persons, and what else is named, by its measure."""
    counted = {"benefit_group": name.lower(), "benefit": name, "in_force": True, "counted": True}
    also: dict[str, float | None] = {
        measure: of.pop(measure) for measure in ("persons", "workforce_pct", "population_pct") if measure in of
    }
    found: dict[str, float | None] = {"full_time_persons": full_time} | also
    return [cell(table, measure, value, **counted, **of) for measure, value in found.items()]


def parts(table: str, measure: str, total: float | None, *values: float | None, **of: Any) -> list[dict[str, Any]]:
    """A total and its parts, A, B and so on, of one breakdown."""
    named: dict[str, float | None] = {"I alt": total, **dict(zip("ABCDEFGH", values, strict=False))}
    members = {name: f'{{"Art": "{"Art i alt" if name == "I alt" else name}"}}' for name in named}
    return [cell(table, measure, value, members=members[name], **of) for name, value in named.items()]


def frame(*cells: dict[str, Any] | list[dict[str, Any]]) -> pl.DataFrame:
    """Cells as the audit reads them."""
    rows = [row for each in cells for row in (each if isinstance(each, list) else [each])]
    return pl.DataFrame(rows, schema=CELLS)
