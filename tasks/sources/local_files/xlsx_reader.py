"""Rows of one sheet of a workbook, one at a time, and no formula ever evaluated.

openpyxl says what stands in a cell. What it would pass over in silence (merged cells, rows out of order, a sheet that
claims to be smaller than it is) is looked for before.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import repeat
from math import isfinite
from typing import Any, BinaryIO

from openpyxl import Workbook, load_workbook

from tasks.sources.documents.xlsx_package import require_honest_package, require_plain_sheet
from tasks.sources.local_files.contract import Contract
from tasks.sources.local_files.rows import Cell, ErrorValue, Formula, Percentage, Row, refused
from tasks.stoppages import Stoppage


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
    written = _opened(stream, values=False)
    sheet = _chosen(written, contract=contract, name=name)
    require_plain_sheet(stream, sheet=sheet, header_row=contract.header_row, name=name)
    values: Iterator[Any] = repeat(None)
    if contract.formulas == "cached-value":
        values = _raw_rows(_opened(stream, values=True)[sheet.title])
    for number, (row, cached) in enumerate(zip(_raw_rows(sheet), values, strict=False), start=1):
        yield Row(number, tuple(map(_cell, row, repeat(None) if cached is None else cached)))


def _opened(stream: BinaryIO, *, values: bool) -> Workbook:
    stream.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions, which hold no figures
        return load_workbook(stream, read_only=True, data_only=values, keep_links=False)


def _raw_rows(sheet: Any) -> Iterator[Any]:
    sheet.reset_dimensions()  # the size that a sheet claims would cut off what lies beyond
    rows = iter(sheet.iter_rows())
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            row = next(rows, None)
        if row is None:
            return
        yield row


def _chosen(workbook: Workbook, *, contract: Contract, name: str) -> Any:
    """The declared sheet, or the only one there is to see; a hidden sheet is never read."""
    visible = {sheet.title: sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"}
    if contract.sheet is None and len(visible) == 1:
        return next(iter(visible.values()))
    if contract.sheet in visible:
        return visible[contract.sheet]
    hidden = [sheet.title for sheet in workbook.worksheets if sheet.title not in visible]
    found = f"the sheets {', '.join(visible) or 'none'}" + (f"; hidden: {', '.join(hidden)}" if hidden else "")
    expected = "one visible sheet" if contract.sheet is None else f"a visible sheet '{contract.sheet}'"
    raise refused(name, expected=expected, found=found, advice="Declare its name under `sheet`, or show it")


def _cell(cell: Any, cached: Any) -> Cell:
    """What stands in a cell; a formula's cached value where `cached` is that cell without formulas."""
    if cell.data_type != "f":
        return _value(cell)
    if cached is None:
        return Formula(str(getattr(cell.value, "text", cell.value)))
    value = _value(cached)
    return Formula(str(getattr(cell.value, "text", cell.value)), uncached=True) if value is None else value


def _value(cell: Any) -> Cell:
    value = cell.value
    if cell.data_type == "e":
        return ErrorValue(str(value))
    if value is None or isinstance(value, str | bool | date | time | timedelta):
        return value
    if isinstance(value, float) and not isfinite(value):
        return ErrorValue(str(value))
    number = Decimal(repr(value))
    return Percentage(number) if "%" in (cell.number_format or "") else number
