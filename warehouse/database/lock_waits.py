"""Waits for locks: a statement that gives up waiting says who held the lock, and what may be repeated is tried again.

PostgreSQL tells who blocks a session while it waits, and no longer when it has given up. So a statement that takes long is
looked at from another session, and what was found goes with its error as a note, which `warehouse.errors` puts into words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import Connection, Engine, ExceptionContext, event, text
from sqlalchemy.exc import DBAPIError

from warehouse.database.locks import SESSION_IN_WORDS
from warehouse.database.reader_limits import end_overdue

if TYPE_CHECKING:
    from tenacity import RetryCallState

LOOK_SECONDS = 0.3
QUEUE_SECONDS = 1
"""How long one try stands in the queue for a lock: whoever comes later stands behind it."""

SERVER_PROCESS = "server process"
"""Where a connection keeps which process of the server its transaction has, where a pooler lends it one."""

_HOLDERS = text(
    f"select waiting.pid, string_agg(distinct {SESSION_IN_WORDS}, ', ') from pg_stat_activity waiting "  # noqa: S608
    "join pg_stat_activity a on a.pid = any(pg_blocking_pids(waiting.pid)) "
    "where waiting.pid = any(:pids) and waiting.wait_event_type = 'Lock' group by waiting.pid"
)

Given = TypeVar("Given")


@contextmanager
def telling_holders(engine: Engine) -> Iterator[None]:
    """Let the statements of an engine, for the length of a block, say who held the lock that they gave up waiting for."""
    began: dict[int, float] = {}
    holders: dict[int, str] = {}
    stop = Event()

    def begin(connection: Connection, *_: object) -> None:
        holders.pop(pid := _pid(connection), None)
        began[pid] = monotonic()

    def end(connection: Connection, *_: object) -> None:
        began.pop(_pid(connection), None)

    def tell(context: ExceptionContext) -> None:
        if context.connection is not None and not context.connection.closed:
            began.pop(pid := _pid(context.connection), None)
            if isinstance(context.original_exception, LockNotAvailable) and pid in holders:
                context.original_exception.add_note(holders[pid])

    def look() -> None:
        while not stop.wait(LOOK_SECONDS):
            long = [pid for pid, since in [*began.items()] if monotonic() - since > LOOK_SECONDS]
            if long:
                with suppress(DBAPIError), engine.connect() as connection:
                    holders.update({row[0]: row[1] for row in connection.execute(_HOLDERS, {"pids": long})})

    for name, listener in (("before_cursor_execute", begin), ("after_cursor_execute", end), ("handle_error", tell)):
        event.listen(engine, name, listener)
    watch = Thread(target=look, daemon=True, name="lock waits")
    watch.start()
    try:
        yield
    finally:
        stop.set()
        watch.join()


def _pid(connection: Connection) -> int:
    """The server's process that a connection speaks to."""
    named = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
    return int(connection.info.get(SERVER_PROCESS) or named)


def _was_held_up(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and isinstance(error.orig, LockNotAvailable | DeadlockDetected)


def patiently(engine: Engine, work: Callable[[Connection], Given], *, patience_seconds: float) -> Given:
    """Do work in one transaction that takes locks which readers wait behind; where it is held up, all of it again later.

    What a reader began too long ago is ended. Raises the database's error when the patience is over.
    """
    from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_incrementing

    def once() -> Given:
        with engine.begin() as connection:
            connection.execute(text(f"set local lock_timeout = '{QUEUE_SECONDS}s'"))
            return work(connection)

    def make_way(_: RetryCallState) -> None:
        with engine.begin() as connection:
            end_overdue(connection)

    again = Retrying(
        retry=retry_if_exception(_was_held_up),
        wait=wait_incrementing(start=QUEUE_SECONDS, increment=1, max=5),
        stop=stop_after_delay(patience_seconds),
        before_sleep=make_way,
        reraise=True,
    )
    return again(once)
