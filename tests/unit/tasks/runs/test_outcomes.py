"""An outcome is recorded whatever came from outside, and one that the warehouse does not take costs its table alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tasks.resources import Resources
from tasks.results import DUE, Due, Listing
from tasks.runs.outcomes import outcome_of, recorded_or_failed
from tasks.stoppages import BodyUnreadable, Stoppage, Undeclared
from tests.properties.releases import open_run
from warehouse.danish.clock import Clock
from warehouse.history.vintages import Vintage
from warehouse.settings import Settings

NOW = datetime(2026, 8, 20, 4, 15, tzinfo=UTC)
BINARY = bytes(range(256)).decode("utf-8", "replace")


def ended(engine: Engine, folder: Path, error: Exception) -> dict[str, Any]:
    """What is on record of a table that stopped with an error."""
    with engine.begin() as connection:
        run_id = open_run(connection, started_at=NOW)
    due = Due("y25i01", DUE, "asked", Listing("y25i01"))

    def load(_: Due) -> Vintage:
        raise error

    resources = Resources(Settings(data_dir=folder), Clock(NOW), engine)
    recorded_or_failed(run_id, due=due, outcome=outcome_of(due, load=load), resources=resources)
    with engine.connect() as connection:
        row = connection.execute(
            text("select outcome, message from ops.table_outcomes where run_id = :id"), {"id": run_id}
        )
        return dict(row.mappings().one())


@pytest.mark.parametrize("sent", ["a\x00b", "a\ud800b", BINARY, "\udcff.xlsx"])
def test_what_no_database_holds_is_washed_wherever_it_stood(engine: Engine, tmp_path: Path, sent: str) -> None:
    stoppages: list[tuple[Exception, str]] = [
        (Undeclared(f"'{sent}' is new", label=sent, cells=[{sent: [sent], "rule": "r"}]), "quarantined"),
        (BodyUnreadable(f"a page began '{sent}'"), "failed"),
        (RuntimeError(sent), "failed"),
    ]
    for error, outcome in stoppages:
        found = ended(engine, tmp_path, error)
        assert (found["outcome"], "\ufffd" in found["message"]) == (outcome, True), found


def test_rows_that_the_warehouse_does_not_take_cost_their_table_and_no_night(engine: Engine, tmp_path: Path) -> None:
    found = ended(engine, tmp_path, Undeclared("odd", cells=[{"value": float("nan")}]))
    assert found["outcome"] == "failed"
    assert "y25i01 ended as quarantined, which could not be recorded: the warehouse refused" in found["message"]


def test_a_stoppage_keeps_what_is_clean_as_it_came() -> None:
    stoppage = Stoppage("Ærø 🙂", cells=[{"a": 1, "b": [None, 2.5]}])
    assert (str(stoppage), stoppage.cells) == ("Ærø 🙂", [{"a": 1, "b": [None, 2.5]}])
