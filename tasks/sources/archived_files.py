"""Files of people into the archive, and what is due of the table they are of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.archive.store import ArchiveTrouble, Entry, Manifest
from tasks.results import DUE, Due, Fetched, Listing
from tasks.sources.access import Access
from tasks.sources.http import Answer
from warehouse.catalogue.model import Table
from warehouse.clean_text import washed

FILE = "file:"
CONTRACT = "contract:"


@dataclass(frozen=True)
class ArchivedFile:
    """A file as it was found, archived."""

    name: str
    content: bytes
    entry: Entry


def archive_file(access: Access, name: str, content: bytes, *, kind: str = FILE) -> ArchivedFile:
    """Put a file's bytes into the archive; raises ArchiveTrouble. A name that is not UTF-8 is washed."""
    name = washed(name)
    return ArchivedFile(name, content, access.keep(Answer(f"{kind}{name}", access.clock(), 200, content)))


def due_of(table_id: str, *, files: Sequence[ArchivedFile], access: Access, declared: Table | None = None) -> Due:
    """What to do with a table whose files are archived: nothing where they are those that stand published."""
    listing, entries = Listing(table_id), tuple(file.entry for file in files)
    if _stand_published(table_id, entries=entries, access=access):
        reason = "the files are those that stand published"
        return Due(table_id, "not_due", reason, listing, declared=declared)
    names = ", ".join(file.name for file in files)
    return Due(table_id, DUE, f"found {names}", listing, answers=entries, declared=declared)


def _stand_published(table_id: str, *, entries: tuple[Entry, ...], access: Access) -> bool:
    """Whether the newest vintage was read from these very bytes."""
    manifest = access.known_of(table_id).manifest
    if manifest is None:
        return False
    try:
        before = access.archive.get_manifest(manifest).entries
    except ArchiveTrouble:
        return False
    return {entry.sha256 for entry in before} == {entry.sha256 for entry in entries}


def readable_again(name: str, *, access: Access) -> list[Due]:
    """What a source says once when every file can be read now and its last outcome was a stop."""
    stopped = access.known_of(name).outcome in ("quarantined", "failed")
    return [Due(name, "not_due", "every file can be read again", Listing(name))] if stopped else []


def put_manifest(table_id: str, *, entries: tuple[Entry, ...], access: Access) -> str:
    """Keep which files a table is read from; gives the manifest's name. Raises ArchiveTrouble."""
    url = access.settings.api_url
    return access.archive.put_manifest(Manifest(table_id, url, None, access.clock(), access.run_id, entries))


def fetch_archived(due: Due, *, access: Access) -> Fetched:
    """The receipt of a table whose files are in the archive already; raises ArchiveTrouble."""
    manifest = put_manifest(due.table_id, entries=due.answers, access=access)
    return Fetched(due.table_id, access.run_id, manifest, due.listing, calls=0, size=0)
