"""Stage: archived answers become typed rows in a staging table, answer by answer, so that memory is bounded by one.

The content hash is over all cells, period by period and cut by cut, sorted: the publisher's order of rows and our
chunks leave no trace in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import polars as pl
from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, Row

from tasks.archive import Archive, ArchiveTrouble, Manifest
from tasks.border import crossing
from tasks.fetch import Fetched
from tasks.sources.cells import KEY
from tasks.sources.jobindsats.bodies import read_body
from tasks.sources.jobindsats.cells import to_cells
from tasks.sources.jobindsats.changes import Change, advisories, remembering, require_same_meaning
from tasks.sources.jobindsats.metadata import TableMetadata, differences, offered_measures, read_metadata
from tasks.stoppages import BodyUnreadable, Undeclared, resting_on
from warehouse.catalogue import Measure, Table, jobindsats
from warehouse.dimensions import write_periods
from warehouse.periods import Period
from warehouse.settings import danish_day
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


@task(name="stage", task_run_name="stage {fetched.table_id}", cache_policy=NO_CACHE)
def stage(fetched: Fetched) -> Staged:
    """Stage one fetched table."""
    table = jobindsats().table(fetched.table_id)
    with resting_on(fetched.manifest), crossing() as border, border.engine.begin() as connection:
        staged = stage_table(
            connection, table=table, manifest=fetched.manifest, archive=border.archive, run_id=fetched.run_id
        )
    get_run_logger().info("%s: %d cells staged", staged.table_id, staged.cells)
    return staged


def stage_table(connection: Connection, *, table: Table, manifest: str, archive: Archive, run_id: int) -> Staged:
    """Read a manifest's answers into a new staging table.

    Raises BodyUnreadable, Undeclared, LabelsMoved, Vanished or CellsDisagree; the transaction is the caller's.
    """
    look = _Look(archive.get_manifest(manifest), table, archive)
    newest = newest_vintage(connection, table_id=table.id)
    change, uncompared = _change(look, newest=newest)
    name = create_staging(connection, table_id=table.id, run_id=run_id)
    table_no = table_number(connection, table_id=table.id)
    numbers = SeriesNumbers(connection, table_no=table_no)
    digests: list[str] = []
    count = 0
    for cut, cells in _answers(look, change=change):
        write_periods(connection, periods=map(Period.from_key, cells["period_id"].unique().sort()))
        copy_in(connection, numbers.numbered(cells), name=name)
        digests += _digests(cells, cut=cut)
        count += cells.height
    mark_not_yet(connection, name=name, measures=[measure.name for measure in table.measures if measure.not_yet])
    compared = finish_staging(connection, name=name, table_no=table_no, root_members=table.root_members)
    content_hash = hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()
    stands_already = newest is not None and newest.content_hash == content_hash
    # The same figures under the same labels mean what they meant, whatever the ids do.
    if change is not None and not stands_already:
        require_same_meaning(change)
    changed = advisories(change) if change is not None else uncompared
    return Staged(
        table_id=table.id,
        run_id=run_id,
        manifest=manifest,
        staging=name,
        compared=compared,
        cells=count,
        content_hash=content_hash,
        stands_already=stands_already,
        differences=(*changed, *differences(look.metadata, table=table)),
    )


@dataclass(frozen=True)
class _Look:
    """One look at a table as the archive has it."""

    manifest: Manifest
    table: Table
    archive: Archive

    @cached_property
    def metadata(self) -> TableMetadata:
        entry = next(e for e in self.manifest.entries if urlsplit(e.asked).path == f"/table/{self.table.id}")
        return read_metadata(self.archive.get(entry.sha256), table=self.table)


def _change(look: _Look, *, newest: Row[Any] | None) -> tuple[Change | None, list[str]]:
    """The look beside that of the newest vintage; or why they cannot be compared, if there is something to compare."""
    if newest is None:
        return None, []
    try:
        before = _Look(look.archive.get_manifest(newest.manifest), look.table, look.archive)
        then, now = danish_day(before.manifest.seen_at), danish_day(look.manifest.seen_at)
        return Change(look.table, before.metadata, then, look.metadata, now), []
    except (ArchiveTrouble, BodyUnreadable, Undeclared, StopIteration) as error:
        why = f": {error}" if str(error) else ""
        return None, [
            f"labels and ids were not compared with those of the newest vintage, whose metadata are not there{why}"
        ]


def _answers(look: _Look, *, change: Change | None) -> Iterator[tuple[str, pl.DataFrame]]:
    """The cells of each answer about figures, with the cut it was asked for (`_nykom=/ _ygrpi09=level:a`)."""
    offered = offered_measures(look.metadata, table=look.table)
    for entry in look.manifest.entries:
        asked = urlsplit(entry.asked)
        if asked.path != f"/data/{look.table.id}":
            continue
        nodes = {
            key.removeprefix("hierarchy."): node for key, node in parse_qsl(asked.query) if key.startswith("hierarchy.")
        }
        frame = read_body(look.archive.get(entry.sha256), of=asked.path)
        if frame.height:
            cells = _cells(frame, table=look.table, nodes=nodes, offered=offered, change=change)
            yield " ".join(f"{key}={node}" for key, node in nodes.items()), cells


def _cells(
    frame: pl.DataFrame, *, table: Table, nodes: dict[str, str], offered: list[Measure], change: Change | None
) -> pl.DataFrame:
    try:
        return to_cells(frame, table=table, nodes=nodes, offered=offered)
    except Undeclared as stopped:
        raise (remembering(stopped, change=change) if change is not None else stopped) from None


def _digests(cells: pl.DataFrame, *, cut: str) -> list[str]:
    row = pl.concat_str(pl.col(cells.columns).cast(pl.String).fill_null("-"), separator="|")
    by_period = cells.sort(KEY).group_by("period_id", maintain_order=True).agg(row.str.join("\n").alias("rows"))
    return [f"{cut} {period} {hashlib.sha256(rows.encode()).hexdigest()}" for period, rows in by_period.rows()]
