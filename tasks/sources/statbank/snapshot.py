"""TODO"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
from sqlalchemy import Row

from tasks.archive.store import Archive, Manifest
from tasks.sources.statbank.cells import to_cells
from tasks.sources.statbank.codes import read_quarter
from tasks.sources.statbank.metadata import BankMetadata, differences, read_metadata
from tasks.sources.statbank.request import quarters_asked
from warehouse.catalogue.model import Table


@dataclass(frozen=True)
class StatBankLook:
    """One look at one of StatBank's tables."""

    manifest: Manifest
    table: Table
    archive: Archive

    partial_periods = frozenset[int]()

    @cached_property
    def metadata(self) -> BankMetadata:
        """How StatBank described the table then; raises BodyUnreadable."""
        described = next(entry for entry in self.manifest.entries if entry.asked.startswith("/tableinfo/"))
        return read_metadata(self.archive.get(described.sha256), table=self.table)

    def answers(self, *, newest: Row[Any] | None) -> Iterator[tuple[str, pl.DataFrame]]:  # noqa: ARG002
        """The cells of each answer, all quarters that were asked for among them."""
        for entry in self.manifest.entries:
            periods = [read_quarter(quarter) for quarter in quarters_asked(entry.asked)]
            if periods:
                body = self.archive.get(entry.sha256)
                yield "", to_cells(body, table=self.table, metadata=self.metadata, periods=periods)

    def changes(self, *, newest: Row[Any] | None, stands_already: bool) -> tuple[str, ...]:  # noqa: ARG002
        """How StatBank's description differs from the catalogue."""
        return tuple(differences(self.metadata, table=self.table))
