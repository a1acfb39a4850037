"""A run in a process of its own that dies, or stops and waits, at a point that is named. Nothing of ours is replaced.

The points are statements to the database, the sending of bytes to it, questions to the publisher and files of the
archive, as the libraries under us carry them out.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg
import requests
from sqlalchemy import Engine, event

import expectations.suite
import flows.nightly
import tasks.backfill.work
import tasks.quarantine.release
from tasks.resources import open_resources
from tests.faults.points import Point

PRELOADED = (expectations.suite.__name__, flows.nightly.__name__)


def install(point: Point, *, act: Callable[[], None]) -> None:
    """Let something happen at a point of this process."""
    seen = 0

    def met(what: str, when: str, said: str) -> None:
        nonlocal seen
        if point.what in (what, "anything") and when == point.when and point.holding in said:
            seen += 1
            if seen == point.nth:
                act()

    @event.listens_for(Engine, "before_cursor_execute")
    def before(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        met("statement", "before", statement)

    @event.listens_for(Engine, "after_cursor_execute")
    def after(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        met("statement", "after", statement)

    _around(requests.Session, "send", lambda _, request, **__: str(request.url), what="question", met=met)
    _around(Path, "replace", lambda _, path: str(path), what="file", met=met)
    _in_halves(met)


def _around(owner: Any, name: str, said: Callable[..., str], *, what: str, met: Callable[..., None]) -> None:
    original = getattr(owner, name)

    def around(*arguments: Any, **options: Any) -> Any:
        met(what, "before", said(*arguments, **options))
        answer = original(*arguments, **options)
        met(what, "after", said(*arguments, **options))
        return answer

    setattr(owner, name, around)


def _in_halves(met: Callable[..., None]) -> None:
    original = psycopg.Copy.write

    def write(copy: Any, data: bytes) -> None:
        original(copy, data[: len(data) // 2])
        met("copy", "after", "")
        original(copy, data[len(data) // 2 :])

    psycopg.Copy.write = write  # type: ignore[method-assign,assignment]


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def night(point: Point, environment: Mapping[str, str], tables: list[str], reached: Any, go_on: Any) -> None:
    """A night that dies at a point; with an event to wait for, one that waits there instead."""
    os.environ.clear()  # what the first of these processes began with is no longer so
    os.environ.update(environment)

    def wait() -> None:
        reached.set()
        go_on.wait(60)

    install(point, act=wait if go_on is not None else die)
    report = flows.nightly.nightly(tables)
    os._exit({"completed": 0, "attention": 3}.get(report.outcome, 1))


def worker(point: Point, environment: Mapping[str, str], backfill_id: int, reached: Any, go_on: Any) -> None:
    """A worker of a backfill that dies at a point; with an event to wait for, one that waits there instead."""
    os.environ.clear()
    os.environ.update(environment)

    def wait() -> None:
        reached.set()
        go_on.wait(60)

    install(point, act=wait if go_on is not None else die)
    tasks.backfill.work.work_on(backfill_id)
    os._exit(0)


def release(point: Point, environment: Mapping[str, str], quarantine_id: int, reason: str) -> None:
    """A release of a stopped load that dies at a point."""
    os.environ.clear()
    os.environ.update(environment)
    install(point, act=die)
    with open_resources() as resources:
        tasks.quarantine.release.release(resources, quarantine_id, reason=reason, by="Kim")
    os._exit(0)


def context() -> Any:
    """Processes that begin with everything heavy imported."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload([__name__])
    return server
