"""Outcomes: each table of a run ends with exactly one, on record in `ops`; what was stopped goes to quarantine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, insert
from sqlalchemy.dialects.postgresql import insert as upsert

from tasks.resources import RETRIES, Resources, open_resources
from tasks.results import Due, Listing, late_message
from tasks.runs.states import ended_as
from tasks.stoppages import Busy, Stoppage, WarehouseTrouble
from warehouse.database.locks import Lock, held, holder
from warehouse.errors import DATABASE_ERRORS, in_words, went_away
from warehouse.formats.clean_text import washed
from warehouse.history.staging import table_number
from warehouse.history.vintages import Vintage
from warehouse.schema import ops


@dataclass(frozen=True)
class TableOutcome:
    """How one table ended tonight; `vintage` is what publishing it did, where it came so far."""

    table: str
    outcome: str
    message: str = ""
    vintage: Vintage | None = None
    rule: str | None = None
    manifest: str | None = None
    cells: tuple[dict[str, Any], ...] = ()


def outcome_of(due: Due, *, load: Callable[[Due], Vintage]) -> TableOutcome:
    """One table's outcome: what was decided, or what loading it came to. One table's trouble never stops another."""
    if not due.fetch:
        return _settled(due)
    if due.stoppage is not None:
        return _stopped(due, stoppage=due.stoppage)
    try:
        vintage = load(due)
    except Stoppage as stoppage:
        return _stopped(due, stoppage=stoppage)
    except DATABASE_ERRORS as error:
        return _stopped(due, stoppage=WarehouseTrouble(f"{due.table_id}: {in_words(error)}"))
    except Exception as error:  # noqa: BLE001  # whatever it is, the other tables go on and this one says what it was
        return TableOutcome(
            due.table_id, "failed", message=washed(f"{due.table_id}: {error}"), rule=type(error).__name__
        )
    return _arrived(due, vintage=vintage)


def _settled(due: Due) -> TableOutcome:
    return TableOutcome(due.table_id, due.outcome, message=washed(due.reason))


@contextmanager
def table_lock(table_id: str) -> Iterator[None]:
    """Hold a table for the length of a block; raises Busy where another run keeps it."""
    with open_resources() as resources:
        with resources.engine.connect() as connection:
            number = table_number(connection, table_id=table_id)
        patience = resources.settings.patience_seconds
        with held(resources.engine, Lock.TABLE, number=number, patience_seconds=patience) as mine:
            if not mine:
                with resources.engine.connect() as connection:
                    who = holder(connection, Lock.TABLE, number=number) or "a session that has just ended"
                raise Busy(
                    f"{table_id}: another run has kept the table for more than {patience:g} seconds ({who}); "
                    "what was published stands, and the next night looks again"
                )
            yield


def _stopped(due: Due, *, stoppage: Stoppage) -> TableOutcome:
    return TableOutcome(
        table=due.table_id,
        outcome=stoppage.outcome,
        message=str(stoppage),
        rule=stoppage.rule,
        manifest=stoppage.manifest,
        cells=tuple(stoppage.cells),
    )


def _arrived(due: Due, *, vintage: Vintage) -> TableOutcome:
    late = due.late and not vintage.changed
    quiet = "source_late" if late else "unchanged"
    return TableOutcome(
        table=due.table_id,
        outcome="published" if vintage.changed else quiet,
        message=late_message(due.listing, awaited=due.awaited) if late else due.reason,
        vintage=vintage,
    )


def table_as_shown(outcome: TableOutcome) -> TableOutcome:
    """One table's outcome as the run of its table gives it: in Prefect that ends under the outcome's name."""
    said = outcome.message or _brought(outcome)
    named = said if said.startswith(outcome.table) else f"{outcome.table}: {said}"
    return ended_as(outcome.outcome, outcome, message=named)


def _brought(outcome: TableOutcome) -> str:
    counts = asdict(outcome.vintage or Vintage(outcome.table))
    return ", ".join(f"{counts[name]:,} {name}" for name in ("new", "revised", "withdrawn", "unchanged"))


@task(name="record source", task_run_name="record {source}", cache_policy=NO_CACHE, **RETRIES)
def record_settled(source: str, planned: Sequence[Due], *, run_id: int) -> list[Due]:
    """Put on record the tables of a source that need no load; gives those that do."""
    with open_resources() as resources:
        found = [
            recorded_or_failed(run_id, due=due, outcome=_settled(due), resources=resources)
            for due in planned
            if not due.fetch
        ]
    for outcome in found:
        _log(outcome)
    to_load = [due for due in planned if due.fetch]
    for named in ("failed", "quarantined", "source_late"):
        if of_it := [outcome for outcome in found if outcome.outcome == named]:
            return ended_as(named, to_load, message=f"{source}: {len(of_it)} {named}, the first: {of_it[0].message}")
    return to_load


@task(name="record", task_run_name="record {due.table_id}", cache_policy=NO_CACHE, **RETRIES)
def record_outcome(run_id: int, *, due: Due, outcome: TableOutcome) -> TableOutcome:
    """Put one table's outcome on record, and what was rejected into quarantine; gives what stands on record."""
    with open_resources() as resources:
        recorded = recorded_or_failed(run_id, due=due, outcome=outcome, resources=resources)
    _log(recorded)
    return recorded


