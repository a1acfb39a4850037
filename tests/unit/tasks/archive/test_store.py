"""The archive keeps bytes once, under their hash, whole or not at all, and refuses what is damaged."""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from tasks.archive.store import Archive, ArchiveTrouble, Entry, Manifest

CONTENT = b'{"columns":["Periode"],"rows":[["2026M07"]]}' * 50

DIGEST = hashlib.sha256(CONTENT).hexdigest()

MANIFEST = Manifest(
    table_id="y25i01",
    publisher="https://api.jobindsats.dk/v3",
    publisher_updated_on=date(2026, 8, 19),
    seen_at=datetime(2026, 8, 20, 4, 15, 0, 123456, tzinfo=UTC),
    run_id=7,
    entries=(
        Entry("/table/y25i01?format=json", "2026-08-20T04:14:00+00:00", 200, 44, "a" * 64),
        Entry("/data/y25i01?period.M=2026M07&x=Område", "2026-08-20T04:14:30+00:00", 200, 2200, DIGEST),
    ),
)


def root(archive: Archive) -> Path:
    return Path(archive.root.removeprefix("file://"))


def payload(archive: Archive) -> Path:
    return root(archive) / "payloads" / DIGEST[:2] / f"{DIGEST}.gz"


def files(archive: Archive) -> list[Path]:
    return [path for path in root(archive).rglob("*") if path.is_file()]


def test_bytes_are_kept_under_their_hash_compressed(archive: Archive) -> None:
    assert archive.put(CONTENT) == DIGEST
    assert files(archive) == [payload(archive)]
    assert gzip.decompress(payload(archive).read_bytes()) == CONTENT
    assert archive.get(DIGEST) == CONTENT


