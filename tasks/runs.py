"""Runs: what happened, table by table, on record in `ops`; each table ends with exactly one outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from sqlalchemy import Connection, insert, text
from sqlalchemy.dialects.postgresql import insert as upsert

from tasks.again import AGAIN
from tasks.border import Border, crossing
from tasks.decide import Decision, late_message
from tasks.stoppages import Busy, Stoppage, WarehouseTrouble
from warehouse import migrations, records
from warehouse.catalogue import jobindsats
from warehouse.locks import Lock, held, holders
from warehouse.reading import in_denmark
from warehouse.staging import drop_leftovers, table_number
from warehouse.trouble import TROUBLE, in_words
from warehouse.vintages import Vintage


@dataclass(frozen=True)
class TableOutcome:
    """How one table ended tonight."""

    table: str
    outcome: str
    new: int = 0
    revised: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    message: str = ""
    vintage_id: int | None = None
    fetched: bool = False
    rule: str | None = None
    manifest: str | None = None
    cells: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class RunReport:
    """What a run did: its number, its outcome (completed, attention, failed, yielded) and each table's."""

    run: int
    outcome: str
    tables: list[dict[str, Any]]
    message: str = ""


def one_at_a_time(kind: str, *, work: Callable[[int], RunReport]) -> RunReport:
    """A run's work with its number; where another night is at work, it is left to that one."""
    with crossing() as border:
        migrations.upgrade(border.engine, catalogue=jobindsats())
        with held(border.engine, Lock.NIGHT) as mine:
            if not mine:
                return yield_to_the_other(kind)
            with opened(kind, border=border) as run_id:
                return work(run_id)


@contextmanager
def opened(kind: str, *, border: Border) -> Iterator[int]:
    """A run that counts as alive for the length of a block; what dead runs left behind is cleared away first."""
    with ExitStack() as alive:
        with border.engine.begin() as connection:
            run_id = open_run(connection, kind=kind, border=border)
            alive.enter_context(held(border.engine, Lock.RUN, number=run_id))
            _bury_the_dead(connection, now=border.clock())
            drop_leftovers(connection)
        yield run_id


def open_run(connection: Connection, *, kind: str, border: Border) -> int:
    """Put a run on record; gives its number."""
    row = {
        "kind": kind,
        "started_at": border.clock(),
        "publisher_url": border.settings.api_url,
        "code_version": version("jobindsats-warehouse"),
        "flow_run": flow_run.id,
    }
    return int(connection.scalar(insert(records.runs).returning(records.runs.c.run_id), row) or 0)


def _bury_the_dead(connection: Connection, *, now: datetime) -> None:
    """Close the runs that never ended and whose process is gone."""
    died = text(
        "update ops.runs set ended_at = greatest(started_at, cast(:now as timestamptz)), outcome = 'died' "
        "where ended_at is null and run_id <> all(:alive)"
    )
    connection.execute(died, {"now": now, "alive": sorted(holders(connection, Lock.RUN))})


@task(name="yield", cache_policy=NO_CACHE)
def yield_to_the_other(kind: str) -> RunReport:
    """Leave the work to the run that is at it; that we came is on record."""
    with crossing() as border, border.engine.begin() as connection:
        other = connection.execute(_AT_WORK, {"kind": kind}).one_or_none()
        run_id = open_run(connection, kind=kind, border=border)
        _close(connection, run_id=run_id, outcome="yielded", now=border.clock())
    who = (
        f"run {other.run_id} has been at work since {in_denmark(other.started_at):%H:%M}"
        if other
        else "another is at work"
    )
    message = f"{who}; two nights never run at once, so run {run_id} leaves"
    get_run_logger().info(message)
    return RunReport(run_id, "yielded", [], message)


_AT_WORK = text(
    "select run_id, started_at from ops.runs where kind = :kind and ended_at is null order by run_id desc limit 1"
)


def settle(decision: Decision, *, walk: Callable[[Decision], Vintage]) -> TableOutcome:
    """One table's outcome: what was decided, or what its road came to. One table's trouble never stops another."""
    if not decision.fetch:
        return TableOutcome(decision.table_id, decision.outcome, message=decision.reason)
    try:
        with alone_with(decision.table_id):
            vintage = walk(decision)
    except Stoppage as stoppage:
        return _stopped(decision, stoppage=stoppage)
    except TROUBLE as error:
        return _stopped(decision, stoppage=WarehouseTrouble(f"{decision.table_id}: {in_words(error)}"))
    except Exception as error:  # noqa: BLE001  # whatever it is, the other tables go on and this one says what it was
        return TableOutcome(
            decision.table_id, "failed", message=f"{decision.table_id}: {error}", rule=type(error).__name__
        )
    return _arrived(decision, vintage=vintage)


@contextmanager
def alone_with(table_id: str) -> Iterator[None]:
    """Hold a table for the length of a block; raises Busy where another run keeps it."""
    with crossing() as border:
        with border.engine.connect() as connection:
            number = table_number(connection, table_id=table_id)
        patience = border.settings.patience_seconds
        with held(border.engine, Lock.TABLE, number=number, patience_seconds=patience) as mine:
            if not mine:
                raise Busy(
                    f"{table_id}: another run has kept the table for more than {patience:g} seconds; "
                    "what was published stands, and the next night looks again"
                )
            yield


