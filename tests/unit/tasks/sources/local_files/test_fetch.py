"""A folder of local files: each contract with its newest file, and a sentence for all that does not fit."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tasks.archive.store import Archive
from tasks.sources.access import Access
from tasks.sources.local_files.contract import ContractError
from tasks.sources.local_files.fetch import Folder, contracts_in, due, fetch, look_into
from tests.local import read_local_file, text_of
from warehouse.danish.clock import Clock
from warehouse.settings import Settings

NOW = datetime(2026, 8, 20, 4, 15, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one contract and its file."""
    declare(tmp_path / "courses.yml")
    (tmp_path / "courses.csv").write_text("Tilbud;Antal\nA;1\n", encoding="utf-8")
    return tmp_path


def declare(path: Path, **changes: Any) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text_of(**changes), encoding="utf-8")
    return path


def save(path: Path, *, at: int) -> Path:
    path.write_text("Tilbud;Antal\nA;1\n", encoding="utf-8")
    os.utime(path, (at, at))
    return path


def names(found: Folder) -> list[str]:
    return [file.path.name for file in found.files]


def test_a_contract_with_its_file_is_found_and_nothing_else_is_said(folder: Path) -> None:
    found = look_into(folder)
    assert contracts_in(folder) == [folder / "courses.yml"]
    assert (names(found), found.sentences) == (["courses.csv"], ())
    assert read_local_file(found.files[0])["value"].to_list() == [1.0]


def test_of_the_files_that_a_pattern_names_the_newest_is_read(folder: Path) -> None:
    declare(folder / "courses.yml", file="courses*.csv")
    save(folder / "courses.csv", at=1_000)
    save(folder / "courses-b.csv", at=3_000)
    save(folder / "courses-a.csv", at=2_000)
    found = look_into(folder)
    assert names(found) == ["courses-b.csv"]
    assert [path.name for path in found.files[0].older] == ["courses.csv", "courses-a.csv"]
    assert found.sentences == ()


def test_of_files_saved_in_the_same_instant_the_last_by_name_is_read(folder: Path) -> None:
    declare(folder / "courses.yml", file="courses*.csv")
    for name in ("courses-2.csv", "courses-1.csv", "courses.csv"):
        save(folder / name, at=1_000)
    assert names(look_into(folder)) == ["courses.csv"]


def test_a_name_with_brackets_is_a_name(folder: Path) -> None:
    declare(folder / "courses.yml", file="tal [2022].csv")
    (folder / "courses.csv").rename(folder / "tal [2022].csv")
    assert names(look_into(folder)) == ["tal [2022].csv"]


def test_a_contract_without_its_file_is_said(folder: Path) -> None:
    (folder / "courses.csv").unlink()
    found = look_into(folder)
    assert found.files == ()
    assert found.sentences == ("courses.yml: there is no file 'courses.csv' beside it; Jobcentret has it to send",)


def test_a_file_without_a_contract_is_said_and_those_of_nobody_are_not(folder: Path) -> None:
    for name in ("curses.csv", ".DS_Store", "~$courses.xlsx", "README.md"):
        (folder / name).write_text("x", encoding="utf-8")
    found = look_into(folder)
    assert names(found) == ["courses.csv"]
    assert found.sentences == ("curses.csv: no contract names this file; write one, rename it or take it away",)


def test_a_wrong_contract_is_said_and_does_not_hide_the_others(folder: Path) -> None:
    declare(folder / "wrong.yml", unknown=1)
    (folder / "torn.yml").write_bytes(b"\xff\xfe")
    found = look_into(folder)
    assert names(found) == ["courses.csv"]
    assert [sentence.split(":")[0] for sentence in found.wrong_contracts] == ["torn.yml", "wrong.yml, line 21"]


def test_two_contracts_of_one_table_are_said_and_neither_is_read(folder: Path) -> None:
    declare(folder / "other.yml")
    found = look_into(folder)
    assert found.files == ()
    assert found.sentences == (
        "courses.yml and other.yml: all declare `table: courses`; none of them is read until each has its own",
    )


