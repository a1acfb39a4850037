"""Opens a workbook that came from people, and reads the sheets of a list: its package is measured before that.

A few kilobytes of zip can unpack to gigabytes, and a megabyte of empty XML elements to a hundred of memory: both are
counted while unpacking, whatever the package says of itself. No formula is evaluated and no link is followed. Each source
has its own limits and its own words for what it refuses.

In the lines of a list's sheet each column is one wide. A formula's cell is what the workbook last stored for it. Numbers
are written in Danish, so that a typed number and a number typed as text are the same; a number shown in per cent is a
hundred times what is stored.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from zipfile import ZipFile

from defusedxml.ElementTree import iterparse
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock

from tasks.sources.documents import file_kind
from tasks.sources.documents.hidden import hidden_in
from tasks.sources.documents.number_formats import FormatUnclear, as_seen
from tasks.sources.documents.page import Cell, Line, Page, Span, printable
from tasks.stoppages import ListUnreadable
from warehouse.danish.writing import as_typed

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


@dataclass(frozen=True)
class OtherKind:
    """What a packed file is in place of a workbook that can be read, and what to do."""

    what: str
    advice: str


_ANEW = "Save it as .xlsx"
_BY_MIMETYPE = {
    b"application/vnd.oasis.opendocument.spreadsheet": "an OpenDocument spreadsheet (.ods)",
    b"application/vnd.oasis.opendocument.text": "an OpenDocument text (.odt)",
}
_BY_PART = {
    "xl/workbook.bin": "a binary workbook (.xlsb)",
    "word/document.xml": "a Word document (.docx)",
    "ppt/presentation.xml": "a presentation (.pptx)",
    "Index/Document.iwa": "a Numbers or Pages document of a Mac",
}
_STRICT = b"purl.oclc.org/ooxml"


def other_kind(stream: BinaryIO) -> OtherKind | None:
    """What a zip is in place of an .xlsx workbook of the usual kind; None where it is one.

    Strict Open XML has names of its own for every part, in which openpyxl finds no sheets.
    """
    stream.seek(0)
    with ZipFile(stream) as package:
        names = set(package.namelist())
        if "mimetype" in names:
            found = _BY_MIMETYPE.get(package.read("mimetype").strip())
            return OtherKind(found or "another program's document", _ANEW)
        other = next((what for part, what in _BY_PART.items() if part in names), None)
        if other or "xl/workbook.xml" not in names:
            return OtherKind(other or "a packed file without a workbook", _ANEW)
        if _STRICT in package.read("xl/workbook.xml"):
            return OtherKind("a workbook of the kind Strict Open XML", "Save it as 'Excel Workbook (*.xlsx)'")
    return None


_CELL, _CONTENT = re.compile(rb"<(?:\w+:)?c[\s/>]"), re.compile(rb"<(?:\w+:)?(?:v|is|f)[\s/>]")


def _empty_cells(chunk: bytes) -> int:
    """How many cells of a piece of a sheet hold nothing: a kilobyte packs a million, and each takes time to read."""
    return max(0, len(_CELL.findall(chunk)) - len(_CONTENT.findall(chunk)))


def _require_no_entities(package: ZipFile) -> None:
    """Raise DTDForbidden where a part declares a document type: lxml, with which openpyxl reads, would expand its entities."""
    for part in package.namelist():
        if part.endswith((".xml", ".rels")):
            with package.open(part) as content, suppress(ParseError):  # what is no XML, openpyxl says
                next(iterparse(content, events=("start",), forbid_dtd=True), None)


def opened(stream: BinaryIO, *, values: bool) -> Workbook:
    """A workbook to be read row by row: with its formulas, or with the `values` that it last stored for them."""
    stream.seek(0)
    with ZipFile(stream) as package:
        _require_no_entities(package)
    stream.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions, which hold no figures
        return load_workbook(stream, read_only=True, data_only=values, keep_links=False, rich_text=True)


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


_RAISED = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")


def text_of(value: str | CellRichText) -> str:
    """A cell's text; digits that are raised in it stay raised: `210` with the footnote 1 is `210¹`."""
    if isinstance(value, str):
        return value
    return "".join(_part(part) for part in value)


def _part(part: str | TextBlock) -> str:
    if isinstance(part, str):
        return part
    text = part.text or ""
    return text.translate(_RAISED) if part.font is not None and part.font.vertAlign == "superscript" else text


def exactly(value: float) -> Decimal:
    """A stored number as it was typed, without the tail of its binary form."""
    return Decimal(repr(value))


_LIMITS = PackageLimits(size=file_kind.LARGEST_UNPACKED_BYTES, parts=file_kind.MOST_PACKED_FILES)
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
    other = other_kind(stream)
    if other is not None:
        raise ListUnreadable(f"{name} is {other.what}; expected XLSX. {other.advice} and try again")
    sheets = visible_sheets(opened(stream, values=True))
    pages = [
        Page(f"sheet '{title}'", tuple(_lines(sheet, stream=stream, name=name)), title=title)
        for title, sheet in sheets.items()
    ]
    return [page for page in pages if page.lines]


def _lines(sheet: Any, *, stream: BytesIO, name: str) -> Iterator[Line]:
    """A sheet's rows that hold something; raises ListUnreadable where something of them is hidden."""
    hidden = hidden_in(stream, part=sheet._worksheet_path)
    for number, row in enumerate(islice(rows_of(sheet), file_kind.MOST_SHEET_ROWS + 1), start=1):
        if number > file_kind.MOST_SHEET_ROWS or len(row) > file_kind.MOST_SHEET_COLUMNS:
            raise ListUnreadable(
                f"{name}, sheet '{sheet.title}', row {number}: the sheet has more than {file_kind.MOST_SHEET_ROWS:,} rows or "
                f"{file_kind.MOST_SHEET_COLUMNS} columns; expected a list of 98 rows. Save the list alone in a workbook"
            )
        cells = tuple(_cells(row))
        unseen = number in hidden.rows or any(int(cell.span.start) + 1 in hidden.columns for cell in cells)
        if cells and unseen:
            raise ListUnreadable(
                f"{name}, sheet '{sheet.title}', row {number}: expected rows and columns that can be seen, found a hidden one "
                f"with '{cells[0].text[:40]}'. Show all rows and columns, or delete the hidden ones, and save the list anew"
            )
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
        return _number(value, number_format=cell.number_format)
    if isinstance(value, datetime | date):
        return f"{value:%d-%m-%Y}"
    return printable(text_of(value) if isinstance(value, str | CellRichText) else str(value))


def _number(value: float, *, number_format: str | None) -> str:
    """A number as a person sees it, with the words beside it; one that is shown otherwise is no number."""
    try:
        seen = as_seen(exactly(value), number_format=number_format)
    except FormatUnclear as reason:
        return f"{value} ({reason})"
    return f"{as_typed(_without_empty_decimals(seen.value))} {seen.words}".strip()


def _without_empty_decimals(exact: Decimal) -> Decimal:
    return exact.to_integral_value() if exact == exact.to_integral_value() else exact
