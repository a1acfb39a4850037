"""The readers' role: it may read every mart, and can neither see nor change nor make anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from flows.command_line.main import run
from tasks.answers.claims import fill_mart
from tests.conventions.sources import ROOT
from warehouse import migrations
from warehouse.database.reader_limits import READER
from warehouse.database.reader_role import SESSION, ReaderRefused, excess, give, renew
from warehouse.marts.benefits import rebuild
from warehouse.marts.contract import FIGURE_MARTS, MARTS
from warehouse.marts.fill import fill


@pytest.fixture(autouse=True)
def administrator(module_engine: Engine) -> None:
    """Making roles is the server's administrator's right, and a given server's user may lack it."""
    with module_engine.connect() as connection:
        if not connection.scalar(text("select rolsuper from pg_roles where rolname = current_user")):
            pytest.skip("the user of the given server may not make roles and act as them")


@pytest.fixture
def login(engine: Engine) -> Iterator[str]:
    """The name of an account that is gone after the test."""
    name = f"reader_{uuid4().hex[:10]}"
    yield name
    with engine.begin() as connection:
        if connection.scalar(text("select true from pg_roles where rolname = :name"), {"name": name}):
            connection.execute(text(f"drop owned by {name}"))
            connection.execute(text(f"drop role {name}"))


@contextmanager
def acting_as(engine: Engine, role: str) -> Iterator[Connection]:
    """A transaction with the rights of a role, undone at its end."""
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text(f"set local role {role}"))
        yield connection
        transaction.rollback()


def gives(engine: Engine, login: str | None = None) -> list[str]:
    with engine.begin() as connection:
        given = give(connection, login=login)
    assert given.remarks == []
    return given.done


def test_a_reader_may_read_every_mart(engine: Engine, login: str) -> None:
    assert gives(engine, login)[-2:] == [f"The role {login} was made", f"{login} is one of {READER}"]
    for role in (READER, login):
        with acting_as(engine, role) as connection:
            for mart in MARTS:
                assert connection.scalar(text(f"select count(*) from marts.{mart.name}")) is not None
            as_of = text("select count(*) from marts.benefit_recipients_as_of('2026-08-10', '163')")
            assert connection.scalar(as_of) == 0


def test_an_account_asks_with_the_readers_settings_and_keeps_its_own(engine: Engine, login: str) -> None:
    gives(engine, login)
    settings = text("select unnest(rolconfig) from pg_roles where rolname = :name")
    with engine.begin() as connection:
        assert {f"{name}={value}" for name, value in SESSION.items()} <= set(
            connection.scalars(settings, {"name": login})
        )
        connection.execute(text(f"alter role {login} set random_page_cost = 3"))
    gives(engine, login)
    with engine.connect() as connection:
        assert "random_page_cost=3" in set(connection.scalars(settings, {"name": login}))


FORBIDDEN = [
    "select * from core.observations",
    "select * from core.vintages",
    "select * from core.observations_as_of('infinity')",
    "select * from core.benefit_recipients_of(1::smallint, 'infinity')",
    "select * from core.assumptions",
    "select * from ops.runs",
    "select * from ops.mart_recipes",
    "select * from ops.schema_version",
    "insert into marts.claim_check select * from marts.claim_check",
    "update marts.benefit_recipients set back_cast = true",
    "delete from marts.savings",
    "truncate marts.savings",
    "drop table marts.savings",
    "comment on table marts.savings is 'mine'",
    "alter table marts.savings add column mine text",
    "create index on marts.savings (area_code)",
    "create table marts.mine (a int)",
    "create table public.mine (a int)",
    "create table staging.mine (a int)",
    "create temporary table mine (a int)",
    "create view public.mine as select 1",
    "create function public.mine() returns int language sql as 'select 1'",
    "create schema mine",
    "create role mine",
    "copy marts.savings to program 'cat'",
    "copy (select 1) to '/tmp/mine'",
    "select pg_read_file('PG_VERSION')",
    "select lo_create(0)",
    "select lo_from_bytea(0, 'mine')",
    "select pg_advisory_lock(1)",
    "select pg_try_advisory_xact_lock(1, 1)",
    "select pg_terminate_backend(pid) from pg_stat_activity where usename <> current_user and pid <> pg_backend_pid()",
    "select passwd from pg_shadow",
    "set role postgres",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_a_reader_can_neither_see_nor_change_nor_make_anything_else(module_reader: Engine, statement: str) -> None:
    with acting_as(module_reader, READER) as connection, pytest.raises(DBAPIError) as refused:
        # Set role asks the rights of the session's own user, so a session of the reader's own is asked that.
        connection.execute(text(statement if not statement.startswith("set role") else "select pg_reload_conf()"))
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege), refused.value


@pytest.fixture(scope="module")
def module_reader(module_engine: Engine) -> Engine:
    """A warehouse that was given to readers."""
    with module_engine.begin() as connection:
        give(connection)
    return module_engine


