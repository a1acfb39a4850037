"""Staging on a real PostgreSQL: filled with COPY, left over by the dead and dropped by the living."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, inspect, text

from tests.properties.releases import FULL_TIME, HIDDEN, MEMBERS, PERSONS, TABLE, forget, night, open_run, shown, stage
from warehouse.catalogue.model import Table, jobindsats
from warehouse.catalogue.units import LARGE_COUNT
from warehouse.database.locks import Lock, held
from warehouse.history.dimensions import SeriesNumbers, canonical
from warehouse.history.staging import (
    PARTS,
    copy_in,
    create_staging,
    drop_leftovers,
    drop_staging,
    finish_staging,
    mark_newest_not_yet,
    mark_not_yet,
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


def test_what_ended_dead_and_unknown_runs_left_is_dropped_and_what_runs_stays(engine: Engine) -> None:
    with engine.begin() as connection:
        ended, dead, alive = (open_run(connection) for _ in range(3))
        table_no = table_number(connection, table_id=TABLE)
        left = [stage(connection, RELEASE, run_id=run) for run in (ended, dead, alive, 10_000)]
        for name in left:
            finish_staging(connection, name=name, table_no=table_no, root_members=MEMBERS)
        end(connection, ended)
    with held(engine, Lock.RUN, number=alive), engine.begin() as connection:
        dropped = drop_leftovers(connection)
        assert staged_tables(connection) == {f"{left[2]}{part}" for part in ("", *PARTS)}
        assert len(dropped) == 3 * (1 + len(PARTS))
        assert drop_leftovers(connection) == []


def test_dropping_takes_along_what_was_made_of_it_and_does_not_mind_absence(engine: Engine) -> None:
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
    assert len(f"{staging_name(table.id, run_id=2**31 - 1)}{max(PARTS, key=len)}") <= 63


WAITING = {
    ("2026M05", 0, PERSONS): shown(900),
    ("2026M05", 163, PERSONS): shown(12),
    ("2026M05", 741, PERSONS): HIDDEN,
    ("2026M07", 0, PERSONS): HIDDEN,
    ("2026M07", 163, PERSONS): HIDDEN,
    ("2026M07", 0, FULL_TIME): shown(3),
    ("2026M07", 163, FULL_TIME): HIDDEN,
    ("2026M06", 163, PERSONS): HIDDEN,
    ("2026M06", 741, PERSONS): HIDDEN,
    ("2026M04", 163, PERSONS): shown(4),
    ("2026M04", 741, PERSONS): HIDDEN,
}


def statuses(engine: Engine, *, measures: list[str]) -> dict[tuple[str, int, str], str]:
    with engine.begin() as connection:
        name = stage(connection, WAITING, run_id=open_run(connection))
        mark_not_yet(connection, name=name, measures=measures)
        query = (
            f"select p.code, s.area_id, m.name, b.status::text from staging.{name} b join core.series s using (series_id) "
            "join core.measures m using (measure_id) join core.periods p using (period_id)"
        )
        return {(code, area, measure): status for code, area, measure, status in connection.execute(text(query))}


def test_an_outcome_that_the_whole_country_waits_for_is_not_yet(engine: Engine) -> None:
    found = statuses(engine, measures=[PERSONS])
    assert [found["2026M07", area, PERSONS] for area in (0, 163)] == ["not_yet", "not_yet"]
    assert found["2026M05", 741, PERSONS] == "suppressed", "the country has it, so this one is hidden"
    assert found["2026M05", 163, PERSONS] == "observed"


def test_without_a_country_row_an_outcome_that_nobody_has_is_not_yet(engine: Engine) -> None:
    found = statuses(engine, measures=[PERSONS])
    assert [found["2026M06", area, PERSONS] for area in (163, 741)] == ["not_yet", "not_yet"]
    assert found["2026M04", 741, PERSONS] == "suppressed"


# ---- the newest periods -----------------------------------------------------------------------------------------
Values = dict[tuple[str, int, str], float | None]


def newest(engine: Engine, values: Values, *, table_id: str = TABLE) -> set[tuple[str, int, str]]:
    """The cells that are not yet out, of a load that reaches to the newest period; None is a null."""
    release = {cell: HIDDEN if value is None else shown(value) for cell, value in values.items()}
    with engine.begin() as connection:
        name = stage(connection, release, run_id=open_run(connection), table_id=table_id)
        mark_newest_not_yet(connection, name=name, table_no=table_number(connection, table_id=table_id))
        query = (
            f"select p.code, s.area_id, m.name from staging.{name} b join core.series s using (series_id) "
            "join core.measures m using (measure_id) join core.periods p using (period_id) where b.status = 'not_yet'"
        )
        return {(code, area, measure) for code, area, measure in connection.execute(text(query))}


def test_the_countrys_newest_month_is_not_yet_out_and_an_older_null_is_hidden(engine: Engine) -> None:
    months = {"2026M04": 700.0, "2026M05": None, "2026M06": 1250.0, "2026M07": None}
    found = newest(engine, {(month, 0, PERSONS): value for month, value in months.items()})
    assert found == {("2026M07", 0, PERSONS)}


def test_a_measure_that_was_always_small_is_not_out_where_nothing_is(engine: Engine) -> None:
    before: Values = {("2026M06", 0, PERSONS): 700.0, ("2026M06", 0, FULL_TIME): 40.0}
    silent: Values = {("2026M07", area, measure): None for area in (0, 163) for measure in (PERSONS, FULL_TIME)}
    assert newest(engine, before | silent) == set(silent)
    shows = {**silent, ("2026M07", 0, PERSONS): 650.0}
    assert newest(engine, before | shows) == set()


def test_what_was_small_before_is_hidden_and_what_nobody_ever_saw_is_too(engine: Engine) -> None:
    assert newest(engine, {("2026M06", 0, PERSONS): 12.0, ("2026M07", 0, PERSONS): None}) == set()
    assert newest(engine, {("2026M06", 0, PERSONS): None, ("2026M07", 0, PERSONS): None}) == set()


def test_without_a_country_all_areas_tell(engine: Engine) -> None:
    before: Values = {("2026M06", area, PERSONS): 90.0 for area in (163, 741)}
    nobody: Values = {("2026M07", area, PERSONS): None for area in (163, 741)}
    assert newest(engine, before | nobody) == set(nobody)
    assert newest(engine, {**before, **nobody, ("2026M07", 163, PERSONS): 88.0}) == set()


COUNTS = st.one_of(st.none(), st.integers(3, 2000).map(float))


@given(
    country=st.lists(COUNTS, min_size=1, max_size=6),
    herlev=st.lists(COUNTS, min_size=6, max_size=6),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_only_nulls_after_the_last_that_the_country_shows_are_ever_not_yet(
    engine: Engine, country: list[float | None], herlev: list[float | None]
) -> None:
    months = [f"2026M{number:02}" for number in range(1, len(country) + 1)]
    values: Values = {(month, 0, PERSONS): value for month, value in zip(months, country, strict=True)}
    values |= {(month, 163, PERSONS): value for month, value in zip(months, herlev, strict=False)}
    seen = [at for at, value in enumerate(country) if value is not None]
    after = months[seen[-1] + 1 :] if seen and max(country[at] or 0 for at in seen) >= LARGE_COUNT else []
    forget(engine)
    assert newest(engine, values) == {
        (m, a, PERSONS) for m, a, _ in values if m in after and values[m, a, PERSONS] is None
    }


def test_a_measure_that_waits_for_nothing_is_never_not_yet(engine: Engine) -> None:
    assert set(statuses(engine, measures=[]).values()) == {"observed", "suppressed"}
    assert statuses(engine, measures=[PERSONS])["2026M07", 163, FULL_TIME] == "suppressed"
