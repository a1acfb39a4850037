"""Writes a file whole or not at all: who opens it sees the one before or the new one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from warehouse.errors import QuestionError

UNFINISHED = ".unfinished-"
"""How the names begin of files that are being written, and of those that a killed process leaves."""


class FileNotWritten(QuestionError):
    """A file cannot be written where somebody wants it; the message names it, and `why` is the system's reason."""

    def __init__(self, file: Path, *, why: str) -> None:
        super().__init__(
            f"{file} cannot be written ({why}): name a file in a folder that is there, and see to room and rights"
        )
        self.why = why


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """A place beside `file` to write to: it becomes the file when the block ends, and is removed where the block fails.

    Raises FileNotWritten where the system refuses.
    """
    unfinished = file.with_name(f"{UNFINISHED}{uuid4().hex[:8]}-{file.name}")
    try:
        yield unfinished
        unfinished.replace(file)
    except OSError as error:
        raise FileNotWritten(file, why=error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
