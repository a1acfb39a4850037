"""Files of people: those that stand published are not read again, unless a person asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tasks.archive.store import Archive
from tasks.results import DUE, Known
from tasks.sources.access import Access, archive_file, due_of, put_manifest
from warehouse.danish.clock import Clock
from warehouse.settings import Settings


def test_a_file_that_stands_published_is_due_when_it_is_asked_for_again(archive: Archive, tmp_path: Path) -> None:
    access = Access(Settings(data_dir=tmp_path), Clock(datetime(2026, 8, 20, tzinfo=UTC)), archive, run_id=1)
    file = archive_file(access, "courses.csv", b"a;b\n")
    manifest = put_manifest("local_courses", entries=(file.entry,), access=access)
    known = replace(access, known={"local_courses": Known(manifest=manifest)})
    outcomes = [
        due_of("local_courses", files=[file], access=each).outcome
        for each in (access, known, replace(known, again=True))
    ]
    assert outcomes == [DUE, "not_due", DUE]
