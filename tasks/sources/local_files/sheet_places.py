"""What a sheet's XML says of its places: which cells are merged, what is hidden, and that rows and cells are in order.

openpyxl passes over it in silence when it reads row by row.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from defusedxml.ElementTree import iterparse
from openpyxl.utils import column_index_from_string

from tasks.sources.documents.hidden import Hidden
from tasks.sources.local_files.contract import Contract
from tasks.sources.local_files.rows import Cell, Merged, Row, is_blank, letter, refused
from warehouse.formats.clean_text import composed

_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384

_MOST_PLACES = 10_000_000
_MOST_MERGED = 100_000
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.ASCII)


@dataclass
class Places:
    """The merged cells and the hidden rows and columns of one sheet, and what the contract says of them."""

    contract: Contract
    name: str
    hidden: Hidden = field(default_factory=Hidden)
    parts: dict[int, dict[int, str]] = field(default_factory=dict)
    _ignored: set[int] = field(default_factory=set)

    def merged(self, cells: list[Cell], *, row: int) -> tuple[Cell, ...]:
        """The cells of a row, with those marked that are part of merged ones and not the first of them."""
        parts = self.parts.get(row, {})
        cells += [None] * (max(parts, default=-1) + 1 - len(cells))
        return tuple(Merged(parts[at]) if at in parts else cell for at, cell in enumerate(cells))

    def is_kept(self, row: Row) -> bool:
        """Whether a row is to be read; raises FileRefused where it holds what nobody sees and the contract is silent."""
        if row.number < self.contract.header_row or self.contract.hidden == "read":
            return True
        if row.number == self.contract.header_row:
            ignored = set(self.contract.ignored)
            self._ignored = {at for at, cell in enumerate(row.cells) if ignored & _names(cell, at=at)}
        if row.number in self.hidden.rows and not row.is_blank:
            return self._is_left_out(row)
        for at, cell in enumerate(row.cells) if self.hidden.columns else ():
            if at + 1 in self.hidden.columns and at not in self._ignored and not is_blank(cell):
                raise self._hidden_column(row, at=at)
        return True

    def _is_left_out(self, row: Row) -> bool:
        if self.contract.hidden == "left_out":
            return False
        raise refused(
            self.name,
            row=row.number,
            expected="rows that can be seen",
            found="a hidden row",
            advice="Show or delete it, or declare `hidden: left_out` to leave hidden rows out, `hidden: read` to read them",
        )

    def _hidden_column(self, row: Row, *, at: int) -> Exception:
        return refused(
            self.name,
            row=row.number,
            at=at,
            expected="columns that can be seen",
            found="a hidden column",
            advice="Show it, name its header under `ignored` to leave it out, or declare `hidden: read` to read it",
        )


def _names(cell: Cell, *, at: int) -> set[str]:
    """What a column may be called by its header alone, or with its letter."""
    text = composed(cell) if isinstance(cell, str) else ""
    return {text, f"{text} ({letter(at)})".lstrip()}


def looked_through(stream: BinaryIO, *, sheet: Any, contract: Contract, name: str) -> Places:
    """What a sheet's XML says of its places; raises FileRefused where rows and cells are out of their order."""
    places = Places(contract, name)
    stream.seek(0)
    with zipfile.ZipFile(stream) as package, package.open(sheet._worksheet_path) as content:
        _look_through(content, places=places, name=name)
    return places


def _look_through(content: Any, *, places: Places, name: str) -> None:
    row = column = count = 0
    for event, element in iterparse(content, events=("start", "end"), forbid_dtd=True):
        tag = element.tag.rpartition("}")[2]
        if event == "start" and tag == "row":
            row, column = _next(row, element.get("r"), last=_LAST_ROW, name=name), 0
            places.hidden.take_row(element, number=row)
        elif event == "start" and tag == "c":
            column = _next(column, _column_of(element.get("r"), row=row, name=name), last=_LAST_COLUMN, name=name)
        elif event == "start" and tag == "col":
            places.hidden.take_columns(element)
        elif event == "start" and tag == "mergeCell":
            _take_merged(element.get("ref", ""), places=places, name=name)
        elif event == "end" and tag == "row":
            element.clear()
            count = _require_few(count + column, row=row, name=name)


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


def _take_merged(place: str, *, places: Places, name: str) -> None:
    """Merged cells may stand in the title above the table; in it, all but the first would be empty."""
    corners = [_REFERENCE.fullmatch(corner) for corner in place.split(":")]
    first, last = corners[0], corners[-1]
    if first is None or last is None:
        raise _too_merged(place, row=None, name=name)
    columns = range(column_index_from_string(first[1]) - 1, column_index_from_string(last[1]))
    rows = range(max(int(first[2]), places.contract.first_header_row), int(last[2]) + 1)
    if sum(map(len, places.parts.values())) + len(rows) * len(columns) > _MOST_MERGED:
        raise _too_merged(place, row=rows[0], name=name)
    for row in rows:
        places.parts.setdefault(row, {}).update(dict.fromkeys(columns, place))
    places.parts.get(int(first[2]), {}).pop(columns[0], None)


def _too_merged(place: str, *, row: int | None, name: str) -> Exception:
    return refused(
        name,
        row=row,
        expected="one cell for each figure",
        found=f"the merged cells {place[:40]}",
        advice="Split the merged cells and write each one's text",
    )
