"""Which tables of a publisher are declared: those shipped, and what the folder of `JOBINDSATS_CATALOGUE` adds to them.

What the folder says of a table is archived with the table's answers, and read from there again: a replay needs the
archive alone, and a declaration that is changed later changes nothing of what was published before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tasks.archive.store import Archive, Entry, Manifest
from tasks.results import DUE, Due, Listing
from tasks.sources.access import Access
from tasks.sources.http import Answer
from tasks.stoppages import Undeclared
from warehouse.catalogue.additions import (
    Additions,
    Folder,
    content_of,
    file_of,
    look_into,
    read_additions,
    tables_in_force,
    with_accepted,
)
from warehouse.catalogue.model import Catalogue, CatalogueError, Table
from warehouse.catalogue.publishers import shipped_table

DECLARATION = "declaration:"
JOBINDSATS = "jobindsats"


def declared_tables(catalogue: Catalogue, *, access: Access) -> tuple[Table, ...]:
    """Every table of a publisher that is declared, the shipped ones first."""
    return tables_in_force(catalogue, folder=look_into(access.settings.catalogue_folder))


def declared_table(catalogue: Catalogue, table_id: str, *, access: Access) -> Table:
    """One table of a publisher; raises CatalogueError where nobody declared it."""
    found = [table for table in declared_tables(catalogue, access=access) if table.id == table_id]
    return found[0] if found else catalogue.table(table_id)


def wanted_tables(catalogue: Catalogue, *, access: Access, wanted: frozenset[str]) -> list[Table]:
    """Those of a publisher's declared tables that somebody wants; all where nothing, or the publisher, is named."""
    everything = not wanted or catalogue.publisher in wanted
    stopped = look_into(access.settings.catalogue_folder).wrong
    tables = declared_tables(catalogue, access=access)
    return [table for table in tables if table.id not in stopped and (everything or table.id in wanted)]


def as_declared(found: Sequence[Due], *, tables: Sequence[Table], shipped: Sequence[Table]) -> list[Due]:
    """What to do with tables, with the declaration of each that is not as it is shipped, for the warehouse to keep."""
    own = {table.id: table for table in tables if table not in shipped}
    return [replace(due, declared=own.get(due.table_id)) for due in found]


def misread(access: Access, *, wanted: frozenset[str]) -> list[Due]:
    """A stop for each table whose file in the folder cannot be read; whose it is cannot be told, and Jobindsats tells it."""
    wrong = look_into(access.settings.catalogue_folder).wrong
    return [
        Due(table_id, DUE, "asked", Listing(table_id), stoppage=Undeclared(f"{why}. Nothing of {table_id} was fetched"))
        for table_id, why in wrong.items()
        if not wanted or wanted & {table_id, JOBINDSATS}
    ]


def archived_declaration(table_id: str, *, access: Access) -> list[Entry]:
    """What the folder says of a table, put into the archive; nothing where it says nothing.

    Raises ArchiveTrouble, and CatalogueError where the file is to be read no more.
    """
    path = file_of(table_id, folder=access.settings.catalogue_folder)
    if not path.is_file():
        return []
    return [access.keep(Answer(f"{DECLARATION}{path.name}", access.clock(), 200, content_of(path)))]


def additions_in(manifest: Manifest, *, archive: Archive) -> Additions | None:
    """What the folder said of a table when its answers were fetched; raises ArchiveTrouble and CatalogueError."""
    for entry in manifest.entries:
        if entry.asked.startswith(DECLARATION):
            name = entry.asked.removeprefix(DECLARATION)
            return read_additions(archive.get(entry.sha256).decode("utf-8-sig"), name=name)
    return None


def table_in(manifest: Manifest, *, archive: Archive) -> Table:
    """The table of archived answers, as it was declared when they were fetched; raises ArchiveTrouble, CatalogueError."""
    added = additions_in(manifest, archive=archive)
    if added is None:
        return shipped_table(manifest.table_id)
    return with_accepted(added.table or shipped_table(manifest.table_id), accepted=added.accepted)


def publisher_here(table_id: str, *, folder: Path) -> str | None:
    """The publisher of a table that the folder declares; None where it does not. Raises CatalogueError for a wrong file."""
    here: Folder = look_into(folder)
    if table_id in here.wrong:
        raise CatalogueError(here.wrong[table_id])
    added = here.additions.get(table_id)
    return added.publisher if added is not None and added.table is not None else None
