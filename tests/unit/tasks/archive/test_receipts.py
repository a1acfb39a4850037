"""Receipts of publications: what the archive knows of each vintage, and that a lost one is written again."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tasks.archive.receipts import (
    Publication,
    get_publication,
    get_publications,
    missing_answers,
    published,
    put_publication,
    write_missing,
)
from tasks.archive.store import Archive, ArchiveTrouble, Entry, Manifest
from tests.properties.releases import PERSONS, Release, forget, night, publish_release, shown

RECEIPT = Publication(
    table_id="y25i01",
    seen_at=datetime(2026, 8, 20, 4, 15, 0, 123456, tzinfo=UTC),
    publisher="https://api.jobindsats.dk/v3",
    publisher_updated_on=date(2026, 8, 19),
    manifest="manifests/y25i01/20260820T041500123456Z-7.jsonl",
    content_hash="c" * 64,
    new=594,
    revised=1525,
    withdrawn=0,
    unchanged=33521,
    code_version="0.1.0",
)

NAME = "publications/y25i01/20260820T041500123456Z.json"

FIRST: Release = {("2026M06", 163, PERSONS): shown(477)}

SECOND: Release = {("2026M06", 163, PERSONS): shown(491)}


@pytest.fixture
def engine(module_engine: Engine) -> Engine:
    """The module's warehouse, emptied, with two vintages."""
    forget(module_engine)
    for at, release in enumerate((FIRST, SECOND)):
        publish_release(module_engine, release, seen_at=night(at))
    return module_engine


def file(archive: Archive, name: str = NAME) -> Path:
    return Path(archive.root.removeprefix("file://")) / name


@pytest.mark.parametrize(
    "receipt",
    [RECEIPT, dataclasses.replace(RECEIPT, publisher_updated_on=None, release_reason="STAR bekræfter: 'Område' er ny")],
)
def test_a_receipt_comes_back_as_it_was(archive: Archive, receipt: Publication) -> None:
    assert put_publication(archive, receipt) == receipt.name == NAME
    assert get_publication(archive, NAME) == receipt
    assert get_publications(archive) == [receipt]


def test_a_receipt_written_twice_is_written_once(archive: Archive) -> None:
    put_publication(archive, RECEIPT)
    before = file(archive).read_bytes()
    put_publication(archive, RECEIPT)
    assert file(archive).read_bytes() == before
    assert archive.names("publications") == {NAME}


def test_a_moment_has_one_name_whatever_its_zone() -> None:
    danish = RECEIPT.seen_at.astimezone(timezone(timedelta(hours=2)))
    assert dataclasses.replace(RECEIPT, seen_at=danish).name == NAME


def test_receipts_come_in_the_order_the_vintages_were_seen(archive: Archive) -> None:
    later = dataclasses.replace(RECEIPT, table_id="y01a02", seen_at=RECEIPT.seen_at + timedelta(days=30))
    same_time = dataclasses.replace(RECEIPT, table_id="y01a02")
    for receipt in (later, RECEIPT, same_time):
        put_publication(archive, receipt)
    assert get_publications(archive) == [same_time, RECEIPT, later]


def test_an_archive_without_receipts_has_none(archive: Archive) -> None:
    assert get_publications(archive) == []


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[]", b"\xff\xfe", b'"a"', b"null"])
def test_a_damaged_receipt_is_refused_by_name(archive: Archive, content: bytes) -> None:
    put_publication(archive, RECEIPT)
    file(archive).write_bytes(content)
    with pytest.raises(ArchiveTrouble, match=NAME):
        get_publications(archive)


def test_a_receipt_under_anothers_name_is_refused(archive: Archive) -> None:
    put_publication(archive, RECEIPT)
    written = json.loads(file(archive).read_text())
    file(archive).write_text(json.dumps(written | {"seen_at": "2026-08-21T04:15:00+00:00"}))
    with pytest.raises(ArchiveTrouble, match=NAME):
        get_publication(archive, NAME)


@pytest.mark.parametrize(
    ("publisher", "rehearsed"),
    [
        ("http://127.0.0.1:8080/v3", True),
        ("http://localhost:1/v3", True),
        ("http://[::1]:1/v3", True),
        ("https://api.jobindsats.dk/v3", False),
        ("https://127.example.dk/v3", False),
        ("https://localhost.example.dk/v3", False),
    ],
)
def test_a_rehearsal_is_known_by_its_publisher(publisher: str, rehearsed: bool) -> None:
    assert dataclasses.replace(RECEIPT, publisher=publisher).rehearsed is rehearsed


def test_what_was_published_has_its_receipts_written_once(engine: Engine, archive: Archive) -> None:
    with engine.connect() as connection:
        names = write_missing(connection, archive=archive)
        assert len(names) == 2
        assert write_missing(connection, archive=archive) == []
        told = get_publications(archive)
        assert told == list(published(connection))
    assert [(receipt.seen_at, receipt.new, receipt.revised) for receipt in told] == [(night(0), 1, 0), (night(1), 0, 1)]
    assert {receipt.code_version for receipt in told} == {"test"}


def test_a_lost_receipt_is_written_again_as_it_was(engine: Engine, archive: Archive) -> None:
    with engine.connect() as connection:
        lost, kept = write_missing(connection, archive=archive)
        before = file(archive, lost).read_bytes()
        file(archive, lost).unlink()
        assert write_missing(connection, archive=archive) == [lost]
    assert file(archive, lost).read_bytes() == before
    assert archive.names("publications") == {lost, kept}


def test_one_vintage_has_one_receipt(engine: Engine) -> None:
    with engine.connect() as connection:
        numbers = list(connection.scalars(text("select vintage_id from core.vintages order by 1")))
        found = [list(published(connection, vintage_id=number)) for number in numbers]
    assert [len(receipts) for receipts in found] == [1, 1]
    assert found[0] != found[1]


def published_from(archive: Archive, *contents: bytes) -> Publication:
    entries = tuple(Entry("/data/y25i01", "", 200, len(content), archive.put(content)) for content in contents)
    manifest = Manifest("y25i01", RECEIPT.publisher, None, RECEIPT.seen_at, 7, entries)
    receipt = dataclasses.replace(RECEIPT, manifest=archive.put_manifest(manifest))
    put_publication(archive, receipt)
    return receipt


def test_answers_that_are_gone_or_empty_are_named(archive: Archive) -> None:
    receipt = published_from(archive, b"one", b"two", b"three")
    assert missing_answers(archive) == {}
    gone, empty = archive.put(b"one"), archive.put(b"two")
    file(archive, f"payloads/{gone[:2]}/{gone}.gz").unlink()
    file(archive, f"payloads/{empty[:2]}/{empty}.gz").write_bytes(b"")
    assert missing_answers(archive) == {receipt.in_words: sorted([gone, empty])}


def test_a_manifest_that_is_gone_is_named(archive: Archive) -> None:
    receipt = published_from(archive, b"one")
    file(archive, receipt.manifest).unlink()
    assert missing_answers(archive) == {receipt.in_words: [receipt.manifest]}
