"""What the publisher says of one table, read from `/table/<id>` and held against the catalogue.

Levels and value ids are discovered here, never assumed. `periods` is an object in `/tables` and a list in
`/table/<id>` (seen in public clients, 2026-11); newest first, but sorted here anyway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tasks.sources.json_answers import json_of
from tasks.sources.label_changes import has_ended
from tasks.stoppages import BodyUnreadable, Undeclared, declared_anew, settled_by
from warehouse.areas import of_kind
from warehouse.catalogue.model import Hierarchy, Measure, Table
from warehouse.formats.strict_json import JsonMisread, each_once
from warehouse.periods import Period, PeriodError

SETTING = "JOBINDSATS_API_URL"
ROOT = "/"


@dataclass(frozen=True)
class Level:
    """One level of a hierarchy: its id and its members, value id to name."""

    level_id: str
    names: dict[str, str]


@dataclass(frozen=True)
class TableMetadata:
    """What the publisher says of one table: its periods in order, levels of each hierarchy, labels of its measures.

    `measure_ids` are the spellings of each measure by its id, where the publisher gives one; `dimension_names` the column of
    each hierarchy.
    """

    table_id: str
    periods: tuple[Period, ...]
    hierarchies: dict[str, tuple[Level, ...]]
    measure_labels: frozenset[str]
    measure_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dimension_names: Mapping[str, str] = field(default_factory=dict)


def read_metadata(body: bytes, *, table: Table) -> TableMetadata:
    """One table's periods, hierarchies and measures; raises BodyUnreadable or Undeclared."""
    document = json_of(body, of=f"/table/{table.id}", setting=SETTING)
    try:
        if (described := str(document.get("table_id", table.id)).lower()) != table.id:
            raise BodyUnreadable(f"/table/{table.id} describes another table, {described[:40]}")
        return TableMetadata(
            table_id=table.id,
            periods=tuple(_periods(document, table=table)),
            hierarchies=each_once(_hierarchies(document), what="hierarchy"),
            measure_labels=frozenset(label for _, labels in _measures(document) for label in labels),
            measure_ids=each_once(
                ((measure_id, labels) for measure_id, labels in _measures(document) if measure_id is not None),
                what="measure",
            ),
            dimension_names=dict(_dimension_names(document)),
        )
    except (KeyError, TypeError, AttributeError, JsonMisread) as error:
        raise BodyUnreadable(f"/table/{table.id} is not of the promised shape: {error!r}") from error
    except PeriodError as error:
        raise Undeclared(f"{table.id}: {error}. {declared_anew(table.id)}") from error


def _periods(document: dict[str, Any], *, table: Table) -> list[Period]:
    offered = each_once(((kind["periodtype_id"], kind["values"]) for kind in document["periods"]), what="period type")
    if table.period not in offered:
        raise Undeclared(
            f"{table.id} has periods of type {', '.join(sorted(offered))}, and the catalogue declares {table.period}. "
            + declared_anew(table.id)
        )
    return sorted({Period.parse(value["period_id"]) for value in offered[table.period]}, key=lambda period: period.key)


def _hierarchies(document: dict[str, Any]) -> Iterator[tuple[str, tuple[Level, ...]]]:
    for dimension in document["dimensions"]:
        for hierarchy in dimension["hierarchies"]:
            levels = hierarchy.get("levels") or []
            yield hierarchy["hierarchy_id"], tuple(_level(level) for level in levels)


