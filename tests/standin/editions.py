"""What the stand-in holds of one table on one day: its description, and the cells, read only when asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Protocol

import polars as pl

ROOT = "/"


@dataclass(frozen=True)
class Node:
    """One value of a hierarchy; the id is a path of member keys and no official code."""

    value_id: str
    name: str


@dataclass(frozen=True)
class Level:
    """One level of a hierarchy, its values by name."""

    id: str
    name: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Hierarchy:
    """One way to break a dimension down."""

    id: str
    name: str
    dimension_id: str
    dimension: str
    levels: tuple[Level, ...]

    @property
    def is_area(self) -> bool:
        """Whether it is the area that every question must name."""
        return self.dimension_id == "_omrade"

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every node of every level; a cube's codes are positions in this list."""
        return tuple(node for level in self.levels for node in level.nodes)

    @cached_property
    def code(self) -> dict[str, int]:
        """The code of each value id."""
        return {node.value_id: code for code, node in enumerate(self.nodes)}


@dataclass(frozen=True)
class Measure:
    """One measure: `name` is what /table calls it, `label` what /data prints; decimals None for whole numbers."""

    id: str
    name: str
    label: str
    decimals: int | None


@dataclass(frozen=True)
class MeasureGroup:
    """Measures that the publisher shows together."""

    id: str
    name: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class Cube:
    """Cells at one breakdown: `period` (position in the edition's), a code per hierarchy, a column per label."""

    hierarchies: tuple[str, ...]
    frame: pl.DataFrame


@dataclass(frozen=True)
class Split:
    """A further hierarchy that the cells are divided over only when asked for, with each node's share of the total."""

    hierarchy: Hierarchy
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Edition:
    """One table as it stands after one release; `periods` newest first."""

    table_id: str
    title: str
    subject: str
    kind: str
    updated_on: date
    next_on: date
    periods: tuple[str, ...]
    own_hierarchies: tuple[Hierarchy, ...]
    groups: tuple[MeasureGroup, ...]
    read: Callable[[], tuple[Cube, ...]]
    splits: tuple[Split, ...] = ()

    @property
    def hierarchies(self) -> tuple[Hierarchy, ...]:
        """All that may be asked for, area first."""
        return (*self.own_hierarchies, *(split.hierarchy for split in self.splits))

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Every measure in the publisher's order."""
        return tuple(measure for group in self.groups for measure in group.measures)


class World(Protocol):
    """Where editions come from: the synthetic Denmark or a folder."""

    def table_ids(self) -> tuple[str, ...]:
        """Every table that may be listed on some day."""

    def edition(self, table_id: str, day: date) -> Edition | None:
        """The table as it stands on `day`, or None where it is not listed then."""


def grouped(table_id: str, labels: list[tuple[str, int | None]]) -> tuple[MeasureGroup, ...]:
    """Measure groups from labels with decimals: `A: B` and `A: C` become group A with measures B and C.

    The pattern was seen in y01h01 and y30r21; that a label without its like stands alone is inferred.
    """
    prefixes = [label.partition(": ")[0] for label, _ in labels]
    members: dict[str, list[Measure]] = {}
    for number, ((label, decimals), prefix) in enumerate(zip(labels, prefixes, strict=True), start=1):
        together = prefixes.count(prefix) > 1 and ": " in label
        name = label.partition(": ")[2] if together else label
        measure = Measure(f"meas{table_id}_{number}", name, label, decimals)
        members.setdefault(prefix if together else label, []).append(measure)
    return tuple(
        MeasureGroup(f"mgrp{table_id}_{number}", name, tuple(measures))
        for number, (name, measures) in enumerate(members.items(), start=1)
    )
