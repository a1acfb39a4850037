"""Rows of a CSV file, one at a time: a file of any size is read in the memory of its longest line.

Rows are numbered as a spreadsheet numbers them, where a cell may hold line breaks. Bytes that are no text in the
declared encoding are found where they stand, not where the decoder gave up.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from tasks.sources.local_files.contract import Contract
from tasks.sources.local_files.rows import Row, refused, shown

_SEPARATORS = {"semicolon": ";", "comma": ",", "tab": "\t", "pipe": "|"}
_LONGEST_LINE = 1_000_000
_LONGEST_CELL = 100_000
_MARK = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_NO_TEXT = re.compile("[\x00\udc80-\udcff]")
_FOREIGN = re.compile(r"[^\x00-\x7f]")


def csv_rows(stream: BinaryIO, *, contract: Contract, name: str) -> Iterator[Row]:
    """Every row of a CSV file, blank ones too; raises FileRefused naming row and column."""
    lines = _in_lines(stream, encoding=contract.encoding or "utf-8", name=name)
    reader = csv.reader(lines, delimiter=_SEPARATORS[contract.separator or "comma"], strict=True)
    number = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise refused(
                name,
                row=number + 1,
                expected="cells between separators, quoted where they hold separators, quotes or line breaks",
                found=f"what cannot be told apart ({error})",
                advice="Look for a quotation mark without its partner, or save the file as CSV once more",
            ) from error
        if cells is None:
            return
        number += 1
        _require_short(cells, row=number, name=name)
        if lines.odd:
            _require_text(cells, row=number, lines=lines)
            lines.odd = False
        yield Row(number, tuple(cells))


def require_ended(content: bytes, *, contract: Contract, name: str) -> None:
    """Raise FileRefused where a CSV file's last line has no end: a number in it may be cut, and rows after it lost."""
    ends = (b"\n", b"\r", b"\n\0", b"\r\0") if contract.encoding == "utf-16" else (b"\n", b"\r")
    if contract.format != "csv" or contract.last_line_without_end or content.endswith(ends):
        return
    lines = content.count(b"\n") + 1
    raise refused(
        name,
        expected="an end of its last line",
        found=f"none in line {lines}",
        advice=(
            "The file may be cut off or half copied: send it whole. Where its program never ends the last line, say "
            "`last_line_without_end: true` in the contract"
        ),
    )


def _in_lines(stream: BinaryIO, *, encoding: str, name: str) -> _Lines:
    """The lines of a stream; those of UTF-16 are no lines of bytes, and are read as UTF-8.

    Raises FileRefused where a file is UTF-16 and declared otherwise, or declared so and is none.
    """
    start = stream.read(len(_MARK) + 1)
    stream.seek(0)
    if encoding != "utf-16":
        _require_no_utf_16(start, encoding=encoding, name=name)
        return _Lines(stream, encoding=encoding, name=name)
    written = "utf-16" if start.startswith(_UTF_16) else "utf-16-le" if start[1:2] == b"\x00" else "utf-16-be"
    try:
        return _Lines(BytesIO(stream.read().decode(written).encode()), encoding="utf-8", name=name)
    except UnicodeDecodeError as error:
        raise refused(
            name,
            expected="text in utf-16",
            found=f"bytes that are none, at {error.start}",
            advice="Declare the `encoding` that the file has, or save it as CSV UTF-8",
        ) from error


def _require_no_utf_16(start: bytes, *, encoding: str, name: str) -> None:
    """A file with UTF-16's mark, or in which every other byte of the first letters is a NUL, is UTF-16."""
    half_nul = any(start[at::2] == b"\0\0" and b"\0" not in start[1 - at :: 2] for at in (0, 1))
    if start.startswith(_UTF_16) or half_nul:
        advice = "Declare `encoding: utf-16`, or save it as CSV UTF-8"
        raise refused(name, expected=f"text in {encoding}", found="UTF-16, by its first bytes", advice=advice)


class _Lines:
    """The decoded lines of a stream; `odd` says whether one of those handed out may hold what is no text."""

    def __init__(self, stream: BinaryIO, *, encoding: str, name: str) -> None:
        self.stream = stream
        self.encoding = encoding
        self.name = name
        self.count = 0
        self.odd = False

    def __iter__(self) -> Iterator[str]:
        while line := self.stream.readline(_LONGEST_LINE + 1):
            self.count += 1
            if len(line) > _LONGEST_LINE:
                raise refused(
                    self.name,
                    expected=f"lines of at most {_LONGEST_LINE} bytes",
                    found=f"a longer one in line {self.count}",
                    advice="Look whether the file is a table, and whether its lines end",
                )
            yield self._decoded(line)

    def _decoded(self, line: bytes) -> str:
        if self.count == 1 and self.encoding.startswith("utf-8"):
            line = line.removeprefix(_MARK)
        encoding = self.encoding.removesuffix("-sig")
        self.odd = self.odd or b"\x00" in line or self._is_utf_8(line)
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            self.odd = True
            return line.decode(encoding, "surrogateescape")

    def _is_utf_8(self, line: bytes) -> bool:
        """Whether a line declared otherwise is UTF-8 beyond doubt: Danish letters elsewhere are never so by chance."""
        if self.encoding.startswith("utf-8") or line.isascii():
            return False
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            return False
        return True


def _require_short(cells: list[str], *, row: int, name: str) -> None:
    """Raise FileRefused with the first cell that is too long; csv's own limit is any library's of the process to change."""
    for at, cell in enumerate(cells):
        if len(cell) > _LONGEST_CELL:
            raise refused(
                name,
                row=row,
                at=at,
                expected=f"cells of at most {_LONGEST_CELL} characters",
                found=shown(cell),
                advice="Look for a quotation mark without its partner",
            )


def _require_text(cells: list[str], *, row: int, lines: _Lines) -> None:
    """Raise FileRefused with the first cell that is no text in the declared encoding."""
    pattern = _NO_TEXT if any(_NO_TEXT.search(cell) for cell in cells) else _FOREIGN
    for at, cell in enumerate(cells):
        if pattern.search(cell):
            raise refused(
                lines.name,
                row=row,
                at=at,
                expected=f"text in {lines.encoding}",
                found=shown(cell),
                advice=_advice(cell, encoding=lines.encoding),
            )


def _advice(cell: str, *, encoding: str) -> str:
    raw = cell.encode(encoding.removesuffix("-sig"), "surrogateescape")
    if raw.startswith(_UTF_16) or b"\x00" in raw:
        return "A text holds no NUL: the file may be UTF-16 or no CSV file at all. Save it as CSV UTF-8"
    if not encoding.startswith("utf-8"):
        return f"Read as UTF-8 it is '{raw.decode('utf-8', 'replace')[:60]}': declare `encoding: utf-8`"
    return f"Read as cp1252 it is '{raw.decode('cp1252', 'replace')[:60]}': declare `encoding: cp1252` if that is right"
