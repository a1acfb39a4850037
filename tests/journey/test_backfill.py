"""A backfill from its plan to its end: what it foretells, what it brings, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Stage
from tests.scene import Scene

pytestmark = pytest.mark.slow
TABLES = ["y25i01", "y10a02", "y01h01"]
NAMED = [word for table in TABLES for word in ("--table", table)]
SPAN = ["--from", "2022", "--to", "2023M10"]
SMALL_PIECES = "3000"


@pytest.fixture
def small(scene: Scene) -> Scene:
    """A scene whose tables are cut into several partitions."""
    scene.patch.setenv("JOBINDSATS_CELLS_PER_CALL", SMALL_PIECES)
    scene.set_clock()
    return scene


@pytest.fixture(scope="module")
def night(stage: Stage) -> Iterator[Scene]:
    """The same tables as a night brings them, whole."""
    with stage(today="2023-11-05", scale="small") as scene:
        assert scene.night(tables=TABLES).outcome == "completed"
        yield scene


def figures_asked(scene: Scene) -> list[str]:
    return [call["path"] for call in scene.publisher.calls() if call["path"].startswith("/v3/data/")]


def test_the_plan_foretells_what_the_run_does_and_fetches_no_figures(small: Scene, night: Scene) -> None:
    planned = small.answer("backfill", *SPAN, *NAMED, "--plan")
    assert figures_asked(small) == []
    assert small.query("select count(*) as n from ops.backfills") == [{"n": 0}]
    assert [table["table"] for table in planned["tables"]] == TABLES
    asked = len(small.publisher.calls())

    done = small.answer("backfill", *SPAN, *NAMED)
    assert list(done) == ["backfill", "partitions", "done", "calls", "cells"]
    made = len(small.publisher.calls()) - asked
    assert done["calls"] == made
    assert done["partitions"] == done["done"] == planned["partitions"] > len(TABLES)
    for name in ("calls", "cells"):
        assert abs(planned[name] - done[name]) <= 0.1 * done[name]
    assert small.content() == night.content()
    assert small.mart() == night.mart()
    assert small.answer("replay", "--verify")["equal"] is True


def test_the_newest_periods_come_first(small: Scene) -> None:
    small.answer("backfill", *SPAN, *NAMED)
    rows = small.query("select periods, run_id from ops.backfill_partitions order by run_id")
    newest: list[Any] = [row["periods"][-1] for row in rows if "M" in row["periods"][-1]]
    assert newest == sorted(newest, reverse=True)


def test_what_a_night_has_is_unchanged_and_writes_nothing(small: Scene) -> None:
    assert small.night(tables=TABLES).outcome == "completed"
    history, outcomes = small.history(), small.query("select * from ops.table_outcomes")
    small.set_clock()
    done = small.answer("backfill", *SPAN, *NAMED)
    assert done["done"] == done["partitions"]
    assert small.history() == history
    assert small.query("select * from ops.table_outcomes") == outcomes
    assert {row["outcome"] for row in small.query("select outcome from ops.backfill_partitions")} == {"unchanged"}


def test_a_backfill_turns_nothing_fresh_and_the_next_night_fetches_what_is_due(small: Scene) -> None:
    small.answer("backfill", *SPAN, *NAMED)
    status = {row["table"]: row for row in small.answer("status")}
    assert [status[table]["fresh"] for table in TABLES] == [False] * 3
    assert [status[table]["outcome"] for table in TABLES] == [None] * 3
    history = small.history()
    report = small.night(tables=TABLES)
    assert small.outcomes(report) == dict.fromkeys(TABLES, "unchanged")
    assert {row["table"]: row["fresh"] for row in small.answer("status") if row["table"] in TABLES} == dict.fromkeys(
        TABLES, True
    )
    assert small.history() == history


def test_only_the_periods_that_were_asked_for_are_brought(small: Scene, night: Scene) -> None:
    small.answer("backfill", "--from", "2023Q1", "--to", "2023M04", "--table", "y10a02", "--table", "y01h01")
    held = {
        row["code"] for row in small.query("select p.code from core.observations join core.periods p using (period_id)")
    }
    assert held == {"2023M01", "2023M02", "2023M03", "2023M04", "2023Q01", "2023Q02"}


def test_a_partition_that_stops_does_not_stop_the_others(small: Scene) -> None:
    small.publisher.set_faults({"renamed-label": 1.0}, only="/data/y10a02")
    ended = small.command("backfill", *SPAN, *NAMED, "--json")
    assert ended.returncode == 3, ended.stderr
    assert "quarantined: y10a02" in ended.stderr
    loads = small.answer("quarantine")
    assert {load["table"] for load in loads} == {"y10a02"}
    assert len(loads) > 1
    assert {row["table_id"] for row in small.content()} == {"y25i01", "y01h01"}

    small.publisher.clear_faults()
    small.set_clock()
    before = len(figures_asked(small))
    done = small.answer("backfill", "--resume", "1")
    assert done["done"] == done["partitions"]
    again = figures_asked(small)[before:]
    assert again
    assert all("/data/y10a02" in call for call in again)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--from", "2019M13", "--to", "2020"], "2019M13"),
        (["--from", "2020", "--to", "2019"], "2020 comes after 2019"),
        (["--from", "2019"], "--from and --to"),
        (["--from", "2019", "--to", "2020", "--table", "y99x99"], "y99x99"),
        (["--from", "2019", "--to", "2020", "--table", "folk1a"], "folk1a"),
        (["--resume", "7"], "no backfill 7"),
        (["--resume", "7", "--from", "2019"], "leave --from"),
        (["--from", "2019", "--to", "2020", "--workers", "0"], "at least one"),
    ],
)
def test_wrong_use_is_told_and_fetches_nothing(
    scene: Scene, capsys: pytest.CaptureFixture[str], wrong: list[str], said: str
) -> None:
    from flows.command_line import run

    assert run(["backfill", *wrong]) == 2
    assert said in capsys.readouterr().err
    assert figures_asked(scene) == []
