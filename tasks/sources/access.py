"""What a source is given to work with: settings, clock, archive, the run's number, and what the warehouse knows.

Files of people are archived here too, and are due where they are others than those that stand published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from tasks.archive.store import Archive, ArchiveTrouble, Entry, Manifest
from tasks.results import DUE, Due, Fetched, Known, Listing
from tasks.sources.deadlines import RunTime, unlimited
from tasks.sources.http import Answer, Options, at_once, options_of
from warehouse.catalogue.model import Table
from warehouse.danish.clock import Clock
from warehouse.formats.clean_text import washed
from warehouse.periods import Period
from warehouse.settings import Settings

FILE = "file:"
CONTRACT = "contract:"


@dataclass(frozen=True)
class Access:
    """What one run lets a source use.

    `before_call` is called before each request to a publisher that limits its calls. `known` is by table id. `run_time`
    is what the run may take for calls. `again`: a person asks for tables though nothing says that they are new.
    """

    settings: Settings
    clock: Clock
    archive: Archive
    run_id: int
    before_call: Callable[[], None] = at_once
    known: Mapping[str, Known] = field(default_factory=dict)
    run_time: RunTime = field(default_factory=unlimited)
    again: bool = False

    def known_of(self, table_id: str) -> Known:
        """What the warehouse knows of a table; nothing where it has never been looked at."""
        return self.known.get(table_id, Known())

    @property
    def options(self) -> Options:
        """How calls are made."""
        return options_of(self.settings, run_time=self.run_time)

    def keep(self, answer: Answer) -> Entry:
        """Archive an answer; gives its line in a manifest. Raises ArchiveTrouble."""
        digest = self.archive.put(answer.body)
        return Entry(answer.asked, answer.received_at.isoformat(), answer.status, len(answer.body), digest)

    def receipt(
        self, listing: Listing, *, publisher: str, entries: Sequence[Entry], calls: int, backfill: bool = False
    ) -> Fetched:
        """Keep the manifest of a table that was fetched; gives its receipt. Raises ArchiveTrouble."""
        day = listing.updated_on
        manifest = Manifest(listing.table_id, publisher, day, self.clock(), self.run_id, tuple(entries), backfill)
        name, size = self.archive.put_manifest(manifest), sum(entry.size for entry in entries)
        return Fetched(listing.table_id, self.run_id, name, listing, calls=calls, size=size)


def is_answered_alike(first: Answer, again: Answer, *, read: Callable[[bytes], pl.DataFrame]) -> bool:
    """Whether two answers to one question hold the same rows, in whatever order; `read` raises what it raises."""
    if first.body == again.body:
        return True
    before, after = read(first.body), read(again.body)
    return before.schema == after.schema and before.sort(before.columns).equals(after.sort(after.columns))


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
    """What to do with a table whose files are archived: nothing where they stand published, and nobody asks again."""
    listing, entries = Listing(table_id), tuple(file.entry for file in files)
    if not access.again and _stand_published(table_id, entries=entries, access=access):
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


def fetch_archived(due: Due, *, access: Access, only: frozenset[Period] | None = None) -> Fetched:  # noqa: ARG001  # all of it
    """The receipt of a table whose files are in the archive already; raises ArchiveTrouble."""
    manifest = put_manifest(due.table_id, entries=due.answers, access=access)
    return Fetched(due.table_id, access.run_id, manifest, due.listing, calls=0, size=0)
