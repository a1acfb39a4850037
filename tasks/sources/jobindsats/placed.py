"""Where the publisher has a hierarchy now that is declared by ids: under another id, at another level, with another column.

A declaration names a hierarchy by its id, sometimes a level by its id, and the column by its dimension's name. Where one of
these is another at the publisher and the labels below it tell which it is, a person may accept it; where they do not, only
a new declaration helps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tasks.sources.differences import Difference
from tasks.sources.jobindsats.metadata import ROOT, Level, TableMetadata, asks_root, level_to_ask, wanted_names
from tasks.stoppages import Undeclared, declared_anew
from warehouse.areas import by_publisher_name
from warehouse.catalogue.model import Hierarchy, Table


@dataclass(frozen=True)
class Placed:
    """A table as it would be declared once what moved is accepted, and what moved."""

    table: Table
    moved: tuple[Difference, ...]


def placed(metadata: TableMetadata, *, table: Table) -> Placed:
    """A declaration beside the publisher's hierarchies; raises Undeclared where it cannot be told which one is meant."""
    found = [_placed(each, metadata=metadata, table=table) for each in (table.area, *table.breakdowns)]
    area, *breakdowns = (hierarchy for hierarchy, _ in found)
    moved = tuple(difference for _, differences in found for difference in differences)
    return Placed(table.model_copy(update={"area": area, "breakdowns": tuple(breakdowns)}), moved)


def _placed(hierarchy: Hierarchy, *, metadata: TableMetadata, table: Table) -> tuple[Hierarchy, list[Difference]]:
    there = _hierarchy_id(hierarchy, metadata=metadata, table=table)
    here = hierarchy.model_copy(update={"id": there})
    level = _level(here, metadata=metadata, table=table)
    column = metadata.dimension_names.get(there, hierarchy.dimension)
    asked = {"level": level.level_id} if level is not None and _is_lost(here, metadata=metadata) else {}
    said = hierarchy.level or ("" if hierarchy.open and asked else None)
    moved = list(_moved(hierarchy, there=there, level=level, said=said, column=column, table=table))
    return here.model_copy(update=asked), [*moved, *_lacking_total(here, metadata=metadata, table=table)]


def _moved(
    hierarchy: Hierarchy, *, there: str, level: Level | None, said: str | None, column: str, table: Table
) -> Iterator[Difference]:
    """What moved; `said` is the level that is declared, empty where one must be and is not, None where members tell it."""
    if there != hierarchy.id:
        yield Difference(table.id, "hierarchy", hierarchy.id, "hierarchy", there, hierarchy.id)
    if said is not None and level is not None and level.level_id != said:
        yield Difference(table.id, "level", there, "level", level.level_id, said)
    if column not in (hierarchy.dimension, *hierarchy.columns):
        yield Difference(table.id, "column", there, "column", column, hierarchy.dimension)


def _lacking_total(hierarchy: Hierarchy, *, metadata: TableMetadata, table: Table) -> list[Difference]:
    """The declared total, where the publisher lists totals and not this one: it is not asked for."""
    wanted = hierarchy.root is not None and (hierarchy.kind != "area" or table.country)
    if not wanted or asks_root(metadata, hierarchy=hierarchy, table=table):
        return []
    name = hierarchy.root or ""
    return [Difference(table.id, "ended", hierarchy.id, "total", "", name, acceptable=False, stops=False)]


def _hierarchy_id(hierarchy: Hierarchy, *, metadata: TableMetadata, table: Table) -> str:
    """The declared id where the publisher has it; else that of the hierarchy with the most of its labels."""
    if hierarchy.id in metadata.hierarchies:
        return hierarchy.id
    taken = {each.id for each in (table.area, *table.breakdowns)}
    others = {key: _shared(levels, hierarchy) for key, levels in metadata.hierarchies.items() if key not in taken}
    best = max(others, key=lambda key: others[key], default=None)
    if best is None or not others[best]:
        has = ", ".join(sorted(metadata.hierarchies))
        raise Undeclared(
            f"{table.id}: the publisher has no hierarchy {hierarchy.id}, nor one with its members (it has {has}). "
            + declared_anew(table.id)
        )
    return best


def _shared(levels: tuple[Level, ...], hierarchy: Hierarchy) -> int:
    known = _known_labels(hierarchy)
    return max((len(known.intersection(level.names.values())) for level in levels), default=0)


def _known_labels(hierarchy: Hierarchy) -> set[str]:
    """The labels that the hierarchy's level should hold; those of all areas where nothing says which."""
    return wanted_names(hierarchy) or (set(by_publisher_name()) if hierarchy.kind == "area" else set())


def _is_lost(hierarchy: Hierarchy, *, metadata: TableMetadata) -> bool:
    """Whether the night could not tell which level to ask for."""
    try:
        level_to_ask(metadata, hierarchy=hierarchy)
    except Undeclared:
        return True
    return False


def _level(hierarchy: Hierarchy, *, metadata: TableMetadata, table: Table) -> Level | None:
    """The level that the night asks for; where it cannot tell, the one with the most of the labels, or the only one.

    Of an open breakdown that names no level, the first below the total, which `adopt` takes too.
    """
    if not _is_lost(hierarchy, metadata=metadata):
        return level_to_ask(metadata, hierarchy=hierarchy)
    levels = [level for level in metadata.hierarchies[hierarchy.id] if set(level.names) != {ROOT}]
    if levels and hierarchy.open and hierarchy.level is None:
        return levels[0]
    best = max(levels, key=lambda level: _shared((level,), hierarchy), default=None)
    if best is None or (len(levels) > 1 and not _shared((best,), hierarchy)):
        has = "; ".join(f"{each.level_id}: {', '.join(list(each.names.values())[:3])}" for each in levels) or "none"
        raise Undeclared(
            f"{table.id}: which level of {hierarchy.id} is meant cannot be told by its members; the publisher has {has}. "
            + declared_anew(table.id)
        )
    return best
