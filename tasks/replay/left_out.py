"""Keep on record which vintages a replay left out, and why: its run puts them into quarantine, a rejected row each.

A later night or replay does not miss them then (tasks/archive/receipts.py).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, insert, text

from tasks.archive.receipts import Publication
from tasks.archive.store import Archive
from tasks.replay.vintage import FileRefusedNow, publish_again
from warehouse.history.vintages import Vintage
from warehouse.schema import ops

_LOAD = """
insert into ops.quarantine (run_id, table_id, publisher_updated_on, manifest, rule, message, rejected, stopped_at)
values (:run_id, :table_id, :updated_on, :manifest, :rule, :message, 1, :now)
on conflict (run_id, table_id) do update set manifest = excluded.manifest, rule = excluded.rule, message = excluded.message,
    rejected = ops.quarantine.rejected + 1, stopped_at = excluded.stopped_at
returning quarantine_id
"""
_OUTCOME = """
insert into ops.table_outcomes (run_id, table_id, outcome, seen_at, publisher_updated_on, fetched, message)
values (:run_id, :table_id, 'quarantined', :now, :updated_on, false, :message)
on conflict (run_id, table_id) do update set seen_at = excluded.seen_at, message = excluded.message
"""


def publish_or_leave_out(
    engine: Engine, publication: Publication, *, archive: Archive, run_id: int, now: datetime
) -> Vintage | FileRefusedNow:
    """Publish one vintage again in a transaction of its own, or put on record why not; gives the one or the other.

    Raises ReplayStopped.
    """
    try:
        with engine.begin() as connection:
            return publish_again(connection, publication, archive=archive, run_id=run_id)
    except FileRefusedNow as refused:
        with engine.begin() as connection:
            leave_out(connection, refused, run_id=run_id, now=now)
        return refused


def leave_out(connection: Connection, refused: FileRefusedNow, *, run_id: int, now: datetime) -> None:
    """Put one vintage that was left out on record, within the caller's transaction."""
    publication = refused.publication
    values = {
        "run_id": run_id,
        "table_id": publication.table_id,
        "updated_on": publication.publisher_updated_on,
        "manifest": publication.manifest,
        "rule": refused.rule,
        "message": str(refused),
        "now": now,
    }
    connection.execute(text(_OUTCOME), values)
    row = {
        "quarantine_id": connection.scalar(text(_LOAD), values),
        "rule": refused.rule,
        "cells": {"receipt": publication.name, "why": str(refused)},
    }
    connection.execute(insert(ops.rejected_rows), row)


def has_left_out(connection: Connection, run_id: int) -> bool:
    """Whether a run left a vintage out."""
    return bool(
        connection.scalar(text("select exists (select from ops.quarantine where run_id = :id)"), {"id": run_id})
    )
