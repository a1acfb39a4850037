"""Limits of readers: what one account may take of the server, so that nights, upgrades and other readers are not held up.

An account cannot lift its number of connections and its room for temporary files. PostgreSQL lets it lift the limits of time
(`alter role ... set` on itself, or `set`): each night puts those back, and ends what has lasted for more than OVERDUE all
the same. Its `work_mem` is the one thing that nothing limits.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from warehouse.database.locks import SESSION_IN_WORDS
from warehouse.database.sql_files import read_sql

READER = "dashboard_reader"
OVERDUE = timedelta(minutes=5)
"""How long one statement or transaction of a reader may last before it is ended."""

CONNECTIONS = 12
"""What a night and a backfill of two workers open at once, with some to spare."""

# Connections times temporary files is the disk that one account can fill: 10 GB.
_LIMITS = {
    "connections": 40,
    "statement": "5min",
    "idle": "5min",
    "temporary": "256MB",
    "needed": CONNECTIONS,
}


class Lack(NamedTuple):
    """A limit that is lacking, in words, and the statement that sets it; None where it is the server's configuration."""

    says: str
    statement: str | None


def lacking(connection: Connection) -> list[Lack]:
    """What is lacking so that readers cannot hold up a night; an account that was never made lacks nothing."""
    rows = connection.execute(text(read_sql(__package__, "reader_limits")), _LIMITS | {"reader": READER})
    return [Lack(row.says, row.statement) for row in rows]


def set_limits(connection: Connection) -> list[str]:
    """Set each limit that is lacking, as far as this account may; gives what it may not, in words, with who can."""
    for lack in lacking(connection):
        if lack.statement is not None:
            _try(connection, lack.statement)
    return [_for_administrator(lack) for lack in lacking(connection)]


def _try(connection: Connection, statements: str) -> None:
    try:
        with connection.begin_nested():
            for statement in statements.split("; "):
                connection.exec_driver_sql(statement)
    except DBAPIError as error:
        # Roles are the server's: from another database of it the same may be set, or the account dropped, in the same moment.
        passing = psycopg.errors.InternalError | psycopg.errors.UndefinedObject
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege | passing):
            raise


def _for_administrator(lack: Lack) -> str:
    return lack.says if lack.statement is None else f"{lack.says}. An administrator can: {lack.statement};"


def end_overdue(connection: Connection, *, longest: timedelta = OVERDUE) -> list[str]:
    """End the sessions of readers whose transaction has lasted for longer; gives who each was, and since when."""
    statement = text(read_sql(__package__, "end_overdue").format(who=SESSION_IN_WORDS))
    return list(connection.scalars(statement, {"reader": READER, "longest": longest}))
