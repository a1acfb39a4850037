"""Locks: who works where, held by the warehouse itself, so that no orchestrator has to be trusted to run things once.

A lock is held by a transaction of its own, in which nothing else happens, and ends with it: a process that is killed leaves
none behind, and a pooler gives the session to nobody else meanwhile. Such a transaction keeps no rows from being cleared away.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum

from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError


class Lock(IntEnum):
    """What can be held: the night, one table by its number, one run by its number (a run that is alive holds it)."""

    NIGHT = 7_301
    TABLE = 7_302
    RUN = 7_303


# Of a row `a` of pg_stat_activity; its program and time are hidden from an account that may not act as its own.
SESSION_IN_WORDS = """
a.usename || coalesce(' (' || nullif(a.application_name, '') || ')', '') || coalesce(' since '
    || to_char(a.xact_start at time zone 'Europe/Copenhagen', 'YYYY-MM-DD HH24:MI:SS'), '')
"""

# A machine that vanishes is noticed after a minute and not, as by default, after two hours; who waits is not ended for it.
_KEPT = (
    "set local tcp_keepalives_idle = 30; set local tcp_keepalives_interval = 10; set local tcp_keepalives_count = 3; "
    "set local idle_in_transaction_session_timeout = 0"
)


@contextmanager
def held(engine: Engine, lock: Lock, *, number: int = 0, patience_seconds: float = 0) -> Iterator[bool]:
    """Hold a lock for the length of a block; false where another session still held it after the patience."""
    with engine.connect() as connection:
        try:
            connection.execute(text(_KEPT))
            taken = _taken(connection, lock, number=number, patience_seconds=patience_seconds)
            if (
                taken
            ):  # once more: a question keeps its snapshot, and rows from being cleared away, until the next statement
                connection.execute(text(_KEPT))
            yield taken
        finally:
            with suppress(DBAPIError):  # the session is gone, and the lock with it
                connection.rollback()


def _taken(connection: Connection, lock: Lock, *, number: int, patience_seconds: float) -> bool:
    key = {"lock": int(lock), "number": number}
    if not patience_seconds:
        return bool(connection.scalar(text("select pg_try_advisory_xact_lock(:lock, :number)"), key))
    connection.execute(text(f"set local lock_timeout = {int(patience_seconds * 1000)}"))
    try:
        connection.execute(text("select pg_advisory_xact_lock(:lock, :number)"), key)
    except DBAPIError as error:
        if isinstance(error.orig, LockNotAvailable):
            return False
        raise
    return True


_HELD = """
select l.objid::bigint as number from pg_locks l
where l.locktype = 'advisory' and l.granted and l.classid = :lock and l.objsubid = 2
  and l.database = (select oid from pg_database where datname = current_database())
"""


def holders(connection: Connection, lock: Lock) -> set[int]:
    """The numbers under which a lock is held at this moment, by whomever."""
    return {int(number) for number in connection.scalars(text(_HELD), {"lock": int(lock)})}


_HOLDER = f"""
select {SESSION_IN_WORDS} from pg_locks l join pg_stat_activity a using (pid)
where l.locktype = 'advisory' and l.granted and l.classid = :lock and l.objid = :number and l.objsubid = 2
  and l.database = (select oid from pg_database where datname = current_database())
"""  # noqa: S608  # our own words


def holder(connection: Connection, lock: Lock, *, number: int = 0) -> str | None:
    """Who holds a lock at this moment, in words: user, program."""
    return connection.execute(text(_HOLDER), {"lock": int(lock), "number": number}).scalar_one_or_none()
