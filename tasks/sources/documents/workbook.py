"""Opens a workbook that came from people: its package is measured before anything is built of it.

A few kilobytes of zip can unpack to gigabytes, and a megabyte of empty XML elements to a hundred of memory: both are
counted while unpacking, whatever the package says of itself. No formula is evaluated and no link is followed. Each source
has its own limits and its own words for what it refuses.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO
from zipfile import ZipFile

from openpyxl import Workbook, load_workbook

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class PackageLimits:
    """The most that a workbook may hold once it is unpacked."""

    size: int
    parts: int
    elements: int = 10_000_000
    empty_cells: int = 300_000


class PackageTooLarge(Exception):
    """A workbook unpacks to more than it may; the message says to how much."""


def require_small(stream: BinaryIO, *, limits: PackageLimits) -> None:
    """Raise PackageTooLarge by what the package says of itself, and by what comes out of it, whatever it says.

    Where it is no whole zip, what zipfile raises is passed on.
    """
    stream.seek(0)
    with ZipFile(stream) as package:
        parts = package.infolist()
        stated = sum(part.file_size for part in parts)
        if stated > limits.size or len(parts) > limits.parts:
            raise PackageTooLarge(f"{len(parts)} parts of {stated // MEGABYTE} MB")
        _unpack(package, limits=limits)


def _unpack(package: ZipFile, *, limits: PackageLimits) -> None:
    """Read every part once and keep none; zipfile holds each against its checksum and its stated size."""
    size = elements = empty = 0
    for part in package.infolist():
        with package.open(part) as content:
            while chunk := content.read(MEGABYTE):
                size += len(chunk)
                elements += chunk.count(b"<")
                empty += _empty_cells(chunk)
                if size > limits.size or elements > limits.elements:
                    raise PackageTooLarge(f"{size // MEGABYTE} MB and {elements} elements, and more to come")
                if empty > limits.empty_cells:
                    raise PackageTooLarge(f"more than {limits.empty_cells:,} empty cells")


_CELL, _CONTENT = re.compile(rb"<(?:\w+:)?c[\s/>]"), re.compile(rb"<(?:\w+:)?(?:v|is|f)[\s/>]")


def _empty_cells(chunk: bytes) -> int:
    """How many cells of a piece of a sheet hold nothing: a kilobyte packs a million, and each takes time to read."""
    return max(0, len(_CELL.findall(chunk)) - len(_CONTENT.findall(chunk)))


def opened(stream: BinaryIO, *, values: bool) -> Workbook:
    """A workbook to be read row by row: with its formulas, or with the `values` that it last stored for them."""
    stream.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions, which hold no figures
        return load_workbook(stream, read_only=True, data_only=values, keep_links=False)


def visible_sheets(workbook: Workbook) -> dict[str, Any]:
    """The sheets that are not hidden, by their titles."""
    return {sheet.title: sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"}


def rows_of(sheet: Any) -> Iterator[Any]:
    """Every row of a sheet; the size that the sheet claims would cut off what lies beyond, and is not believed."""
    sheet.reset_dimensions()
    rows = iter(sheet.iter_rows())
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            row = next(rows, None)
        if row is None:
            return
        yield row


def is_per_cent(cell: Any) -> bool:
    """Whether a cell's number is shown in per cent: it is then a hundredth of what is seen."""
    return "%" in (cell.number_format or "")


def exactly(value: float) -> Decimal:
    """A stored number as it was typed, without the tail of its binary form."""
    return Decimal(repr(value))
