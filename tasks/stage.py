"""Stage: archived answers become typed rows in a staging table, answer by answer, so that memory is bounded by one.

The content hash is over all cells, period by period and cut by cut, sorted: the publisher's order of rows and our
chunks leave no trace in it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import polars as pl
from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, Row

from tasks.archive import Archive
from tasks.border import crossing
from tasks.fetch import Fetched
from tasks.looks import Look, look_at
from tasks.sources.cells import KEY
from tasks.stoppages import resting_on
from warehouse.dimensions import write_periods, write_tables
from warehouse.periods import Period
from warehouse.publishers import LOCAL, publisher_of
from warehouse.staging import SeriesNumbers, copy_in, create_staging, finish_staging, mark_not_yet, table_number
from warehouse.vintages import newest_vintage


@dataclass(frozen=True)
class Staged:
    """The receipt of staging: which table in `staging`, how many cells, the hash of their content.

    `stands_already` says that the newest vintage was read from the same content: it was audited then. `differences`
    are between the publisher's metadata and those of the newest vintage or the catalogue, a sentence each.
    """

    table_id: str
    run_id: int
    manifest: str
    staging: str
    compared: str
    cells: int
    content_hash: str
    stands_already: bool
    differences: tuple[str, ...]
    partial_periods: frozenset[int] = frozenset()


@task(name="stage", task_run_name="stage {fetched.table_id}", cache_policy=NO_CACHE)
def stage(fetched: Fetched) -> Staged:
    """Stage one fetched table."""
    with resting_on(fetched.manifest), crossing() as border, border.engine.begin() as connection:
        staged = stage_table(connection, manifest=fetched.manifest, archive=border.archive, run_id=fetched.run_id)
    get_run_logger().info("%s: %d cells staged", staged.table_id, staged.cells)
    return staged


def stage_table(connection: Connection, *, manifest: str, archive: Archive, run_id: int) -> Staged:
    """Read a manifest's answers into a new staging table.

    Raises BodyUnreadable, Undeclared, LabelsMoved, Vanished or CellsDisagree, and what else a publisher's answers can
    be stopped for; the transaction is the caller's.
    """
    look = look_at(manifest, archive=archive)
    table = look.table
    if publisher_of(table.id) == LOCAL:
        write_tables(
            connection, [table], publisher=LOCAL, renew=False
        )  # what it says of a table that stands: when published
    newest = newest_vintage(connection, table_id=table.id)
    name = create_staging(connection, table_id=table.id, run_id=run_id)
    table_no = table_number(connection, table_id=table.id)
    count, content_hash = _fill(connection, look, name=name, table_no=table_no, newest=newest)
    mark_not_yet(connection, name=name, measures=[measure.name for measure in table.measures if measure.not_yet])
    compared = finish_staging(connection, name=name, table_no=table_no, root_members=table.root_members)
    stands_already = newest is not None and newest.content_hash == content_hash
    return Staged(
        table_id=table.id,
        run_id=run_id,
        manifest=manifest,
        staging=name,
        compared=compared,
        cells=count,
        content_hash=content_hash,
        stands_already=stands_already,
        differences=look.changes(newest=newest, stands_already=stands_already),
        partial_periods=look.partial_periods,
    )


def _fill(connection: Connection, look: Look, *, name: str, table_no: int, newest: Row[Any] | None) -> tuple[int, str]:
    """Copy a look's cells in; gives how many, and the hash of their content."""
    numbers = SeriesNumbers(connection, table_no=table_no)
    digests: list[str] = []
    count = 0
    for cut, cells in look.answers(newest=newest):
        write_periods(connection, periods=map(Period.from_key, cells["period_id"].unique().sort()))
        copy_in(connection, numbers.numbered(cells), name=name)
        digests += _digests(cells, cut=cut)
        count += cells.height
    return count, hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()


def _digests(cells: pl.DataFrame, *, cut: str) -> list[str]:
    row = pl.concat_str(pl.col(cells.columns).cast(pl.String).fill_null("-"), separator="|")
    by_period = cells.sort(KEY).group_by("period_id", maintain_order=True).agg(row.str.join("\n").alias("rows"))
    return [f"{cut} {period} {hashlib.sha256(rows.encode()).hexdigest()}" for period, rows in by_period.rows()]
