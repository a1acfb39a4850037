"""The ledger of a backfill: each partition, how far it has come, and who works at it.

A partition is claimed by the run that works at it, and the claim is good as long as that run holds its lock in the
warehouse: a worker that is killed leaves its partition to the others at once. What a worker may take is one partition of
a table that no other run keeps, so that the vintages of a table follow one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, text

from tasks.backfill.plan import Partition, Plan
from tasks.results import Fetched, Staged
from tasks.runs.outcomes import TableOutcome
from tasks.stoppages import Refused
from warehouse.database.locks import Lock, holders
from warehouse.database.sql_files import read_sql
from warehouse.errors import QuestionError
from warehouse.history.vintages import Vintage
from warehouse.periods import Period
from warehouse.schema import ops


@dataclass(frozen=True)
class Claim:
    """A partition that a run works at: what it is about, and what earlier attempts left.

    `earlier_run` is the run that was at it before; `manifest` its answers in the archive, where the ledger knows them.
    """

    backfill_id: int
    partition_no: int
    run_id: int
    table_id: str
    periods: tuple[Period, ...]
    publisher_updated_on: date | None
    manifest: str | None
    earlier_run: int | None

    @property
    def in_words(self) -> str:
        """Which partition it is: `y10a02 2022M01 to 2022M12`."""
        first, last = self.periods[0], self.periods[-1]
        return f"{self.table_id} {first}" + (f" to {last}" if last != first else "")


@dataclass(frozen=True)
class Progress:
    """How far a backfill has come: partitions in all, ended well, stopped by a check, failed; calls made, cells read."""

    backfill: int
    partitions: int
    done: int
    quarantined: int
    failed: int
    calls: int
    cells: int

    @property
    def ended(self) -> bool:
        """Whether nothing is left to do."""
        return self.settled == self.partitions

    @property
    def settled(self) -> int:
        """The partitions that ended, well or not."""
        return self.done + self.quarantined + self.failed


def open_backfill(connection: Connection, plan: Plan, *, publisher: str, started_at: datetime) -> int:
    """Put a plan on record; gives the backfill's number. Raises QuestionError where its like is unfinished."""
    connection.execute(text("select pg_advisory_xact_lock(hashtext('open a backfill'))"))
    _require_no_twin(connection, plan)
    row = {
        "first_period": plan.first,
        "last_period": plan.last,
        "table_ids": sorted(plan.named),
        "publisher_url": publisher,
        "calls": plan.calls_made,
        "started_at": started_at,
    }
    backfill_id = int(connection.scalar(insert(ops.backfills).returning(ops.backfills.c.backfill_id), row) or 0)
    rows = [_waiting(partition) for partition in plan.partitions] + _unplanned(plan, at=started_at)
    numbered = [row | {"backfill_id": backfill_id, "partition_no": at} for at, row in enumerate(rows, start=1)]
    if numbered:
        connection.execute(insert(ops.backfill_partitions), numbered)
    return backfill_id


def _waiting(partition: Partition) -> dict[str, object]:
    return {
        "table_id": partition.table_id,
        "periods": [str(period) for period in partition.periods],
        "state": "waiting",
        "planned_calls": partition.calls,
        "planned_cells": partition.cells,
        "publisher_updated_on": partition.publisher_updated_on,
        "outcome": None,
        "message": "",
        "ended_at": None,
    }


def _unplanned(plan: Plan, *, at: datetime) -> list[dict[str, object]]:
    """The tables that could not be planned: they have failed, and the others go on."""
    return [
        _waiting(Partition(table.table_id, (), 0, 0, None))
        | {"state": "failed", "outcome": table.stoppage.outcome, "message": table.message, "ended_at": at}
        for table in plan.tables
        if table.stoppage
    ]


_TWIN = """
select b.backfill_id, count(*) filter (where p.state = 'done') as done, count(*) as partitions
from ops.backfills b join ops.backfill_partitions p using (backfill_id)
where b.first_period = :first and b.last_period = :last and b.table_ids = cast(:named as text[])
group by b.backfill_id having bool_or(p.state in ('waiting', 'fetched')) order by b.backfill_id desc limit 1
"""


def _require_no_twin(connection: Connection, plan: Plan) -> None:
    asked = {"first": plan.first, "last": plan.last, "named": sorted(plan.named)}
    twin = connection.execute(text(_TWIN), asked).one_or_none()
    if twin is not None:
        raise QuestionError(
            f"backfill {twin.backfill_id} asks for the same and is not finished ({twin.done} of {twin.partitions} partitions "
            f"are done): go on with it, `jobindsats backfill --resume {twin.backfill_id}`"
        )


def begun_at(connection: Connection, backfill_id: int) -> datetime:
    """When a backfill was put on record, which tells it from another warehouse's of that number. Raises QuestionError."""
    found = connection.scalar(
        text("select started_at from ops.backfills where backfill_id = :backfill_id"), {"backfill_id": backfill_id}
    )
    if not isinstance(found, datetime):
        raise QuestionError(f"there is no backfill {backfill_id}: begin one with --from and --to")
    return found


_AGAIN = """
update ops.backfill_partitions
set state = case when manifest is not null and outcome = 'failed' then 'fetched' else 'waiting' end,
    manifest = case when outcome = 'failed' then manifest end,
    run_id = case when outcome = 'failed' then run_id end, outcome = null, message = '', ended_at = null
where backfill_id = :backfill_id and state = 'failed' and cardinality(periods) > 0
"""


