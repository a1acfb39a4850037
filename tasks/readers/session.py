"""Opens the warehouse for readers' programs, as the role `dashboard_reader`: they may ask the marts, and write nothing.

Whichever account the settings name, the role is taken when a session begins, and is what the session goes back to. So what a
service can be brought to do is what that role may do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import errors
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from tasks.resources import require_warehouse
from warehouse.database.embedded import WarehouseUnreachable, address
from warehouse.database.reader_limits import READER
from warehouse.database.reader_role import SESSION
from warehouse.database.sessions import connect_args, set_each_transaction
from warehouse.settings import Settings

STATEMENT_SECONDS = 10.0
AT_ONCE = 8
"""So many questions are answered at once; others wait for as long as a statement may last, and are then refused."""

_GIVE = "make the readers' role, or renew what it may, with `jobindsats warehouse reader`"


@contextmanager
def reading_engine(settings: Settings, *, seconds: float = STATEMENT_SECONDS) -> Iterator[Engine]:
    """An engine whose every session is a reader's, for the length of a block; no statement lasts longer than `seconds`.

    Raises QuestionError where there is no warehouse, and WarehouseUnreachable.
    """
    require_warehouse(settings)
    limit = f"{1000 * seconds:.0f}"
    limits = SESSION | {"role": READER, "statement_timeout": limit, "lock_timeout": limit}
    limits["idle_in_transaction_session_timeout"] = "60000"
    url = address(settings)
    engine = create_engine(
        url,
        connect_args=connect_args(url, **limits),
        isolation_level="REPEATABLE READ",
        pool_pre_ping=True,
        pool_size=AT_ONCE,
        max_overflow=0,
        pool_timeout=seconds,
    )
    set_each_transaction(engine, **limits)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def asking(engine: Engine) -> Iterator[Connection]:
    """One transaction that cannot write, in which all parts of an answer are of one state of the warehouse."""
    with engine.connect().execution_options(postgresql_readonly=True) as connection:
        yield connection


def require_readable(engine: Engine) -> None:
    """Raise WarehouseUnreachable, with what to do, where the marts of this version cannot be read as the readers' role."""
    try:
        with asking(engine) as connection:
            connection.execute(text("select from marts.declared_tables() limit 1"))
    except OperationalError as error:
        if READER not in str(error):
            raise
        raise WarehouseUnreachable(
            f"this account of the warehouse cannot become {READER}: {_GIVE}; an account of another name is one of them "
            "after `jobindsats warehouse reader --login NAME`"
        ) from error
    except DBAPIError as error:
        if isinstance(error.orig, errors.InsufficientPrivilege):
            raise WarehouseUnreachable(f"{READER} may not read the marts: {_GIVE}") from error
        if isinstance(error.orig, errors.UndefinedFunction | errors.InvalidSchemaName):
            raise WarehouseUnreachable(
                "the warehouse is empty or of an older version: run `jobindsats warehouse migrate`, then "
                "`jobindsats warehouse reader`"
            ) from error
        raise
