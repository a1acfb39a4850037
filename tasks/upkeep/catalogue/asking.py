"""Publishers asked of their tables, for a person who waits for the answer; figures are never asked for here.

Where there is a warehouse its calls a minute are shared with the nights; without one they are spaced out here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import sleep

from sqlalchemy import Engine

from tasks.archive.store import Archive
from tasks.plan import known_tables
from tasks.resources import Resources, clock_from, ready
from tasks.sources.access import Access
from tasks.sources.http import at_once
from warehouse.errors import QuestionError
from warehouse.settings import read_settings

NO_RUN = 0


@contextmanager
def asking(told: Callable[[str], None]) -> Iterator[Access]:
    """What a person's question to the publishers may use; no warehouse is made for it, and they are told where none is."""
    with asking_beside(told) as (access, _):
        yield access


@contextmanager
def asking_beside(told: Callable[[str], None]) -> Iterator[tuple[Access, Engine | None]]:
    """The same beside the warehouse, where there is one."""
    with ExitStack() as opened:
        resources = _opened(opened, told=told)
        yield (_without_warehouse(), None) if resources is None else (_beside(resources), resources.engine)


def _opened(opened: ExitStack, *, told: Callable[[str], None]) -> Resources | None:
    """The warehouse's resources; None, and said so, where there is no warehouse yet."""
    try:
        return opened.enter_context(ready())
    except QuestionError as error:
        folder = read_settings().catalogue_folder.absolute()
        told(f"Found are the tables that ship and those that {folder} declares; {error}")
        return None


def _beside(resources: Resources) -> Access:
    with resources.engine.connect() as connection:
        known = known_tables(connection)
    return resources.access(run_id=NO_RUN, known=known)


def _without_warehouse() -> Access:
    settings = read_settings()
    clock, archive = clock_from(settings.now), Archive(settings.archive)
    return Access(settings, clock, archive, NO_RUN, before_call=_spaced(settings.call_limit))


def _spaced(calls_a_minute: int | None) -> Callable[[], None]:
    if calls_a_minute is None:
        return at_once
    return lambda: sleep(60 / calls_a_minute)
