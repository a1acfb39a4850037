"""Freshness as of a moment and a day: what a page that is made then says of its tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, text

from tasks.briefing.inputs import Freshness, _freshness
from tests.properties.test_provisional_laws import hold
from warehouse.periods import Period
from warehouse.reading import status

TABLE, JUNE, JULY = "y01a02", Period.parse("2025M06"), Period.parse("2025M07")
SEEN = datetime(2025, 9, 20, tzinfo=UTC)
RELEASE = date(2025, 10, 14)
_LOOKED = """
insert into ops.table_outcomes (run_id, table_id, outcome, seen_at, fetched, newest_period, next_release_on)
select max(run_id), :table, 'published', :seen_at, true, :newest, :release from ops.runs
"""


def look(connection: Connection, *, held: Period, newest: Period, release: date | None = RELEASE) -> None:
    hold(connection, {TABLE: held})
    about = {"table": TABLE, "seen_at": SEEN, "newest": str(newest), "release": release}
    connection.execute(text(_LOOKED), about)


@pytest.mark.parametrize(
    ("held", "newest", "today", "fresh"),
    [
        (JULY, JULY, date(2025, 9, 21), True),
        (JULY, JULY, RELEASE, True),
        (JULY, JULY, RELEASE + timedelta(days=1), False),
        (JUNE, JULY, date(2025, 9, 21), False),
    ],
)
def test_a_table_is_stale_when_its_release_has_passed_or_its_newest_is_not_held(
    module_engine: Engine, held: Period, newest: Period, today: date, fresh: bool
) -> None:
    with module_engine.connect() as connection:
        look(connection, held=held, newest=newest)
        assert _freshness(connection, today=today, as_of=None)[TABLE] == Freshness(fresh, RELEASE)
        before = _freshness(connection, today=today, as_of=SEEN - timedelta(days=1))
        assert before[TABLE] == Freshness(False, None), "nothing was known of it then"
        connection.rollback()


@pytest.mark.parametrize(("held", "fresh"), [(JULY, None), (JUNE, False)])
def test_where_no_release_is_announced_a_table_is_late_only_for_want_of_the_newest(
    module_engine: Engine, held: Period, fresh: bool | None
) -> None:
    with module_engine.connect() as connection:
        look(connection, held=held, newest=JULY, release=None)
        (row,) = [row for row in status(connection, today=SEEN.date()) if row["table"] == TABLE]
        assert _freshness(connection, today=SEEN.date(), as_of=None)[TABLE] == Freshness(fresh, None)
        connection.rollback()
    assert (row["fresh"], row["next_release"]) == (fresh, None)


def test_the_mart_is_the_same_question_asked_today(module_engine: Engine) -> None:
    with module_engine.connect() as connection:
        look(connection, held=JULY, newest=JULY)
        rows = connection.execute(text("select * from marts.freshness order by table_id")).all()
        asked = connection.execute(text("select * from marts.freshness_on(current_date) order by table_id")).all()
        connection.rollback()
    assert rows == asked
    assert {row.table_id for row in rows} >= {TABLE}
