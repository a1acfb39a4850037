"""Errors that a person is told: a database's in one sentence with what follows from it, and our own of questions and clocks."""

from __future__ import annotations

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError

# COPY speaks to the driver itself, so its errors come as the driver's.
DATABASE_ERRORS = (DBAPIError, psycopg.Error)
_NOT_LOST = (errors.DiskFull, errors.LockNotAvailable, errors.QueryCanceled, errors.OutOfMemory)


def went_away(error: BaseException) -> bool:
    """Whether the warehouse was lost rather than the statement wrong: worth another try.

    A server that may only be read for now counts as lost: after a failover it is a standby that is not yet promoted.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    lost = isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError | errors.ReadOnlySqlTransaction)
    return lost and not isinstance(cause, _NOT_LOST)


def in_words(error: DBAPIError | psycopg.Error) -> str:
    """One sentence about an error of the database, without its statement and its parameters."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    said = str(cause).strip().splitlines() or [type(error).__name__]
    if isinstance(cause, errors.DiskFull):
        return f"the warehouse has no room left ({said[0]}). What was published stands; make room and run again"
    if isinstance(cause, errors.LockNotAvailable):
        held = ", ".join(getattr(cause, "__notes__", [])) or "another session, which pg_stat_activity tells"
        return (
            f"the warehouse was kept locked for too long by {held}. What was published stands; end that session, or "
            "wait until it has ended, and run again"
        )
    if isinstance(cause, errors.ReadOnlySqlTransaction):
        return (
            f"the warehouse may only be read ({said[0]}). What was published stands; name the server that takes writes in "
            "JOBINDSATS_WAREHOUSE_URL (of several hosts target_session_attrs=read-write finds it), and run again"
        )
    if isinstance(cause, errors.QueryCanceled) and "statement timeout" in said[0]:
        return (
            f"a statement lasted longer than JOBINDSATS_NIGHT_HOURS allows ({said[0]}). What was published stands; see "
            "what else the server is at, or allow more, and run again"
        )
    if went_away(error):
        return f"the warehouse does not answer ({said[-1].strip()}). What was published stands; the next run goes on"
    return f"the warehouse refused a statement ({said[0]}). What was published stands"


def in_a_sentence(error: Exception) -> str:
    """What a person is told of an error, the database's or any other."""
    return in_words(error) if isinstance(error, DATABASE_ERRORS) else str(error)


class QuestionError(ValueError):
    """A question names something that does not exist; the message says what does."""


class ClockRunsBackwards(RuntimeError):
    """A load claims to have been seen before the vintage it would follow."""