def test_two_tables_may_be_read_from_one_file(folder: Path) -> None:
    declare(folder / "other.yml", table="others")
    assert names(look_into(folder)) == ["courses.csv", "courses.csv"]


def test_contracts_may_lie_in_folders_and_name_files_below_themselves(folder: Path) -> None:
    declare(folder / "ungdom" / "courses.yaml", table="others", file="tal/*.csv")
    (folder / "ungdom" / "tal").mkdir()
    save(folder / "ungdom" / "tal" / "juni.csv", at=1_000)
    found = look_into(folder)
    assert (names(found), found.sentences) == (["courses.csv", "juni.csv"], ())


def test_a_pattern_never_names_a_contract_or_a_folder(folder: Path) -> None:
    declare(folder / "courses.yml", file="*")
    (folder / "tal").mkdir()
    assert names(look_into(folder)) == ["courses.csv"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="is not a folder: create it"):
        look_into(tmp_path / "nowhere")


@pytest.mark.parametrize("pattern", ["x" * 300 + ".csv", "x" * 300 + "*.csv"])
def test_a_pattern_that_is_longer_than_any_name_names_no_file_and_hides_no_other(folder: Path, pattern: str) -> None:
    declare(folder / "odd.yml", table="odd", file=pattern)
    found = look_into(folder)
    assert names(found) == ["courses.csv"]
    assert "odd.yml: there is no file" in found.sentences[0]
    assert len(found.sentences[0]) < 300


@pytest.mark.parametrize("escape", ["\\0", "\\uD800"])
def test_a_contract_with_a_sign_that_no_text_can_hold_is_said_with_its_line(folder: Path, escape: str) -> None:
    path = declare(folder / "odd.yml", table="odd", file="odd.csv")
    path.write_text(f'{path.read_text()}\nnote: "a{escape}b"\n', encoding="utf-8")
    found = look_into(folder)
    assert names(found) == ["courses.csv"]
    assert "odd.yml" in found.wrong_contracts[0]
    assert "control characters such as NUL, and half a sign, cannot stand in a text" in found.wrong_contracts[0]


def test_a_file_whose_name_is_not_utf_8_is_read_and_archived_under_a_washed_name(
    folder: Path, archive: Archive
) -> None:
    declare(folder / "odd.yml", table="odd", file="odd*.csv")
    Path(os.fsdecode(os.fsencode(folder) + b"/odd\xe6.csv")).write_text("Tilbud;Antal\nA;1\n", encoding="utf-8")
    Path(os.fsdecode(os.fsencode(folder) + b"/fremmed\xff.csv")).write_text("x", encoding="utf-8")
    access = Access(Settings(local_files=folder), clock=Clock(NOW), archive=archive, run_id=1)
    found = {each.table_id: each for each in due(access, wanted=frozenset())}
    assert found["local_odd"].reason == "found odd.yml, odd\ufffd.csv"
    fetched = fetch(found["local_odd"], access=access)
    assert archive.get_manifest(fetched.manifest).entries[1].asked == "file:odd\ufffd.csv"
    assert found["local_courses"].fetch


def test_links_are_not_followed_and_told_by_their_names_only(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.csv"
    secret.write_text("Tilbud;Antal\nHemmeligt;1\n", encoding="utf-8")
    declare(secret.with_name("secret.yml"), table="secrets", file="secret.csv")
    (folder / "courses.csv").unlink()
    (folder / "courses.csv").symlink_to(secret)
    (folder / "other.yml").symlink_to(secret.with_name("secret.yml"))
    (folder / "tal").symlink_to(secret.parent)
    (folder / "nowhere.csv").symlink_to(folder / "gone")
    declare(folder / "below.yml", table="below", file="tal/*.csv")
    found = look_into(folder)
    assert found.files == ()
    assert [path.name for path in contracts_in(folder)] == ["below.yml", "courses.yml"]
    linked = "is a symbolic link or lies behind one, and links are not followed: put the file itself there"
    assert found.sentences[-4:] == tuple(
        f"{name} {linked}" for name in ("courses.csv", "nowhere.csv", "other.yml", "tal")
    )
    assert "Hemmeligt" not in " ".join(found.sentences)
