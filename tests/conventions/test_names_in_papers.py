"""Every path, link, command and setting that a paper or a docstring names exists; the index has every page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.command_line.main import app
from tests.conventions.sources import FLOORS, ROOT, named, parsed, production
from warehouse.settings import PREFIX, SETTINGS_FILE, Settings

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
    declared = [path for floor in FLOORS for path in (ROOT / floor).rglob("*") if path.suffix in (".sql", ".yml")]
    texts = ((named(path), path.read_text(encoding="utf-8")) for path in (*production(), *declared))
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


# ---- links and the index ------------------------------------------------------------------------------------------
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def links(paper: Path) -> list[str]:
    """The links of a paper to others of the project, without those to the web."""
    text = FENCED.sub("", paper.read_text(encoding="utf-8"))
    return [link for link in LINK.findall(text) if "://" not in link]


def headings(paper: Path) -> set[str]:
    """The headings of a paper, as a link to one of them names it."""
    text = FENCED.sub("", paper.read_text(encoding="utf-8"))
    plain = (re.sub(r"[^\w\s-]", "", line).strip().lower() for line in re.findall(r"^#+ (.*)$", text, re.MULTILINE))
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("paper", PAPERS, ids=named)
def test_every_link_in_a_paper_leads_somewhere(paper: Path) -> None:
    nowhere = []
    for link in links(paper):
        file, _, heading = link.partition("#")
        target = (paper.parent / file).resolve() if file else paper
        if not target.exists() or (heading and heading not in headings(target)):
            nowhere.append(link)
    assert nowhere == []


def test_the_index_has_every_page_once() -> None:
    index = ROOT / "docs" / "README.md"
    listed = [(index.parent / link.partition("#")[0]).resolve() for link in links(index)]
    pages = {path for path in (ROOT / "docs").rglob("*.md") if path != index}
    assert pages - set(listed) == set()
    assert [named(path) for path in pages if listed.count(path) > 2] == [], "a Danish and an English reader find it"


# ---- settings -----------------------------------------------------------------------------------------------------
SETTINGS = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def test_every_setting_stands_on_the_page_of_settings_and_no_other_does() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert set(re.findall(rf"^\| `({PREFIX}[A-Z_]+)` \|", page, re.MULTILINE)) == SETTINGS


@pytest.mark.parametrize("paper", PAPERS, ids=named)
def test_every_setting_in_a_paper_exists(paper: Path) -> None:
    spoken = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", paper.read_text(encoding="utf-8")))
    assert spoken <= SETTINGS | {SETTINGS_FILE}
