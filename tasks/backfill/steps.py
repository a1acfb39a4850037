"""Backfill: planned, put on record, worked through and reported; the tasks that the flow is made of."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from threading import Event, current_thread, main_thread
from types import FrameType
from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from tasks.backfill import ledger
from tasks.backfill.ledger import Claim, Progress
from tasks.backfill.plan import Plan, plan
from tasks.backfill.question import NO_SPAN
from tasks.backfill.work import Told, work_on
from tasks.backfill.workers import ClusterTrouble, helped_by, work_on_cluster
from tasks.derive import derive_figures, derive_marts
from tasks.load_assumptions import put_assumptions_on_record
from tasks.resources import RETRIES, declare, open_resources, ready
from tasks.runs.artifacts import left_table, progress_bar
from tasks.runs.outcomes import TableOutcome, table_as_shown
from tasks.runs.progress import tell
from tasks.runs.states import ended_as, value_of
from tasks.sources.registry import source_of
from tasks.stoppages import WarehouseTrouble
from warehouse.errors import DATABASE_ERRORS, QuestionError, in_words

LISTED_AT_MOST = 1000


@dataclass(frozen=True)
class BackfillReport:
    """What a backfill has come to: its partitions, those that stopped first, and problems that are no partition's."""

    progress: Progress
    partitions: tuple[dict[str, Any], ...]
    problems: tuple[str, ...] = ()

    @property
    def troubles(self) -> list[dict[str, Any]]:
        """The partitions that stopped: table, periods, outcome and why."""
        return [partition for partition in self.partitions if partition["outcome"] in ("failed", "quarantined")]

    @property
    def outcome(self) -> str:
        """Failed where a partition or the marts failed, attention where one is in quarantine, stopped where some wait."""
        if not self.progress.ended:
            return "stopped"
        if self.progress.failed or self.problems:
            return "failed"
        return "attention" if self.progress.quarantined else "completed"

    @property
    def in_words(self) -> str:
        """What it has come to in a line, with the partitions that stopped; where some wait, how to go on."""
        progress, stopped = self.progress, [f"{each['table']} {each['periods'] or ''}" for each in self.troubles]
        counted = f"{progress.done} of {progress.partitions} partitions are done"
        ended = {"failed": progress.failed, "quarantined": progress.quarantined}
        counted += "".join(f", {number} {name}" for name, number in ended.items() if number)
        named = f" ({', '.join(stopped[:3])}{' ...' if len(stopped) > 3 else ''})" if stopped else ""
        go_on = "" if progress.ended else f"Go on with `jobindsats backfill --resume {progress.backfill}`"
        return ". ".join(
            filter(None, (f"Backfill {progress.backfill}: {self.outcome}", counted + named, *self.problems, go_on))
        )


def look_ahead(first: str, last: str, *, tables: Sequence[str]) -> Plan:
    """What a backfill would do: nothing is fetched but metadata, and nothing is put on record."""
    with ready() as resources:
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


@task(name="begin backfill", task_run_name="begin backfill", cache_policy=NO_CACHE)
def begin_backfill(first: str | None, last: str | None, *, tables: list[str] | None, resume: int | None) -> int:
    """Plan a backfill and put it on record, or open one again."""
    backfill_id = begin(first, last, tables=tables or (), resume=resume)
    get_run_logger().info("backfill %d", backfill_id)
    return backfill_id


@task(name="plan backfill", task_run_name="plan backfill", cache_policy=NO_CACHE)
def show_plan(first: str | None, last: str | None, *, tables: list[str] | None) -> BackfillReport:
    """Leave with Prefect what a backfill would fetch; nothing is fetched but metadata, and nothing put on record."""
    if first is None or last is None:
        raise QuestionError("a plan needs the first and the last period")
    planned = plan_as_json(look_ahead(first, last, tables=tables or ()))
    in_all = ", ".join(f"{planned[name]:,} {name}" for name in ("partitions", "calls", "cells", "seconds"))
    said = f"Backfill {first} to {last}, planned: {in_all}. Nothing has been fetched"
    left_table("backfill-plan", planned["tables"], description=said)
    return BackfillReport(Progress(0, 0, 0, 0, 0, 0, 0), ())


