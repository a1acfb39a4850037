"""Export: marts and any tables as files, all of one state of the warehouse, with a manifest that says what they are.

An export is written beside its place and moved there when it is whole. The manifest says `complete` only when every file
is there; one that was broken off says so, and the next export puts it right. What is not of an export is left alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
from sqlalchemy import Connection, Engine, Table
from xlsxwriter.exceptions import FileCreateError

from tasks.archive.whole_file import UNFINISHED, FileNotWritten, whole_file
from tasks.exports import files as export_files
from tasks.exports.datapackage import DESCRIPTOR, described, source_of
from tasks.exports.files import About, ExportRefused, Write
from tasks.runs.progress import Told, ignore
from warehouse.formats.strict_json import read_json
from warehouse.marts.contract import MARTS, VERSION
from warehouse.marts.observations import observations_of
from warehouse.marts.rows import State, one_state, state_of
from warehouse.reading import held_table

MANIFEST = "manifest.json"

FORMATS: dict[str, Write] = {
    "parquet": export_files.write_parquet,
    "csv": partial(export_files.write_csv, danish=True),
    "csv international": partial(export_files.write_csv, danish=False),
    "xlsx": export_files.write_workbook,
}


def marts_named(names: Sequence[str]) -> list[Table]:
    """The marts of these names, all of them where none is named; raises ExportRefused."""
    known = {table.name: table for table in MARTS}
    wanted = [name.removeprefix("marts.") for name in names]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise ExportRefused(f"there is no mart '{unknown[0]}': there is {', '.join(known)}")
    return [table for name, table in known.items() if not wanted or name in wanted]


def tables_named(connection: Connection, names: Sequence[str]) -> list[Table]:
    """What stands of the tables with these ids or titles, each once; raises QuestionError."""
    found = {each.id: each for each in (held_table(connection, name) for name in names)}
    return [observations_of(each) for each in found.values()]


def export(
    engine: Engine, *, to: Path, form: str, marts: Sequence[Table], now: datetime, told: Told = ignore
) -> dict[str, Any]:
    """Write marts, or tables' observations, into a folder, in one of FORMATS, in place of an earlier export; the manifest.

    Where there is no room, nothing of an earlier export is lost. Raises ExportRefused.
    """
    with _told(to), _held(to) as before:
        unfinished = to / f"{UNFINISHED}{uuid4().hex[:8]}"
        unfinished.mkdir()
        try:
            manifest = _written(engine, folder=unfinished, form=form, marts=marts, now=now, told=told)
            _put_in_place(unfinished, to=to, manifest=manifest, before=before)
            _write_json(to / DESCRIPTOR, described(manifest, marts=marts))
            _write_json(to / MANIFEST, manifest)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Name the place where the system refuses to write; XlsxWriter and Polars have errors of their own for it.

    Polars says `transport error` of a disk without room (2.0, 2026-11), so that the cause is said beside its words.
    """
    try:
        yield
    except FileNotWritten as error:
        raise _refused(folder, why=error.why) from error
    except (OSError, FileCreateError, pl.exceptions.ComputeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        most_often = "; most often no space left on the device" if isinstance(error, pl.exceptions.ComputeError) else ""
        raise _refused(folder, why=f"{why}{most_often}") from error


def _refused(folder: Path, *, why: str) -> ExportRefused:
    return ExportRefused(
        f"the export cannot be written to {folder} ({why}): make room there or see to its rights, and export again"
    )


@contextmanager
def _held(folder: Path) -> Iterator[dict[str, Any]]:
    """The folder, held against another export, and the manifest that stands in it."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ExportRefused(f"another export is being written to {folder}: wait for it") from error
        for left in folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield _standing(folder)
    finally:
        os.close(handle)


def _standing(folder: Path) -> dict[str, Any]:
    """The manifest of the export that stands in a folder; a folder with something else in it is refused."""
    if not any(folder.iterdir()):
        return {"files": []}
    try:
        manifest = read_json((folder / MANIFEST).read_bytes())
        ours = manifest["product"] == "jobindsats-warehouse"
    except (OSError, ValueError, KeyError, TypeError):
        ours = False
    if not ours:
        raise ExportRefused(f"{folder} holds files that are no export of ours: name an empty folder, or a new one")
    return dict(manifest)


def _written(
    engine: Engine, *, folder: Path, form: str, marts: Sequence[Table], now: datetime, told: Told
) -> dict[str, Any]:
    """Every file, from one state of the warehouse; gives the manifest of them."""
    with one_state(engine) as connection:
        state = state_of(connection)
        files = [
            _entry(written.file, folder=folder, mart=table.name, rows=written.rows)
            for table in _each(marts, told=told)
            for written in FORMATS[form](connection, table, folder, _about(table, state=state, now=now))
        ]
    rows = {table.name: sum(file["rows"] for file in files if file["mart"] == table.name) for table in marts}
    return {
        "product": "jobindsats-warehouse",
        "contract_version": VERSION,
        "complete": True,
        "exported_at": now.isoformat(),
        "format": form,
        "newest_vintage": state.newest_vintage,
        "newest_vintage_seen_at": state.newest_seen_at.isoformat() if state.newest_seen_at else None,
        "vintages": state.vintages,
        "marts": rows,
        "files": files,
    }


def _each(marts: Sequence[Table], *, told: Told) -> Iterator[Table]:
    for done, table in enumerate(marts):
        told(table.name, done, len(marts))
        yield table


def _about(table: Table, *, state: State, now: datetime) -> About:
    seen = state.newest_seen_at.isoformat() if state.newest_seen_at else ""
    return {
        "source": source_of(table),
        "mart": table.fullname,
        "contract_version": VERSION,
        "exported_at": now.isoformat(),
        "newest_vintage": str(state.newest_vintage or ""),
        "newest_vintage_seen_at": seen,
    }


def _entry(file: Path, *, folder: Path, mart: str, rows: int) -> dict[str, Any]:
    with file.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    name = file.relative_to(folder).as_posix()
    return {"mart": mart, "file": name, "rows": rows, "bytes": file.stat().st_size, "sha256": sha256}


def _put_in_place(unfinished: Path, *, to: Path, manifest: dict[str, Any], before: dict[str, Any]) -> None:
    """Move the files to where they belong, and drop those of the export before that are not among them."""
    names = {file["file"] for file in manifest["files"]}
    old = {file["file"] for file in before["files"]}
    taken = sorted(name for name in names - old if (to / name).exists())
    if taken:
        raise ExportRefused(f"{to / taken[0]} is no file of the export that stands there: move it away")
    # From here until the whole manifest is written it tells that what lies here belongs to two exports.
    both = [*manifest["files"], *(file for file in before["files"] if file["file"] not in names)]
    _write_json(to / MANIFEST, manifest | {"complete": False, "files": both})
    (to / DESCRIPTOR).unlink(missing_ok=True)
    for name in sorted(names):
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (unfinished / name).replace(to / name)
    for name in old - names:
        _remove(to / name, within=to)


def _remove(file: Path, *, within: Path) -> None:
    """Remove a file of an export, and the folders that it leaves empty; a name that leads elsewhere is left alone."""
    if within.resolve() not in file.resolve().parents:
        return
    file.unlink(missing_ok=True)
    for folder in file.relative_to(within).parents:
        if folder != Path() and (within / folder).is_dir() and not any((within / folder).iterdir()):
            (within / folder).rmdir()


def _write_json(file: Path, content: dict[str, Any]) -> None:
    with whole_file(file) as unfinished:
        unfinished.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
