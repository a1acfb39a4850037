"""Vintages: a load becomes a version of its table, in one transaction, and nothing published is overwritten.

Against the current rows of the periods that were fetched, a cell is unchanged (nothing is written), new (so is one that
returns after it was withdrawn), revised (the old row is closed, a new one opened) or withdrawn (closed, and a row says
so). Readers see all of a vintage or none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from warehouse.errors import ClockRunsBackwards
from warehouse.history.partitions import attach_partition, has_partition, next_vintage, vintage_of_partition
from warehouse.history.staging import drop_staging, find_changes, table_number

MANY_CLOSED = 1_000
"""Cells that are closed: for more of them the planner is told, which takes 0.1 s a table (2026-11)."""


class StagingLost(RuntimeError):
    """What lies in staging is not what was staged: PostgreSQL empties it when it recovers from a crash."""


@dataclass(frozen=True)
class Load:
    """A staged, audited load: what it is a version of, when it was seen, and where it lies.

    `release_reason` is a person's, where a check had stopped it. Of `partial_periods` it is a part only: what it lacks
    there is not withdrawn. `backfilled` says that it was read for some periods, and says nothing of the others.
    `stood` is the newest vintage of the table when the load was set beside what stands, 0 where there was none.
    `cells` is how many were staged.
    """

    table_id: str
    staging: str
    run_id: int
    seen_at: datetime
    publisher_updated_on: date | None
    content_hash: str
    manifest: str
    release_reason: str | None = None
    partial_periods: frozenset[int] = frozenset()
    backfilled: bool = False
    stood: int | None = None
    cells: int | None = None


@dataclass(frozen=True)
class Vintage:
    """What publishing did: counts of cells, and the vintage's number where something changed."""

    table_id: str
    vintage_id: int | None = None
    new: int = 0
    revised: int = 0
    withdrawn: int = 0
    unchanged: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return self.vintage_id is not None


_COUNTS = """
select count(*) filter (where change = 'new') as new, count(*) filter (where change = 'revised') as revised,
       count(*) filter (where change = 'withdrawn') as withdrawn,
       (select cast(coalesce(sum(cells), 0) as bigint) from staging.{staging}_periods) as staged,
       (select max(period_id) from staging.{staging}_periods) as newest_period_id
from staging.{staging}_changes
"""

_ALL_NEW = """
select found.cells as new, 0 as revised, 0 as withdrawn, found.cells as staged, found.newest_period_id
from (
    select cast(coalesce(sum(cells), 0) as bigint) as cells, max(period_id) as newest_period_id
    from staging.{staging}_periods
) found
"""

# Ties are broken by names: series numbers are given as they come, and a rebuilt warehouse gives others.
_LARGEST = """
select d.series_id, d.period_id, abs(d.value - d.was_value) as size
from staging.{staging}_changes d
join core.series s on s.series_id = d.series_id
join core.measures m on m.measure_id = s.measure_id
where d.change = 'revised' and d.value is not null and d.was_value is not null
order by (m.unit in ('persons', 'full_time_persons', 'cases')) desc, size desc, m.name collate "C", s.area_id,
         s.members::text collate "C", d.period_id limit 1
"""

_VINTAGE = """
insert into core.vintages (vintage_id, table_no, publisher_updated_on, seen_at, content_hash, manifest, run_id, new, revised,
    withdrawn, unchanged, newest_period_id, largest_revision, largest_revision_series_id, largest_revision_period_id,
    release_reason, backfilled)
values (:vintage_id, :table_no, :publisher_updated_on, :seen_at, :content_hash, :manifest, :run_id, :new, :revised,
    :withdrawn, :unchanged, :newest_period_id, :size, :series_id, :period_id, :release_reason,
    :backfilled)
"""

_CLOSE = """
update core.observations o set superseded_by = :vintage_id from staging.{staging}_changes d
where o.table_no = :table_no and o.series_id = d.series_id and o.period_id = d.period_id
  and o.vintage_id = d.was_vintage_id
"""

_OPEN = """
insert into core.observations (table_no, series_id, period_id, vintage_id, value, status)
select :table_no, series_id, period_id, :vintage_id, value, status from staging.{staging}_changes
order by series_id, period_id
"""


def newest_vintage(connection: Connection, *, table_id: str) -> Row[Any] | None:
    """The newest vintage of a table, or None."""
    query = text(
        "select v.* from core.vintages v join core.tables t using (table_no) where t.table_id = :table_id "
        "order by v.vintage_id desc limit 1"
    )
    return connection.execute(query, {"table_id": table_id}).one_or_none()


def take_turn(connection: Connection, *, table_no: int) -> None:
    """Wait until nobody else publishes this table, and keep it until the caller's transaction ends."""
    # Two runs that publish the same table take turns, whatever the orchestrator thinks of it.
    connection.execute(text("select pg_advisory_xact_lock(hashtext('publish'), :table_no)"), {"table_no": table_no})


