"""Rows of one sheet of a workbook, one at a time, and no formula ever evaluated.

openpyxl says what stands in a cell, and the cell's format what a person sees of it. What openpyxl would pass over in silence
is looked for before (sheet_places.py).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import repeat
from math import isfinite
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText

from tasks.sources.documents import workbook
from tasks.sources.documents.file_kind import compound_kind
from tasks.sources.documents.number_formats import FormatUnclear, as_seen, hides_text
from tasks.sources.local_files.contract import Contract
from tasks.sources.local_files.rows import Cell, ErrorValue, Formula, Percentage, Row, Shown, Unseen, refused
from tasks.sources.local_files.sheet_places import looked_through
from tasks.stoppages import Stoppage

_LARGEST_MB = 200
_LIMITS = workbook.PackageLimits(size=_LARGEST_MB * workbook.MEGABYTE, parts=2_000)
_XLSX = "an .xlsx workbook"


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
    places = looked_through(stream, sheet=sheet, contract=contract, name=name)
    values: Iterator[Any] = repeat(None)
    if contract.formulas == "cached-value":
        values = workbook.rows_of(workbook.opened(stream, values=True)[sheet.title])
    for number, (row, cached) in enumerate(zip(workbook.rows_of(sheet), values, strict=False), start=1):
        cells = list(map(_cell, row, repeat(None) if cached is None else cached))
        found = Row(number, places.merged(cells, row=number))
        if places.is_kept(found):
            yield found


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
        other = workbook.other_kind(stream)
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
    if other is not None:
        raise refused(name, expected=_XLSX, found=other.what, advice=other.advice)


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
    if isinstance(value, str | CellRichText):
        return _text(workbook.text_of(value), number_format=cell.number_format)
    if value is None or isinstance(value, bool | date | time | timedelta):
        return value
    if isinstance(value, float) and not isfinite(value):
        return ErrorValue(str(value))
    return _number(workbook.exactly(value), number_format=cell.number_format)


def _text(text: str, *, number_format: str | None) -> Cell:
    return Unseen(f"the text '{text}'", "which its format hides") if hides_text(number_format) else text


def _number(number: Decimal, *, number_format: str | None) -> Cell:
    """A number as a person sees it; a plain one with or without a per cent sign is the most of them."""
    try:
        seen = as_seen(number, number_format=number_format)
    except FormatUnclear as reason:
        return Unseen(f"the number {number}", str(reason))
    if seen.words or seen.shrunk:
        return Shown(seen)
    return Percentage(number) if seen.per_cent else seen.value
