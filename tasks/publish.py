"""Publish: an audited load becomes a vintage, in one transaction; then the archive gets a receipt of it."""

from __future__ import annotations

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.archive.receipts import published, put_publication
from tasks.archive.store import Archive, ArchiveTrouble
from tasks.resources import Border, crossing
from tasks.results import Staged
from tasks.sources.registry import declared
from tasks.stoppages import Refused
from warehouse.catalogue.publishers import LOCAL, publisher_of
from warehouse.history.dimensions import write_tables
from warehouse.history.staging import drop_staging
from warehouse.history.vintages import ClockRunsBackwards, Load, StagingLost, Vintage, publish


def declare(connection: Connection, *, manifest: str, archive: Archive) -> None:
    """Let a municipality's own table be what the contract of a look says, within the transaction that publishes it."""
    if publisher_of(archive.get_manifest(manifest).table_id) == LOCAL:
        write_tables(connection, [declared(manifest, archive=archive)], publisher=LOCAL)


Published = Vintage  # the receipt that the flow hands on


@task(name="publish", task_run_name="publish {staged.table_id}", cache_policy=NO_CACHE)
def publish_staged(staged: Staged) -> Vintage:
    """Publish one staged table."""
    with crossing() as border:
        with border.engine.begin() as connection:
            vintage = publish_table(connection, staged=staged, archive=border.archive)
        owed = write_receipt(border, vintage_id=vintage.vintage_id)
    logger = get_run_logger()
    logger.info("%s: %d new, %d revised", vintage.table_id, vintage.new, vintage.revised)
    if owed:
        logger.warning("%s: published, and the next run writes the receipt: %s", vintage.table_id, owed)
    return vintage


def write_receipt(border: Border, *, vintage_id: int | None) -> ArchiveTrouble | None:
    """Write the archive's receipt of a vintage that was committed.

    Gives why it could not be written: the vintage stands all the same, and the next run writes what is missing.
    """
    if vintage_id is None:
        return None
    try:
        with border.engine.connect() as connection:
            for publication in published(connection, vintage_id=vintage_id):
                put_publication(border.archive, publication)
    except ArchiveTrouble as trouble:
        return trouble
    return None


def publish_table(connection: Connection, *, staged: Staged, archive: Archive) -> Vintage:
    """Publish a staged load within the caller's transaction; raises Refused where the clock runs backwards."""
    declare(connection, manifest=staged.manifest, archive=archive)
    if staged.stands_already:
        drop_staging(connection, name=staged.staging)
        return Vintage(staged.table_id, None, 0, 0, 0, staged.cells)
    return publish_load(connection, load_of(staged, archive=archive))


def load_of(staged: Staged, *, archive: Archive) -> Load:
    """A staged load as a version of its table, seen when its answers were complete."""
    manifest = archive.get_manifest(staged.manifest)
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


def publish_load(connection: Connection, load: Load) -> Vintage:
    """Publish within the caller's transaction; raises Refused where the clock runs backwards, or staging was lost."""
    try:
        return publish(connection, load)
    except (ClockRunsBackwards, StagingLost) as error:
        raise Refused(str(error), rule=type(error).__name__) from error
