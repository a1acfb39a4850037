"""One of StatBank's tables as archived answers have it: cells answer by answer, and the texts of its variables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from urllib.parse import parse_qs, urlsplit

from tasks.archive.store import Archive, Manifest
from tasks.sources.cells import Cut
from tasks.sources.declarations import table_in
from tasks.sources.label_changes import Labels, labels_in
from tasks.sources.statbank.cells import to_cells
from tasks.sources.statbank.codes import is_left_out, likely_area, place_of, read_time
from tasks.sources.statbank.metadata import CATALOGUE, BankMetadata, differences, read_metadata
from warehouse.catalogue.model import Hierarchy, Table
from warehouse.danish.clock import danish_day
from warehouse.periods import Period


def snapshot(manifest: Manifest, *, archive: Archive) -> StatBankSnapshot:
    """The snapshot of a manifest; raises CatalogueError."""
    return StatBankSnapshot(manifest, table_in(manifest, archive=archive), archive)


@dataclass(frozen=True)
class StatBankSnapshot:
    """One of StatBank's tables as the archive has it."""

    manifest: Manifest
    table: Table
    archive: Archive

    declared_in = CATALOGUE
    partial_periods = frozenset[int]()

    @cached_property
    def metadata(self) -> BankMetadata:
        """How StatBank described the table then; raises BodyUnreadable."""
        described = next(entry for entry in self.manifest.entries if entry.asked.startswith("/tableinfo/"))
        return read_metadata(self.archive.get(described.sha256), table=self.table)

    @cached_property
    def labels(self) -> tuple[Labels, ...]:
        """The text of each code, of areas and of the breakdowns' members."""
        on = danish_day(self.manifest.seen_at)
        return tuple(
            labels_of(self.metadata, hierarchy=each, on=on) for each in (self.table.area, *self.table.breakdowns)
        )

    @property
    def differences(self) -> tuple[str, ...]:
        """How StatBank's description differs from the catalogue."""
        return tuple(differences(self.metadata, table=self.table, on=danish_day(self.manifest.seen_at)))

    @property
    def asked_periods(self) -> tuple[Period, ...]:
        """The quarters that were asked for, in order."""
        return tuple(sorted({quarter for entry in self.manifest.entries for quarter in _quarters(entry.asked)}))

    @property
    def newest_period(self) -> Period | None:
        """The newest quarter that StatBank offered."""
        return max(self.metadata.periods, default=None)

    def answers(self) -> Iterator[Cut]:
        """The cells of each answer, all quarters that were asked for among them."""
        for entry in self.manifest.entries:
            periods = _quarters(entry.asked)
            if periods:
                body = self.archive.get(entry.sha256)
                yield "", to_cells(body, table=self.table, metadata=self.metadata, periods=periods)


def _quarters(asked: str) -> list[Period]:
    """The quarters that a question for figures named; none for any other question."""
    named = parse_qs(urlsplit(asked).query).get("Tid", [])
    return [read_time(quarter) for written in named for quarter in written.split(",")]


def labels_of(metadata: BankMetadata, *, hierarchy: Hierarchy, on: date) -> Labels:
    """The text of each code of one variable; `on` says which texts StatBank must still have."""
    described = metadata.variable(hierarchy.id).texts
    if hierarchy.kind != "area":
        spellings = {code: (text,) for code, text in described.items()}
        return replace(labels_in(hierarchy, spellings=spellings, areas={}, on=on), left_out=not hierarchy.open)
    texts = {code: text for code, text in described.items() if not is_left_out(code, text=text)}
    places = {text: place_of(code, text=text, hierarchy=hierarchy) for code, text in texts.items()}
    areas = {text: area.name for text, area in places.items() if area is not None}
    unknown = {code: likely_area(code, text=text) for code, text in texts.items() if text not in areas}
    labels = labels_in(hierarchy, spellings={code: (text,) for code, text in texts.items()}, areas=areas, on=on)
    return replace(labels, likely={code: area.name for code, area in unknown.items() if area is not None})