def open_again(connection: Connection, backfill_id: int) -> None:
    """Let the partitions that failed be tried again; those a check stopped are fetched anew. Raises QuestionError."""
    begun_at(connection, backfill_id)
    connection.execute(text(_AGAIN), {"backfill_id": backfill_id})
    connection.execute(
        text("update ops.backfills set ended_at = null where backfill_id = :backfill_id"), {"backfill_id": backfill_id}
    )


_FREE = """
select p.table_id, t.table_no from ops.backfill_partitions p join core.tables t using (table_id)
where p.backfill_id = :backfill_id and p.state in ('waiting', 'fetched') and t.table_no <> all(:kept)
group by p.table_id, t.table_no order by min(p.partition_no)
"""


def free_tables(connection: Connection, backfill_id: int) -> list[tuple[str, int]]:
    """The tables with something to do that no other run keeps, with their numbers, the newest periods first."""
    kept = sorted(holders(connection, Lock.TABLE))
    rows = connection.execute(text(_FREE), {"backfill_id": backfill_id, "kept": kept})
    return [(row.table_id, row.table_no) for row in rows]


def claim(
    connection: Connection, backfill_id: int, *, table_id: str, run_id: int, started_at: datetime
) -> Claim | None:
    """Take the next partition of a table for a run, one already in the archive first; None where there is none."""
    asked = {"backfill_id": backfill_id, "table_id": table_id, "run_id": run_id, "started_at": started_at}
    alive = sorted(holders(connection, Lock.RUN))
    row = connection.execute(text(read_sql(__package__, "claim")), asked | {"alive": alive}).mappings().one_or_none()
    return Claim(**{**row, "periods": tuple(map(Period.parse, row["periods"]))}) if row else None


def _note(connection: Connection, claimed: Claim, **values: object) -> bool:
    """Write into the row of a claim that is still good; whether it is."""
    partitions = ops.backfill_partitions
    statement = partitions.update().where(
        partitions.c.backfill_id == claimed.backfill_id,
        partitions.c.partition_no == claimed.partition_no,
        partitions.c.run_id == claimed.run_id,
        partitions.c.state != "done",
    )
    return connection.execute(statement.values(**values)).rowcount == 1


def note_calls(connection: Connection, claimed: Claim, *, calls: int) -> None:
    """Put calls that were made for a partition on record, whatever became of them."""
    _note(connection, claimed, calls=ops.backfill_partitions.c.calls + calls)


def note_fetched(connection: Connection, claimed: Claim, *, fetched: Fetched, at: datetime) -> None:
    """Put on record that a partition's answers are in the archive."""
    updated_on = fetched.listing.updated_on
    _note(
        connection, claimed, state="fetched", manifest=fetched.manifest, publisher_updated_on=updated_on, fetched_at=at
    )


def note_done(connection: Connection, claimed: Claim, *, staged: Staged, vintage: Vintage, at: datetime) -> None:
    """Put on record that a partition stands published, in the transaction that publishes it.

    Raises Refused where another worker has taken the partition over: this one was out of touch with the warehouse.
    """
    outcome = "published" if vintage.changed else "unchanged"
    ended = {"state": "done", "outcome": outcome, "message": "", "ended_at": at}
    brought = {"manifest": staged.manifest, "vintage_id": vintage.vintage_id, "cells": staged.cells}
    if not _note(connection, claimed, **ended, **brought):
        raise Refused(f"{claimed.table_id}: another worker has taken this partition over; it publishes it")


def note_failed(connection: Connection, claimed: Claim, *, outcome: TableOutcome, at: datetime) -> None:
    """Put on record why a partition stopped; one that stands published all the same is left alone."""
    _note(connection, claimed, state="failed", outcome=outcome.outcome, message=outcome.message, ended_at=at)


_PROGRESS = """
select b.backfill_id as backfill, count(p.*) as partitions, count(*) filter (where p.state = 'done') as done,
       count(*) filter (where p.state = 'failed' and p.outcome = 'quarantined') as quarantined,
       count(*) filter (where p.state = 'failed' and p.outcome <> 'quarantined') as failed,
       b.calls + coalesce(sum(p.calls), 0) as calls, coalesce(sum(p.cells), 0) as cells
from ops.backfills b left join ops.backfill_partitions p using (backfill_id)
where b.backfill_id = :backfill_id group by b.backfill_id
"""


def progress(connection: Connection, backfill_id: int) -> Progress:
    """How far a backfill has come."""
    row = connection.execute(text(_PROGRESS), {"backfill_id": backfill_id}).mappings().one()
    return Progress(**{name: int(number) for name, number in row.items()})


def close(connection: Connection, backfill_id: int, *, at: datetime) -> None:
    """Put on record when a backfill ended; one that has ended keeps its moment."""
    statement = text("update ops.backfills set ended_at = coalesce(ended_at, :at) where backfill_id = :backfill_id")
    connection.execute(statement, {"backfill_id": backfill_id, "at": at})


_PARTITIONS = """
select table_id as "table", periods[1] || coalesce(' to ' || nullif(periods[cardinality(periods)], periods[1]), '') as periods,
       coalesce(outcome, state) as outcome, calls, cells, message
from ops.backfill_partitions where backfill_id = :backfill_id order by (state = 'failed') desc, partition_no
"""


def partitions(connection: Connection, backfill_id: int) -> list[dict[str, Any]]:
    """The partitions, those that stopped first: table, periods, outcome (or how far it is), calls, cells, and why."""
    return [dict(row) for row in connection.execute(text(_PARTITIONS), {"backfill_id": backfill_id}).mappings()]
