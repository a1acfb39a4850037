"""One of Jobindsats' tables as archived answers have it: cells cut by cut, and the labels of its metadata."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import parse_qsl, urlsplit

from tasks.archive.store import Archive, Manifest
from tasks.sources.cells import Cut
from tasks.sources.declarations import table_in
from tasks.sources.jobindsats.cells import areas_named, to_cells
from tasks.sources.jobindsats.metadata import (
    ROOT,
    TableMetadata,
    differences,
    level_to_ask,
    offered_measures,
    read_metadata,
)
from tasks.sources.jobindsats.response import read_body
from tasks.sources.label_changes import Labels, Spellings, labels_in
from tasks.stoppages import Undeclared
from warehouse.catalogue.model import Hierarchy, Table
from warehouse.danish.clock import danish_day
from warehouse.periods import Period


def snapshot(manifest: Manifest, *, archive: Archive) -> JobindsatsSnapshot:
    """The snapshot of a manifest; raises CatalogueError."""
    return JobindsatsSnapshot(manifest, table_in(manifest, archive=archive), archive)


@dataclass(frozen=True)
class JobindsatsSnapshot:
    """One of Jobindsats' tables as the archive has it."""

    manifest: Manifest
    table: Table
    archive: Archive

    declared_in = "warehouse/catalogue/jobindsats.yml"
    partial_periods = frozenset[int]()

    @cached_property
    def metadata(self) -> TableMetadata:
        """What the publisher said of the table then."""
        entry = next(e for e in self.manifest.entries if urlsplit(e.asked).path == f"/table/{self.table.id}")
        return read_metadata(self.archive.get(entry.sha256), table=self.table)

    @cached_property
    def labels(self) -> tuple[Labels, ...]:
        """What the metadata call each area, member and measure."""
        return labels_of(self.metadata, table=self.table, on=danish_day(self.manifest.seen_at))

    @property
    def differences(self) -> tuple[str, ...]:
        """How the metadata differ from the catalogue."""
        return tuple(differences(self.metadata, table=self.table, on=danish_day(self.manifest.seen_at)))

    @property
    def newest_period(self) -> Period | None:
        """The newest period that the publisher offered."""
        return max(self.metadata.periods, default=None, key=lambda period: period.key)

    @property
    def asked_periods(self) -> tuple[Period, ...]:
        """The periods that were asked for, in order."""
        return tuple(sorted({period for entry in self.manifest.entries for period in _periods_asked(entry.asked)}))

    def answers(self) -> Iterator[Cut]:
        """The cells of each answer about figures, with the cut it was asked for (`_nykom=/ _ygrpi09=level:a`)."""
        offered = offered_measures(self.metadata, table=self.table)
        for entry in self.manifest.entries:
            asked = urlsplit(entry.asked)
            if asked.path != f"/data/{self.table.id}":
                continue
            named = parse_qsl(asked.query)
            nodes = {key.removeprefix("hierarchy."): node for key, node in named if key.startswith("hierarchy.")}
            frame = read_body(self.archive.get(entry.sha256), of=asked.path)
            if frame.height:
                about = self._roots(nodes) | {
                    self.table.dimensions[0]: {each.key for each in _periods_asked(entry.asked)}
                }
                cells = to_cells(frame, table=self.table, nodes=nodes, offered=offered, asked=about)
                yield " ".join(f"{key}={node}" for key, node in nodes.items()), cells

    def _roots(self, nodes: Mapping[str, str]) -> dict[str, Collection[int | str]]:
        """The area and members of the roots that were asked for, by column; a level is whatever is declared of it."""
        areas = {label: area.key for label, area in areas_named(self.table).items()}
        found: dict[str, Collection[int | str]] = {}
        for hierarchy in (self.table.area, *self.table.breakdowns):
            root = areas.get(hierarchy.root or "") if hierarchy.kind == "area" else hierarchy.root
            if nodes.get(hierarchy.id) == ROOT and root is not None:
                found[hierarchy.dimension] = (root,)
        return found


def _periods_asked(asked: str) -> list[Period]:
    """The periods that a question for figures named; none for any other question."""
    question = urlsplit(asked)
    if not question.path.startswith("/data/"):
        return []
    named = [value for key, value in parse_qsl(question.query) if key.startswith("period.")]
    return [Period.parse(period) for value in named for period in value.split(",")]


def labels_of(metadata: TableMetadata, *, table: Table, on: date) -> tuple[Labels, ...]:
    """What a table's metadata call each area, member and measure; `on` says which the publisher must still have."""
    areas = {label: area.name for label, area in areas_named(table).items()}
    return (
        *(
            labels_in(each, spellings=_nodes(metadata, hierarchy=each), areas=areas, on=on)
            for each in (table.area, *table.breakdowns)
        ),
        _of_measures(metadata, table, on=on),
    )


def _of_measures(metadata: TableMetadata, table: Table, *, on: date) -> Labels:
    """The measures by id; by their labels where the publisher gives no ids."""
    return Labels(
        what="measure",
        where="the measures",
        spellings=metadata.measure_ids or {label: (label,) for label in metadata.measure_labels},
        names={label: measure.name for measure in table.measures for label in measure.labels},
        lasting=frozenset(m.name for m in table.measures if m.until is None or m.until >= on),
    )


def _nodes(metadata: TableMetadata, *, hierarchy: Hierarchy) -> dict[str, Spellings]:
    """The root and the members of the level that is asked for; nothing where the level cannot be told."""
    try:
        level = level_to_ask(metadata, hierarchy=hierarchy)
    except Undeclared:
        return {}
    found: dict[str, Spellings] = {value_id: (name,) for value_id, name in (level.names if level else {}).items()}
    roots = [each.names[ROOT] for each in metadata.hierarchies[hierarchy.id] if ROOT in each.names]
    return {**found, ROOT: (roots[0],)} if roots else found
