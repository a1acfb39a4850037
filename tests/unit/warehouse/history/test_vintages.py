"""Publishing on a real PostgreSQL: what becomes new, revised, withdrawn or nothing, and nothing is ever overwritten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

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
from warehouse.errors import ClockRunsBackwards
from warehouse.history.vintages import Vintage, newest_vintage, publish

HERLEV, SAMSOE = 163, 741

FIRST: Release = {
    ("2026M06", HERLEV, PERSONS): shown(491),
    ("2026M06", SAMSOE, PERSONS): HIDDEN,
    ("2026M07", HERLEV, PERSONS): shown(500),
    ("2026M07", HERLEV, FULL_TIME): shown(450.5),
}


@pytest.fixture
def engine(module_engine: Engine) -> Engine:
    """The module's warehouse, emptied: a database of its own for each test would cost more than the test."""
    forget(module_engine)
    return module_engine


def counts(vintage: Vintage) -> tuple[int, int, int, int]:
    return (vintage.new, vintage.revised, vintage.withdrawn, vintage.unchanged)


def published(engine: Engine, *releases: Release) -> list[Vintage]:
    return [publish_release(engine, release, seen_at=night(at)) for at, release in enumerate(releases)]


def test_a_first_load_is_all_new_and_stands_as_it_came(engine: Engine) -> None:
    (vintage,) = published(engine, FIRST)
    assert counts(vintage) == (4, 0, 0, 0)
    assert vintage.changed
    assert known_at(engine, night(0)) == FIRST


def test_the_same_again_writes_nothing(engine: Engine) -> None:
    first, again = published(engine, FIRST, dict(reversed(list(FIRST.items()))))
    assert counts(again) == (0, 0, 0, 4)
    assert again.vintage_id is None
    assert not again.changed
    assert count(engine, "core.vintages") == 1
    assert count(engine, "core.observations") == 4
    assert known_at(engine, night(9)) == FIRST
    assert first.vintage_id is not None


def test_a_changed_value_closes_the_old_row_and_opens_a_new_one(engine: Engine) -> None:
    revised = {**FIRST, ("2026M06", HERLEV, PERSONS): shown(477)}
    _, second = published(engine, FIRST, revised)
    assert counts(second) == (0, 1, 0, 3)
    assert known_at(engine, night(0)) == FIRST
    assert known_at(engine, night(1) - timedelta(microseconds=1)) == FIRST
    assert known_at(engine, night(1)) == revised


@pytest.mark.parametrize(
    ("before", "after"), [(shown(4), HIDDEN), (HIDDEN, shown(4)), (HIDDEN, (None, "not_yet")), (shown(0), HIDDEN)]
)
def test_a_changed_status_is_a_revision(
    engine: Engine, before: tuple[float | None, str], after: tuple[float | None, str]
) -> None:
    cell = ("2026M06", SAMSOE, PERSONS)
    _, second = published(engine, {cell: before}, {cell: after})
    assert counts(second) == (0, 1, 0, 0)
    assert known_at(engine, night(0)) == {cell: before}
    assert known_at(engine, night(1)) == {cell: after}


def test_a_cell_that_is_no_longer_sent_is_withdrawn_and_a_row_says_so(engine: Engine) -> None:
    gone = ("2026M06", HERLEV, PERSONS)
    fewer = {cell: content for cell, content in FIRST.items() if cell != gone}
    _, second, third = published(engine, FIRST, fewer, fewer)
    assert counts(second) == (0, 0, 1, 3)
    assert counts(third) == (0, 0, 0, 3)
    assert known_at(engine, night(0))[gone] == shown(491)
    assert known_at(engine, night(1)) == {**fewer, gone: (None, "withdrawn")}


def test_a_cell_that_comes_back_is_new_whether_or_not_its_value_is_the_old_one(engine: Engine) -> None:
    gone = ("2026M06", HERLEV, PERSONS)
    fewer = {cell: content for cell, content in FIRST.items() if cell != gone}
    *_, third = published(engine, FIRST, fewer, FIRST)
    assert counts(third) == (1, 0, 0, 3)
    assert known_at(engine, night(1))[gone] == (None, "withdrawn")
    assert known_at(engine, night(2)) == FIRST
    assert count(engine, "core.observations where superseded_by is null") == 4


def test_a_period_that_was_not_fetched_stands(engine: Engine) -> None:
    newer = {("2026M08", HERLEV, PERSONS): shown(510)}
    _, second = published(engine, FIRST, newer)
    assert counts(second) == (1, 0, 0, 0)
    assert known_at(engine, night(1)) == {**FIRST, **newer}


