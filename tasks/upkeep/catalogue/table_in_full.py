"""One table in full: its periods, measures and hierarchies as its publisher has them, and what we call them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine

from tasks.sources.access import Access
from tasks.sources.jobindsats import describe as jobindsats
from tasks.sources.statbank import describe as statbank
from tasks.upkeep.catalogue.find import declared, offered
from tasks.upkeep.catalogue.loaded import Loaded, periods_held
from warehouse.catalogue.guesses import unit_of_measure
from warehouse.catalogue.model import Hierarchy, Table, ranking_lists
from warehouse.catalogue.offered import OfferedHierarchy, OfferedTable

_BROUGHT_IN = "jobindsats nightly --table {0} brings in what is new; jobindsats show {0} --area NAME shows it"


def in_full(table_id: str, *, access: Access) -> dict[str, Any]:
    """A table as its publisher describes it now; raises QuestionError and PublisherTrouble."""
    found, own = offered(table_id, access=access), declared(table_id, access=access)
    return {
        "table": found.id,
        "title": found.title,
        "subject": found.subject,
        "publisher": found.publisher,
        "declared": own is not None,
        "periods": _periods(found),
        "measures": _measures(found, own=own),
        "hierarchies": [_hierarchy(each, own=own) for each in found.hierarchies],
        "next": _next(found, own=own),
    }


def look_at(table_id: str, *, access: Access, loaded: Mapping[str, Loaded], engine: Engine | None) -> dict[str, Any]:
    """A table as its publisher describes it now; as it is declared and held where there is no publisher to ask.

    Raises QuestionError and PublisherTrouble.
    """
    printed = {table.id: Loaded(table, ranking_lists().publisher) for table in ranking_lists().tables}
    held = loaded.get(table_id) or printed.get(table_id)
    if held is None or held.publisher in (jobindsats.PUBLISHER, statbank.PUBLISHER):
        return in_full(table_id, access=access)
    periods = periods_held(engine, of=table_id) if engine is not None else []
    return _as_loaded(held, periods=periods) | {"declared": table_id in printed}


def _as_loaded(held: Loaded, *, periods: Sequence[str]) -> dict[str, Any]:
    """A table that no publisher is asked for, as it is declared and held here: a municipality's own, or a printed list's."""
    table = held.table
    first, last = (periods[0], periods[-1]) if periods else ("", "")
    kinds = [{"kind": str(table.period), "number": len(periods), "first": first, "last": last}]
    return {
        "table": table.id,
        "title": table.title,
        "subject": table.subject,
        "publisher": held.publisher,
        "periods": kinds if periods else [],
        "measures": [
            {"label": each.label, "name": each.name, "unit": each.unit, "guessed": each.evidence == "guessed"}
            for each in table.measures
        ],
        "hierarchies": [_as_declared(table.area, members=())]
        + [_as_declared(each, members=held.members_of(each)) for each in table.breakdowns],
        "next": _BROUGHT_IN.format(table.id),
    }


def _as_declared(hierarchy: Hierarchy, *, members: Sequence[str]) -> dict[str, Any]:
    return {
        "id": hierarchy.id,
        "dimension": hierarchy.dimension,
        "area": hierarchy.kind == "area",
        "root": hierarchy.root,
        "asked": True,
        "levels": [{"level": hierarchy.level or "", "members": list(members)}],
    }


def _periods(found: OfferedTable) -> list[dict[str, Any]]:
    return [
        {"kind": str(kind), "number": len(periods), "first": str(periods[0]), "last": str(periods[-1])}
        for kind, periods in found.periods.items()
        if periods
    ]


def _measures(found: OfferedTable, *, own: Table | None) -> list[dict[str, Any]]:
    known = own.measure_by_label if own is not None else {}
    rows = [
        (each, next((known[label] for label in (each.label, *each.also) if label in known), None))
        for each in found.measures
    ]
    return [
        {
            "label": each.label,
            "name": ours.name if ours else None,
            "unit": ours.unit if ours else unit_of_measure(each, of=found),
            "guessed": ours is None or ours.evidence == "guessed",
        }
        for each, ours in rows
    ]


def _hierarchy(hierarchy: OfferedHierarchy, *, own: Table | None) -> dict[str, Any]:
    asked = {each.id for each in (own.area, *own.breakdowns)} if own is not None else set()
    return {
        "id": hierarchy.id,
        "dimension": hierarchy.dimension,
        "area": hierarchy.is_area,
        "root": hierarchy.root,
        "asked": hierarchy.id in asked,
        "levels": [{"level": level.id, "members": list(level.members)} for level in hierarchy.levels],
    }


def _next(found: OfferedTable, *, own: Table | None) -> str:
    if own is not None:
        return _BROUGHT_IN.format(found.id)
    return f"jobindsats adopt {found.id} takes its totals; with --breakdown HIERARCHY its members too"
