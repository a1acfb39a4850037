"""The rows of marts as frames, piece by piece, of one state of the warehouse: what exports are written from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import polars as pl
from polars.io.plugins import register_io_source
from sqlalchemy import Connection, Engine, Table, text

from warehouse.database.rehearsal import is_rehearsed
from warehouse.marts.contract import type_of

PIECE = 20_000

_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "text": pl.String,
    "integer": pl.Int32,
    "smallint": pl.Int16,
    "double precision": pl.Float64,
    "boolean": pl.Boolean,
    "date": pl.Date,
    "timestamp with time zone": pl.Datetime("us", "UTC"),
    "jsonb": pl.String,
}


class State(NamedTuple):
    """Which state of the warehouse was read: its newest vintage, and how many it has seen; null where it is empty.

    `rehearsed`: its figures are a stand-in publisher's, and invented.
    """

    newest_vintage: int | None
    newest_seen_at: datetime | None
    vintages: int
    rehearsed: bool


@contextmanager
def one_state(engine: Engine) -> Iterator[Connection]:
    """A connection to which the warehouse stands still, whatever is published meanwhile; it cannot write."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("set transaction read only"))
        yield connection
        connection.rollback()


def state_of(connection: Connection) -> State:
    """The state that a connection sees."""
    found = connection.execute(text("select max(vintage_id), max(seen_at), count(*) from core.vintages")).one()
    newest, seen_at, vintages = found
    return State(newest, seen_at, vintages, is_rehearsed(connection))


def columns_of(table: Table) -> dict[str, pl.DataType | type[pl.DataType]]:
    """A mart's columns with their types in a frame: JSON is text, a moment is in UTC."""
    return {column.name: _TYPES[type_of(column)] for column in table.columns}


def years_of(connection: Connection, table: Table, *, by: str) -> list[int]:
    """The years of a column of days that a mart has rows of, in order."""
    query = f"select distinct extract(year from {by})::int as year from {_from(table)} order by year"  # noqa: S608
    return list(connection.scalars(text(query), _asked(table)))


def _from(table: Table) -> str:
    """Where rows are read: the mart itself, or the query that gives them."""
    return f"({table.info['rows']}) rows" if "rows" in table.info else table.fullname


def _asked(table: Table) -> dict[str, Any]:
    return dict(table.info.get("asked", {}))


def has_rows(connection: Connection, table: Table) -> bool:
    """Whether a mart has any row."""
    query = f"select exists (select from {_from(table)})"  # noqa: S608
    return bool(connection.scalar(text(query), _asked(table)))


def rows_of(connection: Connection, table: Table, *, year: int | None = None, by: str | None = None) -> pl.LazyFrame:
    """A mart's rows in the order of its key, read as they are collected; those of one year by a column of days."""

    def pieces(
        columns: list[str] | None, condition: pl.Expr | None, most: int | None, _size: int | None
    ) -> Iterator[pl.DataFrame]:
        left = most
        for piece in pieces_of(connection, table, year=year, by=by):
            chosen = piece if left is None else piece.head(left)
            left = left if left is None else left - chosen.height
            filtered = chosen if condition is None else chosen.filter(condition)
            yield filtered if columns is None else filtered.select(columns)

    return register_io_source(pieces, schema=columns_of(table))


def pieces_of(
    connection: Connection, table: Table, *, year: int | None = None, by: str | None = None
) -> Iterator[pl.DataFrame]:
    """The same, piece by piece through a cursor of the server's, so that a large mart takes no more memory than a small."""
    columns = columns_of(table)
    asked = ", ".join(f"{name}::text" if type_of(table.columns[name]) == "jsonb" else name for name in columns)
    chosen = f"where {by} >= make_date(:year, 1, 1) and {by} < make_date(:year + 1, 1, 1)" if by else ""
    keys = ", ".join(column.name for column in table.primary_key)
    query = f"select {asked} from {_from(table)} {chosen} order by {keys}"  # noqa: S608
    streaming = connection.execution_options(stream_results=True, max_row_buffer=PIECE)
    with streaming.execute(text(query), _asked(table) | ({"year": year} if by else {})) as found:
        for rows in found.partitions(PIECE):
            yield pl.DataFrame([tuple(row) for row in rows], schema=columns, orient="row")
