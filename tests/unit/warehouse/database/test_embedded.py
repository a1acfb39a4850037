"""The embedded server: who gets in, which folders it may stand in, and what copies, moves and stale files do to it."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from sqlalchemy import URL, create_engine, text

from tests.journey.test_two_users import as_user
from warehouse.database import embedded
from warehouse.database.embedded import WarehouseUnreachable

pytestmark = pytest.mark.slow


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder that only this user may enter, with a short path; its server is stopped."""
    with tempfile.TemporaryDirectory(prefix="closed-") as folder:
        yield Path(folder)
        for data in Path(folder).iterdir():
            embedded.stop(data)


def ask(url: URL, question: str) -> object:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.scalar(text(question))
    finally:
        engine.dispose()


def postmaster(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split()[0])


def reached_at(number: int) -> set[Path]:
    """The sockets at which a process listens; fails where it listens at a port."""
    process = psutil.Process(number)
    assert process.net_connections("inet") == []
    return {Path(process.cwd()) / each.laddr for each in process.net_connections("unix") if each.laddr}


@pytest.mark.parametrize("name", ["sæt", "med blank", "100 %", "a#b", "%20", "it's", 'a"b', "$HOME"])
def test_any_name_of_a_folder_will_do(closed: Path, name: str) -> None:
    data = closed / name
    assert ask(embedded.start(data), "select 1") == 1
    assert sorted(path.name for path in closed.iterdir()) == [name]


def test_only_its_owner_gets_in_and_the_folders_above_stay_closed(closed: Path) -> None:
    data = closed / "data"
    url = embedded.start(data)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "postgres").stat().st_mode) == 0o700
    assert reached_at(postmaster(data)) == {data / "postgres" / ".s.PGSQL.5432"}
    if os.geteuid() == 0:
        closed.chmod(0o755)
        data.chmod(0o755)
        assert "Permission denied" in as_user("nobody", lambda: print(ask(url, "select 1")))
        (data / "postgres").chmod(0o755)
        assert "eer authentication failed" in as_user("nobody", lambda: print(ask(url, "select 1")))


def test_its_environment_holds_nothing_of_ours(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBINDSATS_API_TOKEN", "s3cret")
    embedded.start(closed / "data")
    server = psutil.Process(postmaster(closed / "data"))
    told = [Path(f"/proc/{process.pid}/environ").read_bytes() for process in (server, *server.children())]
    assert b"PATH=" in told[0], "it can be read, and is not empty"
    assert len(told) > 1, "the server's children are looked at too"
    for environment in told:
        assert b"s3cret" not in environment
        assert b"JOBINDSATS" not in environment


def test_too_long_a_path_is_a_sentence(closed: Path) -> None:
    with pytest.raises(WarehouseUnreachable, match=r"bytes too long for the socket .* JOBINDSATS_DATA_DIR"):
        embedded.start(closed / ("x" * 90))


def test_a_copy_of_a_folder_whose_server_runs_has_a_server_of_its_own(closed: Path) -> None:
    first, second = closed / "first", closed / "second"
    url = embedded.start(first)
    subprocess.run(["cp", "-a", str(first), str(second)], check=True)
    assert not embedded.is_running(second)
    assert not embedded.stop(second)
    assert embedded.is_running(first)
    other = embedded.start(second)
    ask(other, "select pg_create_physical_replication_slot('of_the_copy')")
    assert ask(url, "select count(*) from pg_replication_slots") == 0
    assert embedded.stop(second)
    assert ask(url, "select 1") == 1


def test_a_folder_that_is_moved_while_its_server_runs_goes_on(closed: Path) -> None:
    first, second = closed / "first", closed / "second"
    embedded.start(first)
    before = postmaster(first)
    shutil.move(first, second)
    assert ask(embedded.start(second), "select 1") == 1
    assert postmaster(second) == before
    assert embedded.stop(second)
    assert ask(embedded.start(second), "select 1") == 1


def test_a_stale_number_is_another_process_which_is_left_alone(closed: Path) -> None:
    data = closed / "data"
    embedded.start(data)
    os.kill(postmaster(data), signal.SIGKILL)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        stale = data / "postgres" / "postmaster.pid"
        stale.write_text("\n".join([str(stranger.pid), *stale.read_text().splitlines()[1:]]))
        assert not embedded.is_running(data)
        assert not embedded.stop(data)
        assert stranger.poll() is None
        assert ask(embedded.start(data), "select 1") == 1
        assert embedded.stop(data)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_whoever_holds_the_lock_is_named_in_time(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_PATIENCE_SECONDS", 1)
    data = closed / "data"
    data.mkdir()
    with embedded._alone(data / "postgres"):
        holder = [sys.executable, "-c", f"from warehouse.database import embedded as e; from pathlib import Path; "
                  f"e._PATIENCE_SECONDS = 1; e.start(Path({str(data)!r}))"]  # fmt: skip
        told = subprocess.run(holder, capture_output=True, text=True, check=False)
    assert "another process has held" in told.stderr
    assert "postgres.lock" in told.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without a name")
def test_a_user_without_a_name_is_told_what_is_missing(closed: Path) -> None:
    closed.chmod(0o777)

    def nameless() -> None:
        os.setuid(54_321)
        embedded.start(closed / "data")

    pid = os.fork()
    if pid == 0:
        try:
            nameless()
        except WarehouseUnreachable as error:
            os._exit(0 if "has no name on this machine" in str(error) else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


HOLD = """
import sys
from fasteners import InterProcessLock
assert InterProcessLock(sys.argv[1]).acquire(blocking=False)
print("held", flush=True)
sys.stdin.read()
"""


def test_nothing_in_the_common_temporary_folder_is_touched_or_waited_for(
    closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "_PATIENCE_SECONDS", 20)
    common = Path(tempfile.gettempdir())
    with lock_of_the_library() as lock:
        before = {*common.glob(".lockfile"), *common.glob(".s.PGSQL*")}
        touched = lock.stat().st_mtime_ns
        assert ask(embedded.start(closed / "data"), "select 1") == 1
        assert embedded.stop(closed / "data")
        assert {*common.glob(".lockfile"), *common.glob(".s.PGSQL*")} == before
        assert lock.stat().st_mtime_ns == touched


@contextmanager
def lock_of_the_library() -> Iterator[Path]:
    """The file in the common temporary folder that the server's library locks, held by another process."""
    lock = Path(tempfile.gettempdir()) / ".lockfile"
    was_there = lock.exists()
    holder = [sys.executable, "-c", HOLD, str(lock)]
    with subprocess.Popen(holder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "held\n"
            yield lock
        finally:
            process.communicate(timeout=20)
            if not was_there:
                lock.unlink()
