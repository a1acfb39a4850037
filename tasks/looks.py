"""Looks: what one look at a table brought, as the archive has it, and how each publisher's answers are read to cells.

A look is whole where what it lacks is gone; a published top list, which is part of a table, withdraws nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import polars as pl
from sqlalchemy import Row

from tasks import file_looks
from tasks.archive.store import Archive, ArchiveTrouble, Manifest
from tasks.sources.jobindsats.bodies import read_body
from tasks.sources.jobindsats.cells import to_cells
from tasks.sources.jobindsats.changes import Change, advisories, remembering, require_same_meaning
from tasks.sources.jobindsats.metadata import TableMetadata, differences, offered_measures, read_metadata
from tasks.stoppages import BodyUnreadable, Undeclared
from warehouse.catalogue.model import Measure, Table
from warehouse.catalogue.publishers import publisher_of, shipped_table
from warehouse.danish.clock import danish_day

Cut = tuple[str, pl.DataFrame]


class Look(Protocol):
    """One look at one table: its cells, answer by answer, and what changed beside the newest vintage's look."""

    @property
    def table(self) -> Table:
        """The table as declared."""
        ...

    def answers(self, *, newest: Row[Any] | None) -> Iterator[Cut]:
        """The cells of each answer, with what it was asked for; raises a Stoppage."""
        ...

    def changes(self, *, newest: Row[Any] | None, stands_already: bool) -> tuple[str, ...]:
        """What of names and ids changed, a sentence each; raises LabelsMoved or Vanished where it cannot be published."""
        ...

    @property
    def partial_periods(self) -> frozenset[int]:
        """The periods of which this look is a part only: what it lacks there is not withdrawn."""
        ...


def look_at(manifest: str, *, archive: Archive) -> Look:
    """The look of a manifest; raises ArchiveTrouble, CatalogueError, or a Stoppage where a contract cannot be read."""
    found = archive.get_manifest(manifest)
    publisher = publisher_of(found.table_id)
    if publisher == "jobindsats":
        return JobindsatsLook(found, shipped_table(found.table_id), archive)
    return file_looks.of(publisher, manifest=found, archive=archive)


def declared(manifest: str, *, archive: Archive) -> Table:
    """The table a manifest's look is of, as its catalogue or its contract declares it."""
    return look_at(manifest, archive=archive).table


@dataclass(frozen=True)
class JobindsatsLook:
    """One look at one of Jobindsats' tables as the archive has it."""

    manifest: Manifest
    table: Table
    archive: Archive

    partial_periods = frozenset[int]()

    @cached_property
    def metadata(self) -> TableMetadata:
        """What the publisher said of the table then."""
        entry = next(e for e in self.manifest.entries if urlsplit(e.asked).path == f"/table/{self.table.id}")
        return read_metadata(self.archive.get(entry.sha256), table=self.table)

    def changes(self, *, newest: Row[Any] | None, stands_already: bool) -> tuple[str, ...]:
        """What of labels and ids changed; the same figures under the same labels mean what they meant, whatever ids do."""
        change, uncompared = self._change(newest)
        if change is not None and not stands_already:
            require_same_meaning(change)
        changed = advisories(change) if change is not None else uncompared
        return (*changed, *differences(self.metadata, table=self.table))

    def _change(self, newest: Row[Any] | None) -> tuple[Change | None, list[str]]:
        """The look beside that of the newest vintage; or why they cannot be compared, if there is something to compare."""
        if newest is None:
            return None, []
        try:
            before = JobindsatsLook(self.archive.get_manifest(newest.manifest), self.table, self.archive)
            then, now = danish_day(before.manifest.seen_at), danish_day(self.manifest.seen_at)
            return Change(self.table, before.metadata, then, self.metadata, now), []
        except (ArchiveTrouble, BodyUnreadable, Undeclared, StopIteration) as error:
            why = f": {error}" if str(error) else ""
            return None, [
                f"labels and ids were not compared with those of the newest vintage, whose metadata are not there{why}"
            ]

    def answers(self, *, newest: Row[Any] | None) -> Iterator[Cut]:
        """The cells of each answer about figures, with the cut it was asked for (`_nykom=/ _ygrpi09=level:a`)."""
        offered = offered_measures(self.metadata, table=self.table)
        for entry in self.manifest.entries:
            asked = urlsplit(entry.asked)
            if asked.path != f"/data/{self.table.id}":
                continue
            nodes = {
                key.removeprefix("hierarchy."): node
                for key, node in parse_qsl(asked.query)
                if key.startswith("hierarchy.")
            }
            frame = read_body(self.archive.get(entry.sha256), of=asked.path)
            if frame.height:
                cells = self._cells(frame, nodes=nodes, offered=offered, newest=newest)
                yield " ".join(f"{key}={node}" for key, node in nodes.items()), cells

    def _cells(
        self, frame: pl.DataFrame, *, nodes: dict[str, str], offered: list[Measure], newest: Row[Any] | None
    ) -> pl.DataFrame:
        try:
            return to_cells(frame, table=self.table, nodes=nodes, offered=offered)
        except Undeclared as stopped:
            change, _ = self._change(newest)
            raise (remembering(stopped, change=change) if change is not None else stopped) from None
