"""The source files that the conventions are held against."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = ("dashboards", "flows", "tasks", "expectations", "warehouse")


@cache
def production() -> tuple[Path, ...]:
    """Every Python file of the product."""
    return tuple(path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py")))


@cache
def everything() -> tuple[Path, ...]:
    """Every text file that is part of the project."""
    folders = [ROOT / name for name in (*FLOORS, "tests", "docs", ".ci")]
    inside = [path for folder in folders if folder.is_dir() for path in folder.rglob("*") if path.is_file()]
    beside = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".env"]
    return tuple(path for path in sorted(inside + beside) if "__pycache__" not in path.parts and is_text(path))


def is_text(path: Path) -> bool:
    """Whether a file can be read as text."""
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return True


def named(path: Path) -> str:
    """A file by its path from the root."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """A file's syntax."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Every module a file imports, wherever in the file."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
