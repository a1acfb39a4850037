"""A table's partition begins with its first load: the staged rows become the facts, and are what any load would be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from tasks.audit import keyed_meanwhile
from tests.properties.releases import (
    FULL_TIME,
    HIDDEN,
    PERSONS,
    TABLE,
    Release,
    count,
    forget,
    known_at,
    load,
    night,
    open_run,
    publish_release,
    shown,
    stage,
)
from warehouse.history.staging import drop_staging
from warehouse.history.vintages import StagingLost, Vintage, publish
from warehouse.schema import core as schema

FIRST: Release = {
    ("2026M06", 163, PERSONS): shown(491),
    ("2026M06", 163, FULL_TIME): shown(402.5),
    ("2026M06", 741, PERSONS): HIDDEN,
}

SECOND: Release = {**FIRST, ("2026M06", 163, PERSONS): shown(493), ("2026M07", 163, PERSONS): shown(500)}

PARTITION = f"core.observations_{TABLE}"


@pytest.fixture
def engine(module_engine: Engine) -> Engine:
    """The module's warehouse as it is before the table's first load."""
    forget(module_engine)
    with module_engine.begin() as connection:
        connection.execute(text(f"drop table if exists {PARTITION}"))
    return module_engine


def rows(engine: Engine, query: str) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(query)).mappings()]


def exists(engine: Engine, relation: str) -> bool:
    return rows(engine, f"select to_regclass('{relation}') is not null as there")[0]["there"] is True


def test_the_first_load_is_the_partition_and_says_what_the_whole_says(engine: Engine) -> None:
    assert not exists(engine, PARTITION)
    vintage = publish_release(engine, FIRST, seen_at=night(0))
    assert (vintage.new, vintage.revised, vintage.withdrawn, vintage.unchanged) == (3, 0, 0, 0)
    assert known_at(engine, night(0)) == FIRST
    assert {row["vintage_id"] for row in rows(engine, "select vintage_id from core.observations")} == {
        vintage.vintage_id
    }
    columns = rows(
        engine,
        "select a.attname as name, col_description(a.attrelid, a.attnum) as comment, pg_get_expr(d.adbin, d.adrelid) as given "
        "from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum "
        f"where a.attrelid = '{PARTITION}'::regclass and a.attnum > 0",
    )
    meant = {column.name: column.comment for column in schema.observations.columns}
    assert {column["name"]: column["comment"] for column in columns} == meant
    assert [column["given"] for column in columns] == [None] * len(columns)
    said = rows(engine, f"select obj_description('{PARTITION}'::regclass) as comment")[0]["comment"]
    assert said.startswith(f"Partition for {TABLE}: ")
    assert not exists(engine, f"staging.{TABLE}_run_1")


def test_it_has_the_keys_and_the_checks_of_any_partition(engine: Engine) -> None:
    publish_release(engine, FIRST, seen_at=night(0))
    found = rows(
        engine,
        "select conname, contype::text as kind from pg_constraint "
        f"where conrelid = '{PARTITION}'::regclass and contype <> 'n' order by 1",
    )
    assert found == [
        {"conname": "ck_observations_only_observed_has_a_value", "kind": "c"},
        {"conname": f"observations_{TABLE}_pkey", "kind": "p"},
    ]
    indexes = rows(
        engine, f"select indisvalid, indisunique from pg_index where indrelid = '{PARTITION}'::regclass order by 2"
    )
    assert indexes == [{"indisvalid": True, "indisunique": False}, {"indisvalid": True, "indisunique": True}]
    again = f"insert into core.observations select * from {PARTITION} limit 1"
    with pytest.raises(Exception, match=f"observations_{TABLE}_pkey"), engine.begin() as connection:
        connection.execute(text(again))


def test_what_comes_after_the_first_load_is_compared_with_it(engine: Engine) -> None:
    publish_release(engine, FIRST, seen_at=night(0))
    vintage = publish_release(engine, SECOND, seen_at=night(1))
    assert (vintage.new, vintage.revised, vintage.withdrawn, vintage.unchanged) == (1, 1, 0, 2)
    assert known_at(engine, night(0)) == FIRST
    assert known_at(engine, night(1)) == SECOND


def test_a_first_load_gets_its_key_while_somebody_reads_it(engine: Engine) -> None:
    with engine.begin() as connection:
        run_id = open_run(connection)
        name = stage(connection, FIRST, run_id=run_id)
    with engine.connect() as reader:
        reader.execute(text(f"select count(*) from staging.{name}"))
        with keyed_meanwhile(engine, name=name):
            pass
    assert exists(engine, f"staging.{name}_key")
    with engine.begin() as connection:
        publish(connection, load(name, run_id=run_id, seen_at=night(0)))
    assert known_at(engine, night(0)) == FIRST
    keys = rows(engine, f"select conname from pg_constraint where conrelid = '{PARTITION}'::regclass and contype = 'p'")
    assert keys == [{"conname": f"observations_{TABLE}_pkey"}]


def test_a_cell_that_is_there_twice_is_for_the_checks_to_tell_and_is_not_published(engine: Engine) -> None:
    with engine.begin() as connection:
        run_id = open_run(connection)
        name = stage(connection, FIRST, run_id=run_id)
        connection.execute(text(f"insert into staging.{name} select * from staging.{name} limit 1"))
    with keyed_meanwhile(engine, name=name):
        pass
    assert not exists(engine, f"staging.{name}_key")
    with pytest.raises(IntegrityError), engine.begin() as connection:
        publish(connection, load(name, run_id=run_id, seen_at=night(0)))
    assert count(engine, "core.observations") == 0


@pytest.mark.parametrize("before", [{}, FIRST])
def test_a_load_whose_staging_a_crash_emptied_is_refused_and_is_not_taken_for_unchanged(
    engine: Engine, before: Release
) -> None:
    if before:
        publish_release(engine, before, seen_at=night(0))
    stands = count(engine, "core.observations")
    with engine.begin() as connection:
        run_id = open_run(connection)
        name = stage(connection, SECOND, run_id=run_id)
        unlogged = text(
            "select relname from pg_class where relnamespace = 'staging'::regnamespace and relpersistence = 'u' "
            "and relkind = 'r'"
        )
        for table in connection.scalars(unlogged).all():
            connection.execute(text(f"truncate staging.{table}"))
    staged = replace(load(name, run_id=run_id, seen_at=night(1), stood=stood_of(engine)), cells=len(SECOND))
    with pytest.raises(StagingLost, match="4 cells were staged and 0 are there"), engine.begin() as connection:
        publish(connection, staged)
    assert count(engine, "core.observations") == stands


def stood_of(engine: Engine) -> int:
    return int(rows(engine, "select coalesce(max(vintage_id), 0) as stood from core.vintages")[0]["stood"])


def test_a_later_load_gets_no_key(engine: Engine) -> None:
    publish_release(engine, FIRST, seen_at=night(0))
    with engine.begin() as connection:
        name = stage(connection, SECOND, run_id=open_run(connection))
    with keyed_meanwhile(engine, name=name):
        pass
    assert not exists(engine, f"staging.{name}_key")


def test_who_began_to_read_before_a_first_load_sees_nothing_of_it(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
        assert reader.scalar(text("select count(*) from core.vintages")) == 0
        publish_release(engine, FIRST, seen_at=night(0))
        assert reader.scalar(text("select count(*) from core.observations")) == 0
    assert count(engine, "core.observations") == len(FIRST)


def test_two_loads_staged_while_nothing_stood_follow_one_another(engine: Engine) -> None:
    with engine.begin() as connection:
        runs = [open_run(connection), open_run(connection)]
        staged = [stage(connection, release, run_id=run) for release, run in zip((FIRST, SECOND), runs, strict=True)]
    found: list[Vintage] = []
    for number, (name, run) in enumerate(zip(staged, runs, strict=True)):
        with engine.begin() as connection:
            found.append(publish(connection, load(name, run_id=run, seen_at=night(number))))
    assert [(vintage.new, vintage.revised, vintage.unchanged) for vintage in found] == [(3, 0, 0), (1, 1, 2)]
    assert known_at(engine, night(1)) == SECOND


def test_a_load_set_beside_what_stood_is_set_beside_what_stands(engine: Engine) -> None:
    """Another run published between: what was found at staging is found again, and not believed."""
    first = publish_release(engine, FIRST, seen_at=night(0))
    with engine.begin() as connection:
        run_id = open_run(connection)
        name = stage(connection, SECOND, run_id=run_id)
    publish_release(engine, SECOND, seen_at=night(1))
    late = load(name, run_id=run_id, seen_at=night(2), stood=first.vintage_id)
    with engine.begin() as connection:
        vintage = publish(connection, late)
    assert (vintage.vintage_id, vintage.unchanged) == (None, len(SECOND))
    assert known_at(engine, night(2)) == SECOND


def test_a_first_load_that_is_not_published_leaves_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        name = stage(connection, FIRST, run_id=open_run(connection))
        drop_staging(connection, name=name)
    assert not exists(engine, PARTITION)
    assert rows(engine, "select relname from pg_class where relnamespace = 'staging'::regnamespace") == []
    assert count(engine, "core.observations") == 0


def test_a_first_load_broken_off_at_its_end_waits_and_nothing_is_there(engine: Engine) -> None:
    with engine.begin() as connection:
        run_id = open_run(connection)
        name = stage(connection, FIRST, run_id=run_id)
    with engine.connect() as connection:
        publish(connection, load(name, run_id=run_id, seen_at=night(0)))
        connection.rollback()
    assert not exists(engine, PARTITION)
    assert count(engine, "core.vintages") == 0
    with engine.begin() as connection:
        assert publish(connection, load(name, run_id=run_id, seen_at=night(0))).new == 3
    assert known_at(engine, night(0)) == FIRST
