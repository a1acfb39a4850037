"""Two users of one machine each have a warehouse: neither meets the other's files."""

from __future__ import annotations

import os
import pwd
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from warehouse import migrations
from warehouse.database import embedded, sessions

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user; CI is root"),
]


def whole_life(folder: Path) -> None:
    """Start a server, make a warehouse, read from it, stop it."""
    engine = create_engine(embedded.start(folder), connect_args=sessions.SESSION)
    migrations.upgrade(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from core.areas"))
    engine.dispose()
    assert embedded.stop(folder)


def as_user(name: str, work: Callable[[], None]) -> str:
    """Do work in a child of this process as another user, with all modules loaded already; gives what went wrong."""
    user = pwd.getpwnam(name)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        said = ""
        try:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            os.chdir("/")
            work()
        except BaseException:  # noqa: BLE001  # whatever it was, the parent is told
            said = traceback.format_exc()
        os.write(writing, said.encode()[-4000:])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def test_a_second_user_has_a_warehouse_of_their_own() -> None:
    second = pwd.getpwnam("nobody")
    with (
        tempfile.TemporaryDirectory(prefix="first-user-") as mine,
        tempfile.TemporaryDirectory(prefix="second-") as theirs,
    ):
        whole_life(Path(mine) / "data")
        os.chown(theirs, second.pw_uid, second.pw_gid)
        assert as_user("nobody", lambda: whole_life(Path(theirs) / "data")) == ""
        owners = {path.stat().st_uid for path in (Path(theirs) / "data").rglob("*")}
        assert owners == {second.pw_uid}
