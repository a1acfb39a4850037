"""A municipality's file read to the same cells as every other source has; nothing of it is passed over in silence."""

from __future__ import annotations

from io import SEEK_END, BytesIO
from typing import BinaryIO

import polars as pl

from tasks.sources.local_files.contract import Contract
from tasks.sources.local_files.csv_rows import csv_rows
from tasks.sources.local_files.layout import layout_of
from tasks.sources.local_files.refusals import refused
from tasks.sources.local_files.row_cells import CellsOfFile
from tasks.sources.local_files.xlsx_rows import xlsx_rows


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
    header = next((row for row in rows if row.number == contract.header_row), None)
    if header is None or header.is_blank:
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


def require_size(size: int, *, contract: Contract, name: str) -> None:
    """Raise FileRefused where `size` bytes are none, or more than the contract allows."""
    if size == 0:
        raise refused(name, expected="a table", found="an empty file", advice="Send the file anew")
    if size > contract.limits.largest_mb * 1_000_000:
        raise refused(
            name,
            expected=f"at most {contract.limits.largest_mb:g} MB",
            found=f"{size / 1_000_000:.1f} MB",
            advice="Look whether it is the right file, or raise `limits: largest_mb` in the contract",
        )
