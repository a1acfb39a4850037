"""Looks: what one look at a table brought, as the archive has it, and how each publisher's answers are read to cells.

A look is whole where what it lacks is gone; a published top list, which is part of a table, withdraws nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import polars as pl
from sqlalchemy import Row

from tasks.archive.store import Archive, ArchiveTrouble, Manifest
from tasks.sources.jobindsats.cells import to_cells
from tasks.sources.jobindsats.metadata import TableMetadata, differences, offered_measures, read_metadata
from tasks.sources.jobindsats.metadata_changes import Change, advisories, remembering, require_same_meaning
from tasks.sources.jobindsats.response import read_body
from tasks.sources.snapshot import Cut
from tasks.stoppages import BodyUnreadable, Undeclared
from warehouse.catalogue.model import Measure, Table
from warehouse.danish.clock import danish_day


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
