"""the four sources, one line each"""

from __future__ import annotations

from tasks.archive.store import Archive, Manifest
from tasks.sources.jobindsats.snapshot import JobindsatsLook
from tasks.sources.local_files import snapshot as file_looks
from tasks.sources.local_files.snapshot import OwnLook
from tasks.sources.ranking_lists.snapshot import RankingLook
from tasks.sources.snapshot import Look
from tasks.sources.statbank.snapshot import StatBankLook
from warehouse.catalogue.model import Table
from warehouse.catalogue.publishers import LOCAL, publisher_of, shipped_table


def of(publisher: str, *, manifest: Manifest, archive: Archive) -> RankingLook | StatBankLook | OwnLook:
    """The look of one publisher's manifest; raises FileRefused where a contract cannot be read."""
    if publisher == LOCAL:
        return OwnLook(manifest, archive)
    reader = RankingLook if publisher == "ranking_lists" else StatBankLook
    return reader(manifest, shipped_table(manifest.table_id), archive)


def look_at(manifest: str, *, archive: Archive) -> Look:
    """The look of a manifest; raises ArchiveTrouble, CatalogueError, or a Stoppage where a contract cannot be read."""
    found = archive.get_manifest(manifest)
    publisher = publisher_of(found.table_id)
    if publisher == "jobindsats":
        return JobindsatsLook(found, shipped_table(found.table_id), archive)
    return file_looks.of(publisher, manifest=found, archive=archive)


def declared(manifest: str, *, archive: Archive) -> Table:
    """The table a manifest's look is of, as its catalogue or its contract declares it."""
    return look_at(manifest, archive=archive).table
