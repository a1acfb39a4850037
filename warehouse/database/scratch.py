"""Scratch databases: made beside a warehouse on the same server for the length of a block, and dropped again.

One whose block was killed is dropped by the next: a session is kept on each for as long as its block lasts, and
PostgreSQL does not drop a database that somebody is connected to.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

PREFIX = "jobindsats_replay_"


class WrongTarget(ValueError):
    """A person named a database that cannot be the one to rebuild in; the message says why."""


class ScratchRefused(RuntimeError):
    """The server does not let us make a database; the message says what to do."""


@contextmanager
def scratch_beside(url: URL) -> Iterator[URL]:
    """An empty database on the server of another, gone afterwards; raises ScratchRefused."""
    name = f"{PREFIX}{uuid4().hex[:12]}"
    control = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    _drop_leftovers(control)
    _create(control, name=name)
    keeper = create_engine(url.set(database=name), poolclass=NullPool)
    try:
        with keeper.connect():
            yield url.set(database=name)
    finally:
        with control.connect() as connection:
            connection.execute(text(f"drop database if exists {name} with (force)"))


def same_database(one: Connection, other: Connection) -> bool:
    """Whether two connections lead to one database, however its address is written."""
    who = text(
        "select current_database(), pg_postmaster_start_time(), oid from pg_database where datname = current_database()"
    )
    return one.execute(who).one() == other.execute(who).one()


def _create(control: Engine, *, name: str) -> None:
    try:
        with control.connect() as connection:
            connection.execute(text(f"create database {name}"))
    except DBAPIError as error:
        raise ScratchRefused(
            f"no scratch database can be made beside the warehouse ({error.orig}). Give its account the right to "
            "create databases, or name an empty database in --warehouse"
        ) from error


def _drop_leftovers(control: Engine) -> None:
    """Drop the scratch databases that nobody is connected to any more; another's is left alone."""
    query = text("select datname from pg_database where starts_with(datname, :prefix)")
    with control.connect() as connection:
        for name in connection.scalars(query, {"prefix": PREFIX}).all():
            _drop_if_left(connection, name=name)


def _drop_if_left(connection: Connection, *, name: str) -> None:
    try:
        connection.execute(text(f"drop database if exists {name}"))
    except DBAPIError:
        connection.rollback()
