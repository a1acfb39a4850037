"""Runs: what happened, table by table, on record in `ops`; each table ends with exactly one outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from sqlalchemy import Connection, insert, text
from sqlalchemy.dialects.postgresql import insert as upsert

from tasks.archive import ArchiveTrouble
from tasks.border import Border, crossing
from tasks.decide import Decision, late_message
from tasks.publications import write_missing
from tasks.stoppages import Stoppage
from warehouse import migrations, schema
from warehouse.catalogue import jobindsats
from warehouse.staging import drop_leftovers
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
    """What a run did: its number, its outcome (completed, attention, failed) and each table's."""

    run: int
    outcome: str
    tables: list[dict[str, Any]]


@task(name="begin", cache_policy=NO_CACHE)
def begin_run(kind: str) -> int:
    """Open a run: the schema is brought up to date, what dead runs left behind is dropped or made up for."""
    with crossing() as border:
        migrations.upgrade(border.engine, catalogue=jobindsats())
        _heal_receipts(border)
        with border.engine.begin() as connection:
            drop_leftovers(connection)
            return open_run(connection, kind=kind, publisher=border.settings.api_url, started_at=border.clock())


def _heal_receipts(border: Border) -> None:
    """Write the receipts a crash left unwritten; where the archive is out of reach, each table's road says so."""
    try:
        with border.engine.connect() as connection:
            written = write_missing(connection, archive=border.archive)
    except ArchiveTrouble as trouble:
        get_run_logger().warning("receipts of publications: %s", trouble)
    else:
        if written:
            get_run_logger().info("receipts that were missing: %s", ", ".join(written))


def open_run(connection: Connection, *, kind: str, publisher: str, started_at: datetime) -> int:
    """A new run on record; gives its number."""
    row = {
        "kind": kind,
        "started_at": started_at,
        "publisher_url": publisher,
        "code_version": version("jobindsats-warehouse"),
        "flow_run": flow_run.id,
    }
    return int(connection.scalar(insert(schema.runs).returning(schema.runs.c.run_id), row) or 0)


def settle(decision: Decision, *, walk: Callable[[Decision], Vintage]) -> TableOutcome:
    """One table's outcome: what was decided, or what its road came to. One table's trouble never stops another."""
    if not decision.fetch:
        return TableOutcome(decision.table_id, decision.outcome, message=decision.reason)
    try:
        vintage = walk(decision)
    except Stoppage as stoppage:
        return TableOutcome(
            table=decision.table_id,
            outcome=stoppage.outcome,
            message=str(stoppage),
            rule=stoppage.rule,
            manifest=stoppage.manifest,
            cells=tuple(stoppage.cells),
        )
    except Exception as error:  # noqa: BLE001  # whatever it is, the other tables go on and this one says what it was
        return TableOutcome(
            decision.table_id, "failed", message=f"{decision.table_id}: {error}", rule=type(error).__name__
        )
    return _arrived(decision, vintage=vintage)


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


@task(name="record", task_run_name="record {decision.table_id}", cache_policy=NO_CACHE)
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
    statement = upsert(schema.table_outcomes)
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
    statement = upsert(schema.quarantine).on_conflict_do_update(index_elements=["run_id", "table_id"], set_=load)
    quarantine_id = connection.scalar(statement.returning(schema.quarantine.c.quarantine_id), load)
    rejected = schema.rejected_rows
    connection.execute(rejected.delete().where(rejected.c.quarantine_id == quarantine_id))
    rows = [
        {"quarantine_id": quarantine_id, "rule": cell.get("rule", outcome.rule), "cells": cell}
        for cell in outcome.cells
    ]
    if rows:
        connection.execute(insert(rejected), rows)


@task(name="end", cache_policy=NO_CACHE)
def end_run(run_id: int) -> RunReport:
    """Close a run and give its report."""
    with crossing() as border, border.engine.begin() as connection:
        tables = [dict(row) for row in connection.execute(_OUTCOMES, {"run_id": run_id}).mappings()]
        outcome = outcome_of_run([table["outcome"] for table in tables])
        close_run(connection, run_id=run_id, outcome=outcome, ended_at=border.clock())
    return RunReport(run_id, outcome, tables)


def close_run(connection: Connection, *, run_id: int, outcome: str, ended_at: datetime) -> None:
    """Put a run's end on record: completed, attention or failed."""
    runs = schema.runs
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


def as_json(report: RunReport) -> dict[str, Any]:
    """A report as the command line gives it."""
    return asdict(report)
