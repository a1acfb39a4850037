"""Writes a file whole or not at all: who opens it sees the one before or the new one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

UNFINISHED = ".unfinished-"
"""How the names begin of files that are being written, and of those that a killed process leaves."""


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """A place beside `file` to write to: it becomes the file when the block ends, and is removed where the block fails."""
    unfinished = file.with_name(f"{UNFINISHED}{uuid4().hex[:8]}-{file.name}")
    try:
        yield unfinished
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
