"""Publishers asked of their tables, for a person who waits for the answer; figures are never asked for here.

Where there is a warehouse its calls a minute are shared with the nights; without one they are spaced out here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import sleep

from tasks.archive.store import Archive
from tasks.plan import known_tables
from tasks.resources import clock_from, ready, require_warehouse
from tasks.sources.access import Access
from tasks.sources.http import at_once
from warehouse.errors import QuestionError
from warehouse.settings import Settings, read_settings

NO_RUN = 0


@contextmanager
def asking() -> Iterator[Access]:
    """What a person's question to the publishers may use; no warehouse is made for it."""
    settings = read_settings()
    if _has_warehouse(settings):
        with ready() as resources:
            with resources.engine.connect() as connection:
                known = known_tables(connection)
            yield resources.access(run_id=NO_RUN, known=known)
        return
    clock, archive = clock_from(settings.now), Archive(settings.archive)
    yield Access(settings, clock, archive, NO_RUN, before_call=_spaced(settings.call_limit))


def _has_warehouse(settings: Settings) -> bool:
    try:
        require_warehouse(settings)
    except QuestionError:
        return False
    return True


def _spaced(calls_a_minute: int | None) -> Callable[[], None]:
    if calls_a_minute is None:
        return at_once
    return lambda: sleep(60 / calls_a_minute)
