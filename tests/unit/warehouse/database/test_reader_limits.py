"""What one account of readers may take of the server: connections, room for files, time; and what it cannot take off again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import Connection, Engine, text

from flows.command_line.main import run
from warehouse.database.reader_limits import end_overdue, lacking, set_limits
from warehouse.database.reader_role import give

MOST = 40


@pytest.fixture(scope="module")
def engine(module_engine: Engine) -> Engine:
    """A warehouse whose server lets accounts in without a password, as the embedded one does, and whose superuser we are."""
    with module_engine.connect() as connection:
        if not connection.scalar(text("select rolsuper from pg_roles where rolname = current_user")):
            pytest.skip("the user of the given server may not make roles")
    return module_engine


@pytest.fixture
def login(engine: Engine) -> Iterator[str]:
    """An account of readers, gone after the test."""
    name = f"reader_{uuid4().hex[:10]}"
    with engine.begin() as connection:
        assert give(connection, login=name).remarks == []
    yield name
    with engine.begin() as connection:
        end_overdue(connection, longest=timedelta(0))
        connection.execute(text(f"drop role {name}"))


@contextmanager
def session(engine: Engine, login: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A session of the account itself."""
    url = engine.url.set(drivername="postgresql", username=login)
    try:
        connection = psycopg.connect(
            url.render_as_string(hide_password=False), autocommit=True, application_name="tableau"
        )
    except psycopg.OperationalError as error:
        if "password" in str(error):
            pytest.skip("the given server asks accounts for a password")
        raise
    try:
        connection.execute("set default_transaction_read_only = off")
        yield connection
    finally:
        connection.close()


def test_an_account_has_so_many_connections_and_no_more(engine: Engine, login: str) -> None:
    with ExitStack() as opened:
        for _ in range(MOST):
            opened.enter_context(session(engine, login))
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            opened.enter_context(session(engine, login))


CANNOT_BE_LIFTED = [
    "set temp_file_limit = -1",
    "alter role {login} set temp_file_limit = -1",
    "alter role {login} reset temp_file_limit",
    "alter role {login} connection limit -1",
    "alter role {login} superuser",
    "select pg_logical_emit_message(false, 'mine', repeat('x', 1000000))",
    "select pg_logical_emit_message(true, 'mine', 'x')",
]


@pytest.mark.parametrize("statement", CANNOT_BE_LIFTED)
def test_what_it_cannot_lift(engine: Engine, login: str, statement: str) -> None:
    with session(engine, login) as reader, pytest.raises(errors.InsufficientPrivilege):
        reader.execute(statement.format(login=login).encode())


def test_resetting_all_of_its_own_settings_leaves_the_limit_on_files(engine: Engine, login: str) -> None:
    with session(engine, login) as reader:
        reader.execute(f"alter role {login} reset all".encode())
    with session(engine, login) as reader:
        assert reader.execute("show temp_file_limit").fetchone() == ("256MB",)


def test_the_gigabyte_of_earlier_warehouses_is_lowered(engine: Engine, login: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"alter role {login} set temp_file_limit = '1GB'"))
        assert set_limits(connection) == []
    with session(engine, login) as reader:
        assert reader.execute("show temp_file_limit").fetchone() == ("256MB",)


def test_a_sort_of_a_billion_rows_ends_for_want_of_room(engine: Engine, login: str) -> None:
    with engine.begin() as connection:
        # As a smaller one, so that the test does not write a gigabyte.
        connection.execute(text(f"alter role {login} set temp_file_limit = '20MB'"))
    with session(engine, login) as reader, pytest.raises(errors.ConfigurationLimitExceeded):
        reader.execute("select n from generate_series(1, 1000000000) n order by n desc")


TAKEN_OFF = [
    "alter role {login} set statement_timeout = 0",
    "alter role {login} reset all",
    "alter role {login} set idle_in_transaction_session_timeout = '0s'",
    "alter role {login} in database {database} set statement_timeout = 0",
]


@pytest.mark.parametrize("statement", TAKEN_OFF)
def test_what_it_took_off_is_told_and_put_back(engine: Engine, login: str, statement: str) -> None:
    with session(engine, login) as reader:
        reader.execute(statement.format(login=login, database=engine.url.database).encode())
    with engine.begin() as connection:
        assert [lack for lack in lacking(connection) if lack.says.startswith(f"{login} has no ")]
        assert set_limits(connection) == []
    with session(engine, login) as reader:
        assert reader.execute("show statement_timeout").fetchone() == ("5min",)
        assert reader.execute("show idle_in_transaction_session_timeout").fetchone() == ("5min",)


