"""Reads a municipality's file to the same cells as every other source has; what cannot be read is refused, never skipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import SEEK_END, BytesIO
from itertools import islice
from typing import BinaryIO

import polars as pl

from tasks.archive.store import Archive, Manifest
from tasks.sources.access import CONTRACT, FILE
from tasks.sources.cells import Cut
from tasks.sources.label_changes import Labels
from tasks.sources.local_files.cells import CellsOfFile
from tasks.sources.local_files.contract import AREA, Contract, ContractError, read_contract
from tasks.sources.local_files.contract_checks import require_sizes_declared
from tasks.sources.local_files.contract_fields import AreaColumn
from tasks.sources.local_files.csv_reader import csv_rows
from tasks.sources.local_files.header import layout_of
from tasks.sources.local_files.rows import Row, refused
from tasks.sources.local_files.xlsx_reader import xlsx_rows
from tasks.stoppages import FileRefused
from warehouse.catalogue.model import Table
from warehouse.periods import Period


def snapshot(manifest: Manifest, *, archive: Archive) -> LocalSnapshot:
    """The snapshot of a manifest."""
    return LocalSnapshot(manifest, archive)


@dataclass(frozen=True)
class LocalSnapshot:
    """A municipality's own table: its contract and its file as they lay in the folder."""

    manifest: Manifest
    archive: Archive

    differences: tuple[str, ...] = ()
    asked_periods: tuple[Period, ...] | None = None
    newest_period: Period | None = None
    partial_periods = frozenset[int]()

    @cached_property
    def contract(self) -> Contract:
        """The contract that was archived with the file; raises FileRefused."""
        name, content = self._bytes(CONTRACT)
        try:
            return read_contract(content.decode("utf-8-sig"), name=name)
        except (ContractError, UnicodeDecodeError) as error:
            raise FileRefused(str(error)) from error

    @property
    def table(self) -> Table:
        """The table as its contract declares it."""
        return self.contract.table

    @property
    def declared_in(self) -> str:
        """The contract's name."""
        return self._bytes(CONTRACT)[0]

    @property
    def labels(self) -> tuple[Labels, ...]:
        """What the contract says that the file's texts stand for; whether all are still there, the audit tells."""
        members = [
            Labels("member", key.name, {text: (text,) for text in key.labels}, key.labels, ids_are_labels=True)
            for key in self.contract.keys
            if key.members
        ]
        area = self.contract.area
        names = {text: each.name for text, each in area.names.items()} if isinstance(area, AreaColumn) else {}
        return (*members, Labels("area", AREA, {text: (text,) for text in names}, names, ids_are_labels=True))

    def answers(self) -> Iterator[Cut]:
        """The file's cells."""
        name, content = self._bytes(FILE)
        yield "", read_file(content, contract=self.contract, name=name)

    def _bytes(self, kind: str) -> tuple[str, bytes]:
        entry = next(entry for entry in self.manifest.entries if entry.asked.startswith(kind))
        return entry.asked.removeprefix(kind), self.archive.get(entry.sha256)


def read_file(content: bytes, *, contract: Contract, name: str) -> pl.DataFrame:
    """The cells of a file's bytes: one row per period x area x members x measure, sorted. Raises FileRefused."""
    return read_stream(BytesIO(content), contract=contract, name=name)


def read_stream(stream: BinaryIO, *, contract: Contract, name: str) -> pl.DataFrame:
    """The cells of an open file, as `read_file` gives them; its size is judged before anything of it is read.

    Memory is bounded by the contract's `most_rows`, not by the size of the file.
    """
    require_size(stream.seek(0, SEEK_END), contract=contract, name=name)
    stream.seek(0)
    rows = (csv_rows if contract.format == "csv" else xlsx_rows)(stream, contract=contract, name=name)
    header = _header(rows, contract=contract, name=name)
    if not header or header[-1].is_blank:
        raise refused(
            name,
            row=contract.header_row,
            expected="a header",
            found="an empty row",
            advice="Look whether the right file was sent, and whether `header_row` and `sheet` fit it",
        )
    cells = CellsOfFile(contract, layout=layout_of(header, contract=contract, name=name), name=name)
    for row in rows:
        cells.take(row)
    return cells.frame()


def _header(rows: Iterator[Row], *, contract: Contract, name: str) -> list[Row]:
    """The rows of the header, none where the file ends before; what stands above may only say in what it counts."""
    before = list(islice(rows, contract.header_row))
    require_sizes_declared(before[: contract.first_header_row - 1], contract=contract, name=name)
    return before[contract.first_header_row - 1 :] if len(before) == contract.header_row else []


def require_size(size: int, *, contract: Contract, name: str) -> None:
    """Raise FileRefused where `size` bytes are none, or more than the contract allows."""
    if size == 0:
        raise refused(name, expected="a table", found="an empty file", advice="Send the file anew")
    if size > contract.limits.largest_bytes:
        raise refused(
            name,
            expected=f"at most {contract.limits.largest_mb:g} MB",
            found=f"{size / 1_000_000:.1f} MB",
            advice="Look whether it is the right file, or raise `limits: largest_mb` in the contract",
        )
