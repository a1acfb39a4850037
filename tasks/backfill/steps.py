"""Backfill: planned, put on record, worked through and reported; the tasks that the flow is made of."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from threading import Event, current_thread, main_thread
from types import FrameType
from typing import Any, cast
from uuid import UUID

from prefect import get_run_logger, task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE

from tasks.backfill import ledger
from tasks.backfill.ledger import Progress
from tasks.backfill.plan import Plan, plan
from tasks.backfill.question import NO_SPAN
from tasks.backfill.work import Told, ignore_progress, work_on
from tasks.backfill.workers import ClusterTrouble, helped_by, work_on_cluster
from tasks.load_assumptions import put_assumptions_on_record
from tasks.resources import RETRIES, declare, open_resources
from tasks.sources.registry import source_of
from tasks.stoppages import WarehouseTrouble
from warehouse.errors import DATABASE_ERRORS, QuestionError, in_words


@dataclass(frozen=True)
class BackfillReport:
    """What a backfill has come to, and the partitions that stopped: table, periods, outcome and why."""

    progress: Progress
    troubles: tuple[dict[str, str], ...]

    @property
    def outcome(self) -> str:
        """Failed where a partition failed, attention where one is in quarantine, stopped where some wait; else completed."""
        if not self.progress.ended:
            return "stopped"
        return "failed" if self.progress.failed else "attention" if self.progress.quarantined else "completed"


class BackfillStopped(RuntimeError):
    """A backfill was asked to stop before its end; the message says how to go on with it."""

    def __init__(self, report: BackfillReport) -> None:
        progress = report.progress
        super().__init__(
            f"backfill {progress.backfill} was stopped, {progress.done} of {progress.partitions} partitions are done: go on "
            f"with `jobindsats backfill --resume {progress.backfill}`"
        )
        self.report = report


_listener: ContextVar[Told] = ContextVar("listener", default=ignore_progress)


@contextmanager
def telling(told: Told) -> Iterator[None]:
    """Let somebody in this process, a bar in a terminal, know of the progress for the length of a block."""
    token = _listener.set(told)
    try:
        yield
    finally:
        _listener.reset(token)


def look_ahead(first: str, last: str, *, tables: Sequence[str]) -> Plan:
    """What a backfill would do: nothing is fetched but metadata, and nothing is put on record."""
    with open_resources() as resources:
        resources.migrate()
        return plan(resources, first=first, last=last, named=tables)


def begin(first: str | None, last: str | None, *, tables: Sequence[str], resume: int | None) -> int:
    """Plan a backfill and put it on record, or open one again; gives its number.

    Raises QuestionError, PeriodError or CatalogueError where the question is wrong, and what a plan can be stopped for.
    """
    with open_resources() as resources:
        resources.migrate()
        put_assumptions_on_record(resources)
        if resume is not None:
            with resources.engine.begin() as connection:
                ledger.open_again(connection, resume)
            return resume
        if first is None or last is None:
            raise QuestionError(NO_SPAN)
        planned = plan(resources, first=first, last=last, named=tables)
        with resources.engine.begin() as connection:
            for each in planned.tables:
                declare(connection, [each.table], source=source_of(each.table.id))
            return ledger.open_backfill(
                connection, planned, publisher=resources.settings.api_url, started_at=resources.clock()
            )


@task(name="begin backfill", cache_policy=NO_CACHE)
def begin_backfill(first: str | None, last: str | None, *, tables: list[str] | None, resume: int | None) -> int:
    """Plan a backfill and put it on record, or open one again."""
    backfill_id = begin(first, last, tables=tables or (), resume=resume)
    get_run_logger().info("backfill %d", backfill_id)
    return backfill_id


@task(name="work on backfill", task_run_name="work on backfill {backfill_id}", cache_policy=NO_CACHE)
def work(backfill_id: int, *, workers: int, dask: str | None) -> Progress:
    """Work through a backfill, with more processes or on a Dask cluster where asked for.

    Raises BackfillStopped, ClusterTrouble, WarehouseTrouble.
    """
    bar = cast("UUID", create_progress_artifact(progress=0, description=f"Backfill {backfill_id}"))

    def told(progress: Progress) -> None:
        _listener.get()(progress)
        update_progress_artifact(bar, progress=100 * progress.settled / max(1, progress.partitions))

    try:
        progress = _worked_through(backfill_id, workers=workers, dask=dask, told=told)
    except DATABASE_ERRORS as error:
        raise WarehouseTrouble(f"{in_words(error)}. {_go_on(backfill_id)}") from error
    except ClusterTrouble as error:
        raise ClusterTrouble(f"{error}. {_go_on(backfill_id)}") from error
    if not progress.ended:
        raise BackfillStopped(report_on(backfill_id))
    return progress


def _worked_through(backfill_id: int, *, workers: int, dask: str | None, told: Told) -> Progress:
    with interruptible() as stop:
        if dask is not None:
            return work_on_cluster(backfill_id, address=dask, workers=workers, stop=stop, told=told)
        with open_resources() as resources, helped_by(workers - 1, backfill_id=backfill_id, resources=resources):
            return work_on(backfill_id, stop=stop, told=told)


@contextmanager
def interruptible() -> Iterator[Event]:
    """An event that Ctrl-C or SIGTERM sets for the length of a block; a second one ends at once.

    Python handles signals in the main thread only: work in another thread is stopped by who began it.
    """
    stop = Event()
    if current_thread() is not main_thread():
        yield stop
        return

    def ask_to_stop(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])
        sys.stderr.write("stopping after this partition; once more, and it stops at once\n")

    before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _go_on(backfill_id: int) -> str:
    return f"What is done is done: go on with `jobindsats backfill --resume {backfill_id}`"


@task(name="end backfill", cache_policy=NO_CACHE, **RETRIES)
def end_backfill(backfill_id: int) -> BackfillReport:
    """Put the end on record, and report."""
    with open_resources() as resources, resources.engine.begin() as connection:
        ledger.close(connection, backfill_id, at=resources.clock())
    report = report_on(backfill_id)
    get_run_logger().info("backfill %d: %s", backfill_id, report.outcome)
    return report


def report_on(backfill_id: int) -> BackfillReport:
    """What a backfill has come to."""
    with open_resources() as resources, resources.engine.connect() as connection:
        return BackfillReport(ledger.progress(connection, backfill_id), tuple(ledger.troubles(connection, backfill_id)))


def as_json(report: BackfillReport) -> dict[str, Any]:
    """A report as the command line gives it."""
    return {name: asdict(report.progress)[name] for name in ("backfill", "partitions", "done", "calls", "cells")}


def plan_as_json(planned: Plan) -> dict[str, Any]:
    """A plan as the command line gives it: a report's keys, how long it should take, and each table's share."""
    tables = [
        {
            "table": table.table_id,
            "partitions": len(table.partitions),
            "calls": sum(partition.calls for partition in table.partitions),
            "cells": sum(partition.cells for partition in table.partitions),
            "seconds": round(table.seconds, 1),
            "message": table.message,
        }
        for table in planned.tables
    ]
    return {
        "backfill": None,
        "partitions": len(planned.partitions),
        "done": 0,
        "calls": planned.calls,
        "cells": planned.cells,
        "seconds": round(planned.seconds, 1),
        "tables": tables,
    }