def test_limits_of_a_persons_own_stay(engine: Engine, login: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"alter role {login} connection limit 7"))
        connection.execute(text(f"alter role {login} set statement_timeout = '1h'"))
        connection.execute(text(f"alter role {login} set temp_file_limit = '5GB'"))
        assert give(connection, login=login).remarks == []
        limit = connection.scalar(text("select rolconnlimit from pg_roles where rolname = :name"), {"name": login})
    with session(engine, login) as reader:
        shown = [
            reader.execute(f"show {name}".encode()).fetchone() for name in ("statement_timeout", "temp_file_limit")
        ]
    assert (limit, shown) == (7, [("1h",), ("5GB",)])


BEGUN: list[Callable[[psycopg.Connection[tuple[object, ...]]], object]] = [
    lambda reader: reader.execute("begin; select from marts.freshness"),
    lambda reader: reader.pgconn.send_query(b"select sum(sqrt(n)) from generate_series(1, 1000000000000) n"),
]


@pytest.mark.parametrize("begun", BEGUN, ids=["a sleeper in a transaction", "a computation without end"])
def test_what_lasts_too_long_is_ended_and_told(
    engine: Engine, login: str, begun: Callable[[psycopg.Connection[tuple[object, ...]]], object]
) -> None:
    with session(engine, login) as reader, engine.connect() as ours:
        reader.execute("set statement_timeout = 0")
        begun(reader)
        while not _at_work(ours, login):
            ours.rollback()
        assert end_overdue(ours) == []
        ours.execute(text("begin"))
        [ended] = end_overdue(ours, longest=timedelta(0))
        assert ended.startswith(f"{login} (tableau) since 20")


def _at_work(connection: Connection, login: str) -> bool:
    asked = text("select count(*) from pg_stat_activity where usename = :login and xact_start is not null")
    return bool(connection.scalar(asked, {"login": login}))


def test_our_own_sessions_are_never_ended(engine: Engine, login: str) -> None:
    with engine.connect() as ours, engine.connect() as other:
        ours.execute(text("select 1"))
        assert end_overdue(other, longest=timedelta(0)) == []


@pytest.fixture
def keeper(engine: Engine, login: str) -> Iterator[str]:
    """An owner of the marts who administers nothing, as on a rented server."""
    name = f"{login}_k"
    with engine.begin() as connection:
        superuser = connection.scalar(text("select current_user"))
        connection.execute(text(f"create role {name}; alter schema marts owner to {name}"))
    yield name
    with engine.begin() as connection:
        connection.execute(text(f"alter schema marts owner to {superuser}; drop owned by {name}; drop role {name}"))


def test_what_a_server_lacks_is_told_with_the_statement_that_an_administrator_runs(
    engine: Engine, login: str, keeper: str
) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text(f"alter role {login} connection limit -1; alter role {login} reset all"))
        connection.execute(text("grant execute on function lo_create(oid) to public"))
        connection.execute(text(f"set local role {keeper}"))
        said = "\n".join(set_limits(connection))
        transaction.rollback()
    assert f"{login} may open every connection. An administrator can: alter role {login} connection limit 40;" in said
    assert f"alter role {login} set temp_file_limit = '256MB';" in said
    assert f"{login} has no statement_timeout" in said
    assert f"we may not end what {login} began. An administrator can: grant {login} to {keeper};" in said
    assert "every account may call lo_create and the like" in said
    assert "and a night needs 12: lower their limits" in said


def test_an_owner_who_may_act_as_the_account_ends_what_it_began(engine: Engine, login: str, keeper: str) -> None:
    with session(engine, login) as reader, engine.connect() as ours:
        reader.execute("begin; select 1")
        ours.execute(text(f"grant {login} to {keeper}"))
        ours.execute(text(f"set local role {keeper}"))
        assert not [lack for lack in lacking(ours) if f"we may not end what {login}" in lack.says]
        assert len(end_overdue(ours, longest=timedelta(0))) == 1


def test_the_command_sets_limits_and_tells_what_it_ended(
    engine: Engine, login: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JOBINDSATS_WAREHOUSE_URL", engine.url.render_as_string(hide_password=False))
    with engine.begin() as connection:
        connection.execute(text(f"alter role {login} connection limit -1"))
    assert run(["warehouse", "limits"]) == 0
    assert "may last 5 minutes" in capsys.readouterr().out
    with engine.connect() as connection:
        assert lacking(connection) == []