def _log(outcome: TableOutcome) -> None:
    level = get_run_logger().error if outcome.outcome in ("failed", "quarantined") else get_run_logger().info
    level("%s: %s: %s", outcome.table, outcome.outcome, outcome.message)


def recorded_or_failed(run_id: int, *, due: Due, outcome: TableOutcome, resources: Resources) -> TableOutcome:
    """Put one outcome on record; where the warehouse does not take it, that this table failed, and why.

    Raises only where the warehouse was lost: what one table was told must never cost the others their night.
    """
    try:
        with resources.engine.begin() as connection:
            _record(connection, run_id=run_id, due=due, outcome=outcome, resources=resources)
            return outcome
    except (*DATABASE_ERRORS, ValueError) as error:
        if went_away(error):
            raise
        why = in_words(error) if isinstance(error, DATABASE_ERRORS) else type(error).__name__
        message = f"{due.table_id} ended as {outcome.outcome}, which could not be recorded: {washed(why)}"
        failed = TableOutcome(due.table_id, "failed", message=message, rule=type(error).__name__)
        with resources.engine.begin() as connection:
            _record(
                connection,
                run_id=run_id,
                due=Due(due.table_id, "failed", message, Listing(due.table_id)),
                outcome=failed,
                resources=resources,
            )
        return failed


def _record(connection: Connection, *, run_id: int, due: Due, outcome: TableOutcome, resources: Resources) -> None:
    now = resources.clock()
    row = asdict(outcome.vintage or Vintage(outcome.table)) | {
        "run_id": run_id,
        "outcome": outcome.outcome,
        "seen_at": now,
        "publisher_updated_on": due.listing.updated_on,
        "next_release_on": due.listing.next_release_on,
        "newest_period": due.newest_period,
        "fetched": outcome.vintage is not None,
        "message": outcome.message,
    }
    statement = upsert(ops.table_outcomes)
    connection.execute(statement.on_conflict_do_update(index_elements=["run_id", "table_id"], set_=row), row)
    if outcome.outcome == "quarantined":
        put_in_quarantine(connection, run_id=run_id, due=due, outcome=outcome, stopped_at=now)


def put_in_quarantine(
    connection: Connection, *, run_id: int, due: Due, outcome: TableOutcome, stopped_at: datetime
) -> None:
    """Keep a load that was stopped, and its rejected rows, each under the rule it broke."""
    load = {
        "run_id": run_id,
        "table_id": outcome.table,
        "publisher_updated_on": due.listing.updated_on,
        "manifest": outcome.manifest,
        "rule": outcome.rule,
        "message": outcome.message,
        "rejected": len(outcome.cells),
        "stopped_at": stopped_at,
    }
    statement = upsert(ops.quarantine).on_conflict_do_update(index_elements=["run_id", "table_id"], set_=load)
    quarantine_id = connection.scalar(statement.returning(ops.quarantine.c.quarantine_id), load)
    rejected = ops.rejected_rows
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
