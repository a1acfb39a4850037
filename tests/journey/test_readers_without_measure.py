"""One account of readers takes all that it can: a night, an upgrade and the other readers end as promised."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from time import monotonic
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import create_engine, text

from tasks.upkeep import administration
from tests.conftest import Stage
from tests.scene import Scene
from warehouse import migrations
from warehouse.database import reader_limits
from warehouse.database.reader_role import give

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TABLES = ["y01a02"]
Session = psycopg.Connection[tuple[object, ...]]
# Row by row: as a table, the series would be written to the disk first, by 28 sessions.
COMPUTES = b"select sum(sqrt(n)) from (select generate_series(1, 1000000000000) as n) s"
SORTS = b"select n, repeat('x', 100) from generate_series(1, 1000000000) n order by n desc"


@pytest.fixture(scope="module")
def scene(stage: Stage) -> Iterator[Scene]:
    """A warehouse after a night, with two accounts of readers."""
    with stage(today="2023-11-05", scale="small") as scene:
        if not scene.query("select rolsuper from pg_roles where rolname = current_user")[0]["rolsuper"]:
            pytest.skip("the user of the given server may not make roles")
        assert scene.night(tables=TABLES).outcome == "completed"
        yield scene


@pytest.fixture
def accounts(scene: Scene) -> Iterator[tuple[str, str]]:
    """Two accounts, gone after the test with all that they began."""
    names = (f"reader_{uuid4().hex[:10]}", f"reader_{uuid4().hex[:10]}")
    engine = create_engine(scene.database)
    with engine.begin() as connection:
        for name in names:
            assert give(connection, login=name).remarks == []
    yield names
    with engine.begin() as connection:
        reader_limits.end_overdue(connection, longest=timedelta(0))
        connection.execute(text(f"drop role {names[0]}, {names[1]}"))
    engine.dispose()


@contextmanager
def session(scene: Scene, account: str) -> Iterator[Session]:
    """A session of an account that has taken its limits of time off."""
    url = scene.database.set(drivername="postgresql", username=account)
    try:
        connection = psycopg.connect(url.render_as_string(hide_password=False), autocommit=True, connect_timeout=30)
    except psycopg.OperationalError as error:
        if "password" in str(error):
            pytest.skip("the given server asks accounts for a password")
        raise
    try:
        for setting in ("statement_timeout", "idle_in_transaction_session_timeout", "default_transaction_read_only"):
            connection.execute(f"set {setting} = 0".encode())
        yield connection
    finally:
        connection.close()


def at_work(scene: Scene, account: str) -> int:
    counted = "select count(*) as n from pg_stat_activity where usename = :account and xact_start is not null"
    return int(scene.query(counted, account=account)[0]["n"])


def test_nights_upgrades_and_other_readers_end(scene: Scene, accounts: tuple[str, str]) -> None:
    greedy, modest = accounts
    with ExitStack() as opened:
        sessions = [opened.enter_context(session(scene, greedy)) for _ in range(30)]
        for each in sessions[:28]:
            each.pgconn.send_query(COMPUTES)
        sessions[28].pgconn.send_query(SORTS)
        sessions[29].execute("begin; select from marts.freshness")
        while at_work(scene, greedy) < 30:
            pass
        # The others read what stands, and no upgrade or night that has nothing to change waits for the sleeper.
        with session(scene, modest) as other:
            assert other.execute("select count(*) from marts.benefit_recipients").fetchone() != (0,)
        assert administration.migrate() == migrations.newest()
        assert scene.night("2023-12-05", tables=TABLES).outcome == "completed"
        with session(scene, modest) as other:
            assert other.execute("select count(*) from marts.benefit_recipients").fetchone() != (0,)


def takes_all(scene: Scene, account: str, opened: ExitStack) -> None:
    """Open one session after another, for ever."""
    while True:
        opened.enter_context(session(scene, account))


def test_as_many_connections_as_there_are_leave_a_night_its_own(scene: Scene, accounts: tuple[str, str]) -> None:
    refused = "too many connections for role|remaining connection slots"
    with ExitStack() as opened:
        for account in accounts:
            with pytest.raises(psycopg.OperationalError, match=refused):
                takes_all(scene, account, opened)
        assert scene.night("2024-01-05", tables=TABLES).outcome == "completed"


def test_a_night_ends_what_has_lasted_too_long_and_puts_limits_back(
    scene: Scene, accounts: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    greedy, _ = accounts
    monkeypatch.setattr(reader_limits.end_overdue, "__kwdefaults__", {"longest": timedelta(0)})
    with session(scene, greedy) as sleeper:
        sleeper.execute(f"alter role {greedy} set statement_timeout = 0".encode())
        sleeper.execute("begin; select from marts.freshness")
        began = monotonic()
        assert scene.night(tables=TABLES).outcome == "completed"
        with pytest.raises(errors.AdminShutdown):
            sleeper.execute("select 1")
    kept = scene.query("select rolconfig from pg_roles where rolname = :name", name=greedy)[0]["rolconfig"]
    assert "statement_timeout=5min" in kept
    assert monotonic() - began < 300
