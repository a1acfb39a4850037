"""Copies rows into a table with COPY, on the connection that is at work: what it writes stands or falls with the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import polars as pl
import psycopg
from sqlalchemy import Connection


def copy_frame(connection: Connection, rows: pl.DataFrame, *, into: str) -> None:
    """Append rows to a table, each column to the one of its name. A null is a null, and an empty text an empty text."""
    written = rows.write_csv(include_header=False, quote_style="non_numeric", null_value="").encode()
    copy_pieces(connection, f"copy {into} ({', '.join(rows.columns)}) from stdin (format csv)", pieces=[written])


def copy_pieces(connection: Connection, statement: str, *, pieces: Iterable[bytes]) -> None:
    """Carry out a COPY from stdin, of what comes piece by piece."""
    driver = cast("psycopg.Connection[tuple[object, ...]]", connection.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for piece in pieces:
            copy.write(piece)
