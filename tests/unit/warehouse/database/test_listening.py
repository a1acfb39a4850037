"""The embedded server at a port: with its password, from this machine only, again after each start, cutting nobody off."""

from __future__ import annotations

import json
import re
import socket
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from flows.command_line.main import run
from tests.given import free_port
from warehouse.database import embedded, listening, loopback
from warehouse.database.embedded import WarehouseUnreachable

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The data folder of an embedded server that runs."""
    with tempfile.TemporaryDirectory(prefix="listening-") as folder:
        embedded.start(Path(folder))
        yield Path(folder)
        embedded.stop(Path(folder))


@pytest.fixture
def port(folder: Path) -> int:
    """The port at which it listens from now on."""
    port = free_port()
    listening.listen(folder, port=port)
    return port


def address(folder: Path) -> str:
    found = listening.address(folder)
    assert found is not None
    return found.render_as_string(hide_password=False)


def ask(address: str, question: str = "select 1") -> object:
    with psycopg.connect(address, connect_timeout=10) as connection:
        return (connection.execute(question).fetchone() or [None])[0]


def ask_at_socket(folder: Path, question: str) -> object:
    engine = create_engine(embedded.start(folder))
    try:
        with engine.connect() as connection:
            return connection.scalar(text(question))
    finally:
        engine.dispose()


def test_it_is_reached_with_its_password_from_this_machine_only(folder: Path, port: int) -> None:
    assert ask(address(folder), "select inet_server_port()") == port
    assert ask_at_socket(folder, "show listen_addresses") == "127.0.0.1"
    assert stat.S_IMODE((folder / "postgres-port").stat().st_mode) == 0o600
    password = loopback.kept(folder)
    assert password is not None
    for wrong in (
        address(folder).replace(password.password, "guessed"),
        f"postgresql://postgres@127.0.0.1:{port}/postgres",
    ):
        with pytest.raises(psycopg.OperationalError, match="password"):
            ask(wrong)
    # Another address of the same machine, as the one by which others see it.
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), timeout=5)
    assert password.password not in (folder / "postgres" / "log").read_text()


def test_it_listens_again_after_each_start_and_its_socket_is_where_it_was(folder: Path, port: int) -> None:
    before = address(folder)
    assert embedded.stop(folder)
    assert embedded.port(folder) is None
    assert ask_at_socket(folder, "select 1") == 1
    assert address(folder) == before
    assert ask(before) == 1
    listening.listen(folder, port=port)  # as it does already: nobody is cut off


def test_it_is_closed_again_and_its_password_is_gone(folder: Path, port: int) -> None:
    before = address(folder)
    listening.listen(folder, port=None)
    assert (embedded.port(folder), listening.address(folder), loopback.kept(folder)) == (None, None, None)
    with pytest.raises(psycopg.OperationalError, match="refused"):
        ask(before)
    assert ask_at_socket(folder, "select rolpassword is null from pg_authid where rolname = 'postgres'")


def test_nobody_is_cut_off_for_it(folder: Path, port: int) -> None:
    with psycopg.connect(address(folder), application_name="a dashboard") as connected:
        with pytest.raises(WarehouseUnreachable, match=r"would cut off .*a dashboard.* wait until they have ended"):
            listening.listen(folder, port=free_port())
        assert connected.execute("select 1").fetchone() == (1,)
    assert embedded.port(folder) == port


def test_a_port_that_is_taken_is_refused_and_keeps_no_start_from_its_end(
    folder: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBINDSATS_DATA_DIR", str(folder))
    from tasks.upkeep import administration

    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(WarehouseUnreachable, match="is taken by another program"),
    ):
        listening.listen(folder, port=other.getsockname()[1])
    assert ask(address(folder)) == 1
    assert administration.unheard() is None
    embedded.stop(folder)
    with socket.create_server(("127.0.0.1", port)):
        assert ask_at_socket(folder, "select 1") == 1
        assert listening.address(folder) is None
        assert f"port {port} of 127.0.0.1 was taken" in str(administration.unheard())


Say = Callable[..., str]


@pytest.fixture
def say(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command of `warehouse` over that folder; gives what it printed, and on standard error."""
    monkeypatch.setenv("JOBINDSATS_DATA_DIR", str(folder))

    def said(*words: str, status: int = 0) -> str:
        capsys.readouterr()
        assert run(["warehouse", *words]) == status
        printed = capsys.readouterr()
        return printed.out + printed.err

    return said


def test_readers_come_in_with_a_password_that_is_told_once(say: Say, folder: Path) -> None:
    told = say("up", "--port", str(free_port()))
    kept = loopback.kept(folder)
    assert kept is not None
    assert (f"127.0.0.1:{kept.port}" in told, kept.password in told) == (True, False)
    assert ask(say("url").strip()) == 1
    first = re.findall(r"postgresql://\S+", say("reader", "--login", "powerbi"))[0]
    assert ask(first, "select count(*) > 0 from marts.data_dictionary") is True
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(first, "select count(*) from core.observations")
    again = json.loads(say("reader", "--login", "powerbi", "--json"))["next"][0]
    assert f"postgresql://powerbi@127.0.0.1:{kept.port}/postgres and the password that was told" in again
    second = re.findall(r"postgresql://\S+", say("reader", "--login", "powerbi", "--new-password"))[0]
    assert ask(second) == 1
    with pytest.raises(psycopg.OperationalError, match="password"):
        ask(first)
    say("up", "--port", "0")
    assert "--new-password is for an account" in say("reader", "--login", "powerbi", "--new-password", status=2)


@pytest.mark.parametrize("port", ["80", "70000", "-1"])
def test_a_port_that_cannot_be_is_told(say: Say, port: str) -> None:
    assert "name one from 1024 to 65535" in say("up", f"--port={port}", status=2)


def test_a_server_of_one_s_own_is_not_opened(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBINDSATS_WAREHOUSE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert "--port is for the embedded one" in say("up", "--port", "5433", status=2)
