"""Opens files that nobody but their owner may read: tokens, passwords, and what the archive keeps."""

from __future__ import annotations

import os


def for_the_owner(path: str, flags: int) -> int:
    """An opener for `open` that makes a file with mode 0600."""
    return os.open(path, flags, 0o600)
