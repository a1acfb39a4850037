"""Reads files that people name or put into a folder: never more than a limit, and nothing that is no file.

What lies in a folder is told in reports and kept in the archive, and others may put things there: no link is followed.
A file that a person names may be a link.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

LINKED = "is a symbolic link or lies behind one, and links are not followed: put the file itself there"
_MOST_BYTES_OF_A_CHARACTER = 4


class FileUnfit(Exception):
    """A file is not to be read as it lies there; the message says what it is and what to do, and goes after its name."""


def read_named(path: Path, *, most_characters: int) -> bytes:
    """The bytes of a text that a person named; raises FileUnfit, also for one of more characters, and OSError."""
    return _read(path, most_characters=most_characters, flags=0)


def read_in_folder(path: Path, *, most_characters: int) -> bytes:
    """The bytes of a text in a folder; raises FileUnfit, also for a link and for one of more characters, and OSError."""
    return _read(path, most_characters=most_characters, flags=os.O_NOFOLLOW)


def open_unlinked(path: str, flags: int) -> int:
    """An opener for `open` that follows no link and waits for nobody; raises FileUnfit."""
    return _open(path, flags | os.O_NOFOLLOW)


def _read(path: Path, *, most_characters: int, flags: int) -> bytes:
    most = most_characters * _MOST_BYTES_OF_A_CHARACTER
    with open(path, "rb", opener=lambda name, mode: _open(name, mode | flags)) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise FileUnfit(f"is too large: at most {most_characters:,} characters are read")
    return content


def _open(path: str, flags: int) -> int:
    try:
        handle = os.open(path, flags | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise FileUnfit(LINKED) from error
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FileUnfit("is no file: put one there, or take it away")
    return handle
