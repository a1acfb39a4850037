"""One table in full: its periods, measures and hierarchies as its publisher has them, and what we call them."""

from __future__ import annotations

from typing import Any

from tasks.sources.access import Access
from tasks.upkeep.catalogue.find import declared, offered
from warehouse.catalogue.guesses import unit_of
from warehouse.catalogue.model import Table
from warehouse.catalogue.offered import OfferedHierarchy, OfferedTable


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
            "unit": ours.unit if ours else unit_of(each.label),
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
        return f"jobindsats nightly --table {found.id} brings in what is new; jobindsats show {found.id} --area NAME shows it"
    return f"jobindsats adopt {found.id} takes its totals; with --breakdown HIERARCHY its members too"
