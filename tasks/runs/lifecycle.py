"""Runs: opened, alive, closed, and on record in `ops`; two nights never run at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from importlib.metadata import version
from logging import INFO, WARNING
from time import monotonic, sleep
from typing import NamedTuple

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import deployment, flow_run
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import DBAPIError

from tasks.archive.receipts import write_missing_receipts
from tasks.archive.store import ArchiveTrouble
from tasks.resources import RETRIES, Resources, open_resources
from tasks.runs.alerts import raise_alerts
from tasks.runs.report import RunReport, figures_moved, largest_revisions, thresholds_crossed
from tasks.sources.registry import listed_tables
from warehouse.danish.clock import in_denmark, shown_time
from warehouse.database.locks import Lock, held, holders
from warehouse.database.reader_limits import end_overdue, set_limits
from warehouse.errors import in_words, went_away
from warehouse.formats.clean_text import washed
from warehouse.history.staging import drop_leftovers
from warehouse.schema import ops

# Beyond its last call a night derives marts and figures.
A_LITTLE_LONGER = timedelta(hours=1)


def one_at_a_time(
    kind: str, *, tables: list[str] | None, work: Callable[[int], RunReport], again: bool = False
) -> RunReport:
    """A run's work with its number, for which it has so many hours and no more.

    Where another night is at it, or a newer one has done it, it is left to that one; what a person asks for `again` is not.
    """
    with open_resources() as resources:
        resources.migrate()
        with _night_held(resources, kind=kind) as mine:
            if not mine:
                return yield_to_the_other(kind)
            if not again and (newer := _newer(resources, kind=kind, tables=tables)):
                return end_as_superseded(kind, newer)
            _keep_readers_in_limits(resources)
            _heal_receipts(resources)
            with opened(kind, resources=resources) as run_id, resources.limited_time(run_id):
                report = work(run_id)
            _heal_receipts(resources)
            return report


@contextmanager
def _night_held(resources: Resources, *, kind: str) -> Iterator[bool]:
    """Hold the night's lock; what is no night (a release, a replay) is waited for as long as patience lasts, a night never."""
    over = monotonic() + resources.settings.patience_seconds
    while True:
        with held(resources.engine, Lock.NIGHT) as mine:
            if mine or monotonic() >= over or at_work(resources, kind=kind) is not None:
                yield mine
                return
        sleep(min(1, max(0, over - monotonic())))


def at_work(resources: Resources, *, kind: str) -> AtWork | None:
    """The run of a kind that is alive, if there is one."""
    with resources.engine.connect() as connection:
        row = connection.execute(_AT_WORK, {"kind": kind, "alive": sorted(holders(connection, Lock.RUN))}).one_or_none()
    return AtWork(**row._mapping) if row else None


@contextmanager
def opened(kind: str, *, resources: Resources, publisher: str | None = None) -> Iterator[int]:
    """A run that counts as alive for the length of a block; what dead runs left behind is cleared away first.

    `publisher` is whose figures it publishes, where that is not the configured one.
    """
    resources.clock.doubt = None  # of an earlier run in this process
    with ExitStack() as alive:
        with resources.engine.begin() as connection:
            run_id = open_run(
                connection, kind=kind, publisher=publisher or resources.settings.api_url, started_at=resources.clock()
            )
            alive.enter_context(held(resources.engine, Lock.RUN, number=run_id))
            close_dead_runs(connection, now=resources.clock())
            drop_leftovers(connection)
        yield run_id


def _keep_readers_in_limits(resources: Resources) -> None:
    """Put back the limits that an account has taken off, and end what has lasted too long; a doctor tells what is lacking."""
    with resources.engine.begin() as connection:
        set_limits(connection)
        for who in end_overdue(connection):
            get_run_logger().warning("a reader's transaction that had lasted too long was ended: %s", who)


