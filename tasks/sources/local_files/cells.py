"""The rows of a file as cells: each is read in full or refused, with its number as a spreadsheet counts.

An empty cell is a figure that is not there (`suppressed`), never a zero, and only where the contract allows one. So is a
count below the contract's `least_count`, which goes no further than the archive.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Context, Decimal
from typing import Any, TypeVar

import polars as pl

from tasks.sources.cells import KEY, SCHEMA, in_names
from tasks.sources.local_files.contract import Contract
from tasks.sources.local_files.contract_fields import AreaColumn, Column, PeriodColumn
from tasks.sources.local_files.header import Layout, are_headers_again
from tasks.sources.local_files.rows import Cell, Merged, NotAsDeclared, Refusals, Row, is_blank, letter, refused
from tasks.sources.local_files.shown_numbers import as_number
from tasks.sources.local_files.texts import read_area, read_member
from tasks.sources.local_files.values import NO_WEEKS, read_number, read_period
from tasks.stoppages import FileRefused
from warehouse.areas import Area
from warehouse.catalogue.units import HIDDEN_WHEN_SMALL
from warehouse.formats.clean_text import composed
from warehouse.periods import Period

_FEWEST_OF_A_HEADER = 2
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
        self._blank: int | None = None
        self._stopped = False
        self._above: dict[int, Cell] = {}
        self._columns: dict[str, list[Any]] = {column: [] for column in (*SCHEMA, "row", "at")}

    def take(self, row: Row) -> None:
        """Read one row to its cells, or keep why it cannot be; blank rows hold nothing."""
        if row.is_blank:
            self._blank = self._blank or (row.number if self.rows else None)
            self._above.clear()
            return
        if not self._is_read(row):
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
        if self._is_whole(row) and not self._is_second_header(row):
            self._take_whole(self._filled(row) if self.layout.repeating else row)

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

    def _is_read(self, row: Row) -> bool:
        """Whether a row belongs to the table: what stands below a blank row may be a note or another table."""
        if self._blank is None or self.contract.after_blank_row == "read":
            return True
        if self.contract.after_blank_row == "refused" and not self._stopped:
            self._stopped = True
            at = next(at for at, cell in enumerate(row.cells) if not is_blank(cell))
            advice = (
                "Declare `after_blank_row: left_out` where the table ends, `after_blank_row: read` where it goes on"
            )
            reason = NotAsDeclared(f"nothing below the blank row {self._blank}", advice=advice)
            self.refusals.add(row, at=at, found=row.cells[at], reason=reason)
        return False

    def _is_second_header(self, row: Row) -> bool:
        """Whether a row repeats the headers of the figures, or counts other years as they do: another table begins."""
        places = [at for at, _, _ in self.layout.measures]
        if len(places) < _FEWEST_OF_A_HEADER or not are_headers_again(
            [row.cells[at] if at < len(row.cells) else None for at in places],
            headers=[self.layout.headers[at] for at in places],
        ):
            return False
        advice = "Put the second table into a sheet or file of its own, or a blank row before it"
        reason = NotAsDeclared("figures", found="a second header", advice=advice)
        self.refusals.add(row, at=places[0], found=row.cells[places[0]], reason=reason)
        return True

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
                shown = None if value is not None and self._is_small(value, column=column) else value
                status = "suppressed" if shown is None else "observed"
                self._keep(period.key, area.key, written, column.name, shown, status, row.number, at)

    def _is_small(self, value: float, *, column: Column) -> bool:
        """Whether a count is of so few that the contract hides it; none is no count of anybody, and a budget counts nobody."""
        planned = (self.contract.feeds or "").startswith("budget")
        least = 0 if planned or self.contract.least_count == 1 else self.contract.least_count
        return column.unit in HIDDEN_WHEN_SMALL and 0 < value < least

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

    def _filled(self, row: Row) -> Row:
        """The row with what stands above in its empty cells, where the contract says that they repeat it.

        Where a text is new, those of the columns to its right no longer repeat.
        """
        cells = list(row.cells)
        for at in self.layout.repeating:
            if is_blank(cells[at]) or isinstance(cells[at], Merged):
                cells[at] = self._above.get(at, cells[at])
            else:
                self._above = {before: cell for before, cell in self._above.items() if before < at} | {at: cells[at]}
        return replace(row, cells=tuple(cells))

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
        text = composed(cell) if isinstance(cell, str) else None
        if text in self.contract.nought:
            return 0.0
        missing = is_blank(cell) or text in self.contract.missing
        if missing and column.may_be_missing:
            return None
        if missing:
            raise NotAsDeclared(
                f"a figure ({column.unit})",
                advice="Write the figure, or declare `may_be_missing: true`: it is then kept as hidden, never as zero",
            )
        seen = as_number(cell, column=column)
        number = read_number(seen, kind=column.written, dialect=self.contract.dialect, kroner=column.unit == "dkk")
        return _within(_EXACT.multiply(number, column.factor), column=column)

    def _require_once(self, read: pl.DataFrame) -> None:
        """Raise FileRefused where two rows are about the same thing, even where they agree."""
        repeated = read.filter(pl.struct(KEY).is_duplicated()).sort([*KEY, "row"])
        if not repeated.height:
            return
        kept = [self._named(cell) for cell in repeated.head(1000).to_dicts()]
        first, second = kept[0], kept[1]
        of = ", ".join([first["area"], *first["members"].values()])
        by_day = isinstance(self.contract.period, PeriodColumn) and self.contract.period.form == "date"
        weeks = f"If the rows are weeks or days: {NO_WEEKS}. Otherwise take " if by_day else "Take "
        advice = f"{weeks}one of the rows out, or declare the column that tells them apart under `keys`"
        raise FileRefused(
            f"{self.name}, row {second['row']}, column {second['column']} ('{second['header']}'): expected each figure once, "
            f"found {first['measure']} of {of} in {first['period']} again, which stands in row {first['row']} already. "
            f"{advice}",
            cells=kept,
        )

    def _named(self, cell: dict[str, Any]) -> dict[str, Any]:
        place = {"row": cell["row"], "column": letter(cell["at"]), "header": self.layout.headers[cell["at"]]}
        return place | in_names(cell)


def _within(value: Decimal, *, column: Column) -> float:
    """The value as the warehouse keeps it; raises NotAsDeclared where it cannot be true."""
    least, most = column.bounds
    if not least <= value <= most:
        raise NotAsDeclared(
            f"{column.unit} from {float(least):.15g} to {float(most):.15g}",
            found=f"{value.normalize():f}"[:60],
            advice="Correct the file; if the figure is right, correct `within`, `unit` or `factor` in the contract",
        )
    parts = column.unit == "full_time_persons" and column.type == "decimal"
    if column.measure.is_count and not parts and value != value.to_integral_value():
        raise NotAsDeclared(
            f"whole {column.unit}",
            found=f"{value.normalize():f}"[:60],
            advice="Correct the file, or the unit or factor; full-time persons may have `type: decimal`",
        )
    return float(value) + 0.0  # -0 is 0
