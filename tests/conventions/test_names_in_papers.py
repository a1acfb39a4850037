"""Every path and every command that a paper or a docstring names exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.command_line.main import app
from tests.conventions.sources import FLOORS, ROOT, named, parsed, production

PAPERS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if path.name != "CHANGELOG.md"  # it tells of what was
)
ROOTS = "|".join((*FLOORS, "tests", "docs"))
PATH = re.compile(rf"(?<![\w./*-])((?:{ROOTS})/[\w./-]*[\w/])")


def paths_in(text: str) -> Iterator[str]:
    """The paths of the project that a text names; placeholders and patterns are none."""
    for found in PATH.findall(text):
        if "THEME" not in found and "..." not in found:
            yield found.rstrip(".")


def exists(path: str) -> bool:
    return (ROOT / path).exists() or (ROOT / f"{path}.py").exists()


@pytest.mark.parametrize("paper", PAPERS, ids=named)
def test_every_path_in_a_paper_exists(paper: Path) -> None:
    missing = {path for path in paths_in(paper.read_text(encoding="utf-8")) if not exists(path)}
    assert missing == set()


def docstrings() -> Iterator[tuple[str, str]]:
    for path in production():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                said = ast.get_docstring(node)
                if said:
                    yield named(path), said


def test_every_path_in_a_docstring_exists() -> None:
    missing = {(where, path) for where, said in docstrings() for path in paths_in(said) if not exists(path)}
    assert missing == set()


def test_every_path_in_a_comment_or_a_message_exists() -> None:
    texts = ((named(path), path.read_text(encoding="utf-8")) for path in production())
    missing = {(where, path) for where, text in texts for path in paths_in(text) if not exists(path)}
    assert missing == set()


COMMANDS = {name for name in app if not name.startswith("-")}


@pytest.mark.parametrize("paper", PAPERS, ids=named)
def test_every_command_in_a_paper_exists(paper: Path) -> None:
    spoken = re.findall(r"`(?:[^`\n]*/)?jobindsats ([a-z][a-z-]*)", paper.read_text(encoding="utf-8"))
    assert set(spoken) - COMMANDS == set()


def test_every_command_in_a_message_exists() -> None:
    texts = (path.read_text(encoding="utf-8") for path in production())
    spoken = {found for text in texts for found in re.findall(r"`jobindsats ([a-z][a-z-]*)", text)}
    assert spoken - COMMANDS == set()
