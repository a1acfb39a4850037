"""The package a workbook comes in: a zip of XML, whose size and shape are looked at before anything is built of it.

A few kilobytes of zip can unpack to gigabytes, and a megabyte of empty XML elements to a hundred of memory: both are
counted while unpacking, whatever the package says of itself.
"""

from __future__ import annotations

import re
import zipfile
from typing import Any, BinaryIO

from defusedxml.ElementTree import iterparse

from tasks.sources.local_files.rows import refused
from tasks.stoppages import FileRefused

_MB = 1024 * 1024

_MOST_UNPACKED, _MOST_ELEMENTS, _MOST_PARTS = 200 * _MB, 10_000_000, 2_000

_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.ASCII)


def require_honest_package(stream: BinaryIO, *, name: str) -> None:
    """Raise FileRefused unless the stream is a zip that unpacks, in full, to no more than a workbook needs."""
    stream.seek(0)
    if stream.read(8) == _COMPOUND:
        raise _compound(stream, name=name)
    try:
        with zipfile.ZipFile(stream) as package:
            _require_small(package.infolist(), name=name)
            _unpack(package, name=name)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        found = f"what is not one ({error})"
        raise refused(name, expected="an .xlsx workbook", found=found, advice="Save it anew as .xlsx") from error


def _compound(stream: BinaryIO, *, name: str) -> FileRefused:
    stream.seek(0)
    if _ENCRYPTED in stream.read(_MOST_UNPACKED):
        found, advice = "one protected by a password", "Save it without a password; the folder's rights protect it"
    else:
        found, advice = "a workbook of the older .xls kind", "Save it as .xlsx"
    return refused(name, expected="an .xlsx workbook", found=found, advice=advice)


def _require_small(parts: list[zipfile.ZipInfo], *, name: str) -> None:
    size = sum(part.file_size for part in parts)
    if size > _MOST_UNPACKED or len(parts) > _MOST_PARTS:
        raise _too_much(f"{len(parts)} parts of {size // _MB} MB", name=name)


def _too_much(found: str, *, name: str) -> FileRefused:
    return refused(
        name,
        expected=f"a workbook of at most {_MOST_UNPACKED // _MB} MB and {_MOST_ELEMENTS} elements once unpacked",
        found=found,
        advice="Keep the figures in a workbook of their own, or send them as CSV",
    )


def _unpack(package: zipfile.ZipFile, *, name: str) -> None:
    """Read every part once and keep none; zipfile holds each against its checksum and its stated size."""
    size = elements = 0
    for part in package.infolist():
        with package.open(part) as content:
            while chunk := content.read(_MB):
                size += len(chunk)
                elements += chunk.count(b"<")
                if size > _MOST_UNPACKED or elements > _MOST_ELEMENTS:
                    raise _too_much(f"{size // _MB} MB and {elements} elements, and more to come", name=name)


def require_plain_sheet(stream: BinaryIO, *, sheet: Any, header_row: int, name: str) -> None:
    """Raise FileRefused where a sheet's table has merged cells, or rows and cells out of their order."""
    stream.seek(0)
    with zipfile.ZipFile(stream) as package, package.open(sheet._worksheet_path) as content:
        row = column = 0
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
    return _position(found[1]) + 1


def _position(letters: str) -> int:
    at = 0
    for sign in letters:
        at = at * 26 + ord(sign) - ord("A") + 1
    return at - 1


def _require_above(merged: str, *, header_row: int, name: str) -> None:
    """Merged cells may stand in the title above the table; in it, all but the first would be empty."""
    corners = [_REFERENCE.fullmatch(corner) for corner in merged.split(":")]
    first, last = corners[0], corners[-1]
    if first is None or last is None or int(last[2]) >= header_row:
        raise refused(
            name,
            row=None if first is None else int(first[2]),
            at=None if first is None else _position(first[1]),
            expected="one cell for each figure",
            found=f"the merged cells {merged[:40]}",
            advice="Split the merged cells and write each one's text",
        )