def _dimension_names(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for dimension in document["dimensions"]:
        if isinstance(name := dimension.get("dimension_name"), str):
            yield from ((hierarchy["hierarchy_id"], name) for hierarchy in dimension["hierarchies"])


def _level(level: dict[str, Any]) -> Level:
    names = each_once(((value["value_id"], value["value_name"]) for value in level["values"]), what="member")
    return Level(level["level_id"], names)


def _measures(document: dict[str, Any]) -> Iterator[tuple[str | None, tuple[str, str]]]:
    """Each measure's id, if it has one, and the two labels that `/data` may write.

    It writes the name, or "group: name" where the group has several (pattern seen, rule inferred).
    """
    for group in document["mgroups"]:
        for measure in group["measures"]:
            name = measure["measure_name"]
            yield measure.get("measure_id"), (name, f"{group['mgroup_name']}: {name}")


def level_to_ask(metadata: TableMetadata, *, hierarchy: Hierarchy) -> Level | None:
    """The one level whose members the catalogue declares; None where only the root is wanted.

    Raises Undeclared where the publisher has no such hierarchy or no level of it is declared.
    """
    if hierarchy.id not in metadata.hierarchies:
        raise Undeclared(
            f"{metadata.table_id}: the publisher has no hierarchy {hierarchy.id} (it has "
            f"{', '.join(sorted(metadata.hierarchies))}): {settled_by(metadata.table_id)}"
        )
    levels = [level for level in metadata.hierarchies[hierarchy.id] if set(level.names) != {ROOT}]
    if hierarchy.level is not None or hierarchy.open:
        return _level_by_id(levels, hierarchy=hierarchy, of=metadata.table_id)
    wanted = wanted_names(hierarchy)
    if not wanted:
        return None
    best = max(levels, key=lambda level: len(wanted & set(level.names.values())), default=None)
    if best is None or not wanted & set(best.names.values()):
        found = "; ".join(f"{level.level_id}: {', '.join(list(level.names.values())[:5])}" for level in levels)
        raise Undeclared(
            f"{metadata.table_id}: no level of {hierarchy.id} holds {_some(wanted)}; the publisher has {found or 'none'}: "
            f"{settled_by(metadata.table_id)}"
        )
    return best


def _level_by_id(levels: list[Level], *, hierarchy: Hierarchy, of: str) -> Level:
    """The level that is declared by its id, or the only one below the root; raises Undeclared."""
    fitting = [level for level in levels if hierarchy.level in (None, level.level_id)]
    if len(fitting) != 1:
        found = ", ".join(f"{level.level_id} ({len(level.names)} members)" for level in levels) or "no level"
        wrong = f"no level {hierarchy.level}" if hierarchy.level else "no level of which alone it consists"
        raise Undeclared(f"{of}: {hierarchy.id} has {wrong}; the publisher has {found}: {settled_by(of)}")
    return fitting[0]


def asks_root(metadata: TableMetadata, *, hierarchy: Hierarchy, table: Table) -> bool:
    """Whether the total of a hierarchy is asked for: where it is declared and the publisher lists it.

    That the publisher lists roots at all is likely, and not confirmed: where it lists none of a table's, the declaration
    decides.
    """
    if hierarchy.root is None:
        return False
    listed = {key for key, levels in metadata.hierarchies.items() for level in levels if ROOT in level.names}
    return hierarchy.id in listed or (not listed and (hierarchy.kind != "area" or table.country))


def wanted_names(hierarchy: Hierarchy) -> set[str]:
    """The labels that the declared level holds, as far as the declaration names them."""
    if hierarchy.level_holds is not None:
        return {area.name for area in of_kind(hierarchy.level_holds)}
    return {label for label, name in hierarchy.canonical.items() if name != hierarchy.root}


def _some(names: set[str]) -> str:
    return ", ".join(sorted(names)[:3]) + (", ..." if len(names) > 3 else "")


def offered_measures(metadata: TableMetadata, *, table: Table) -> list[Measure]:
    """The declared measures that the publisher offers in this table."""
    return [measure for measure in table.measures if metadata.measure_labels.intersection(measure.labels)]


def differences(metadata: TableMetadata, *, table: Table, on: date | None = None) -> list[str]:
    """How the publisher's metadata differs from the catalogue, a sentence each; what had ended by a day need not be there."""
    offered = offered_measures(metadata, table=table)
    expected = [measure for measure in table.measures if not has_ended(measure, on=on)]
    found = [f"measure '{m.label}' is declared but not offered" for m in expected if m not in offered]
    found += [
        f"the total '{hierarchy.root}' of {hierarchy.id} is declared but not offered"
        for hierarchy in (table.area, *table.breakdowns)
        if hierarchy.id in metadata.hierarchies
        and hierarchy.root is not None
        and (hierarchy.kind != "area" or table.country)
        and not asks_root(metadata, hierarchy=hierarchy, table=table)
    ]
    for hierarchy in table.breakdowns:
        names = {name for level in metadata.hierarchies.get(hierarchy.id, ()) for name in level.names.values()}
        found += [
            f"member '{member.name}' of {hierarchy.id} is declared but not offered"
            for member in hierarchy.members
            if not has_ended(member, on=on) and not names.intersection({member.name, *member.also})
        ]
    return found
