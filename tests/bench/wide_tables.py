"""Many wide tables: a warehouse in which not thirty of the publisher's tables are kept but all of them.

Each is the catalogue's widest under another id, with the same bodies: 4 measures of 100 areas, 16 members and so many months.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from unittest.mock import patch

from sqlalchemy import Engine, insert

from tasks.archive.store import Archive, Entry
from tasks.audit import audit_table
from tasks.publish import publish_table
from tasks.sources import registry
from tasks.stage import stage_table
from tests.bench.bodies import TABLE
from warehouse.catalogue import publishers
from warehouse.catalogue.model import Table, jobindsats
from warehouse.history.dimensions import write_tables
from warehouse.history.vintages import Vintage
from warehouse.schema import ops


@contextmanager
def larger_catalogue(number: int) -> Iterator[tuple[Table, ...]]:
    """The publisher's catalogue with so many wide tables more; gives them."""
    widest = jobindsats().table(TABLE)
    wide = tuple(widest.model_copy(update={"id": f"wide{at:03}"}) for at in range(number))
    first, *others = publishers.catalogues()
    larger = (first.model_copy(update={"tables": (*first.tables, *wide)}), *others)
    with ExitStack() as patched:
        for module in (publishers, registry):
            patched.enter_context(patch.object(module, "catalogues", lambda: larger))
        yield wide


def declare(engine: Engine, tables: list[Table]) -> None:
    """Write the tables as the catalogue's are written."""
    with engine.begin() as connection:
        write_tables(connection, tables, publisher="jobindsats")


def look_at_another(table: Table, *, archive: Archive, manifest: str, later: timedelta = timedelta()) -> str:
    """A look at the widest table as one at another that has the same figures; gives its manifest."""
    given = archive.get_manifest(manifest)
    entries = tuple(_renamed(given.entries, table=table, archive=archive))
    return archive.put_manifest(replace(given, table_id=table.id, seen_at=given.seen_at + later, entries=entries))


def _renamed(entries: tuple[Entry, ...], *, table: Table, archive: Archive) -> Iterator[Entry]:
    for entry in entries:
        asked = entry.asked.replace(f"/{TABLE}?", f"/{table.id}?")
        if entry.asked.startswith("/table/"):
            body = archive.get(entry.sha256).replace(TABLE.encode(), table.id.encode())
            yield replace(entry, asked=asked, sha256=archive.put(body))
        else:
            yield replace(entry, asked=asked)


def bring_in(engine: Engine, *, archive: Archive, manifest: str, run_id: int) -> Vintage:
    """The road from archived bytes to facts, without the orchestrator."""
    with engine.begin() as connection:
        staged = stage_table(connection, manifest=manifest, archive=archive, run_id=run_id)
    audit_table(engine, staged=staged, archive=archive)
    with engine.begin() as connection:
        return publish_table(connection, staged=staged, archive=archive)


def open_run(engine: Engine, *, at: datetime) -> int:
    """A run on record; gives its number."""
    row = {"kind": "nightly", "started_at": at, "publisher_url": "the stand-in", "code_version": "bench"}
    with engine.begin() as connection:
        return int(connection.scalar(insert(ops.runs).returning(ops.runs.c.run_id), row) or 0)
