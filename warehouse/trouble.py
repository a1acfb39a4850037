"""What a database's error means for a person: one sentence, and what follows from it."""

from __future__ import annotations

from psycopg import errors
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError


def went_away(error: BaseException) -> bool:
    """Whether the warehouse was lost rather than the statement wrong: worth another try."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, errors.DiskFull):
        return False
    return isinstance(error, OperationalError | InterfaceError)


def in_words(error: DBAPIError) -> str:
    """One sentence about an error of the database, without its statement and its parameters."""
    said = str(error.orig).strip().splitlines() or [type(error).__name__]
    if isinstance(error.orig, errors.DiskFull):
        return f"the warehouse has no room left ({said[0]}). What was published stands; make room and run again"
    if went_away(error):
        return f"the warehouse does not answer ({said[-1].strip()}). What was published stands; the next run goes on"
    return f"the warehouse refused a statement ({said[0]}). What was published stands"