def test_giving_again_changes_nothing_and_takes_back_what_was_granted_by_hand(engine: Engine) -> None:
    gives(engine)
    with engine.begin() as connection:
        connection.execute(text(f"grant usage, create on schema core to {READER}"))
        connection.execute(text(f"grant select, delete on core.vintages, ops.runs to {READER}"))
        connection.execute(text(f"grant insert on marts.savings to {READER}"))
        connection.execute(text("grant temporary on database " + str(engine.url.database) + " to public"))
        found = excess(connection, READER)
    assert sorted(found) == [
        "create in the schema core", "make temporary tables", "write core.vintages", "write marts.savings",
    ]  # fmt: skip
    assert gives(engine) == [f"{READER} may read every table of marts, and nothing else"]
    with engine.connect() as connection:
        assert excess(connection, READER) == []


@pytest.mark.parametrize(
    "rebuilt",
    [
        lambda connection: rebuild(connection, table_id="y01a02"),
        *(lambda connection, mart=mart: fill(connection, mart) for mart in FIGURE_MARTS[:1]),
        lambda connection: fill_mart(connection, place=ROOT / "docs" / "examples" / "claims" / "five-papers.yml"),
    ],
    ids=["benefit_recipients", "a figure", "claims"],
)
def test_what_is_rebuilt_is_granted_again_in_the_same_transaction(
    engine: Engine, rebuilt: Callable[[Connection], object]
) -> None:
    gives(engine)
    with engine.begin() as connection:
        connection.execute(text(f"revoke select on marts.savings, marts.freshness from {READER}"))
        rebuilt(connection)
        connection.execute(text(f"set local role {READER}"))
        connection.execute(text("select from marts.savings, marts.freshness"))


def test_an_upgrade_grants_again(engine: Engine) -> None:
    gives(engine)
    with engine.begin() as connection:
        connection.execute(text(f"revoke select on marts.savings from {READER}"))
    migrations.upgrade(engine)
    with acting_as(engine, READER) as connection:
        connection.execute(text("select from marts.savings"))


def test_a_warehouse_that_was_never_given_to_readers_stays_shut(engine: Engine, module_reader: Engine) -> None:
    with engine.begin() as connection:
        renew(connection)
        assert not connection.scalar(text(f"select has_schema_privilege('{READER}', 'marts', 'usage')"))


@pytest.mark.parametrize("name", ["Dashboards", "a b", "x;drop", "pg_reader", "1st", "", "a" * 64, READER])
def test_a_name_that_is_none_is_refused(module_reader: Engine, name: str) -> None:
    with module_reader.begin() as connection, pytest.raises(ReaderRefused, match="cannot be an account's name"):
        give(connection, login=name)


def test_the_warehouses_own_user_is_no_reader(module_reader: Engine) -> None:
    with module_reader.begin() as connection:
        ourselves = connection.scalar(text("select current_user"))
        with pytest.raises(ReaderRefused, match="is not one for dashboards"):
            give(connection, login=ourselves)


def test_an_account_that_may_more_is_told(engine: Engine, login: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"create role {login} login"))
        connection.execute(text(f"grant pg_read_all_data to {login}"))
        [remark] = give(connection, login=login).remarks
    assert "act as pg_read_all_data" in remark
    assert "read core.vintages" in remark


def test_who_may_not_make_roles_is_told_what_an_administrator_does(module_reader: Engine, login: str) -> None:
    keeper = f"{login}_k"
    with module_reader.connect() as connection, connection.begin() as transaction:
        give(connection)
        connection.execute(text(f"create role {keeper}"))
        connection.execute(text(f"grant {connection.scalar(text('select current_user'))} to {keeper}"))
        connection.execute(text(f"set local role {keeper}"))
        with pytest.raises(ReaderRefused) as refused:
            give(connection, login=login)
        transaction.rollback()
    assert f"{keeper} may not manage roles" in str(refused.value)
    assert f'create role "{login}" login' in str(refused.value)


def test_the_command_makes_an_account_and_says_what_to_do_next(
    engine: Engine, login: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JOBINDSATS_WAREHOUSE_URL", engine.url.render_as_string(hide_password=False))
    assert run(["warehouse", "reader", "--login", login]) == 0
    said = capsys.readouterr().out
    assert f"{login} is one of {READER}" in said
    assert f"\\password {login}" in said.replace("\n", "")
    assert run(["warehouse", "reader", "--login", "No Name"]) == 1
    assert "cannot be an account's name" in capsys.readouterr().err
    with engine.connect() as connection:
        settings = connection.scalar(text("select rolconfig from pg_roles where rolname = :name"), {"name": login})
        assert "default_transaction_read_only=on" in settings
        assert (
            connection.scalar(text("select rolpassword from pg_authid where rolname = :name"), {"name": login}) is None
        )
