"""What stands of a table, in memory: beside it a load is set while its answers are read, before any of it is staged.

Most of what a publisher sends again is as it stands. To copy all of it into the warehouse, only to find that out, is most of
what a revision costs; here it is an array with a place for each series and period.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import polars as pl
import psycopg
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from warehouse.database.sql_files import read_sql
from warehouse.history.sums import Sums
from warehouse.schema.statuses import STATUSES

LARGEST = 20_000_000
"""Places that are kept in memory: nine bytes each, and one for what has come."""
ROOMY = 1_000_000
MOST_CHANGED = 300_000
"""Cells that differ, beyond which a load is staged whole."""

Numbers = NDArray[np.int64]
_CELL = ("series_id", "period_id", "value", "status")
_STATUS = pl.Enum(STATUSES)
_WITHDRAWN = STATUSES.index("withdrawn")
_NOTHING = 255
_ARRAY_HEAD = 20  # bytes of PostgreSQL's binary form of an array in one dimension, before its first element
_INTEGERS = np.dtype([("size", ">i4"), ("it", ">i4")])
_DOUBLES = np.dtype([("size", ">i4"), ("it", ">f8")])


@dataclass(frozen=True)
class Standing:
    """The cells of some series and periods that stood with one vintage: by period and series a value and a status.

    Where a status says nothing, no cell stood.
    """

    series: Numbers
    periods: Numbers
    values: NDArray[np.float64]
    statuses: NDArray[np.uint8]

    def places(self, cells: pl.DataFrame) -> tuple[Numbers, NDArray[np.bool_]]:
        """Where each cell stands, if its series and period are among these; and whether they are."""
        rows, has_row = _found(cells["period_id"], among=self.periods)
        columns, has_column = _found(cells["series_id"], among=self.series)
        return rows * len(self.series) + columns, has_row & has_column

    def cells(self, places: Numbers) -> pl.DataFrame:
        """The series and periods of places."""
        rows, columns = np.divmod(places, len(self.series))
        numbers = {"series_id": self.series[columns], "period_id": self.periods[rows]}
        return pl.DataFrame(numbers, schema_overrides={"series_id": pl.Int32, "period_id": pl.Int32})


def _found(column: pl.Series, *, among: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    """The place of each number among ascending ones, and whether it is there at all."""
    numbers = column.to_numpy()
    if not len(among):
        return np.zeros(len(numbers), dtype=np.int64), np.zeros(len(numbers), dtype=np.bool_)
    within = np.clip(numbers, among[0], among[-1])
    places = _places(among)[within - among[0]] if among[-1] - among[0] < ROOMY else np.searchsorted(among, within)
    return places, among[places] == numbers


def _places(among: Numbers) -> NDArray[np.int32]:
    """For each number from the first to the last the place of the next one that is there: quicker than to look for it."""
    places = np.zeros(among[-1] - among[0] + 1, dtype=np.int32)
    places[among[:-1] - among[0] + 1] = 1
    return np.cumsum(places, dtype=np.int32)


_HELD = "select from core.observations where table_no = :table_no limit 0"
_PERIODS = "select distinct period_id from core.observations where table_no = :table_no"


def read_standing(
    connection: Connection,
    *,
    table_no: int,
    vintage_id: int,
    series: Collection[int],
    periods: Collection[int] | None = None,
) -> Standing | None:
    """What stood of a table with a vintage, in some periods or in all; None where it is too much to keep, or too sparse."""
    if periods is None:
        periods = connection.scalars(text(_PERIODS), {"table_no": table_no}).all()
    numbers, months = np.array(sorted(series), dtype=np.int64), np.array(sorted(periods), dtype=np.int64)
    places = len(numbers) * len(months)
    if places > LARGEST:
        return None
    standing = Standing(numbers, months, np.zeros(places), np.full(places, _NOTHING, dtype=np.uint8))
    asked = {"table_no": table_no, "vintage_id": vintage_id, "periods": months.tolist()}
    cells = _fill(connection, standing, asked=asked)
    return standing if places <= max(ROOMY, 8 * cells) else None


def _fill(connection: Connection, standing: Standing, *, asked: dict[str, object]) -> int:
    """Read what stands on this connection, in arrays of a period and status each; gives how many cells."""
    # Whoever holds the table is waited for here: what the driver is asked itself says nothing of who it was.
    connection.execute(text(_HELD), asked)
    driver = cast("psycopg.Connection[tuple[int, str, bytes, bytes]]", connection.connection.driver_connection)
    statement, cells = read_sql(__package__, "standing").encode(), 0
    with driver.cursor() as cursor:
        for period_id, status, series, values in cursor.stream(statement, asked, binary=True):
            row = int(np.searchsorted(standing.periods, period_id)) * len(standing.series)
            places = row + np.searchsorted(standing.series, _elements(series, of=_INTEGERS))
            standing.values[places] = _elements(values, of=_DOUBLES)
            standing.statuses[places] = STATUSES.index(status)
            cells += len(places)
    return cells


def _elements(array: bytes, *, of: np.dtype[np.void]) -> NDArray[np.generic]:
    """The elements of an array without nulls, as PostgreSQL sends it."""
    return np.frombuffer(array, dtype=of, offset=_ARRAY_HEAD)["it"]


@dataclass
class Comparison:
    """A load beside what stands, answer by answer: the cells that are not as they stand, and what all of them come to."""

    standing: Standing
    sums: Sums
    changed: list[pl.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._has_come = np.zeros(len(self.standing.statuses), dtype=np.bool_)
        self._placed = self._differing = 0

    def add(self, cells: pl.DataFrame) -> None:
        """Set the cells of one answer beside what stands; each has its series' number and what it is of."""
        places, is_there = self.standing.places(cells)
        stood = np.where(is_there, places, 0) if len(self.standing.statuses) else places[:0]
        same = np.zeros(cells.height, dtype=np.bool_)
        if len(stood):
            status = cells["status"].cast(_STATUS).to_physical().to_numpy()
            value = cells["value"].fill_null(0).to_numpy()
            same = is_there & (self.standing.statuses[stood] == status) & (self.standing.values[stood] == value)
            self._has_come[places[is_there]] = True
        self._placed += int(is_there.sum())
        self._differing += int(cells.height - same.sum())
        self.changed.append(cells.select(*_CELL).filter(pl.Series(~same)))
        self.sums.add(cells)

    @property
    def is_worthwhile(self) -> bool:
        """Whether few enough cells differ for them to be staged alone."""
        return self._differing <= MOST_CHANGED

    @property
    def has_repeats(self) -> bool:
        """Whether a cell came twice, which only the whole load can tell of."""
        key = pl.struct("series_id", "period_id")
        changed = pl.concat(self.changed).select(key)
        return bool(changed.to_series().is_duplicated().any()) or self._placed > int(self._has_come.sum())

    def differences(self) -> pl.DataFrame:
        """The cells that are not as they stand; those that stand and did not come, in the periods that came, are withdrawn."""
        return pl.concat([*self.changed, self._withdrawn()])

    def _withdrawn(self) -> pl.DataFrame:
        came = np.isin(self.standing.periods, self.sums.of_periods()["period_id"].to_numpy())
        stood = (self.standing.statuses != _NOTHING) & (self.standing.statuses != _WITHDRAWN)
        places = np.flatnonzero(stood & ~self._has_come & np.repeat(came, len(self.standing.series)))
        gone = self.standing.cells(places)
        return gone.with_columns(value=pl.lit(None, pl.Float64), status=pl.lit("withdrawn", pl.String))
