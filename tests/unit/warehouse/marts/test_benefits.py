"""The planner is told how many recipients' rows there are, where it knows of fewer."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, text

from tests.properties.releases import shown
from tests.unit.warehouse.marts.test_whole import publish
from warehouse.marts.benefits import analyze, rebuild

_COPIED = """
insert into marts.benefit_recipients
select (jsonb_populate_record(found, jsonb_build_object('period', 'copy ' || number))).*
from marts.benefit_recipients found cross join generate_series(cast(:first as integer), :last) number
where found.period = '2025M07'
"""
_KNOWN = "select reltuples from pg_class where oid = 'marts.benefit_recipients'::regclass"


def copied(connection: Connection, *, first: int, last: int) -> None:
    """Copies of the one row there is, from one number to another."""
    connection.execute(text(_COPIED), {"first": first, "last": last})


@pytest.mark.parametrize(("rows", "known"), [(22, 20), (23, 23)])
def test_the_planner_is_told_of_more_than_a_tenth_more(engine: Engine, rows: int, known: int) -> None:
    publish(engine, shown(3), at=0)
    with engine.connect() as connection:
        rebuild(connection, table_id="y07a02")
        copied(connection, first=2, last=20)
        analyze(connection)
        assert connection.scalar(text(_KNOWN)) == 20
        copied(connection, first=21, last=rows)
        analyze(connection)
        assert connection.scalar(text(_KNOWN)) == known


def test_a_mart_of_which_only_the_number_of_rows_is_known_is_analysed(engine: Engine) -> None:
    publish(engine, shown(3), at=0)
    with engine.connect() as connection:
        rebuild(connection, table_id="y07a02")
        copied(connection, first=2, last=20)
        # As after a dump was read back: an index that is made tells of the rows, and of what is in them nothing.
        connection.execute(text("create index on marts.benefit_recipients (period)"))
        assert connection.scalar(text(_KNOWN)) == 20
        analyze(connection)
        columns = connection.scalar(text("select count(*) from pg_stats where tablename = 'benefit_recipients'"))
        assert columns
