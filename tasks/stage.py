"""Stage: archived answers become typed rows in a staging table, answer by answer: at most three are in memory at once.

The content hash is over all cells, period by period and cut by cut, sorted: the publisher's order of rows and our
chunks leave no trace in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, TypeVar, cast

import numpy as np
import polars as pl
from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, Row

from tasks.archive.store import Archive, ArchiveTrouble
from tasks.resources import declare, open_resources
from tasks.results import Fetched, Staged
from tasks.sources.cells import KEY
from tasks.sources.label_changes import Change, advisories, remembering, require_same_meaning
from tasks.sources.registry import Snapshot, snapshot_of, source_read
from tasks.stoppages import BodyUnreadable, FileRefused, Undeclared, with_manifest
from warehouse.catalogue.model import CatalogueError
from warehouse.danish.clock import danish_day
from warehouse.history.dimensions import SeriesNumbers, known_periods, write_periods
from warehouse.history.staging import (
    copy_in,
    create_staging,
    finish_staging,
    mark_newest_not_yet,
    mark_not_yet,
    table_number,
)
from warehouse.history.vintages import newest_vintage
from warehouse.periods import Period


@task(name="stage", task_run_name="stage {fetched.table_id}", cache_policy=NO_CACHE)
def stage(fetched: Fetched) -> Staged:
    """Stage one fetched table."""
    with with_manifest(fetched.manifest), open_resources() as resources, resources.engine.begin() as connection:
        staged = stage_table(connection, manifest=fetched.manifest, archive=resources.archive, run_id=fetched.run_id)
    get_run_logger().info("%s: %d cells staged", staged.table_id, staged.cells)
    return staged


def stage_table(
    connection: Connection, *, manifest: str, archive: Archive, run_id: int, guarded: bool = True
) -> Staged:
    """Read a manifest's answers into a new staging table.

    Labels are held to those of the newest vintage, unless the load was published before: a replay is not `guarded`.

    Raises BodyUnreadable, Undeclared, LabelsMoved, Vanished or CellsDisagree, and what else a source's answers can be
    stopped for; the transaction is the caller's.
    """
    snapshot = snapshot_of(manifest, archive=archive)
    table = snapshot.table
    declare(connection, [table], source=source_read(snapshot.manifest, archive=archive))
    newest = newest_vintage(connection, table_id=table.id)
    name = create_staging(connection, table_id=table.id, run_id=run_id)
    table_no = table_number(connection, table_id=table.id)
    change, uncompared = _change(snapshot, newest=newest, archive=archive)
    count, content_hash, newest_is_hidden = _filled(connection, snapshot, name=name, table_no=table_no, change=change)
    mark_not_yet(connection, name=name, measures=[measure.name for measure in table.measures if measure.not_yet])
    if newest_is_hidden:
        mark_newest_not_yet(connection, name=name, table_no=table_no)
    stands_already = newest is not None and newest.content_hash == content_hash
    if not stands_already:
        finish_staging(
            connection,
            name=name,
            table_no=table_no,
            root_members=table.root_members,
            partial_periods=snapshot.partial_periods,
        )
    return Staged(
        table_id=table.id,
        run_id=run_id,
        manifest=manifest,
        staging=name,
        stood=newest.vintage_id if newest is not None else 0,
        cells=count,
        content_hash=content_hash,
        stands_already=stands_already,
        differences=_differences(
            snapshot, change=change, uncompared=uncompared, guarded=guarded and not stands_already
        ),
        partial_periods=snapshot.partial_periods,
    )


_INCOMPARABLE = (ArchiveTrouble, CatalogueError, BodyUnreadable, FileRefused, Undeclared, StopIteration)


def _change(snapshot: Snapshot, *, newest: Row[Any] | None, archive: Archive) -> tuple[Change | None, tuple[str, ...]]:
    """The labels beside those of the newest vintage; or why they cannot be compared, if there is something to compare."""
    if newest is None:
        return None, ()
    try:
        before = snapshot_of(newest.manifest, archive=archive)
        then, now = danish_day(before.manifest.seen_at), danish_day(snapshot.manifest.seen_at)
        return Change(snapshot.table, snapshot.declared_in, before.labels, then, snapshot.labels, now), ()
    except _INCOMPARABLE as error:
        why = f": {error}" if str(error) else ""
        return None, (
            f"labels and ids were not compared with those of the newest vintage, whose metadata are not there{why}",
        )


def _differences(
    snapshot: Snapshot, *, change: Change | None, uncompared: tuple[str, ...], guarded: bool
) -> tuple[str, ...]:
    """What changed of labels and ids, and what differs from the declaration; raises LabelsMoved and Vanished.

    The same figures under the same labels mean what they meant, whatever ids do.
    """
    if change is not None and guarded:
        require_same_meaning(change)
    changed = tuple(advisories(change)) if change is not None else uncompared
    return (*changed, *snapshot.differences)


def _filled(
    connection: Connection, snapshot: Snapshot, *, name: str, table_no: int, change: Change | None
) -> tuple[int, str, bool]:
    """Copy a snapshot's cells in; an unknown label is told with what stood under its id before."""
    try:
        return _fill(connection, snapshot, name=name, table_no=table_no)
    except Undeclared as stopped:
        raise (remembering(stopped, change=change) if change is not None else stopped) from None