def test_the_same_bytes_twice_are_kept_once_and_not_written_again(archive: Archive) -> None:
    archive.put(CONTENT)
    written = payload(archive).stat()
    assert archive.put(CONTENT) == DIGEST
    again = payload(archive).stat()
    assert (again.st_ino, again.st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
    assert len(files(archive)) == 1


def test_two_archives_keep_the_same_bytes_in_the_same_file(tmp_path: Path) -> None:
    one, two = Archive((tmp_path / "one").as_uri()), Archive((tmp_path / "two").as_uri())
    one.put(CONTENT)
    two.put(CONTENT)
    assert payload(one).read_bytes() == payload(two).read_bytes()


@pytest.mark.parametrize("content", [b"", b"\x00\xff", "Område".encode()])
def test_any_bytes_come_back_as_they_were(archive: Archive, content: bytes) -> None:
    assert archive.get(archive.put(content)) == content


def test_what_is_missing_is_refused(archive: Archive) -> None:
    with pytest.raises(ArchiveTrouble, match="archive"):
        archive.get(DIGEST)


def damaged(archive: Archive, content: bytes) -> None:
    archive.put(CONTENT)
    payload(archive).write_bytes(content)


WHOLE = gzip.compress(CONTENT)

DAMAGES = {
    "other bytes": gzip.compress(b"something else"),
    "torn": WHOLE[: len(WHOLE) // 2],
    "empty": b"",
    "no gzip": b"\x00" * 40,
    "a flipped bit": WHOLE[:20] + bytes([WHOLE[20] ^ 1]) + WHOLE[21:],
    "a wrong checksum": WHOLE[:-8] + bytes(8),
}


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_a_damaged_payload_is_refused_with_its_name(archive: Archive, damage: str) -> None:
    damaged(archive, DAMAGES[damage])
    with pytest.raises(ArchiveTrouble, match=DIGEST[:12]):
        archive.get(DIGEST)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_written_again_when_its_bytes_come_again(archive: Archive, damage: str) -> None:
    damaged(archive, DAMAGES[damage])
    assert archive.put(CONTENT) == DIGEST
    assert archive.get(DIGEST) == CONTENT
    assert files(archive) == [payload(archive)]


def test_what_is_missing_is_named(archive: Archive) -> None:
    archive.put(CONTENT)
    payload(archive).unlink()
    with pytest.raises(ArchiveTrouble, match=f"{DIGEST}.gz is missing .* restore it from a copy"):
        archive.get(DIGEST)


def test_the_archive_says_which_answers_it_holds(archive: Archive) -> None:
    assert archive.holds({DIGEST}) == set()
    other = archive.put(b"other")
    assert archive.holds({archive.put(CONTENT), other, "f" * 64}) == {DIGEST, other}
    payload(archive).write_bytes(b"")
    assert archive.holds({DIGEST, other}) == {other}


def test_a_manifest_comes_back_as_it_was(archive: Archive) -> None:
    name = archive.put_manifest(MANIFEST)
    assert name == MANIFEST.name == "manifests/y25i01/20260820T041500123456Z-7.jsonl"
    assert archive.get_manifest(name) == MANIFEST
    assert len((root(archive) / name).read_text(encoding="utf-8").splitlines()) == 3


def test_a_manifest_without_a_date_or_answers_comes_back_too(archive: Archive) -> None:
    bare = Manifest("y25i01", "p", None, MANIFEST.seen_at, 8, ())
    assert archive.get_manifest(archive.put_manifest(bare)) == bare


def test_a_missing_manifest_is_refused(archive: Archive) -> None:
    with pytest.raises(ArchiveTrouble):
        archive.get_manifest("manifests/y25i01/never.jsonl")


@pytest.mark.parametrize("content", [b"", b"{", b"{}\n", b"\xff\xfe"])
def test_a_damaged_manifest_is_refused(archive: Archive, content: bytes) -> None:
    name = archive.put_manifest(MANIFEST)
    (root(archive) / name).write_bytes(content)
    with pytest.raises(ArchiveTrouble):
        archive.get_manifest(name)


@pytest.mark.parametrize("what", ["payload", "manifest"])
def test_a_write_that_breaks_leaves_nothing_half_written(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def torn(handle: int) -> None:
        os.ftruncate(handle, 10)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", torn)
        with pytest.raises(ArchiveTrouble, match="No space left"):
            _ = archive.put(CONTENT) if what == "payload" else archive.put_manifest(MANIFEST)
    assert files(archive) == []
    assert archive.get(archive.put(CONTENT)) == CONTENT


def test_what_a_killed_write_left_is_no_file_of_the_archive(archive: Archive) -> None:
    archive.put(CONTENT)
    payload(archive).rename(payload(archive).with_name(f"{DIGEST}.gz.part-0"))
    assert archive.holds({DIGEST}) == set()
    assert archive.names("payloads") == set()
    assert archive.get(archive.put(CONTENT)) == CONTENT


def test_nothing_is_written_outside_the_archive(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "not there"))
    assert archive.get(archive.put(CONTENT)) == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


def test_an_archive_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file where a folder should be")
    archive = Archive((tmp_path / "occupied").as_uri())
    with pytest.raises(ArchiveTrouble, match="occupied"):
        archive.put(CONTENT)


def test_any_fsspec_address_will_do() -> None:
    archive = Archive(f"memory://{uuid4().hex}")
    assert archive.get(archive.put(CONTENT)) == CONTENT
    assert archive.get_manifest(archive.put_manifest(MANIFEST)) == MANIFEST
    assert archive.names("manifests") == {MANIFEST.name}
    assert archive.holds({archive.put(CONTENT)}) == {DIGEST}


def test_only_the_owner_may_read_or_list_anything_of_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        archive = Archive(str(tmp_path / "deep" / "archive"))
        archive.put(b"one")
        archive.put_file("publications/y01a02/one.json", b"{}")
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "deep" / "archive").rglob("*") if path.is_file()}
    assert modes == {0o600}
    folders = [tmp_path / "deep" / "archive", *(tmp_path / "deep" / "archive").rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders if path.is_dir()} == {0o700}


def test_an_archive_that_others_could_enter_is_closed_to_them_when_it_is_next_written(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    root.mkdir(mode=0o755)
    root.chmod(0o755)
    Archive(str(root)).put(b"one")
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
