"""Rows of one sheet of a workbook, one at a time, and no formula ever evaluated.

openpyxl says what stands in a cell. What it would pass over in silence (merged cells, rows out of order, a sheet that
claims to be smaller than it is) is looked for before.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, time, timedelta
from itertools import repeat
from math import isfinite
from typing import Any, BinaryIO

from defusedxml.ElementTree import iterparse
from openpyxl import Workbook
from openpyxl.utils import column_index_from_string

from tasks.sources.documents import workbook
from tasks.sources.documents.file_kind import compound_kind
from tasks.sources.local_files.contract import Contract
from tasks.sources.local_files.rows import Cell, ErrorValue, Formula, Percentage, Row, refused
from tasks.stoppages import Stoppage

_LARGEST_MB = 200
_LIMITS = workbook.PackageLimits(size=_LARGEST_MB * workbook.MEGABYTE, parts=2_000)
_XLSX = "an .xlsx workbook"
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384

_MOST_PLACES = 10_000_000
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.ASCII)


def xlsx_rows(stream: BinaryIO, *, contract: Contract, name: str) -> Iterator[Row]:
    """Every row of the declared sheet, blank ones too; raises FileRefused."""
    try:
        yield from _rows(stream, contract=contract, name=name)
    except Stoppage:
        raise
    except Exception as error:  # a torn workbook makes openpyxl raise whatever its XML led it to
        raise refused(
            name,
            expected="a workbook",
            found=f"one that cannot be read ({type(error).__name__}: {str(error)[:200]})",
            advice="Open it in a spreadsheet program and save it anew as .xlsx",
        ) from error


def _rows(stream: BinaryIO, *, contract: Contract, name: str) -> Iterator[Row]:
    require_honest_package(stream, name=name)
    sheet = _chosen(workbook.opened(stream, values=False), contract=contract, name=name)
    _require_plain_sheet(stream, sheet=sheet, header_row=contract.header_row, name=name)
    values: Iterator[Any] = repeat(None)
    if contract.formulas == "cached-value":
        values = workbook.rows_of(workbook.opened(stream, values=True)[sheet.title])
    for number, (row, cached) in enumerate(zip(workbook.rows_of(sheet), values, strict=False), start=1):
        yield Row(number, tuple(map(_cell, row, repeat(None) if cached is None else cached)))


def require_honest_package(stream: BinaryIO, *, name: str) -> None:
    """Raise FileRefused unless the stream is a zip that unpacks, in full, to no more than a workbook needs."""
    compound = compound_kind(stream)
    if compound == "locked":
        advice = "Save it without a password; the folder's rights protect it"
        raise refused(name, expected=_XLSX, found="one protected by a password", advice=advice)
    if compound == "old":
        raise refused(name, expected=_XLSX, found="a workbook of the older .xls kind", advice="Save it as .xlsx")
    try:
        workbook.require_small(stream, limits=_LIMITS)
    except workbook.PackageTooLarge as error:
        raise refused(
            name,
            expected=f"a workbook of at most {_LARGEST_MB} MB and {_LIMITS.elements} elements once unpacked",
            found=str(error),
            advice="Keep the figures in a workbook of their own, or send them as CSV",
        ) from error
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise refused(
            name, expected=_XLSX, found=f"what is not one ({error})", advice="Save it anew as .xlsx"
        ) from error


def _chosen(book: Workbook, *, contract: Contract, name: str) -> Any:
    """The declared sheet, or the only one there is to see; a hidden sheet is never read."""
    visible = workbook.visible_sheets(book)
    if contract.sheet is None and len(visible) == 1:
        return next(iter(visible.values()))
    if contract.sheet in visible:
        return visible[contract.sheet]
    hidden = [sheet.title for sheet in book.worksheets if sheet.title not in visible]
    found = f"the sheets {', '.join(visible) or 'none'}" + (f"; hidden: {', '.join(hidden)}" if hidden else "")
    expected = "one visible sheet" if contract.sheet is None else f"a visible sheet '{contract.sheet}'"
    raise refused(name, expected=expected, found=found, advice="Declare its name under `sheet`, or show it")


def _require_plain_sheet(stream: BinaryIO, *, sheet: Any, header_row: int, name: str) -> None:
    """Raise FileRefused where a sheet's table has merged cells, or rows and cells out of their order."""
    stream.seek(0)
    with zipfile.ZipFile(stream) as package, package.open(sheet._worksheet_path) as content:
        row = column = places = 0
        for event, element in iterparse(content, events=("start", "end"), forbid_dtd=True):
            tag = element.tag.rpartition("}")[2]
            if event == "start" and tag == "row":
                row, column = _next(row, element.get("r"), last=_LAST_ROW, name=name), 0
            elif event == "start" and tag == "c":
                column = _next(column, _column_of(element.get("r"), row=row, name=name), last=_LAST_COLUMN, name=name)
            elif event == "start" and tag == "mergeCell":
                _require_above(element.get("ref", ""), header_row=header_row, name=name)
            elif event == "end" and tag == "row":
                element.clear()
                places = _require_few(places + column, row=row, name=name)


