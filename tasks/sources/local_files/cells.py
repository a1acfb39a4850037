"""The rows of a file as cells: each is read in full or refused, with its number as a spreadsheet counts.

An empty cell is a figure that is not there (`suppressed`), never a zero, and only where the contract allows one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Any, TypeVar

import polars as pl

from tasks.sources.cells import KEY, SCHEMA, in_names, nearest
from tasks.sources.documents.page import composed
from tasks.sources.local_files.contract import Contract
from tasks.sources.local_files.contract_fields import AreaColumn, Column, Key, PeriodColumn
from tasks.sources.local_files.header import Layout
from tasks.sources.local_files.rows import Cell, NotAsDeclared, Refusals, Row, is_blank, letter, refused
from tasks.sources.local_files.values import read_number, read_period
from tasks.stoppages import FileRefused
from warehouse.areas import Area, AreaUnknown, find
from warehouse.periods import Period

_TOTALS = {"i alt", "ialt", "total", "hovedtotal", "sum", "tilsammen"}
_LONGEST = 300
_EXACT = Context(prec=120)
_Read = TypeVar("_Read")


class CellsOfFile:
    """One file on its way to cells: what was read so far, and what could not be."""

    def __init__(self, contract: Contract, *, layout: Layout, name: str) -> None:
        self.contract = contract
        self.layout = layout
        self.name = name
        self.rows = 0
        self.refusals = Refusals(name, headers=layout.headers)
        self._columns: dict[str, list[Any]] = {column: [] for column in (*SCHEMA, "row", "at")}

    def take(self, row: Row) -> None:
        """Read one row to its cells, or keep why it cannot be; blank rows hold nothing."""
        if row.is_blank:
            return
        self.rows += 1
        if self.rows > self.contract.limits.most_rows:
            raise refused(
                self.name,
                row=row.number,
                expected=f"at most {self.contract.limits.most_rows} rows",
                found="more",
                advice="Look whether it is the right file, or raise `limits: most_rows` in the contract",
            )
        if self._is_whole(row):
            self._take_whole(row)

    def frame(self) -> pl.DataFrame:
        """All cells, sorted by their key; raises FileRefused with every place that could not be read."""
        self.refusals.stop_if_any()
        if not self.rows:
            raise refused(
                self.name,
                row=self.contract.header_row + 1,
                expected="rows under the header",
                found="none",
                advice="Send the figures; a table without rows would withdraw all that was published of it",
            )
        read = pl.DataFrame(self._columns, schema={**SCHEMA, "row": pl.Int64, "at": pl.Int64})
        self._require_once(read)
        return read.select(*SCHEMA).sort(KEY)

    def _is_whole(self, row: Row) -> bool:
        """Whether a row has a cell under each header and none beyond; a workbook does not keep empty cells."""
        beyond = next(
            (at for at, cell in enumerate(row.cells) if at >= len(self.layout.headers) and not is_blank(cell)), None
        )
        if beyond is not None:
            reason = NotAsDeclared("nothing beyond the last header", advice="Look for a separator too many in this row")
            self.refusals.add(row, at=beyond, found=row.cells[beyond], reason=reason)
        short = self.contract.format == "csv" and len(row.cells) < len(self.layout.headers)
        if short:
            reason = NotAsDeclared(
                f"{len(self.layout.headers)} cells",
                found=f"{len(row.cells)}",
                advice="Look for a separator or a line break that is missing or too many in this row",
            )
            self.refusals.add(row, at=len(row.cells), found=None, reason=reason)
        return beyond is None and not short

    def _take_whole(self, row: Row) -> None:
        """Read the row's period, area and members, then each of its figures; all of them or none are kept."""
        refusals_before = self.refusals.count
        row_period, row_area = self._period(row), self._area(row)
        members = {key.name: self._read(row, at, read_member, key=key) for at, key in self.layout.keys}
        values = [self._read(row, at, self._value, column=column) for at, column, _ in self.layout.measures]
        if self.refusals.count > refusals_before:
            return
        written = json.dumps(members, ensure_ascii=False, sort_keys=True)
        for (at, column, place), value in zip(self.layout.measures, values, strict=True):
            period, area = place.period or row_period, place.area or row_area
            if period is not None and area is not None:
                status = "suppressed" if value is None else "observed"
                self._keep(period.key, area.key, written, column.name, value, status, row.number, at)

    def _keep(self, *cell: Any) -> None:
        for column, value in zip(self._columns.values(), cell, strict=True):
            column.append(value)

    def _read(self, row: Row, at: int, reader: Callable[..., _Read], **declared: Any) -> _Read | None:
        """What a cell says, or None once it is kept among the refusals."""
        found = row.cells[at] if at < len(row.cells) else None
        try:
            return reader(found, **declared)
        except NotAsDeclared as reason:
            self.refusals.add(row, at=at, found=found, reason=reason)
            return None

    def _period(self, row: Row) -> Period | None:
        declared = self.contract.period
        if isinstance(declared, PeriodColumn) and self.layout.period is not None:
            return self._read(row, self.layout.period, read_period, form=declared.form)
        return declared if isinstance(declared, Period) else None

    def _area(self, row: Row) -> Area | None:
        declared = self.contract.area
        if isinstance(declared, AreaColumn) and self.layout.area is not None:
            return self._read(row, self.layout.area, read_area, names=declared.names)
        return declared if isinstance(declared, Area) else None

    def _value(self, cell: Cell, *, column: Column) -> float | None:
        """A figure in its unit, None where it is not there; the factor is applied to the decimals as written."""
        missing = is_blank(cell) or (isinstance(cell, str) and composed(cell) in self.contract.missing)
        if missing and column.may_be_missing:
            return None
        if missing:
            raise NotAsDeclared(
                f"a figure ({column.unit})",
                advice="Write the figure, or declare `may_be_missing: true`: it is then kept as hidden, never as zero",
            )
        number = read_number(cell, kind=column.written, dialect=self.contract.dialect, kroner=column.unit == "dkk")
        return _within(_EXACT.multiply(number, column.factor), column=column)

    def _require_once(self, read: pl.DataFrame) -> None:
        """Raise FileRefused where two rows are about the same thing, even where they agree."""
        repeated = read.filter(pl.struct(KEY).is_duplicated()).sort([*KEY, "row"])
        if not repeated.height:
            return
        kept = [self._named(cell) for cell in repeated.head(1000).to_dicts()]
        first, second = kept[0], kept[1]
        of = ", ".join([first["area"], *first["members"].values()])
        raise FileRefused(
            f"{self.name}, row {second['row']}, column {second['column']} ('{second['header']}'): expected each figure once, "
            f"found {first['measure']} of {of} in {first['period']} again, which stands in row {first['row']} already. "
            "Take one of the rows out, or declare the column that tells them apart under `keys`",
            cells=kept,
        )

    def _named(self, cell: dict[str, Any]) -> dict[str, Any]:
        place = {"row": cell["row"], "column": letter(cell["at"]), "header": self.layout.headers[cell["at"]]}
        return place | in_names(cell)


