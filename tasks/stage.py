"""Stage: archived answers become typed rows in a staging table, answer by answer: a handful are in memory at once.

The content hash is over all cells, period by period and cut by cut, sorted: the publisher's order of rows and our
chunks leave no trace in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

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
from tasks.sources.made_ahead import made_ahead
from tasks.sources.registry import Snapshot, snapshot_of, source_read
from tasks.stoppages import BodyUnreadable, FileRefused, Undeclared, with_manifest
from warehouse.catalogue.model import CatalogueError
from warehouse.danish.clock import danish_day
from warehouse.history.dimensions import SeriesNumbers, canonical, known_periods, write_periods
from warehouse.history.ended import ended_series
from warehouse.history.staged_differences import ends_in_nulls, finish_differences, stage_differences
from warehouse.history.staging import (
    copy_in,
    create_staging,
    finish_staging,
    mark_newest_not_yet,
    mark_not_yet,
    newest_not_yet,
    staging_name,
    table_number,
)
from warehouse.history.standing import Comparison, read_standing
from warehouse.history.sums import Sums
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
    load = _loading(connection, snapshot, run_id=run_id)
    change, uncompared = _change(snapshot, newest=newest, archive=archive)
    try:
        filled = _filled(connection, load, newest=newest)
    except Undeclared as stopped:  # told with what stood under its id before
        raise (remembering(stopped, change=change) if change is not None else stopped) from None
    return Staged(
        table_id=table.id,
        run_id=run_id,
        manifest=manifest,
        staging=load.name,
        stood=newest.vintage_id if newest is not None else 0,
        cells=filled.cells,
        content_hash=filled.content_hash,
        stands_already=filled.stands_already,
        differences=_differences(
            snapshot, change=change, uncompared=uncompared, guarded=guarded and not filled.stands_already
        ),
        partial_periods=snapshot.partial_periods,
    )


@dataclass(frozen=True)
class Loading:
    """A snapshot on its way into staging: of which run, and the table's number in the warehouse.

    `ended` are the series that have ended, each with its last period: of them nothing is withdrawn.
    """

    snapshot: Snapshot
    run_id: int
    table_no: int
    ended: Mapping[int, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The staging table."""
        return staging_name(self.snapshot.table.id, run_id=self.run_id)

    @property
    def waiting(self) -> list[str]:
        """The measures of which a null may be an outcome that is still open."""
        return [measure.name for measure in self.snapshot.table.measures if measure.not_yet]


def _loading(connection: Connection, snapshot: Snapshot, *, run_id: int) -> Loading:
    table_no, day = table_number(connection, table_id=snapshot.table.id), danish_day(snapshot.manifest.seen_at)
    ended = ended_series(connection, snapshot.table, table_no=table_no, day=day)
    return Loading(snapshot, run_id, table_no, ended)


@dataclass(frozen=True)
class Filled:
    """What was staged: how many cells, the hash of their content, and whether the newest vintage has the same."""

    cells: int
    content_hash: str
    stands_already: bool


def _filled(connection: Connection, load: Loading, *, newest: Row[Any] | None) -> Filled:
    """Stage what differs where something stands, and the whole where nothing does or what is to be told needs the whole."""
    filled = None
    if newest is not None and not load.waiting and not load.snapshot.partial_periods:
        filled = stage_what_differs(connection, load, newest=newest)
    return filled or stage_whole(connection, load, newest=newest)


def stage_whole(connection: Connection, load: Loading, *, newest: Row[Any] | None) -> Filled:
    """Copy every cell in, and set them beside what stands there."""
    create_staging(connection, table_id=load.snapshot.table.id, run_id=load.run_id)
    answers = Answers(connection, load)
    for cells in answers.numbered():
        copy_in(connection, cells, name=load.name)
    mark_not_yet(connection, name=load.name, measures=load.waiting)
    if answers.newest_is_hidden:
        mark_newest_not_yet(connection, name=load.name, table_no=load.table_no)
    filled = answers.filled(newest=newest)
    if not filled.stands_already:
        finish_staging(
            connection,
            name=load.name,
            table_no=load.table_no,
            root_members=load.snapshot.table.root_members,
            partial_periods=load.snapshot.partial_periods,
            ended=load.ended,
        )
    return filled


