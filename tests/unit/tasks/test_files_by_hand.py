"""Files in YAML that people write: each reader has a limit, waits for no pipe, and follows no link out of a folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.answers.claims import fill_mart, read_file
from tasks.load_assumptions import own_assumptions
from tasks.sources.local_files import fetch as local_files
from warehouse.assumptions.model import AssumptionError
from warehouse.catalogue import additions
from warehouse.claims.file import ClaimsError
from warehouse.settings import Settings

LARGE = 300_000_000
NAME = "y01a02.yml"


def contract(path: Path) -> str:
    return " ".join(local_files.look_into(path.parent).sentences)


def catalogue(path: Path) -> str:
    return additions.look_into(path.parent).wrong[path.stem]


def claims(path: Path) -> str:
    with pytest.raises(ClaimsError) as refused:
        read_file(path)
    return str(refused.value)


def assumptions(path: Path) -> str:
    with pytest.raises(AssumptionError) as refused:
        own_assumptions(Settings(assumptions=path))
    return str(refused.value)


READERS = [contract, catalogue, claims, assumptions]


@pytest.mark.parametrize("read", READERS)
def test_what_is_far_too_large_is_not_read_to_its_end(tmp_path: Path, read: Callable[[Path], str]) -> None:
    with (tmp_path / NAME).open("wb") as stream:
        stream.truncate(LARGE)
    said = read(tmp_path / NAME)
    assert NAME in said
    assert "is too large: at most " in said
    assert f"{LARGE:,}" not in said, "it was counted, so it was read"


@pytest.mark.parametrize("read", [catalogue, claims, assumptions])
def test_a_pipe_is_waited_for_by_nobody(tmp_path: Path, read: Callable[[Path], str]) -> None:
    os.mkfifo(tmp_path / NAME)
    assert "is no file" in read(tmp_path / NAME)


def test_a_link_in_a_folder_is_told_by_its_name_and_one_that_is_named_is_read(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret"
    secret.write_text("Hemmeligt: [", encoding="utf-8")
    link = tmp_path / NAME
    link.symlink_to(secret)
    with pytest.raises(ClaimsError) as refused:
        fill_mart(None, place=tmp_path)  # type: ignore[arg-type]  # the warehouse is not asked
    for said in (contract(link), catalogue(link), str(refused.value)):
        assert NAME in said
        assert "is a symbolic link" in said
        assert "Hemmeligt" not in said
    assert "Hemmeligt" in claims(link), "whoever names a file may name it by a link"
    assert "Hemmeligt" in assumptions(link)