def _require_few(places: int, *, row: int, name: str) -> int:
    """A row is read up to its last cell: a million rows with one cell far to the right are a thousand million places."""
    if places <= _MOST_PLACES:
        return places
    raise refused(
        name,
        row=row,
        expected=f"at most {_MOST_PLACES} cells up to the last one of each row",
        found="more",
        advice="Delete the columns to the right of the table, or send the figures as CSV",
    )


def _next(before: int, stated: str | int | None, *, last: int, name: str) -> int:
    """The number of a row or column that follows `before`; a sheet that goes back or beyond its end is torn."""
    number = before + 1 if stated is None else int(stated)
    if not before < number <= last:
        raise refused(
            name,
            row=number,
            expected=f"rows and columns in order, up to {last}",
            found=f"{number} after {before}",
            advice="Open the workbook in a spreadsheet program and save it anew",
        )
    return number


def _column_of(reference: str | None, *, row: int, name: str) -> int | None:
    if reference is None:
        return None
    found = _REFERENCE.fullmatch(reference)
    if found is None or int(found[2]) != row:
        advice = "Open the workbook in a spreadsheet program and save it anew"
        raise refused(name, row=row, expected="cells of this row", found=f"'{reference[:20]}'", advice=advice)
    return column_index_from_string(found[1])


def _require_above(merged: str, *, header_row: int, name: str) -> None:
    """Merged cells may stand in the title above the table; in it, all but the first would be empty."""
    corners = [_REFERENCE.fullmatch(corner) for corner in merged.split(":")]
    first, last = corners[0], corners[-1]
    if first is None or last is None or int(last[2]) >= header_row:
        raise refused(
            name,
            row=None if first is None else int(first[2]),
            at=None if first is None else column_index_from_string(first[1]) - 1,
            expected="one cell for each figure",
            found=f"the merged cells {merged[:40]}",
            advice="Split the merged cells and write each one's text",
        )


def _cell(cell: Any, cached: Any) -> Cell:
    """What stands in a cell; a formula's cached value where `cached` is that cell without formulas."""
    if cell.data_type != "f":
        return _value(cell)
    value = None if cached is None else _value(cached)
    text = str(getattr(cell.value, "text", cell.value))
    return Formula(text, uncached=cached is not None) if value is None else value


def _value(cell: Any) -> Cell:
    value = cell.value
    if cell.data_type == "e":
        return ErrorValue(str(value))
    if value is None or isinstance(value, str | bool | date | time | timedelta):
        return value
    if isinstance(value, float) and not isfinite(value):
        return ErrorValue(str(value))
    number = workbook.exactly(value)
    return Percentage(number) if workbook.is_per_cent(cell) else number
