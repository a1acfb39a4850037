"""Files of people: read whole or refused, and no link followed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from tasks.sources.documents import plain_file
from tasks.sources.documents.plain_file import is_linked, read_still
from warehouse.formats.plain_file import FileUnfit

LONG_AGO = 1_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that was saved long ago."""
    path = tmp_path / "courses.csv"
    path.write_bytes(b"Tilbud;Antal\n")
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def test_a_file_is_read_and_one_that_is_too_large_one_byte_beyond(file: Path) -> None:
    assert read_still(file, most=100) == b"Tilbud;Antal\n"
    assert read_still(file, most=4) == b"Tilbu"


def test_a_file_that_was_saved_a_moment_ago_is_read_when_it_has_been_still(file: Path) -> None:
    file.write_bytes(b"whole\n")
    assert read_still(file, most=100) == b"whole\n"


def test_a_file_that_grows_is_looked_at_again_and_then_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_file, "_PAUSE_SECONDS", 0.05)
    with Growing(file), pytest.raises(FileUnfit, match="still being written: it is read the next time"):
        read_still(file, most=10_000_000)
    assert read_still(file, most=10_000_000).endswith(b"row\n")


class Growing:
    """A program that writes one row after the other to a file until the block ends."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.ended = Event()
        self.begun = Event()
        self.hand = Thread(target=self.write)

    def write(self) -> None:
        with self.file.open("ab", buffering=0) as stream:
            while not self.ended.wait(0.001):
                stream.write(b"row\n")
                self.begun.set()

    def __enter__(self) -> None:
        self.hand.start()
        assert self.begun.wait(10)

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.hand.join()


def link(to: Path, at: Path) -> None:
    at.symlink_to(to)


def pipe(to: Path, at: Path) -> None:
    os.mkfifo(at)


def folder(to: Path, at: Path) -> None:
    at.mkdir()


@pytest.mark.parametrize(
    ("make", "says"),
    [(link, "symbolic link"), (pipe, "is no file"), (folder, "is no file")],
)
def test_what_is_no_file_of_the_folder_is_not_read(
    file: Path, tmp_path: Path, make: Callable[[Path, Path], None], says: str
) -> None:
    make(file, tmp_path / "other.csv")
    with pytest.raises(FileUnfit, match=says) as refused:
        read_still(tmp_path / "other.csv", most=100)
    assert "Tilbud" not in str(refused.value)


def test_what_lies_behind_a_link_is_linked_and_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "real" / "behind").symlink_to(tmp_path / "real" / "deep")
    (tmp_path / "folder").symlink_to(tmp_path / "real")
    folder = tmp_path / "folder"
    assert is_linked(folder / "behind" / "a.csv", folder=folder)
    assert is_linked(folder / "behind", folder=folder)
    assert not is_linked(folder / "deep" / "a.csv", folder=folder)