def _heal_receipts(resources: Resources) -> None:
    """Write the receipts a crash left unwritten; where the archive is out of reach, each table's road says so."""
    try:
        with resources.engine.connect() as connection:
            written = write_missing_receipts(connection, archive=resources.archive)
    except ArchiveTrouble as trouble:
        get_run_logger().warning("receipts of publications: %s", trouble)
    else:
        if written:
            get_run_logger().info("receipts that were missing: %s", ", ".join(written))


def open_run(connection: Connection, *, kind: str, publisher: str, started_at: datetime) -> int:
    """Put a run on record; gives its number."""
    row = {
        "kind": kind,
        "started_at": started_at,
        "publisher_url": publisher,
        "code_version": version("jobindsats-warehouse"),
        "flow_run": flow_run.id,
    }
    return int(connection.scalar(insert(ops.runs).returning(ops.runs.c.run_id), row) or 0)


def close_dead_runs(connection: Connection, *, now: datetime) -> None:
    """Close the runs that never ended and whose process is gone."""
    # The runs first and the locks after: a run takes its lock before it can be seen.
    open_runs = set(connection.scalars(text("select run_id from ops.runs where ended_at is null")))
    died = text(
        "update ops.runs set ended_at = greatest(started_at, cast(:now as timestamptz)), outcome = 'died' "
        "where run_id = any(:dead)"
    )
    connection.execute(died, {"now": now, "dead": sorted(open_runs - holders(connection, Lock.RUN))})


class AtWork(NamedTuple):
    """A run that is alive, and since when."""

    run_id: int
    started_at: datetime


@task(name="yield", task_run_name="yield", cache_policy=NO_CACHE)
def yield_to_the_other(kind: str) -> RunReport:
    """Leave the work to the run that is at it; that we came is on record.

    A person is told where it is no night that is at work, or a night that should have ended long ago.
    """
    with open_resources() as resources:
        other, now = at_work(resources, kind=kind), resources.clock()
        latest = timedelta(hours=resources.settings.night_hours)
        trouble = _not_a_night_at_its_time(other, now=now, latest=latest)
        outcome = "attention" if trouble else "yielded"
        with resources.engine.begin() as connection:
            run_id = open_run(connection, kind=kind, publisher=resources.settings.api_url, started_at=now)
            close_run(connection, run_id=run_id, outcome=outcome, ended_at=now)
            raise_alerts(connection, run_id=run_id, trouble=trouble, now=now)
    who = f"run {other.run_id} has been at work since {in_denmark(other.started_at):%H:%M}" if other else ""
    message = f"{trouble or who}; two nights never run at once, so run {run_id} leaves"
    get_run_logger().log(WARNING if trouble else INFO, message)
    return RunReport(run_id, outcome, [], message)


def _not_a_night_at_its_time(other: AtWork | None, *, now: datetime, latest: timedelta) -> str:
    """What a person should look at where a night finds another at work; nothing where that is a night as it should be."""
    if other is None:
        return (
            "what is no night (a release, a replay) was still at work when a night had waited for it, and no table was "
            "looked at: when it has ended, jobindsats nightly"
        )
    if now - other.started_at <= latest + A_LITTLE_LONGER:
        return ""
    return (
        f"run {other.run_id} has been at work since {shown_time(other.started_at)}, and a night may take "
        f"{latest / timedelta(hours=1):g} hours: end its process, and the next night clears away what it left"
    )


_AT_WORK = text(
    "select run_id, started_at from ops.runs where kind = :kind and ended_at is null and run_id = any(:alive) "
    "order by run_id desc limit 1"
)


def _newer(resources: Resources, *, kind: str, tables: list[str] | None) -> int | None:
    """The newest run that looked at all that this one would, and began after this one was scheduled; None: there is none.

    A rehearsal's clock is not the orchestrator's, so there a run is never late.
    """
    if deployment.id is None or resources.settings.now is not None:
        return None
    wanted = listed_tables(frozenset(table.lower() for table in tables or ()))
    asked = {"kind": kind, "slot": flow_run.scheduled_start_time, "tables": wanted}
    with resources.engine.connect() as connection:
        return connection.scalar(_NEWER, asked) if wanted else None


