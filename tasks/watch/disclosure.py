"""Audit that nothing told narrows a count that a publisher hides: of a night, what it changed; when asked, everything."""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine

from warehouse.areas import find
from warehouse.danish.asked import moment
from warehouse.figures.compute import area_name, number

_NAMED = 3


def told_too_much(engine: Engine, *, run_id: int) -> str:
    """What a run's vintages made the marts tell of hidden counts, in a sentence; empty where that is nothing."""
    from warehouse.figures.disclosure.audit import audit_of_run

    with engine.connect() as connection:
        found = audit_of_run(connection, run_id=run_id)
    return _sentence(found)


def _sentence(found: pl.DataFrame) -> str:
    if found.is_empty():
        return ""
    named = [
        f"{row['place']} of {area_name(row['area_code'])} in {row['period']}" for row in found.head(_NAMED).to_dicts()
    ]
    more = f" and {found.height - _NAMED} more" if found.height > _NAMED else ""
    return (
        f"hidden counts are narrowed by {', '.join(named)}{more}: nothing of these may be handed on before "
        "`jobindsats disclosure` finds nothing; see docs/operations.md"
    )


def audited(connection: Connection, *, area: str | None, as_of: str | None) -> dict[str, Any]:
    """The audit as the command line gives it; raises AreaUnknown, QuestionError.

    `hidden` counts of publishers, how many of those their own cells leave one value of (`pinned`) and how many we narrow
    further (`narrowed`), `told` numbers of ours that were held against them; `leaks` are those that leave less possible, and
    `own` the hidden counts of own tables that the table itself gives away.
    """
    from warehouse.figures.disclosure.audit import audit
    from warehouse.figures.disclosure.cells import Scope

    scope = Scope(moment(as_of) if as_of else None, find(area).code if area else None)
    found = audit(connection, scope=scope)
    return {
        "hidden": found.hidden.height,
        "pinned": found.pinned,
        "narrowed": found.narrowed,
        "told": found.told,
        "leaks": [_leak(row) for row in found.leaks.to_dicts()],
        "own": [
            _count(row) for row in found.own.sort("table_id", "area_code", "period", "measure", "members").to_dicts()
        ],
    }


def _leak(row: dict[str, Any]) -> dict[str, Any]:
    bounds = ("told_low", "told_high", "possible_low", "possible_high")
    area = area_name(row["area_code"]) if row["area_code"] else None
    return {"place": row["place"], "area": area, "period": row["period"], "about": row["about"]} | {
        name: number(row[name]) for name in bounds
    }


def _count(row: dict[str, Any]) -> dict[str, Any]:
    of = {name: row[name] for name in ("table_id", "measure", "members", "period", "least_count")}
    return {"area": area_name(row["area_code"])} | of