def test_all_four_changes_at_once_are_counted_apart(engine: Engine) -> None:
    second: Release = {
        ("2026M06", HERLEV, PERSONS): shown(477),
        ("2026M07", HERLEV, PERSONS): shown(500),
        ("2026M07", HERLEV, FULL_TIME): shown(451),
        ("2026M07", SAMSOE, PERSONS): shown(12),
    }
    assert counts(published(engine, FIRST, second)[1]) == (1, 2, 1, 1)
    with engine.connect() as connection:
        row = newest_vintage(connection, table_id=TABLE)
    assert row is not None
    assert (row.new, row.revised, row.withdrawn, row.unchanged) == (1, 2, 1, 1)
    assert row.largest_revision == 14.0
    assert row.newest_period_id == 1202607
    assert row.seen_at == night(1)


def test_an_empty_load_changes_nothing(engine: Engine) -> None:
    _, second = published(engine, FIRST, {})
    assert counts(second) == (0, 0, 0, 0)
    assert known_at(engine, night(1)) == FIRST


def test_a_table_never_published_has_no_newest_vintage(engine: Engine) -> None:
    with engine.connect() as connection:
        assert newest_vintage(connection, table_id=TABLE) is None


@pytest.mark.parametrize("earlier", [timedelta(0), timedelta(microseconds=1), timedelta(days=400)])
def test_a_clock_that_runs_backwards_is_refused_and_nothing_is_written(engine: Engine, earlier: timedelta) -> None:
    published(engine, FIRST)
    with pytest.raises(ClockRunsBackwards, match=r"y25i01.*JOBINDSATS_NOW"):
        publish_release(engine, {("2026M08", HERLEV, PERSONS): shown(1)}, seen_at=night(0) - earlier)
    assert known_at(engine, night(9)) == FIRST
    assert count(engine, "core.vintages") == 1


def test_another_tables_clock_is_its_own(engine: Engine) -> None:
    published(engine, FIRST)
    with engine.begin() as connection:
        run_id = open_run(connection)
        staging = stage(connection, {}, run_id=run_id, table_id="y01a02")
        vintage = publish(connection, load(staging, run_id=run_id, seen_at=night(-100), table_id="y01a02"))
    assert not vintage.changed


def test_a_transaction_rolled_back_leaves_nothing_but_the_staged_rows(engine: Engine) -> None:
    published(engine, FIRST)
    with engine.begin() as connection:
        run_id = open_run(connection)
        staging = stage(connection, {("2026M06", HERLEV, PERSONS): shown(1)}, run_id=run_id)
    with engine.connect() as connection:
        vintage = publish(connection, load(staging, run_id=run_id, seen_at=night(1)))
        assert vintage.changed
        connection.rollback()
    assert known_at(engine, night(9)) == FIRST
    assert count(engine, "core.vintages") == 1
    assert count(engine, f"staging.{staging}") == 1
    with engine.begin() as connection:
        again = publish(connection, load(staging, run_id=run_id, seen_at=night(1)))
    assert counts(again) == counts(vintage)


def test_readers_see_nothing_of_a_vintage_before_it_is_whole(engine: Engine) -> None:
    published(engine, FIRST)
    with engine.begin() as connection:
        run_id = open_run(connection)
        staging = stage(connection, {("2026M06", HERLEV, PERSONS): shown(1)}, run_id=run_id)
    with engine.begin() as connection:
        publish(connection, load(staging, run_id=run_id, seen_at=night(1)))
        assert known_at(engine, night(9)) == FIRST
    assert known_at(engine, night(9)) != FIRST


def test_publishing_drops_its_staging_table(engine: Engine) -> None:
    published(engine, FIRST, FIRST)
    assert count(engine, "pg_tables where schemaname = 'staging'") == 0


def test_a_row_once_written_is_never_changed_but_for_its_end(engine: Engine) -> None:
    published(engine, FIRST)
    rows = text("select series_id, period_id, vintage_id, value, status from core.observations order by 1, 2, 3")
    with engine.connect() as connection:
        before = {tuple(row) for row in connection.execute(rows)}
    publish_release(engine, {("2026M06", HERLEV, PERSONS): HIDDEN}, seen_at=night(1))
    with engine.connect() as connection:
        after = {tuple(row) for row in connection.execute(rows)}
    assert before < after
