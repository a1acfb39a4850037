"""Whether the embedded server is reached at a port of this machine too, and the password of its owner there.

Both are kept in the data folder, in a file that only its owner may read, so that a server that is started anew listens again.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from warehouse.formats.owner_only import for_the_owner

ADDRESS = "127.0.0.1"
"""The only address it ever listens on."""

_FILE = "postgres-port"


class Kept(NamedTuple):
    """The port, and the password of the server's owner."""

    port: int
    password: str


def kept(data_dir: Path) -> Kept | None:
    """What is kept of a data folder; None: its server is reached through its socket alone."""
    with suppress(OSError, ValueError):
        port, password = (data_dir / _FILE).read_text(encoding="utf-8").split()
        return Kept(int(port), password)
    return None


def keep(data_dir: Path, wanted: Kept | None) -> None:
    """Keep a port and a password, whole or not at all; None: keep none any more."""
    if wanted is None:
        (data_dir / _FILE).unlink(missing_ok=True)
        return
    unfinished = data_dir / f".{_FILE}-{os.getpid()}"
    with open(unfinished, "w", encoding="utf-8", opener=for_the_owner) as file:
        file.write(f"{wanted.port}\n{wanted.password}\n")
    unfinished.replace(data_dir / _FILE)


def is_free(port: int) -> bool:
    """Whether no other program listens at a port, and this user may."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((ADDRESS, port))
        except OSError:
            return False
    return True


def port_to_open(data_dir: Path) -> int | None:
    """The port at which a server that is started now is to listen; none where another program has taken it.

    A night does not fail because of that: `jobindsats warehouse up` and `doctor` tell of it.
    """
    wanted = kept(data_dir)
    return wanted.port if wanted is not None and is_free(wanted.port) else None
