"""Publishers: every catalogue that is shipped, and which of them declares a table.

A municipality's own tables are declared by their contracts (tasks/sources/local_files), not here; their ids begin with
`local_`.
"""

from __future__ import annotations

from functools import cache

from warehouse.catalogue.additions import look_into, tables_in_force
from warehouse.catalogue.model import Catalogue, CatalogueError, Table, jobindsats, ranking_lists, statbank
from warehouse.settings import read_settings

LOCAL = "local_files"
LOCAL_PREFIX = "local_"


@cache
def catalogues() -> tuple[Catalogue, ...]:
    """The shipped catalogues, Jobindsats first."""
    return jobindsats(), statbank(), ranking_lists()


def publisher_of(table_id: str) -> str:
    """The publisher whose table it is; a publisher's own name stands for all of its tables. Raises CatalogueError."""
    if table_id.lower() in (LOCAL, *(each.publisher for each in catalogues())):
        return table_id.lower()
    if table_id.lower().startswith(LOCAL_PREFIX):
        return LOCAL
    found = [each.publisher for each in catalogues() for table in each.tables if table.id == table_id.lower()]
    if not found:
        raise CatalogueError(
            f"table '{table_id}' is not in the catalogue; `jobindsats status --long` lists those that are"
        )
    return found[0]


def shipped_table(table_id: str) -> Table:
    """A table of a shipped catalogue; raises CatalogueError."""
    wanted = publisher_of(table_id)
    known = [each for each in catalogues() if each.publisher == wanted]
    if not known:
        raise CatalogueError(f"{table_id} is a table of your own: its contract declares it, not a catalogue")
    return known[0].table(table_id)


def tables_here() -> dict[str, Table]:
    """Every table as it is declared here, shipped or in the folder of the settings, by its id; raises SettingsError."""
    folder = look_into(read_settings().catalogue_folder)
    return {table.id: table for each in catalogues() for table in tables_in_force(each, folder=folder)}


def credits_here() -> dict[str, str]:
    """How the publisher of each table, shipped or in the folder of the settings, is to be credited; raises SettingsError."""
    folder = look_into(read_settings().catalogue_folder)
    return {table.id: each.credit for each in catalogues() for table in tables_in_force(each, folder=folder)}


def chosen(catalogue: Catalogue, *, wanted: frozenset[str]) -> list[str]:
    """Those of a catalogue's tables that somebody wants, in its order; all where nothing, or the publisher, is named."""
    everything = not wanted or catalogue.publisher in wanted
    return [table.id for table in catalogue.tables if everything or table.id in wanted]
