"""What stops a table is said in words, and a stopped load is open until it is released or overtaken."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text

from expectations.verdict import Verdict
from tasks.audit import stop_where_blocking
from tasks.quarantine.stopped_loads import EVERY, broken_rules, stopped_load, stopped_loads
from tasks.stoppages import AuditFailed
from tests.properties.releases import PERSONS, TABLE, forget, load, night, open_run, shown, stage
from warehouse.errors import QuestionError
from warehouse.history.vintages import publish
from warehouse.schema import ops


@pytest.fixture
def engine(module_engine: Engine) -> Engine:
    """The module's warehouse, emptied: a database of its own for each test would cost more than the test."""
    forget(module_engine)
    return module_engine


def failed(rule: str, *cells: dict[str, Any], blocking: bool = True) -> Verdict:
    return Verdict(rule, "counts are whole", blocking, passed=False, offenders=len(cells), cells=cells)


CELL = {"period": "2026M06", "value": 3}


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (["a"], "a (counts are whole) does not hold in 1 case, period 2026M06, value 3. What was published before"),
        (["a", "b"], "value 3. Nor does b hold. What was"),
        (["a", "b", "c"], "value 3. Nor do b and c hold. What was"),
        (["a", "b", "c", "d"], "value 3. Nor do b, c and d hold. What was"),
    ],
)
def test_what_does_not_hold_is_said_in_words(rules: list[str], said: str) -> None:
    with pytest.raises(AuditFailed) as stopped:
        stop_where_blocking([failed(rule, CELL) for rule in rules], table_id=TABLE)
    assert said in str(stopped.value)
    assert [cell["rule"] for cell in stopped.value.cells] == rules


def test_many_cases_have_a_first_and_a_check_without_rows_has_none() -> None:
    with pytest.raises(AuditFailed, match="in 2 cases, the first: period"):
        stop_where_blocking([failed("a", CELL, CELL)], table_id=TABLE)
    with pytest.raises(AuditFailed, match=r"\(counts are whole\) does not hold\. What"):
        stop_where_blocking([failed("rows_arrived")], table_id=TABLE)
    stop_where_blocking([failed("a", CELL, blocking=False)], table_id=TABLE)


# ---- what became of a stopped load ------------------------------------------------------------------------------
def manifest(moment: datetime) -> str:
    return f"manifests/{TABLE}/{moment:%Y%m%dT%H%M%S%fZ}-1.jsonl"


def stop(engine: Engine, *, at: datetime, fetched: bool = True) -> int:
    """A load on record as stopped; gives its id."""
    with engine.begin() as connection:
        row = {
            "run_id": open_run(connection, started_at=at),
            "table_id": TABLE,
            "publisher_updated_on": date(2026, 8, 1),
            "manifest": manifest(at) if fetched else None,
            "rule": "within_bounds",
            "message": "it was stopped",
            "rejected": 0,
            "stopped_at": at,
        }
        return int(connection.scalar(insert(ops.quarantine).returning(ops.quarantine.c.quarantine_id), row) or 0)


def publish_content(
    engine: Engine, value: float, *, fetched_at: datetime, seen_at: datetime, backfilled: bool = False
) -> int:
    with engine.begin() as connection:
        run_id = open_run(connection, started_at=seen_at)
        staging = stage(connection, {("2026M06", 163, PERSONS): shown(value)}, run_id=run_id)
        version = replace(load(staging, run_id=run_id, seen_at=seen_at), manifest=manifest(fetched_at))
        version = replace(version, backfilled=backfilled)
        return int(publish(connection, version).vintage_id or 0)


def states(engine: Engine) -> dict[int, str]:
    with engine.connect() as connection:
        return {each.id: each.state for each in stopped_loads(connection, states=EVERY)}


def test_a_load_is_overtaken_by_what_was_fetched_after_it_and_by_nothing_else(engine: Engine) -> None:
    first, second = stop(engine, at=night(1)), stop(engine, at=night(2))
    never_complete = stop(engine, at=night(2), fetched=False)
    publish_content(engine, 1, fetched_at=night(0), seen_at=night(0))
    assert set(states(engine).values()) == {"open"}
    released = publish_content(engine, 2, fetched_at=night(1), seen_at=night(3))
    assert states(engine) == {first: "open", second: "open", never_complete: "overtaken"}
    with engine.connect() as connection:
        assert [each.id for each in stopped_loads(connection)] == [second, first]
        assert stopped_load(connection, never_complete).overtaken_by == released
    publish_content(engine, 3, fetched_at=night(2), seen_at=night(4))
    assert states(engine) == {first: "overtaken", second: "open", never_complete: "overtaken"}


def test_a_later_look_that_finds_what_stands_overtakes_it(engine: Engine) -> None:
    publish_content(engine, 1, fetched_at=night(0), seen_at=night(0))
    stopped = stop(engine, at=night(1))
    for fetched, state in ((False, "open"), (True, "overtaken")):
        with engine.begin() as connection:
            row = {"run_id": open_run(connection), "table_id": TABLE, "outcome": "unchanged", "seen_at": night(2)}
            connection.execute(insert(ops.table_outcomes), row | {"fetched": fetched})
        assert states(engine) == {stopped: state}


def test_a_backfill_overtakes_nothing_until_a_night_has_looked(engine: Engine) -> None:
    stopped = stop(engine, at=night(1))
    brought = publish_content(engine, 1, fetched_at=night(2), seen_at=night(2), backfilled=True)
    assert states(engine) == {stopped: "open"}
    with engine.begin() as connection:
        row = {"run_id": open_run(connection), "table_id": TABLE, "outcome": "unchanged", "seen_at": night(3)}
        connection.execute(insert(ops.table_outcomes), row | {"fetched": True})
    assert states(engine) == {stopped: "overtaken"}
    with engine.connect() as connection:
        assert stopped_load(connection, stopped).overtaken_by == brought


def test_of_no_table_there_is_nothing_and_an_unknown_load_is_an_error(engine: Engine) -> None:
    stop(engine, at=night(1))
    with engine.connect() as connection:
        assert stopped_loads(connection, table="y01a02", states=EVERY) == []
        with pytest.raises(QuestionError, match="no load in quarantine has the id 4711"):
            stopped_load(connection, 4711)


def test_rules_without_rows_are_shown_too(engine: Engine) -> None:
    stopped = stop(engine, at=night(1))
    with engine.begin() as connection:
        stopped_run = stopped_load(connection, stopped)
        for rule, blocking, passed in (
            ("within_bounds", True, False),
            ("rows_arrived", True, False),
            ("x", False, False),
        ):
            row = {"run_id": stopped_run.run, "table_id": TABLE, "rule": rule, "sentence": "it is so", "offenders": 1}
            connection.execute(insert(ops.checks), row | {"blocking": blocking, "passed": passed})
        connection.execute(
            text(
                "insert into ops.rejected_rows (quarantine_id, rule, cells) values (:id, 'within_bounds', '{\"value\": 3}')"
            ),
            {"id": stopped},
        )
        rules = broken_rules(connection, stopped_run)
    assert [(rule.rule, rule.rows) for rule in rules] == [("within_bounds", ({"value": 3},)), ("rows_arrived", ())]
