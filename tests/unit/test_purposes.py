"""What each file of the archive is kept for; and where that cannot be known, nothing is removed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from flows.command_line.archive import size
from tasks.archive.receipts import published, put_publication
from tasks.archive.store import Archive, ArchiveTrouble, Entry, Manifest, payload_of
from tasks.resources import Resources
from tasks.stoppages import Busy, Refused
from tasks.upkeep.retention import Purpose, Rests, for_nothing, holding, look_through, tidy
from tests.properties.releases import PERSONS, forget, night, publish_release, shown
from warehouse.danish.clock import Clock
from warehouse.database.locks import Lock, held
from warehouse.errors import QuestionError
from warehouse.settings import Settings

SEEN_AT = datetime(2026, 8, 20, 4, tzinfo=UTC)
LONG_AFTER = datetime(2060, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def look(archive: Archive, *answers: bytes, table: str = "y25i01", run_id: int = 1, at: datetime = SEEN_AT) -> Manifest:
    """A look at a table with its answers in the archive."""
    entries = tuple(Entry("/data", "", 200, len(answer), archive.put(answer)) for answer in answers)
    manifest = Manifest(table, "http://127.0.0.1:1/v3", date(2026, 8, 1), at, run_id, entries)
    archive.put_manifest(manifest)
    return manifest


def purposes(archive: Archive, rests: Rests, *, since: datetime = LONG_AFTER) -> dict[str, str]:
    return {file.name: file.purpose.value for file in holding(archive, rests=rests, since=since)}


def answer_of(manifest: Manifest, place: int = 0) -> str:
    return payload_of(manifest.entries[place].sha256)


def test_an_answer_is_kept_for_the_strongest_of_the_looks_it_is_in(archive: Archive) -> None:
    standing, stopped, old = (look(archive, b"[]", bytes([at]), run_id=at) for at in (1, 2, 3))
    rests = Rests({standing.name: Purpose.PUBLISHED, stopped.name: Purpose.STOPPED})
    found = purposes(archive, rests)
    assert found[answer_of(standing)] == "published", "all three need it"
    assert found[answer_of(stopped, 1)] == found[stopped.name] == "stopped"
    assert found[answer_of(old, 1)] == found[old.name] == "none"


def test_what_is_young_is_kept_for_a_while_by_the_name_of_a_look_and_the_time_of_a_file(archive: Archive) -> None:
    young = look(archive, b"young")
    archive.put(b"of a night that died")
    archive.put_file("payloads/ab/x.gz.part-1", b"half")
    assert set(purposes(archive, Rests({}), since=SEEN_AT).values()) == {"recent"}
    found = purposes(archive, Rests({}), since=SEEN_AT + timedelta(microseconds=1))
    assert found.pop(young.name) == "none"
    assert set(found.values()) == {"recent"}, "the files were written just now"
    assert set(purposes(archive, Rests({})).values()) == {"none"}


def test_what_is_not_the_archives_is_nobodys_business(archive: Archive) -> None:
    for name in ("README", "manifests/y25i01/notes.jsonl", "payloads/ab/cd.gz", "manifests/x.jsonl", "tables/a.csv"):
        archive.put_file(name, b"mine")
    assert set(purposes(archive, Rests({})).values()) == {"other"}


def test_a_look_left_behind_by_a_backfills_run_is_found_by_its_number(archive: Archive) -> None:
    left, other, of_another_table = look(archive, run_id=7), look(archive, run_id=8), look(archive, table="y", run_id=7)
    found = purposes(archive, Rests({}, frozenset({("y25i01", 7)})))
    assert (found[left.name], found[other.name], found[of_another_table.name]) == ("backfill", "none", "none")


@pytest.mark.parametrize("damage", [None, b"", b"{"])
def test_where_a_published_look_cannot_be_read_nothing_is_called_superfluous(
    archive: Archive, damage: bytes | None
) -> None:
    standing = look(archive, b"[]")
    path = Path(archive.root.removeprefix("file://")) / standing.name
    path.unlink() if damage is None else path.write_bytes(damage)
    with pytest.raises(ArchiveTrouble, match=rf"{standing.name}.* restore it from a copy"):
        holding(archive, rests=Rests({standing.name: Purpose.PUBLISHED}), since=LONG_AFTER)


def test_an_archive_that_does_not_know_when_it_was_written_calls_nothing_old() -> None:
    archive = Archive(f"memory://{uuid4().hex}")
    archive.put(b"[]")
    with pytest.raises(ArchiveTrouble, match="does not say when never was written"):
        archive.written_at("never")


# ---- with a warehouse --------------------------------------------------------------------------------------------


@pytest.fixture
def resources(module_engine: Engine, archive: Archive) -> Resources:
    """A warehouse with one vintage, whose look, receipt and answer are in an archive; long after."""
    forget(module_engine)
    publish_release(module_engine, {("2026M06", 163, PERSONS): shown(1)}, seen_at=night(0))
    standing = look(archive, b"[1]", at=night(0))
    with module_engine.begin() as connection:
        connection.execute(text("update core.vintages set manifest = :name"), {"name": standing.name})
    with module_engine.connect() as connection:
        for publication in published(connection):
            put_publication(archive, publication)
    return Resources(Settings(archive_url=archive.root), Clock(LONG_AFTER), module_engine)


def test_tidying_leaves_what_is_published(resources: Resources, archive: Archive) -> None:
    before = archive.names("")
    superfluous = look(archive, b"[1]", b"[2]", table="tables")
    assert [file.name for file in for_nothing(resources).files] == [superfluous.name, answer_of(superfluous, 1)]
    assert tidy(resources).removed
    assert archive.names("") == before
    assert tidy(resources).files == ()


def test_how_long_what_nothing_rests_on_is_kept_is_said_in_days(resources: Resources, archive: Archive) -> None:
    look(archive, at=LONG_AFTER - timedelta(days=30))
    assert len(for_nothing(resources, older_than_days=29).files) == 1
    assert for_nothing(resources, older_than_days=31).files == ()
    with pytest.raises(QuestionError, match="-1 is none"):
        look_through(resources, older_than_days=-1)


@pytest.mark.parametrize("lock", [Lock.NIGHT, Lock.TABLE])
def test_whoever_is_at_work_is_left_alone(resources: Resources, archive: Archive, lock: Lock) -> None:
    superfluous = look(archive, at=LONG_AGO)
    with resources.engine.connect() as connection:
        number = 0 if lock is Lock.NIGHT else connection.scalar(text("select max(table_no) from core.tables"))
    with held(resources.engine, lock, number=int(number or 0)), pytest.raises(Busy, match="Nothing was removed"):
        tidy(resources)
    assert superfluous.name in archive.names("manifests")
    assert len(tidy(resources).files) == 1


def test_a_warehouse_that_was_lost_removes_nothing(resources: Resources, archive: Archive) -> None:
    look(archive, at=LONG_AGO)
    forget(resources.engine)
    before = archive.names("")
    with pytest.raises(Refused, match="jobindsats replay"):
        tidy(resources)
    assert archive.names("") == before


def test_a_receipt_that_is_damaged_lets_nothing_be_removed(resources: Resources, archive: Archive) -> None:
    look(archive, at=LONG_AGO)
    (receipt,) = archive.names("publications")
    archive.put_file(receipt, b"{")
    before = archive.names("")
    with pytest.raises(ArchiveTrouble, match="is damaged"):
        tidy(resources)
    assert archive.names("") == before


def test_a_vintage_rests_on_its_look_before_it_has_a_receipt(resources: Resources, archive: Archive) -> None:
    (receipt,) = archive.names("publications")
    archive.remove(receipt)
    assert tidy(resources).files == ()


def test_what_cannot_be_removed_is_said(resources: Resources, archive: Archive) -> None:
    folder = Path(archive.root.removeprefix("file://")) / replace(look(archive, at=LONG_AGO)).name
    folder.unlink()
    folder.mkdir()
    with pytest.raises(ArchiveTrouble, match=r"cannot be removed from the archive .* tidy again"):
        archive.remove(str(folder.relative_to(archive.root.removeprefix("file://"))))
    archive.remove("manifests/never.jsonl")


@pytest.mark.parametrize(
    ("of_bytes", "shown"), [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (49_012_345, "49.0 MB"), (2e9, "2.0 GB")]
)
def test_bytes_are_shown_for_a_person(of_bytes: float, shown: str) -> None:
    assert size(int(of_bytes)) == shown
