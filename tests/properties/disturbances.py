"""A connection disturbed at a named step of staging or publishing: an exception there, or the backend ended from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError

# A step, and what the statement holds before which it has been reached; COPY and the commit are no statements here.
STAGING = {
    "before staging": "drop table if exists staging.",
    "an empty staging table": "comment on table staging.",
    "series in part": "insert into core.series",
    "periods written": "insert into core.periods",
    "not yet summed up": "create unlogged table staging.",
}
PUBLISHING = {
    "before publishing": "pg_advisory_xact_lock",
    "before the changes": "create unlogged table staging.",
    "after the changes": "count(*) filter (where change",
    "before the vintage": "insert into core.vintages",
    "before closing": "update core.observations",
    "after closing": "insert into core.observations",
    "after opening": "analyze core.observations",
    "staging not dropped": "drop table if exists staging.",
}
FIRST_PUBLISHING = {
    "before the partition": "set schema core",
    "the partition not attached": "attach partition",
    "the partition attached": "drop constraint",
}
COPYING = "in the middle of COPY"
COMMIT = "before the commit"
WAYS = ("raised", "terminated")


class Disturbed(Exception):
    """Something of ours that went wrong in the middle of a transaction."""


DATABASE_ERRORS = (Disturbed, DBAPIError, psycopg.Error)


@contextmanager
def disturbed(engine: Engine, *, step: str, way: str) -> Iterator[Connection]:
    """A transaction that meets its trouble at a step, where it comes to that step; it is committed where it does not."""
    sign = (STAGING | PUBLISHING | FIRST_PUBLISHING).get(step)
    with engine.begin() as connection:

        def before(_: Any, __: Any, statement: str, *rest: Any) -> None:
            if sign is not None and sign in statement.lower():
                strike(connection, engine=engine, way=way)

        event.listen(connection, "before_cursor_execute", before)
        yield connection
        if step == COMMIT:
            strike(connection, engine=engine, way=way)
            connection.execute(text("select 1"))


def strike(connection: Connection, *, engine: Engine, way: str) -> None:
    """Raise here, or end this connection's backend so that its next statement fails."""
    if way == "raised":
        raise Disturbed
    terminate(connection, engine=engine)


def terminate(connection: Connection, *, engine: Engine) -> None:
    """End a connection's backend from outside, as an administrator or a failing server would."""
    driver: Any = connection.connection.driver_connection
    with engine.connect() as other:
        if not other.scalar(text("select pg_terminate_backend(:pid)"), {"pid": driver.info.backend_pid}):
            raise LookupError("there was no backend to end")
