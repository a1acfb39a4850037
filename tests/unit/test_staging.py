"""Staging on a real PostgreSQL: filled with COPY, left over by the dead and dropped by the living."""

from __future__ import annotations

import polars as pl
import pytest
from sqlalchemy import Connection, Engine, inspect, text

from tests.properties.releases import HIDDEN, MEMBERS, PERSONS, TABLE, forget, night, open_run, shown, stage
from warehouse.catalogue import Table, jobindsats
from warehouse.staging import (
    SeriesNumbers,
    canonical,
    copy_in,
    create_staging,
    drop_leftovers,
    drop_staging,
    finish_staging,
    staging_name,
    table_number,
)


@pytest.fixture
def engine(module_engine: Engine) -> Engine:
    """The module's warehouse, emptied: a database of its own for each test would cost more than the test."""
    forget(module_engine)
    return module_engine


RELEASE = {("2026M06", 163, PERSONS): shown(491), ("2026M06", 741, PERSONS): HIDDEN}


def staged_tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names(schema="staging"))


def end(connection: Connection, run_id: int) -> None:
    connection.execute(text("update ops.runs set ended_at = :now where run_id = :id"), {"now": night(1), "id": run_id})


def test_rows_are_copied_with_their_values_and_nulls(engine: Engine) -> None:
    with engine.begin() as connection:
        name = stage(connection, RELEASE, run_id=open_run(connection))
        rows = connection.execute(text(f"select value, status::text from staging.{name} order by status")).all()
    assert [tuple(row) for row in rows] == [(491.0, "observed"), (None, "suppressed")]


@pytest.mark.parametrize("value", [0.1, 1 / 3, 0.1 + 0.2, 1e-7, 6_500_000.0, 1.08, -20_000.0, 5e15 + 1])
def test_a_number_is_copied_to_the_last_digit(engine: Engine, value: float) -> None:
    with engine.begin() as connection:
        name = stage(connection, {("2026M06", 163, PERSONS): shown(value)}, run_id=open_run(connection))
        assert connection.scalar(text(f"select value from staging.{name}")) == value


def test_another_attempt_of_the_same_run_begins_empty(engine: Engine) -> None:
    with engine.begin() as connection:
        run_id = open_run(connection)
        name = stage(connection, RELEASE, run_id=run_id)
        assert create_staging(connection, table_id=TABLE, run_id=run_id) == name
        assert connection.scalar(text(f"select count(*) from staging.{name}")) == 0


def test_a_status_nobody_knows_is_refused(engine: Engine) -> None:
    rows = pl.DataFrame({"series_id": [1], "period_id": [1202606], "value": [1.0], "status": ["guessed"]})
    with engine.connect() as connection:
        name = create_staging(connection, table_id=TABLE, run_id=open_run(connection))
        with pytest.raises(Exception, match="guessed"):
            copy_in(connection, rows, name=name)


def test_what_ended_and_unknown_runs_left_is_dropped_and_what_runs_stays(engine: Engine) -> None:
    with engine.begin() as connection:
        dead, alive = open_run(connection), open_run(connection)
        table_no = table_number(connection, table_id=TABLE)
        left = [stage(connection, RELEASE, run_id=run) for run in (dead, alive, 10_000)]
        for name in left:
            finish_staging(connection, name=name, table_no=table_no, root_members=MEMBERS)
        end(connection, dead)
    with engine.begin() as connection:
        dropped = drop_leftovers(connection)
        assert staged_tables(connection) == {left[1], f"{left[1]}_compared"}
    assert set(dropped) == {left[0], f"{left[0]}_compared", left[2], f"{left[2]}_compared"}
    with engine.begin() as connection:
        assert drop_leftovers(connection) == []


def test_dropping_takes_the_comparison_along_and_does_not_mind_absence(engine: Engine) -> None:
    with engine.begin() as connection:
        name = stage(connection, RELEASE, run_id=open_run(connection))
        finish_staging(connection, name=name, table_no=table_number(connection, table_id=TABLE), root_members=MEMBERS)
        drop_staging(connection, name=name)
        drop_staging(connection, name=name)
        assert staged_tables(connection) == set()


def test_a_series_keeps_its_number(engine: Engine) -> None:
    cells = pl.DataFrame(
        {
            "measure": [PERSONS],
            "area_id": [163],
            "members": [canonical(MEMBERS)],
            "period_id": [1202606],
            "value": [1.0],
        }
        | {"status": ["observed"]},
        schema_overrides={"area_id": pl.Int16, "period_id": pl.Int32},
    )
    with engine.begin() as connection:
        table_no = table_number(connection, table_id=TABLE)
        first = SeriesNumbers(connection, table_no=table_no).numbered(cells)
        again = SeriesNumbers(connection, table_no=table_no).numbered(cells)
    assert first["series_id"].to_list() == again["series_id"].to_list()
    assert first["series_id"].null_count() == 0


def test_members_are_the_same_text_in_any_order() -> None:
    assert canonical({"b": "æ", "a": "x"}) == canonical({"a": "x", "b": "æ"}) == '{"a": "x", "b": "æ"}'


def test_a_table_the_warehouse_does_not_know_is_named_with_the_next_step(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(LookupError, match=r"y99z99.*warehouse migrate"):
        table_number(connection, table_id="y99z99")


@pytest.mark.parametrize("table", jobindsats().tables, ids=lambda table: str(table.id))
def test_the_names_of_a_tables_staging_fit_postgresql(table: Table) -> None:
    assert len(f"{staging_name(table.id, run_id=2**31 - 1)}_compared") <= 63