def _stopped(decision: Decision, *, stoppage: Stoppage) -> TableOutcome:
    return TableOutcome(
        table=decision.table_id,
        outcome=stoppage.outcome,
        message=str(stoppage),
        rule=stoppage.rule,
        manifest=stoppage.manifest,
        cells=tuple(stoppage.cells),
    )


def _arrived(decision: Decision, *, vintage: Vintage) -> TableOutcome:
    late = decision.late and not vintage.changed
    quiet = "source_late" if late else "unchanged"
    return TableOutcome(
        table=decision.table_id,
        outcome="published" if vintage.changed else quiet,
        new=vintage.new,
        revised=vintage.revised,
        withdrawn=vintage.withdrawn,
        unchanged=vintage.unchanged,
        message=late_message(decision.listing) if late else decision.reason,
        vintage_id=vintage.vintage_id,
        fetched=True,
    )


@task(name="record", task_run_name="record {decision.table_id}", cache_policy=NO_CACHE, **AGAIN)
def record_outcome(run_id: int, *, decision: Decision, outcome: TableOutcome) -> None:
    """Put one table's outcome on record, and what was rejected into quarantine."""
    with crossing() as border, border.engine.begin() as connection:
        _record(connection, run_id=run_id, decision=decision, outcome=outcome, border=border)
    level = get_run_logger().error if outcome.outcome in ("failed", "quarantined") else get_run_logger().info
    level("%s: %s: %s", outcome.table, outcome.outcome, outcome.message)


def _record(connection: Connection, *, run_id: int, decision: Decision, outcome: TableOutcome, border: Border) -> None:
    now = border.clock()
    row = {
        "run_id": run_id,
        "table_id": outcome.table,
        "outcome": outcome.outcome,
        "seen_at": now,
        "publisher_updated_on": decision.listing.updated_on,
        "next_release_on": decision.listing.next_release_on,
        "newest_period": decision.newest_period,
        "fetched": outcome.fetched,
        "vintage_id": outcome.vintage_id,
        "new": outcome.new,
        "revised": outcome.revised,
        "withdrawn": outcome.withdrawn,
        "unchanged": outcome.unchanged,
        "message": outcome.message,
    }
    statement = upsert(records.table_outcomes)
    connection.execute(statement.on_conflict_do_update(index_elements=["run_id", "table_id"], set_=row), row)
    if outcome.outcome == "quarantined":
        _quarantine(connection, run_id=run_id, decision=decision, outcome=outcome, stopped_at=now)


def _quarantine(
    connection: Connection, *, run_id: int, decision: Decision, outcome: TableOutcome, stopped_at: datetime
) -> None:
    """Keep a load that was stopped, and its rejected rows, each under the rule it broke."""
    load = {
        "run_id": run_id,
        "table_id": outcome.table,
        "publisher_updated_on": decision.listing.updated_on,
        "manifest": outcome.manifest,
        "rule": outcome.rule,
        "message": outcome.message,
        "rejected": len(outcome.cells),
        "stopped_at": stopped_at,
    }
    statement = upsert(records.quarantine).on_conflict_do_update(index_elements=["run_id", "table_id"], set_=load)
    quarantine_id = connection.scalar(statement.returning(records.quarantine.c.quarantine_id), load)
    rejected = records.rejected_rows
    connection.execute(rejected.delete().where(rejected.c.quarantine_id == quarantine_id))
    rows = [
        {
            "quarantine_id": quarantine_id,
            "rule": cell.get("rule", outcome.rule),
            "cells": {name: content for name, content in cell.items() if name != "rule"},
        }
        for cell in outcome.cells
    ]
    if rows:
        connection.execute(insert(rejected), rows)


@task(name="end", cache_policy=NO_CACHE, **AGAIN)
def end_run(run_id: int) -> RunReport:
    """Close a run and give its report."""
    with crossing() as border, border.engine.begin() as connection:
        return close_run(connection, run_id, ended_at=border.clock())


def close_run(connection: Connection, run_id: int, *, ended_at: datetime) -> RunReport:
    """Put a run's end on record, with the outcome that its tables' give."""
    tables = [dict(row) for row in connection.execute(_OUTCOMES, {"run_id": run_id}).mappings()]
    outcome = outcome_of_run([table["outcome"] for table in tables])
    _close(connection, run_id=run_id, outcome=outcome, now=ended_at)
    return RunReport(run_id, outcome, tables)


def _close(connection: Connection, *, run_id: int, outcome: str, now: datetime) -> None:
    connection.execute(
        records.runs.update().where(records.runs.c.run_id == run_id).values(ended_at=now, outcome=outcome)
    )


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


def as_json(report: RunReport) -> dict[str, Any]:
    """A report as the command line gives it."""
    return {"run": report.run, "outcome": report.outcome, "tables": report.tables}
