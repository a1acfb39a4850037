"""Alerts: each trouble once, however many nights it lasts; and again when it is another one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, insert

from tasks.runs.alerts import in_words, note_told, raise_alerts, subject, untold
from warehouse.schema import ops

FIRST = datetime(2023, 11, 14, 4, 15, tzinfo=UTC)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        yield connection


def run(connection: Connection, now: datetime, **more: object) -> int:
    """A run on record; gives its number."""
    row = {"kind": "nightly", "started_at": now, "publisher_url": "", "code_version": "", **more}
    return int(connection.scalar(insert(ops.runs).returning(ops.runs.c.run_id), row) or 0)


def night(
    connection: Connection,
    after: int,
    *,
    trouble: str = "",
    release: date | None = None,
    updated: date | None = None,
    run_outcome: str = "completed",
    **outcomes: str,
) -> list[str]:
    """A night some days after the first, with its outcomes; gives what a person would be told of: table and trouble."""
    now = FIRST + timedelta(days=after)
    run_id = run(connection, now, ended_at=now, outcome=run_outcome)
    about = {
        "run_id": run_id,
        "seen_at": now,
        "fetched": False,
        "next_release_on": release,
        "publisher_updated_on": updated,
    }
    rows = [
        about | {"table_id": table, "outcome": outcome, "message": f"{table} {outcome}"}
        for table, outcome in outcomes.items()
    ]
    if rows:
        connection.execute(insert(ops.table_outcomes), rows)
    raise_alerts(connection, run_id=run_id, trouble=trouble, now=now)
    new = untold(connection, now=now)
    note_told(connection, new, now=now)
    return [f"{alert.table_id} {alert.trouble}" for alert in new]


def test_a_night_in_which_nothing_is_wrong_tells_nobody(connection: Connection) -> None:
    assert night(connection, 0, y01a02="published", y07a02="not_due", y10a02="unchanged") == []


def test_a_late_release_is_told_once_whatever_comes_between_and_the_next_one_again(connection: Connection) -> None:
    november, december = date(2023, 11, 13), date(2023, 12, 13)
    assert night(connection, 0, y10a02="source_late", release=november) == ["y10a02 source_late"]
    assert night(connection, 1, y10a02="source_late", release=november) == []
    assert night(connection, 2, y10a02="failed", release=november) == ["y10a02 failed"]
    assert night(connection, 3, y10a02="source_late", release=november) == []
    assert night(connection, 30, y10a02="source_late", release=december) == ["y10a02 source_late"]


def test_failing_is_told_once_until_it_is_over(connection: Connection) -> None:
    assert night(connection, 0, y01a02="failed", y07a02="failed") == ["y01a02 failed", "y07a02 failed"]
    assert night(connection, 1, y01a02="failed", y07a02="not_due") == []
    assert night(connection, 2, y01a02="failed", y07a02="failed") == ["y07a02 failed"]


def test_a_stopped_load_is_told_once_and_the_next_load_again(connection: Connection) -> None:
    assert night(connection, 0, y01a02="quarantined", updated=date(2023, 11, 13)) == ["y01a02 quarantined"]
    assert night(connection, 1, y01a02="quarantined", updated=date(2023, 11, 13)) == []
    assert night(connection, 2, y01a02="quarantined", updated=date(2023, 11, 16)) == ["y01a02 quarantined"]


def test_a_run_that_died_and_a_trouble_of_the_run_are_told(connection: Connection) -> None:
    assert night(connection, 0, run_outcome="died") == [" died"]
    assert night(connection, 1, trouble="own.yml cannot be read") == [" failed"]
    assert night(connection, 2, trouble="own.yml cannot be read") == []


def test_what_comes_back_after_it_was_mended_is_told_again(connection: Connection) -> None:
    assert night(connection, 0, trouble="own.yml cannot be read") == [" failed"]
    assert night(connection, 1) == []
    assert night(connection, 180, trouble="own.yml cannot be read") == [" failed"]
    assert night(connection, 181, local_a="quarantined") == ["local_a quarantined"]
    assert night(connection, 182, local_a="unchanged") == []
    assert night(connection, 400, local_a="quarantined") == ["local_a quarantined"]


def test_what_is_over_for_a_week_is_let_be_and_what_lasts_is_told_however_late(connection: Connection) -> None:
    run_id = run(connection, FIRST)
    raise_alerts(connection, run_id=run_id, trouble="own.yml cannot be read", now=FIRST)
    later = FIRST + timedelta(days=209)
    assert [alert.message for alert in untold(connection, now=later)] == ["own.yml cannot be read"]
    raise_alerts(connection, run_id=run_id, trouble="", now=FIRST + timedelta(days=1))
    assert len(untold(connection, now=FIRST + timedelta(days=6))) == 1
    assert untold(connection, now=later) == []


def test_what_stopped_many_tables_is_said_once(connection: Connection) -> None:
    now = FIRST
    run_id = run(connection, now)
    rows = [
        {
            "run_id": run_id,
            "table_id": f"y{at:02}",
            "outcome": "failed",
            "seen_at": now,
            "fetched": False,
            "message": "down",
        }
        for at in range(5)
    ]
    connection.execute(insert(ops.table_outcomes), rows)
    raise_alerts(connection, run_id=run_id, trouble="", now=now)
    new = untold(connection, now=now)
    assert subject(new) == "jobindsats: 5 tables need a look"
    assert in_words(new).count("down") == 1
    assert "y00, y01, y02, y03, y04" in in_words(new)
    assert subject(new[:1]) == "jobindsats: y00 needs a look"
