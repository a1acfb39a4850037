"""A mart is filled anew in one transaction: whoever reads meanwhile sees the old or the new, and waits for neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, insert, text

from tests.conventions.sources import named, production
from tests.properties.releases import Cell, Content, night, publish_release, shown
from warehouse.marts.benefits import rebuild
from warehouse.marts.claims import claim_check
from warehouse.marts.contract import FIGURE_MARTS
from warehouse.marts.fill import fill

CELL: Cell = ("2025M07", 163, "persons")

CLAIM = {
    "document": "a paper",
    "claim_no": 1,
    "point": "1",
    "statement": "s",
    "unit": "persons",
    "verdict": "holds",
    "reason": "before",
}

READ_COMMITTED, REPEATABLE_READ = "READ COMMITTED", "REPEATABLE READ"


def publish(engine: Engine, content: Content, *, at: int) -> None:
    publish_release(engine, {CELL: content}, seen_at=night(at), table_id="y07a02")


def persons(connection: Connection) -> list[float]:
    return list(connection.scalars(text("select recipients_persons from marts.benefit_recipients")))


@contextmanager
def impatient(engine: Engine, *, isolation: str) -> Iterator[Connection]:
    """A reader who waits for nobody: where a lock is in the way, the question is an error."""
    with engine.connect().execution_options(isolation_level=isolation) as connection:
        connection.execute(text("set lock_timeout = '50ms'"))
        yield connection
        connection.rollback()


@pytest.mark.parametrize(("isolation", "seen_after"), [(READ_COMMITTED, 5.0), (REPEATABLE_READ, 3.0)])
def test_the_old_is_read_until_the_new_is_there(engine: Engine, isolation: str, seen_after: float) -> None:
    publish(engine, shown(3), at=0)
    with engine.begin() as connection:
        rebuild(connection, table_id="y07a02")
    with impatient(engine, isolation=isolation) as reader:
        assert persons(reader) == [3.0]
        publish(engine, shown(5), at=1)
        with engine.connect() as writer, writer.begin():
            rebuild(writer, table_id="y07a02")
            assert persons(writer) == [5.0]
            assert persons(reader) == [3.0]
        assert persons(reader) == [seen_after]


@pytest.mark.parametrize("mart", FIGURE_MARTS, ids=lambda mart: mart.name)
def test_a_mart_of_figures_is_in_nobodys_way_while_it_is_filled(engine: Engine, mart: Table) -> None:
    with impatient(engine, isolation=READ_COMMITTED) as reader, engine.connect() as writer, writer.begin():
        fill(writer, mart)
        assert reader.execute(text(f"select * from {mart.fullname}")).all() == []


def deleted(connection: Connection) -> None:
    connection.execute(claim_check.delete())


def truncated(connection: Connection) -> None:
    connection.execute(text("truncate marts.claim_check"))


@pytest.mark.parametrize(("emptied", "seen"), [(deleted, ["before"]), (truncated, [])])
def test_why_a_mart_is_emptied_row_by_row(
    engine: Engine, emptied: Callable[[Connection], None], seen: list[Any]
) -> None:
    """Of a table that was truncated, whoever had begun to read the warehouse before finds nothing at all."""
    with engine.begin() as connection:
        connection.execute(insert(claim_check), CLAIM)
    with impatient(engine, isolation=REPEATABLE_READ) as reader:
        reader.execute(text("select 1 from core.areas limit 1"))
        with engine.begin() as connection:
            emptied(connection)
            connection.execute(insert(claim_check), CLAIM | {"reason": "after"})
        assert list(reader.scalars(text("select reason from marts.claim_check"))) == seen


def test_no_mart_is_truncated() -> None:
    assert [named(path) for path in production() if "truncate marts" in path.read_text(encoding="utf-8").lower()] == []
