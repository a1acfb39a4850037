"""A workbook's sheets as lines of texts, each column one wide; formulas and links are never followed.

A formula's cell is what the workbook last stored for it. Numbers are written in Danish, so that a typed number and a
number typed as text are the same; a number shown in per cent is a hundred times what is stored.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import islice
from typing import Any
from zipfile import ZipFile

from openpyxl import load_workbook

from tasks.sources.documents.file_kind import (
    LARGEST_UNPACKED_BYTES,
    MOST_PACKED_FILES,
    MOST_SHEET_COLUMNS,
    MOST_SHEET_ROWS,
)
from tasks.sources.documents.page import Cell, Line, Page, Span, printable
from tasks.stoppages import ListUnreadable
from warehouse.danish.writing import as_typed

_CHUNK = 1 << 20

_WIDTH = 0.5


def sheets_of(content: bytes, *, name: str) -> list[Page]:
    """Every visible sheet that holds something, with its lines; raises ListUnreadable."""
    try:
        _require_small(content, name=name)
        with warnings.catch_warnings():
            # A style or an extension it does not know is no matter here, and says nothing of the figures.
            warnings.simplefilter("ignore")
            workbook = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
            sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
            pages = [
                Page(f"sheet '{sheet.title}'", tuple(_lines(sheet, name=name)), title=sheet.title) for sheet in sheets
            ]
    except (ListUnreadable, MemoryError):
        raise
    except Exception as error:  # a damaged workbook fails in openpyxl in any way at all
        raise ListUnreadable(
            f"{name}: the workbook is damaged and cannot be read ({type(error).__name__}). Fetch it again from the "
            "ministry's page, or open it in Excel and save it anew"
        ) from error
    filled = [page for page in pages if page.lines]
    if not filled:
        raise ListUnreadable(f"{name}: no visible sheet holds anything; expected a table. Fetch the list again")
    return filled


def _require_small(content: bytes, *, name: str) -> None:
    """Refuse what unpacks to more than any list: by what the directory says, and by what comes out, whatever it says."""
    with ZipFile(BytesIO(content)) as packed:
        members = packed.infolist()
        if len(members) > MOST_PACKED_FILES or sum(member.file_size for member in members) > LARGEST_UNPACKED_BYTES:
            raise ListUnreadable(_bomb(name))
        if "xl/workbook.xml" not in packed.namelist():
            raise ListUnreadable(
                f"{name} is a packed file without a workbook; expected XLSX. Save the list as .xlsx and try again"
            )
        unpacked = 0
        for member in members:
            with packed.open(member) as stream:
                while part := stream.read(_CHUNK):
                    unpacked += len(part)
                    if unpacked > LARGEST_UNPACKED_BYTES:
                        raise ListUnreadable(_bomb(name))


def _bomb(name: str) -> str:
    return (
        f"{name} unpacks to more than {LARGEST_UNPACKED_BYTES:,} bytes or {MOST_PACKED_FILES:,} parts; expected a list of "
        "98 rows. It may be made to do harm: do not open it, and fetch the list from the ministry's page"
    )


def _lines(sheet: Any, *, name: str) -> Iterator[Line]:
    """A sheet's rows that hold something; the sheet's own word on its size is not believed."""
    sheet.reset_dimensions()
    for number, row in enumerate(islice(sheet.iter_rows(), MOST_SHEET_ROWS + 1), start=1):
        if number > MOST_SHEET_ROWS or len(row) > MOST_SHEET_COLUMNS:
            raise ListUnreadable(
                f"{name}, sheet '{sheet.title}', row {number}: the sheet has more than {MOST_SHEET_ROWS:,} rows or "
                f"{MOST_SHEET_COLUMNS} columns; expected a list of 98 rows. Save the list alone in a workbook"
            )
        cells = tuple(_cells(row))
        if cells:
            yield Line(cells)


def _cells(row: tuple[Any, ...]) -> Iterator[Cell]:
    for at, cell in enumerate(row):
        text = _text(cell)
        if text:
            yield Cell(text, Span(at, at + _WIDTH))


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        in_per_cent = "%" in (cell.number_format or "")
        return as_typed(_exactly(value) * (100 if in_per_cent else 1))
    if isinstance(value, datetime | date):
        return f"{value:%d-%m-%Y}"
    return printable(str(value))


def _exactly(value: float) -> Decimal:
    """A stored number as it was written, without the tail of its binary form and without empty decimals."""
    exact = Decimal(repr(value))
    return exact.to_integral_value() if exact == exact.to_integral_value() else exact
