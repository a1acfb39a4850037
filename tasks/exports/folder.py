"""The folder of an export: written beside its place and moved there when it is whole, in place of an earlier export.

The manifest says `complete` only when every file is there; one that was broken off says so, and the next export puts it
right. What is not of an export is left alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
from xlsxwriter.exceptions import FileCreateError

from tasks.archive.whole_file import UNFINISHED, FileNotWritten, whole_file
from tasks.exports.files import ExportRefused
from warehouse.formats.strict_json import read_json

MANIFEST, DESCRIPTOR = "manifest.json", "datapackage.json"
PRODUCT = "jobindsats-warehouse"
Document = dict[str, Any]


def replaced(to: Path, *, write: Callable[[Path], tuple[Document, Document]]) -> Document:
    """Have files written into a folder, in place of an earlier export; gives the manifest, with what is `removed` by it.

    `write` is handed an empty folder, and gives the manifest and the descriptor of what it wrote there. Where there is no
    room, nothing of an earlier export is lost. Raises ExportRefused.
    """
    with _told(to), _held(to) as before:
        unfinished = to / f"{UNFINISHED}{uuid4().hex[:8]}"
        unfinished.mkdir()
        try:
            manifest, descriptor = write(unfinished)
            _put_in_place(unfinished, to=to, manifest=manifest, before=before)
            _write_json(to / DESCRIPTOR, descriptor)
            _write_json(to / MANIFEST, manifest)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    removed = sorted({file["file"] for file in before["files"]} - {file["file"] for file in manifest["files"]})
    return manifest | ({"removed": removed} if removed else {})


def entry(file: Path, *, folder: Path) -> Document:
    """What a manifest says of a file: its name in the folder, its bytes and their SHA-256."""
    with file.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return {"file": file.relative_to(folder).as_posix(), "bytes": file.stat().st_size, "sha256": sha256}


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
        ours = manifest["product"] == PRODUCT
    except (OSError, ValueError, KeyError, TypeError):
        ours = False
    if not ours:
        raise ExportRefused(f"{folder} holds files that are no export of ours: name an empty folder, or a new one")
    return dict(manifest)


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