_NEWER = text(
    "select max(r.run_id) from ops.runs r where r.kind = :kind and r.started_at > :slot and r.ended_at is not null "
    "and cast(:tables as text[]) <@ (select array_agg(o.table_id) from ops.table_outcomes o "
    "                                where o.run_id = r.run_id and o.outcome <> 'failed')"
)


@task(name="end as superseded", task_run_name="end as superseded", cache_policy=NO_CACHE)
def end_as_superseded(kind: str, newer: int) -> RunReport:
    """Leave undone what a newer run has done; that we came late is on record."""
    with open_resources() as resources, resources.engine.begin() as connection:
        run_id = open_run(connection, kind=kind, publisher=resources.settings.api_url, started_at=resources.clock())
        close_run(connection, run_id=run_id, outcome="superseded", ended_at=resources.clock())
    message = f"run {newer} began after this one was to begin, and has looked at every table: run {run_id} leaves"
    get_run_logger().info(message)
    return RunReport(run_id, "superseded", [], message)


@task(name="end", task_run_name="end", cache_policy=NO_CACHE, **RETRIES)
def end_run(run_id: int, *, problems: Sequence[str] = ()) -> RunReport:
    """Close a run and give its report; a run with a problem that is no table's has failed, and its message says why."""
    trouble = washed("; ".join(filter(None, problems)))
    with open_resources() as resources, resources.engine.begin() as connection:
        return report_and_close(connection, run_id, ended_at=resources.clock(), trouble=trouble)


def report_and_close(connection: Connection, run_id: int, *, ended_at: datetime, trouble: str = "") -> RunReport:
    """Put a run's end on record, with the outcome that its tables' give."""
    tables = [dict(row) for row in connection.execute(_OUTCOMES, {"run_id": run_id}).mappings()]
    outcome = "failed" if trouble else outcome_of_run([table["outcome"] for table in tables])
    close_run(connection, run_id=run_id, outcome=outcome, ended_at=ended_at)
    raise_alerts(connection, run_id=run_id, trouble=trouble, now=ended_at)
    return RunReport(
        run_id,
        outcome,
        tables,
        trouble,
        _revisions(connection, run_id),
        figures_moved(connection, run_id=run_id),
        thresholds_crossed(connection, run_id=run_id),
    )


def _revisions(connection: Connection, run_id: int) -> tuple[str, ...]:
    """What was revised the most; where somebody keeps a table locked, that: the run is closed all the same."""
    try:
        with connection.begin_nested():
            return largest_revisions(connection, run_id=run_id)
    except DBAPIError as error:
        if went_away(error):
            raise
        return (in_words(error),)


def close_run(connection: Connection, *, run_id: int, outcome: str, ended_at: datetime) -> None:
    """Put a run's end on record: completed, attention, failed, yielded or superseded."""
    runs = ops.runs
    connection.execute(runs.update().where(runs.c.run_id == run_id).values(ended_at=ended_at, outcome=outcome))


_OUTCOMES = text(
    'select o.table_id as "table", o.outcome, o.new, o.revised, o.withdrawn, o.unchanged, '
    "o.message || coalesce('; advisory: ' || advised.rules, '') as message, o.newest_period "
    "from ops.table_outcomes o left join lateral ("
    "  select string_agg(c.rule || ' (' || c.offenders || ')', ', ' order by c.rule) as rules from ops.checks c "
    "  where c.run_id = o.run_id and c.table_id = o.table_id and not c.passed and not c.blocking) advised on true "
    "where o.run_id = :run_id order by o.table_id"
)


def outcome_of_run(outcomes: list[str]) -> str:
    """A run's outcome: failed where a table failed, attention where one is quarantined or late, else completed."""
    if "failed" in outcomes:
        return "failed"
    if {"quarantined", "source_late"} & set(outcomes):
        return "attention"
    return "completed"
