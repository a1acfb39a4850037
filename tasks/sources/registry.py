"""The sources, a line each, and which of them has a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from tasks.archive.store import Archive, Manifest
from tasks.results import Due, Fetched, Offer
from tasks.sources.access import Access
from tasks.sources.cells import Cut
from tasks.sources.declarations import additions_in, publisher_here
from tasks.sources.jobindsats import fetch as jobindsats
from tasks.sources.jobindsats import snapshot as jobindsats_snapshot
from tasks.sources.label_changes import Labels
from tasks.sources.local_files import fetch as local_files
from tasks.sources.local_files import snapshot as local_files_snapshot
from tasks.sources.ranking_lists import fetch as ranking_lists
from tasks.sources.ranking_lists import snapshot as ranking_lists_snapshot
from tasks.sources.statbank import fetch as statbank
from tasks.sources.statbank import snapshot as statbank_snapshot
from tasks.stoppages import Stoppage
from warehouse.catalogue.additions import look_into
from warehouse.catalogue.model import CatalogueError, Table
from warehouse.catalogue.publishers import LOCAL_PREFIX, catalogues
from warehouse.periods import Period
from warehouse.settings import Settings, read_settings

Offers = Callable[[Sequence[str], Access], Iterator[tuple[Table, Offer | Stoppage | None]]]
"""What a source has of each named table for a backfill, or of all; None where it does not list one."""


class Fetching(Protocol):
    """What a source's module `fetch` must offer: what is due, and its bytes into the archive."""

    def is_configured(self, settings: Settings) -> bool:
        """Whether the settings say where the source is."""
        ...

    def due(self, access: Access, *, wanted: frozenset[str]) -> list[Due]:
        """What to do with each table, of the wanted ones where some are named."""
        ...

    def fetch(self, due: Due, *, access: Access, only: frozenset[Period] | None = None) -> Fetched:
        """One table's answers into the archive, of some periods `only` for a backfill; raises a Stoppage."""
        ...


class Snapshot(Protocol):
    """One table as its source had it at one moment. Reading it raises ArchiveTrouble, or a Stoppage that says why not."""

    @property
    def manifest(self) -> Manifest:
        """The archived answers it is read from."""
        ...

    @property
    def table(self) -> Table:
        """The table as declared."""
        ...

    @property
    def declared_in(self) -> str:
        """Where a person says otherwise: a catalogue's path, or a contract's name."""
        ...

    @property
    def labels(self) -> tuple[Labels, ...]:
        """What the source calls areas, members and measures, or what a contract says that its texts stand for."""
        ...

    @property
    def differences(self) -> tuple[str, ...]:
        """How the source's metadata differ from the declaration, a sentence each."""
        ...

    @property
    def asked_periods(self) -> tuple[Period, ...] | None:
        """The periods that were asked for, in order; None where the answer itself says which it is about."""
        ...

    @property
    def newest_period(self) -> Period | None:
        """The newest period that the source offers, asked for or not; None where it does not say."""
        ...

    @property
    def partial_periods(self) -> frozenset[int]:
        """The periods of which this is a part only: what it lacks there is not withdrawn."""
        ...

    def answers(self) -> Iterator[Cut]:
        """The cells of each answer."""
        ...


class Reading(Protocol):
    """What a source's module `snapshot` must offer: an archived answer read to cells."""

    def snapshot(self, manifest: Manifest, *, archive: Archive) -> Snapshot:
        """One table as the archived answers of a manifest have it."""
        ...


@dataclass(frozen=True)
class Source:
    """One source: its name, its two doors, and, where it can be filled backwards, what it offers of each table.

    `lists_all` says that one answer tells of all its tables: where it cannot be had, each of them has failed. `prefix` is
    what the ids of tables begin with that declare themselves. `of_files`: people save its files, and mend or take away one
    that was stopped without a new vintage coming of it.
    """

    name: str
    fetching: Fetching
    reading: Reading
    offers: Offers | None = None
    lists_all: bool = False
    of_files: bool = False
    prefix: str = ""

    @property
    def declared_tables(self) -> tuple[Table, ...]:
        """Its tables in a shipped catalogue; none where the tables declare themselves."""
        return next((each.tables for each in catalogues() if each.publisher == self.name), ())

    @property
    def listed(self) -> list[str]:
        """The ids of its shipped and its adopted tables."""
        added = look_into(read_settings().catalogue_folder).of(self.name)
        adopted = (table_id for table_id, each in added.items() if each.table is not None)
        return list(dict.fromkeys([*(table.id for table in self.declared_tables), *adopted]))

    def declares(self, table_id: str) -> bool:
        """Whether a shipped catalogue declares a table; one that is not declares itself where it lies."""
        return any(table.id == table_id for table in self.declared_tables)

    def has(self, table_id: str) -> bool:
        """Whether a table, by its id in lower case, is one of this source's: shipped, adopted, or by its prefix."""
        named = self.declares(table_id) or bool(self.prefix and table_id.startswith(self.prefix))
        return named or publisher_here(table_id, folder=read_settings().catalogue_folder) == self.name


SOURCES: list[Source] = [
    Source("jobindsats", jobindsats, jobindsats_snapshot, offers=jobindsats.offers, lists_all=True),
    Source("statbank", statbank, statbank_snapshot),
    Source("ranking_lists", ranking_lists, ranking_lists_snapshot, of_files=True),
    Source("local_files", local_files, local_files_snapshot, of_files=True, prefix=LOCAL_PREFIX),
]
"""In the order in which a night looks at them."""


def source_of(table_id: str) -> Source:
    """The source that has a table, or bears the name itself; raises CatalogueError."""
    wanted = table_id.lower()
    found = [source for source in SOURCES if source.name == wanted or source.has(wanted)]
    if not found:
        raise CatalogueError(
            f"table '{table_id}' is not in the catalogue; `jobindsats status --long` lists those that are, and "
            f"`jobindsats tables {table_id}` looks for it at the publishers"
        )
    return found[0]


def listed_tables(wanted: frozenset[str]) -> list[str]:
    """The declared tables of the sources that list all of theirs: the wanted ones, by their ids or their source's name."""
    return [
        table_id
        for source in SOURCES
        if source.lists_all
        for table_id in source.listed
        if not wanted or wanted & {table_id, source.name}
    ]


def is_source(name: str) -> bool:
    """Whether a name is a source's own, and no table's."""
    return name in {source.name for source in SOURCES}


def source_read(manifest: Manifest, *, archive: Archive) -> Source:
    """The source of archived answers, by what was archived of their declaration; raises ArchiveTrouble, CatalogueError."""
    added = additions_in(manifest, archive=archive)
    return source_of(manifest.table_id if added is None else added.publisher)


def snapshot_of(manifest: str, *, archive: Archive) -> Snapshot:
    """The snapshot of a manifest; raises ArchiveTrouble and CatalogueError."""
    found = archive.get_manifest(manifest)
    return source_read(found, archive=archive).reading.snapshot(found, archive=archive)