def read_area(cell: Cell, *, names: Mapping[str, Area]) -> Area:
    """The area a cell names, by the contract's `names`, a name or a code; raises NotAsDeclared."""
    text = _read_text(cell, expected="an area's name or code")
    if text in names:
        return names[text]
    try:
        return find(text)
    except AreaUnknown as error:
        advice = f"Correct it, or say under `area: names` in the contract what it stands for ({error})"
        raise NotAsDeclared("an area's name or code", advice=advice) from error


def read_member(cell: Cell, *, key: Key) -> str:
    """The member a cell names; raises NotAsDeclared where it is not declared, or a total nobody declared."""
    text = _read_text(cell, expected="a text that tells rows apart")
    if not key.members:
        return _require_no_hidden_total(text, key=key)
    if text not in key.labels:
        raise NotAsDeclared(
            f"one of the declared members of '{key.name}'",
            advice=f"Correct it, or declare it under `members`{nearest(text, among=key.labels)}",
        )
    return key.labels[text]


def _require_no_hidden_total(text: str, *, key: Key) -> str:
    """A sum among its parts would be counted twice wherever they are added."""
    sums = _TOTALS | {key.hierarchy.root.casefold()}
    if key.total is None and text.casefold() in sums:
        raise NotAsDeclared(
            "rows that are no sums of others", advice=f"Declare `total: {text}` under the key '{key.name}'"
        )
    return text


def _read_text(cell: Cell, *, expected: str) -> str:
    if isinstance(cell, str) and not is_blank(cell):
        return _require_short(composed(cell), expected=expected)
    if isinstance(cell, Decimal) and cell == cell.to_integral_value():
        return f"{cell:f}".partition(".")[0]
    if is_blank(cell):
        raise NotAsDeclared(expected, advice="Write it in every row; an empty cell does not repeat the one above")
    advice = "Format the cells as text before typing: spreadsheets take 1-2 for a date and 1,5 for a number"
    raise NotAsDeclared(expected, advice=advice)


def _require_short(text: str, *, expected: str) -> str:
    """A remark in a column of keys would make a member of every row."""
    if len(text) > _LONGEST:
        raise NotAsDeclared(
            f"{expected}, of at most {_LONGEST} characters",
            advice="Look whether the column is a remark: declare it under `ignored`, and another under `keys`",
        )
    return text


def _within(value: Decimal, *, column: Column) -> float:
    """The value as the warehouse keeps it; raises NotAsDeclared where it cannot be true."""
    least, most = column.bounds
    if not least <= value <= most:
        raise NotAsDeclared(
            f"{column.unit} from {float(least):.15g} to {float(most):.15g}",
            found=f"{value.normalize():f}"[:60],
            advice="Correct the file; if the figure is right, correct `within`, `unit` or `factor` in the contract",
        )
    if column.measure.is_count and value != value.to_integral_value():
        raise NotAsDeclared(
            f"whole {column.unit}",
            found=f"{value.normalize():f}"[:60],
            advice="Correct the file, or the unit or factor",
        )
    return float(value) + 0.0  # -0 is 0