def _fill(connection: Connection, snapshot: Snapshot, *, name: str, table_no: int) -> tuple[int, str, bool]:
    """Copy a snapshot's cells in; gives how many, the hash of their content, and whether nulls are in the newest period."""
    numbers = SeriesNumbers(connection, table_no=table_no)
    digests: list[str] = []
    count, written, newest_is_hidden = 0, known_periods(connection), False
    for cells, found in one_ahead(_digested(one_ahead(snapshot.answers()))):
        new = set(cells["period_id"].unique()) - written
        write_periods(connection, periods=map(Period.from_key, sorted(new)))
        written |= new
        copy_in(connection, numbers.numbered(cells), name=name)
        digests += found
        count += cells.height
        newest_is_hidden |= _is_hidden(cells, period=snapshot.newest_period)
    numbers.analyze()
    return count, hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest(), newest_is_hidden


def _is_hidden(cells: pl.DataFrame, *, period: Period | None) -> bool:
    """Whether cells are null in a period."""
    if period is None:
        return False
    hidden = (pl.col("period_id") == period.key) & (pl.col("status") == "suppressed")
    return bool(cells.select(hidden.any()).item())


def _digested(answers: Iterator[tuple[str, pl.DataFrame]]) -> Iterator[tuple[pl.DataFrame, list[str]]]:
    for cut, cells in answers:
        unsigned = cells.with_columns(pl.col("value") + 0.0)  # a nought has no sign
        yield unsigned, digests(unsigned, cut=cut)


def digests(cells: pl.DataFrame, *, cut: str) -> list[str]:
    """The hash over the cells of each period, sorted, with the cut and the period before it."""
    rows = cells.sort(KEY)
    text = BytesIO()
    rows.write_csv(text, include_header=False, separator="|", null_value="-", quote_style="never")
    lines = text.getbuffer()
    line_ends = np.flatnonzero(np.frombuffer(lines, dtype=np.uint8) == ord("\n"))
    periods = rows["period_id"].rle().struct.unnest()
    ends = line_ends[periods["len"].cum_sum().to_numpy() - 1]
    starts = [0, *(ends + 1)]
    return [
        f"{cut} {period} {hashlib.sha256(lines[start:end]).hexdigest()}"
        for period, start, end in zip(periods["value"], starts, ends, strict=False)
    ]


Thing = TypeVar("Thing")


def one_ahead(things: Iterator[Thing]) -> Iterator[Thing]:
    """The same things, each made by another thread while the one before it is in use: at most two are held."""
    with ThreadPoolExecutor(max_workers=1) as hand:
        end = object()
        waiting = hand.submit(next, things, end)
        while (thing := waiting.result()) is not end:
            waiting = hand.submit(next, things, end)
            yield cast("Thing", thing)
