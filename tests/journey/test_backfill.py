"""A backfill from its plan to its end: what it foretells, what it brings, and what it leaves alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from json import loads
from time import monotonic
from typing import Any

import pytest

from tasks.backfill.steps import begin
from tests.asked import require_once
from tests.budgets import calls_over
from tests.conftest import Database, Stage
from tests.faults.dying import context, worker
from tests.faults.points import Point
from tests.scene import JOBINDSATS, Scene, known_of

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


def test_it_may_be_the_first_thing_a_warehouse_sees(small: Scene, empty_database: Database) -> None:
    with empty_database() as empty:
        small.patch.setenv("JOBINDSATS_WAREHOUSE_URL", empty.render_as_string(hide_password=False))
        done = small.answer("backfill", "--from", "2023M09", "--to", "2023M09", "--table", "y10a02")
    assert done["done"] == done["partitions"] == 1


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
        (["--from", "2020", "--to", "2019"], "2020Y01 comes after 2019Y01"),
        (["--from", "2019"], "--from and --to"),
        (["--from", "2019", "--to", "2020", "--table", "y99x99"], "y99x99"),
        (["--from", "2019", "--to", "2020", "--table", "folk1a"], "folk1a"),
        (["--resume", "7"], "no backfill 7"),
        (["--resume", "7", "--from", "2019"], "leave --from"),
        (["--from", "2019", "--to", "2020", "--workers", "0"], "at least one"),
        (["--from", "2019", "--to", "2020", "--dask", "cluster.example"], "tcp://host:8786"),
        (["--from", "2019", "--to", "2020", "--dask", "tcp://cluster.example:1", "--workers", "2"], "has its own"),
    ],
)
def test_wrong_use_is_told_and_fetches_nothing(
    scene: Scene, capsys: pytest.CaptureFixture[str], wrong: list[str], said: str
) -> None:
    from flows.command_line.main import run

    assert run(["backfill", *wrong]) == 2
    assert said in capsys.readouterr().err
    assert figures_asked(scene) == []


def test_the_same_again_while_one_is_unfinished_is_sent_to_it(small: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    from flows.command_line.main import run

    backfill_id = begin("2022", "2023M10", tables=["y10a02"], resume=None)
    assert run(["backfill", *SPAN, "--table", "y10a02"]) == 2
    assert f"jobindsats backfill --resume {backfill_id}" in capsys.readouterr().err
    assert figures_asked(small) == []


def test_two_workers_bring_what_one_brings(small: Scene, night: Scene) -> None:
    done = small.answer("backfill", *SPAN, *NAMED, "--workers", "2")
    assert done["done"] == done["partitions"]
    assert small.content() == night.content()
    assert small.mart() == night.mart()
    require_once(figures_asked(small), fetches=done["partitions"])
    assert small.answer("replay", "--verify")["equal"] is True


def test_the_budget_of_calls_is_kept_by_all_together(small: Scene) -> None:
    small.patch.setenv("JOBINDSATS_CELLS_PER_CALL", "5")
    small.patch.setenv("JOBINDSATS_CALLS_PER_MINUTE", "90")
    small.publisher.set_faults({"http-500": 0.15})
    done = small.answer("backfill", *SPAN, "--table", "y25i03", "--table", "y01h01", "--workers", "2")
    assert done["done"] == done["partitions"]
    calls = small.publisher.calls()
    assert any(call["faults"] for call in calls), "no call was tried again"
    assert len(calls) > 25
    assert calls_over(calls, per_minute=90, at_once=2) == 0


def test_a_night_that_begins_waits_for_one_partition_at_most(small: Scene) -> None:
    """The backfill is held in its first partition while the night begins; it begins no other until the night has ended."""
    small.patch.setenv("JOBINDSATS_CELLS_PER_CALL", "5")
    tables = ["y25i03", "y01h01"]
    backfill_id = begin("2022", "2023M10", tables=tables, resume=None)
    point = Point("in a partition", "statement", "before", "pg_advisory_xact_lock(hashtext('publish')")
    reached, go_on = context().Event(), context().Event()
    backfilling = context().Process(target=worker, args=(point, dict(os.environ), backfill_id, reached, go_on))
    backfilling.start()
    begun = monotonic()
    assert reached.wait(120)
    # Both live by one clock, as processes outside a rehearsal do.
    now = datetime.fromisoformat(os.environ["JOBINDSATS_NOW"]) + timedelta(seconds=monotonic() - begun)
    small.patch.setenv("JOBINDSATS_NOW", now.isoformat())
    command = [JOBINDSATS, "nightly", "--json", *(word for table in tables for word in ("--table", table))]
    night = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    wait_until(lambda: small.query(NIGHT_AT_WORK) != [], patience_seconds=60)
    go_on.set()
    printed, _ = night.communicate(timeout=150)
    backfilling.join(120)
    assert (night.returncode, backfilling.exitcode) == (0, 0)
    assert {table["outcome"] for table in loads(printed)["tables"]} == {"published"}
    ended = small.query("select outcome from ops.backfill_partitions order by run_id")
    assert [row["outcome"] for row in ended] == ["published"] + ["unchanged"] * (len(ended) - 1)
    assert len(ended) > 2


NIGHT_AT_WORK = "select 1 from ops.runs where kind = 'nightly' and ended_at is null"


def wait_until(holds: Callable[[], bool], *, patience_seconds: float) -> None:
    ending = monotonic() + patience_seconds
    while not holds():
        assert monotonic() < ending, "it never came"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_asked_to_stop_it_ends_its_partition_and_says_how_to_go_on(small: Scene, number: signal.Signals) -> None:
    small.patch.setenv("JOBINDSATS_CELLS_PER_CALL", "5")
    command = [JOBINDSATS, "backfill", *SPAN, "--table", "y25i03", "--table", "y01h01", "--json"]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ), start_new_session=True
    )
    wait_until(lambda: figures_asked(small) != [], patience_seconds=100)
    running.send_signal(number)
    printed, said = running.communicate(timeout=100)
    assert running.returncode == 1, said
    report = loads(printed)
    assert 0 < report["done"] < report["partitions"]
    assert "jobindsats backfill --resume 1" in said
    assert small.query("select 1 from ops.runs where ended_at is null") == []
    assert small.query("select 1 from ops.backfill_partitions where state = 'fetched'") == []
    small.set_clock()
    done = small.answer("backfill", "--resume", "1")
    assert done["done"] == done["partitions"] == report["partitions"]


def test_a_worker_whose_standard_input_closes_begins_nothing_more(small: Scene) -> None:
    backfill_id = begin("2022", "2023M10", tables=["y25i03"], resume=None)
    command = [sys.executable, "-m", "tasks.backfill.workers", str(backfill_id)]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, check=False, timeout=150, env=dict(os.environ))
    assert ended.returncode == 0
    assert len(small.query("select 1 from ops.runs")) <= 1
    command[-1] = "4711"
    ended = subprocess.run(command, capture_output=True, check=False, timeout=150, env=dict(os.environ))
    assert ended.returncode == 1
    assert b"a worker of backfill 4711 ended" in ended.stderr


def test_the_plan_for_a_person_names_each_table_and_what_it_comes_to(small: Scene) -> None:
    ended = small.command("backfill", *SPAN, "--table", "y10a02", "--table", "y60a02", "--plan")
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert "nothing has been fetched" in lines[0]
    assert [line.split()[0] for line in lines[1:]] == ["table", "y10a02", "y60a02", "together"]
    assert "the publisher does not list it" in lines[3]


def test_the_marts_are_derived_once_at_the_end(small: Scene) -> None:
    """And the progress is on record in Prefect, whole."""
    before = finished_bars()
    small.answer("backfill", *SPAN, "--table", "y10a02")
    assert small.query("select count(distinct period) as n from marts.benefit_recipients")[0]["n"] >= 12
    assert finished_bars() == before + 1


def finished_bars() -> int:
    """Progress artifacts in Prefect that stand at the end."""
    asked = {"artifacts": {"type": {"any_": ["progress"]}}}
    return sum(artifact["data"] == 100 for artifact in known_of("artifacts", asked))
