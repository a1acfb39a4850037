"""Publish: an audited load becomes a vintage, in one transaction; then the archive gets a receipt of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.archive.receipts import published, put_publication, require_whole
from tasks.archive.store import Archive, ArchiveTrouble, Manifest
from tasks.resources import Resources, declare, open_resources
from tasks.results import Staged
from tasks.sources.registry import snapshot_of, source_read
from tasks.stoppages import Refused
from warehouse.errors import ClockRunsBackwards
from warehouse.history.staging import drop_staging
from warehouse.history.vintages import Load, StagingLost, Vintage
from warehouse.history.vintages import publish as publish_load

Published = Vintage  # the receipt that the flow hands on


@task(name="publish", task_run_name="publish {staged.table_id}", cache_policy=NO_CACHE)
def publish(staged: Staged) -> Vintage:
    """Publish one staged table."""
    with open_resources() as resources, publishing(resources) as connection:
        vintage = publish_table(connection, staged=staged, archive=resources.archive)
        connection.commit()
        owed = write_receipt(resources, vintage_id=vintage.vintage_id)
    logger = get_run_logger()
    logger.info("%s: %d new, %d revised", vintage.table_id, vintage.new, vintage.revised)
    if owed:
        logger.warning("%s: published, and the next run writes the receipt: %s", vintage.table_id, owed)
    return vintage


@contextmanager
def publishing(resources: Resources) -> Iterator[Connection]:
    """A connection to publish with, and to commit before the receipt is written, while no other warehouse publishes.

    Raises Refused where another one has published into the archive since this run began.
    """
    with resources.archive.one_writer(), resources.engine.connect() as connection:
        require_whole(connection, archive=resources.archive)
        yield connection


def write_receipt(resources: Resources, *, vintage_id: int | None) -> ArchiveTrouble | None:
    """Write the archive's receipt of a vintage that was committed.

    Gives why it could not be written: the vintage stands all the same, and the next run writes what is missing.
    """
    if vintage_id is None:
        return None
    try:
        with resources.engine.connect() as connection:
            for publication in published(connection, vintage_id=vintage_id):
                put_publication(resources.archive, publication)
    except ArchiveTrouble as trouble:
        return trouble
    return None


def publish_table(
    connection: Connection,
    *,
    staged: Staged,
    archive: Archive,
    seen_at: datetime | None = None,
    release_reason: str | None = None,
) -> Vintage:
    """Publish a staged load within the caller's transaction; raises Refused where the clock runs backwards.

    It was seen when its answers were complete, unless `seen_at` says otherwise: a release is seen when a person releases
    it, for a reason, and a replayed vintage when it was first published.
    """
    manifest = archive.get_manifest(staged.manifest)
    source, table = source_read(manifest, archive=archive), snapshot_of(staged.manifest, archive=archive).table
    declare(connection, [table], source=source, renew=True)
    if staged.stands_already:
        drop_staging(connection, name=staged.staging)
        return Vintage(staged.table_id, unchanged=staged.cells)
    load = _load(staged, manifest)
    try:
        return publish_load(connection, replace(load, seen_at=seen_at or load.seen_at, release_reason=release_reason))
    except (ClockRunsBackwards, StagingLost) as error:
        raise Refused(str(error), rule=type(error).__name__) from error


def _load(staged: Staged, manifest: Manifest) -> Load:
    return Load(
        table_id=staged.table_id,
        staging=staged.staging,
        run_id=staged.run_id,
        seen_at=manifest.seen_at,
        publisher_updated_on=manifest.publisher_updated_on,
        content_hash=staged.content_hash,
        manifest=staged.manifest,
        partial_periods=staged.partial_periods,
        backfilled=manifest.backfill,
        stood=staged.stood,
        cells=staged.cells,
    )