def work(backfill_id: int, *, workers: int, dask: str | None) -> Progress:
    """Work through a backfill, with more processes or on a Dask cluster where asked for; gives how far it came.

    Raises ClusterTrouble, WarehouseTrouble and Refused. Its partitions are listed in an artifact, those of a cluster that
    fails too. It is no task: where a task fails, Prefect shows the tasks within it as rolled back, also those that are
    published.
    """
    with progress_bar("backfill-progress", begun=f"backfill {backfill_id}: begun") as moved:

        def told(progress: Progress) -> None:
            said = f"backfill {backfill_id}, {progress.calls:,} calls, {progress.cells:,} cells"
            tell(said, progress.settled, progress.partitions)
            done = 1.0 if progress.ended else progress.settled / progress.partitions
            moved(done, f"backfill {backfill_id}: {_so_far(progress)}")

        try:
            progress = _worked_through(backfill_id, workers=workers, dask=dask, told=told)
        except DATABASE_ERRORS as error:
            raise WarehouseTrouble(f"{in_words(error)}. {_go_on(backfill_id)}") from error
        except ClusterTrouble as error:
            _list_partitions(report_on(backfill_id))
            raise ClusterTrouble(f"{error}. {_go_on(backfill_id)}") from error
    _list_partitions(report_on(backfill_id))
    return progress


def _so_far(progress: Progress) -> str:
    return f"{progress.settled:,} of {progress.partitions:,} partitions, {progress.calls:,} calls, {progress.cells:,} cells"


def _list_partitions(found: BackfillReport) -> None:
    """Leave with Prefect each partition with its outcome and its reason, those that stopped first."""
    listed = found.partitions[:LISTED_AT_MOST]
    more = f"; the first {LISTED_AT_MOST:,} are listed, all of them stand in ops.backfill_partitions"
    left = more if len(listed) < len(found.partitions) else ""
    left_table("backfill-partitions", listed, description=found.in_words + left)


def _worked_through(backfill_id: int, *, workers: int, dask: str | None, told: Told) -> Progress:
    with interruptible() as stop:
        if dask is not None:
            return work_on_cluster(backfill_id, address=dask, workers=workers, stop=stop, told=told)
        with open_resources() as resources, helped_by(workers - 1, backfill_id=backfill_id, resources=resources):
            return work_on(backfill_id, stop=stop, told=told, around=as_task)


def as_task(claimed: Claim, work: Callable[[], TableOutcome]) -> TableOutcome:
    """Carry out the work at a partition as a task: named by its table and periods, ended under its outcome."""

    @task(name="partition", task_run_name=claimed.in_words, cache_policy=NO_CACHE)
    def partition() -> TableOutcome:
        return table_as_shown(work())

    return value_of(partition)


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


def derive_after(progress: Progress) -> list[str]:
    """Bring the marts up to a backfill that has ended; gives what could not be. One that was stopped is gone on with first."""
    return [value_of(derive_marts), value_of(derive_figures)] if progress.ended else []


@task(name="end backfill", task_run_name="end backfill {backfill_id}", cache_policy=NO_CACHE, **RETRIES)
def end_backfill(backfill_id: int, *, problems: Sequence[str]) -> BackfillReport:
    """Put the end on record, where it has come to its end, and report; a problem is what is no partition's."""
    found = replace(report_on(backfill_id), problems=tuple(filter(None, problems)))
    if found.progress.ended:
        with open_resources() as resources, resources.engine.begin() as connection:
            ledger.close(connection, backfill_id, at=resources.clock())
    get_run_logger().info(found.in_words)
    return found


def as_shown(found: BackfillReport) -> BackfillReport:
    """A backfill's report as its flow gives it: in Prefect the run ends under the name of its outcome."""
    return ended_as(found.outcome, found, message=found.in_words)


def report_on(backfill_id: int) -> BackfillReport:
    """What a backfill has come to."""
    with open_resources() as resources, resources.engine.connect() as connection:
        return BackfillReport(
            ledger.progress(connection, backfill_id), tuple(ledger.partitions(connection, backfill_id))
        )


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
