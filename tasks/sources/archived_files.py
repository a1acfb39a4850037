"""a file into the archive, and its manifest"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from tasks.archive.store import Entry, Manifest
from tasks.plan import _stands
from tasks.resources import Border
from tasks.results import DUE, Decision, Found, Listing

FILE = "file:"

CONTRACT = "contract:"


@dataclass(frozen=True)
class _File:
    """A file as it was found, archived."""

    name: str
    content: bytes
    entry: Entry


def _archived(border: Border, name: str, content: bytes, *, kind: str = FILE) -> _File:
    digest = border.archive.put(content)
    return _File(name, content, Entry(f"{kind}{name}", border.clock().isoformat(), 200, len(content), digest))


def _found(connection: Connection, table_id: str, *, files: list[_File], run_id: int, border: Border) -> Found:
    listing = Listing(table_id)
    if _stands(connection, table_id, entries=[file.entry for file in files], border=border):
        return Found(Decision(table_id, "not_due", "the files are those that stand published", listing))
    manifest = _manifest(table_id, files=files, run_id=run_id, border=border)
    names = ", ".join(file.name for file in files)
    return Found(Decision(table_id, DUE, f"found {names}", listing), manifest=manifest)


def _manifest(table_id: str, *, files: list[_File], run_id: int, border: Border) -> str:
    entries = tuple(file.entry for file in files)
    return border.archive.put_manifest(
        Manifest(table_id, border.settings.api_url, None, border.clock(), run_id, entries)
    )
