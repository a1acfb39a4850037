"""Scratch databases come and go, whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.pool import NullPool

from warehouse.database.scratch import PREFIX, ScratchRefused, same_database, scratch_beside


@contextmanager
def connected(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def ask(url: URL, statement: str) -> list[str]:
    with connected(url) as connection:
        found = connection.execute(text(statement))
        return [str(row[0]) for row in found] if found.returns_rows else []


def databases(url: URL) -> set[str]:
    return {name for name in ask(url, "select datname from pg_database") if name.startswith(PREFIX)}


def test_a_scratch_database_is_there_for_the_block_and_gone_after_it(database: URL) -> None:
    with scratch_beside(database) as url:
        assert ask(url, "select current_database()") == [str(url.database)]
        assert url.database in databases(database)
    assert url.database not in databases(database)


def fail_beside(database: URL) -> None:
    with scratch_beside(database) as url, connected(url) as connection:
        connection.execute(text("select 1"))
        raise LookupError(url.database)


def test_it_is_gone_after_a_failure_too_with_somebody_still_connected(database: URL) -> None:
    with pytest.raises(LookupError) as caught:
        fail_beside(database)
    assert str(caught.value) not in databases(database)


@pytest.mark.slow
def test_one_that_was_left_behind_is_dropped_and_one_in_use_is_not(database: URL) -> None:
    left = f"{PREFIX}left_behind"
    ask(database, f"create database {left}")
    with scratch_beside(database) as outer:
        assert left not in databases(database)
        with scratch_beside(database) as inner:
            assert {outer.database, inner.database} <= databases(database)


def test_an_account_that_may_make_none_is_told_what_to_do(database: URL) -> None:
    role = f"poor_{database.database}"
    ask(database, f"create role {role} login password 'nothing'")
    try:
        with pytest.raises(ScratchRefused, match="--warehouse"):
            scratch_beside(database.set(username=role, password="nothing")).__enter__()
    finally:
        ask(database, f"drop role {role}")


def test_a_database_is_known_however_it_is_addressed(database: URL) -> None:
    again = database.update_query_dict({"application_name": "x"})
    with scratch_beside(database) as url, connected(database) as one, connected(again) as same, connected(url) as other:
        assert same_database(one, same)
        assert not same_database(one, other)
