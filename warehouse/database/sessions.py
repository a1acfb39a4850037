"""Sessions with the warehouse: their settings, how a server that has vanished is noticed, and how a pooler is got on with.

A pooler (pgbouncer) lends a session of the server to whoever has a transaction to carry out, and what one set in it another
would find there. So behind one each transaction begins with its own settings, and no statement is prepared.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from select import select
from typing import Any, cast

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from warehouse.database.embedded import address
from warehouse.database.lock_waits import SERVER_PROCESS, telling_holders
from warehouse.settings import Settings

# UTC, room to sort and hash a table's load in memory, and statements that are carried out at once: to compile one takes longer
# than it saves (a million cells summed up in 0.6 s compiled, in 0.3 s not; 2026-11). Each is planned with its values, since a
# plan for any table is a plan for all partitions (240 ms for 90, of the widest table as of a day). A page out of order costs a
# tenth more, as on a disk that does not turn. A night's locks are held in transactions in which nothing else happens.
_SETTINGS = {
    "timezone": "UTC",
    "work_mem": "64MB",
    "jit": "off",
    "plan_cache_mode": "force_custom_plan",
    "random_page_cost": "1.1",
    "idle_in_transaction_session_timeout": "0",
}

# A server that vanishes without a word (its machine dies, a failover) is noticed after a minute, and not after hours.
_NOTICING: dict[str, Any] = {
    "connect_timeout": 30,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}

_SECONDS_FOR_ONE = 5
Driver = psycopg.Connection[tuple[Any, ...]]


def _arguments(**more: str) -> dict[str, Any]:
    options = " ".join(f"-c {name}={value}" for name, value in (_SETTINGS | more).items())
    return _NOTICING | {"options": options, "application_name": "jobindsats"}


SESSION = _arguments()


def connect_args(url: URL, **more: str) -> dict[str, Any]:
    """What each connection is opened with; `more` are settings of the session. What the address itself says stands."""
    arguments = _arguments(**more)
    if is_pooled(url):
        del arguments["options"]  # a pooler refuses them, or takes no notice
        arguments["prepare_threshold"] = None
    return {name: value for name, value in arguments.items() if name == "options" or name not in url.query}


def set_each_transaction(engine: Engine, **more: str) -> None:
    """Behind a pooler, let each transaction of an engine begin with the settings of its session."""
    if not is_pooled(engine.url):
        return
    wanted = _SETTINGS | more
    statement = f"select pg_backend_pid(), {', '.join(['set_config(%s, %s, true)'] * len(wanted))}".encode()
    values = [each for setting in wanted.items() for each in setting]

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        driver = cast("Driver", connection.connection.driver_connection)
        try:
            row = driver.execute(statement, values).fetchone()
        except psycopg.OperationalError as error:
            connection.invalidate(error)
            raise
        connection.info[SERVER_PROCESS] = row and row[0]


def is_pooled(url: URL) -> bool:
    """Whether an address leads to a pooler: it names another process than the one that answers."""
    return _is_pooled(url.render_as_string(hide_password=False))


@cache
def _is_pooled(written: str) -> bool:
    with closing(_opened(make_url(written))) as connection:
        (answering,) = connection.execute("select pg_backend_pid()").fetchone() or (0,)
        return bool(answering != connection.info.backend_pid)


def _opened(url: URL) -> Driver:
    given, named = url.get_dialect()().create_connect_args(url)
    return psycopg.connect(*given, **(_NOTICING | dict(named)))


def openable(url: URL, *, wanted: int) -> int:
    """How many transactions, of so many, can be open at once just now: a server refuses, a pooler lets the next one wait."""
    with ExitStack() as opened:
        for number in range(wanted):
            try:
                driver = opened.enter_context(closing(_opened(url))).pgconn
            except psycopg.OperationalError:
                return number
            driver.send_query(b"begin")
            if not select([driver.socket], [], [], _SECONDS_FOR_ONE)[0]:
                return number
    return wanted


@contextmanager
def engine_for(settings: Settings) -> Iterator[Engine]:
    """An engine on the warehouse for the length of a block, every session in UTC.

    No statement waits for a lock beyond the patience, or lasts longer than a night may. A minute it may last even where the
    night's time is over, since its end is to be put on record.
    """
    limits = {
        "lock_timeout": f"{1000 * max(settings.patience_seconds, 1):.0f}",
        "statement_timeout": f"{max(3_600_000 * settings.night_hours, 60_000):.0f}",
    }
    url = address(settings)
    engine = create_engine(url, connect_args=connect_args(url, **limits), pool_pre_ping=True)
    set_each_transaction(engine, **limits)
    try:
        with telling_holders(engine):
            yield engine
    finally:
        engine.dispose()