def publish(connection: Connection, load: Load) -> Vintage:
    """Publish a load within the caller's transaction, and drop its staging table.

    Counts are cells. Gives a vintage without a number where nothing changed. Raises ClockRunsBackwards and StagingLost.
    """
    table_no = table_number(connection, table_id=load.table_id)
    take_turn(connection, table_no=table_no)
    newest = newest_vintage(connection, table_id=load.table_id)
    _require_forward_clock(load, newest=newest)
    partition_of = vintage_of_partition(connection, name=load.staging)
    if partition_of is not None and not has_partition(connection, table_id=load.table_id):
        return _publish_as_partition(connection, load, table_no=table_no, vintage_id=partition_of)
    if load.stood is None or load.stood != (newest.vintage_id if newest else 0):
        find_changes(connection, name=load.staging, table_no=table_no, partial_periods=load.partial_periods)
    counts = connection.execute(text(_COUNTS.format(staging=load.staging))).one()
    _require_all(load, counts=counts)
    vintage_id = _write(connection, load, table_no=table_no, counts=counts) if _any(counts) else None
    drop_staging(connection, name=load.staging)
    return Vintage(load.table_id, vintage_id, counts.new, counts.revised, counts.withdrawn, _unchanged(counts))


def _publish_as_partition(connection: Connection, load: Load, *, table_no: int, vintage_id: int) -> Vintage:
    """The first load of a table: its staging table becomes the table's partition."""
    counts = connection.execute(text(_ALL_NEW.format(staging=load.staging))).one()
    _require_all(load, counts=counts)
    _write_vintage(connection, load, table_no=table_no, vintage_id=vintage_id, counts=counts)
    attach_partition(connection, name=load.staging, table_id=load.table_id, table_no=table_no)
    drop_staging(connection, name=load.staging)
    return Vintage(load.table_id, vintage_id, counts.new)


def _any(counts: Row[Any]) -> bool:
    return bool(counts.new or counts.revised or counts.withdrawn)


def _many(counts: Row[Any]) -> bool:
    """Whether so much is written that what the planner knows of the table is no longer so.

    A tenth, as for autovacuum; or so many closed cells that joins of versions would be planned for a handful.
    """
    closed = counts.revised + counts.withdrawn
    return bool(10 * (counts.new + closed) > counts.staged or closed > MANY_CLOSED)


def _unchanged(counts: Row[Any]) -> int:
    return int(counts.staged - counts.new - counts.revised)


def _require_all(load: Load, *, counts: Row[Any]) -> None:
    if load.cells is not None and counts.staged != load.cells:
        raise StagingLost(
            f"{load.table_id}: {load.cells:,} cells were staged and {counts.staged:,} are there, as when PostgreSQL recovers "
            "from a crash meanwhile. Nothing was published, and the next night fetches the table again"
        )


def _require_forward_clock(load: Load, *, newest: Row[Any] | None) -> None:
    if newest is not None and load.seen_at <= newest.seen_at:
        raise ClockRunsBackwards(
            f"{load.table_id}: this load was seen at {load.seen_at:%Y-%m-%d %H:%M:%S}, and the newest vintage at "
            f"{newest.seen_at:%Y-%m-%d %H:%M:%S}: a vintage is never seen before the one it replaces. Set the "
            "clock (JOBINDSATS_NOW in a rehearsal) or use another data folder; where the clock was wrong when that one was "
            "seen, `jobindsats warehouse redate` takes it back"
        )


def _write(connection: Connection, load: Load, *, table_no: int, counts: Row[Any]) -> int:
    vintage_id = next_vintage(connection)
    largest = connection.execute(text(_LARGEST.format(staging=load.staging))).one_or_none()
    _write_vintage(connection, load, table_no=table_no, vintage_id=vintage_id, counts=counts, largest=largest)
    for statement in (_CLOSE, _OPEN):
        asked = {"table_no": table_no, "vintage_id": vintage_id}
        connection.execute(text(statement.format(staging=load.staging)), asked)
    if _many(counts):
        # The next audit joins against these rows; without statistics the planner takes them for a handful.
        connection.execute(text(f"analyze core.observations_{load.table_id}"))
    return vintage_id


def _write_vintage(
    connection: Connection,
    load: Load,
    *,
    table_no: int,
    vintage_id: int,
    counts: Row[Any],
    largest: Row[Any] | None = None,
) -> None:
    numbers = {"vintage_id": vintage_id, "table_no": table_no, "unchanged": _unchanged(counts)}
    revision = dict(largest._mapping) if largest else dict.fromkeys(("size", "series_id", "period_id"))
    connection.execute(text(_VINTAGE), vars(load) | dict(counts._mapping) | revision | numbers)
