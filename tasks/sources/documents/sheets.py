"""A workbook's sheets as lines of texts, each column one wide; formulas and links are never followed.

A formula's cell is what the workbook last stored for it. Numbers are written in Danish, so that a typed number and a
number typed as text are the same; a number shown in per cent is a hundred times what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import islice
from typing import Any
from zipfile import ZipFile

from tasks.sources.documents.file_kind import (
    LARGEST_UNPACKED_BYTES,
    MOST_PACKED_FILES,
    MOST_SHEET_COLUMNS,
    MOST_SHEET_ROWS,
)
from tasks.sources.documents.page import Cell, Line, Page, Span, printable
from tasks.sources.documents.workbook import (
    PackageLimits,
    PackageTooLarge,
    exactly,
    is_per_cent,
    opened,
    require_small,
    rows_of,
    visible_sheets,
)
from tasks.stoppages import ListUnreadable
from warehouse.danish.writing import as_typed

_LIMITS = PackageLimits(size=LARGEST_UNPACKED_BYTES, parts=MOST_PACKED_FILES)
_WIDTH = 0.5


def sheets_of(content: bytes, *, name: str) -> list[Page]:
    """Every visible sheet that holds something, with its lines; raises ListUnreadable."""
    try:
        pages = _sheets(BytesIO(content), name=name)
    except PackageTooLarge as error:
        raise ListUnreadable(
            f"{name} unpacks to more than {_LIMITS.size:,} bytes, {_LIMITS.parts:,} parts or {_LIMITS.elements:,} XML "
            f"elements: {error}; expected a list of 98 rows. It may be made to do harm: do not open it, and fetch the "
            "list from the ministry's page"
        ) from error
    except (ListUnreadable, MemoryError):
        raise
    except Exception as error:  # a damaged workbook fails in openpyxl in any way at all
        raise ListUnreadable(
            f"{name}: the workbook is damaged and cannot be read ({type(error).__name__}). Fetch it again from the "
            "ministry's page, or open it in Excel and save it anew"
        ) from error
    if not pages:
        raise ListUnreadable(f"{name}: no visible sheet holds anything; expected a table. Fetch the list again")
    return pages


def _sheets(stream: BytesIO, *, name: str) -> list[Page]:
    require_small(stream, limits=_LIMITS)
    if "xl/workbook.xml" not in ZipFile(stream).namelist():
        raise ListUnreadable(
            f"{name} is a packed file without a workbook; expected XLSX. Save the list as .xlsx and try again"
        )
    sheets = visible_sheets(opened(stream, values=True))
    pages = [Page(f"sheet '{title}'", tuple(_lines(sheet, name=name)), title=title) for title, sheet in sheets.items()]
    return [page for page in pages if page.lines]


def _lines(sheet: Any, *, name: str) -> Iterator[Line]:
    """A sheet's rows that hold something."""
    for number, row in enumerate(islice(rows_of(sheet), MOST_SHEET_ROWS + 1), start=1):
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
        return as_typed(_without_empty_decimals(value) * (100 if is_per_cent(cell) else 1))
    if isinstance(value, datetime | date):
        return f"{value:%d-%m-%Y}"
    return printable(str(value))


def _without_empty_decimals(value: float) -> Decimal:
    exact = exactly(value)
    return exact.to_integral_value() if exact == exact.to_integral_value() else exact