def stage_what_differs(connection: Connection, load: Loading, *, newest: Row[Any]) -> Filled | None:
    """Set cells beside what stands while they are read, and copy in those that differ.

    None where the load has to be staged whole: much differs, a cell came twice, or the newest figures are not out yet.
    """
    answers = Answers(connection, load)
    comparison: Comparison | None = None
    for cells in answers.numbered():
        comparison = comparison or _beside(connection, load, newest=newest, series=answers.series)
        if comparison is None:
            return None
        comparison.add(cells)
        if not comparison.is_worthwhile:
            return None
    if comparison is None or comparison.has_repeats:
        return None
    named = {"name": load.name, "table_no": load.table_no, "vintage_id": newest.vintage_id}
    stage_differences(connection, comparison, **named)
    filled = answers.filled(newest=newest)
    if filled.stands_already:
        return filled
    root_members = load.snapshot.table.root_members
    finish_differences(connection, comparison, **named, root_members=root_members, ended=load.ended)
    waits = answers.newest_is_hidden and ends_in_nulls(connection, name=load.name)
    return None if waits and newest_not_yet(connection, name=load.name, table_no=load.table_no) else filled


def _beside(connection: Connection, load: Loading, *, newest: Row[Any], series: Collection[int]) -> Comparison | None:
    """What stands, to set the load beside it; None where it cannot be kept in memory."""
    asked = load.snapshot.asked_periods
    periods = None if asked is None else {period.key for period in asked}
    vintage_id, table_no = newest.vintage_id, load.table_no
    stands = read_standing(connection, table_no=table_no, vintage_id=vintage_id, series=series, periods=periods)
    table = load.snapshot.table
    adds_up = [measure.name for measure in table.measures if measure.adds_up]
    return Comparison(stands, Sums(adds_up, canonical(table.root_members))) if stands is not None else None


_INCOMPARABLE = (ArchiveTrouble, CatalogueError, BodyUnreadable, FileRefused, Undeclared, StopIteration)


def _change(snapshot: Snapshot, *, newest: Row[Any] | None, archive: Archive) -> tuple[Change | None, tuple[str, ...]]:
    """The labels beside those of the newest vintage; or why they cannot be compared, if there is something to compare."""
    if newest is None:
        return None, ()
    try:
        before = snapshot_of(newest.manifest, archive=archive)
        then, now = danish_day(before.manifest.seen_at), danish_day(snapshot.manifest.seen_at)
        return Change(snapshot.table, snapshot.declared_in, before.labels, then, snapshot.labels, now, before.table), ()
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


LOOK_AHEAD = 4
"""Answers that wait, read and hashed, while what stands is read."""


class Answers:
    """A snapshot's answers, read once: hashed, and their cells under the numbers of series."""

    def __init__(self, connection: Connection, load: Loading) -> None:
        self._connection, self._load = connection, load
        self._numbers = SeriesNumbers(connection, table_no=load.table_no)
        self._digests: list[str] = []
        self._cells = 0
        self.newest_is_hidden = False

    @property
    def series(self) -> list[int]:
        """The numbers of the table's series."""
        return self._numbers.given

    def numbered(self) -> Iterator[pl.DataFrame]:
        """The cells of each answer; series and periods that are new get their numbers."""
        snapshot, written = self._load.snapshot, known_periods(self._connection)
        for cells, found in made_ahead(_digested(made_ahead(snapshot.answers())), most=LOOK_AHEAD):
            new = set(cells["period_id"].unique()) - written
            write_periods(self._connection, periods=map(Period.from_key, sorted(new)))
            written |= new
            yield self._numbers.numbered(cells)
            self._digests += found
            self._cells += cells.height
            self.newest_is_hidden |= _is_hidden(cells, period=snapshot.newest_period)
        self._numbers.analyze()

    def filled(self, *, newest: Row[Any] | None) -> Filled:
        """What was read, beside the newest vintage."""
        content_hash = hashlib.sha256("\n".join(sorted(self._digests)).encode()).hexdigest()
        return Filled(self._cells, content_hash, newest is not None and newest.content_hash == content_hash)


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
