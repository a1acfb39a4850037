"""Reads a file that a person put into a folder: no link is followed, and none is read while somebody writes it."""

from __future__ import annotations

import os
from pathlib import Path
from time import sleep, time
from typing import BinaryIO

from warehouse.formats.plain_file import FileUnfit, open_unlinked

_LOOKS = 3

_STILL_SECONDS, _PAUSE_SECONDS = 2.0, 1.0


def is_linked(path: Path, *, folder: Path) -> bool:
    """Whether a path in a folder, or a folder on the way to it, is a symbolic link; the folder itself may be one."""
    steps = [path, *path.parents]
    return any(step.is_symlink() for step in steps[: steps.index(folder)])


def read_still(path: Path, *, most: int) -> bytes:
    """The bytes of a file that is not being written; of one that is larger than `most`, one byte more than that.

    A file that was written a moment ago is looked at again after a pause. Raises FileUnfit, and OSError.
    """
    for _ in range(_LOOKS):
        with open(path, "rb", opener=open_unlinked) as stream:
            before = _state(stream)
            content = stream.read(most + 1)
            if not _is_old(before):
                sleep(_PAUSE_SECONDS)
            if _state(stream) == before:
                return content
    raise FileUnfit("is still being written: it is read the next time, when it is whole")


def _state(stream: BinaryIO) -> tuple[int, int]:
    about = os.fstat(stream.fileno())
    return about.st_size, about.st_mtime_ns


def _is_old(state: tuple[int, int]) -> bool:
    """By the system's clock, which wrote the time; a rehearsal's is another."""
    return state[1] / 1e9 < time() - _STILL_SECONDS
