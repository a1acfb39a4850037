"""Stage: archived answers become typed rows in a staging table, answer by answer, so that memory is bounded by one.

The content hash is over all cells, period by period and cut by cut, sorted: the publisher's order of rows and our
chunks leave no trace in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import polars as pl
from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.archive import Archive, Manifest
from tasks.border import crossing
from tasks.fetch import Fetched
from tasks.sources.jobindsats.bodies import read_body
from tasks.sources.jobindsats.cells import KEY, to_cells
from tasks.sources.jobindsats.metadata import TableMetadata, differences, offered_measures, read_metadata
from tasks.stoppages import resting_on
from warehouse.catalogue import Measure, Table, jobindsats
from warehouse.dimensions import write_periods
from warehouse.periods import Period
from warehouse.staging import SeriesNumbers, copy_in, create_staging, finish_staging, mark_not_yet, table_number
from warehouse.vintages import newest_vintage


@dataclass(frozen=True)
class Staged:
    """The receipt of staging: which table in `staging`, how many cells, the hash of their content.

    `stands_already` says that the newest vintage was read from the same content: it was audited then. `differences`
    are between the publisher's metadata and the catalogue, a sentence each.
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

    Raises BodyUnreadable, Undeclared or CellsDisagree; the transaction is the caller's.
    """
    found = archive.get_manifest(manifest)
    metadata = _metadata(found, table=table, archive=archive)
    offered = offered_measures(metadata, table=table)
    name = create_staging(connection, table_id=table.id, run_id=run_id)
    table_no = table_number(connection, table_id=table.id)
    numbers = SeriesNumbers(connection, table_no=table_no)
    digests: list[str] = []
    count = 0
    for cut, cells in _answers(found, table=table, archive=archive, offered=offered):
        write_periods(connection, periods=map(Period.from_key, cells["period_id"].unique().sort()))
        copy_in(connection, numbers.numbered(cells), name=name)
        digests += _digests(cells, cut=cut)
        count += cells.height
    mark_not_yet(connection, name=name, measures=[measure.name for measure in table.measures if measure.not_yet])
    compared = finish_staging(connection, name=name, table_no=table_no, root_members=table.root_members)
    content_hash = hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()
    newest = newest_vintage(connection, table_id=table.id)
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
        differences=tuple(differences(metadata, table=table)),
    )


def _metadata(manifest: Manifest, *, table: Table, archive: Archive) -> TableMetadata:
    entry = next(entry for entry in manifest.entries if urlsplit(entry.asked).path == f"/table/{table.id}")
    return read_metadata(archive.get(entry.sha256), table=table)


def _answers(
    manifest: Manifest, *, table: Table, archive: Archive, offered: list[Measure]
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The cells of each answer about figures, with the cut it was asked for (`_nykom=/ _ygrpi09=level:a`)."""
    for entry in manifest.entries:
        asked = urlsplit(entry.asked)
        if asked.path != f"/data/{table.id}":
            continue
        nodes = {
            key.removeprefix("hierarchy."): node for key, node in parse_qsl(asked.query) if key.startswith("hierarchy.")
        }
        frame = read_body(archive.get(entry.sha256), of=asked.path)
        if frame.height:
            cells = to_cells(frame, table=table, nodes=nodes, offered=offered)
            yield " ".join(f"{key}={node}" for key, node in nodes.items()), cells


def _digests(cells: pl.DataFrame, *, cut: str) -> list[str]:
    row = pl.concat_str(pl.col(cells.columns).cast(pl.String).fill_null("-"), separator="|")
    by_period = cells.sort(KEY).group_by("period_id", maintain_order=True).agg(row.str.join("\n").alias("rows"))
    return [f"{cut} {period} {hashlib.sha256(rows.encode()).hexdigest()}" for period, rows in by_period.rows()]
