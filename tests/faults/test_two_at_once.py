"""Two at once: one does the work, the other says so and leaves; nothing is written twice."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from json import loads

import pytest
from sqlalchemy import create_engine

from tests.conftest import Stage
from tests.scene import JOBINDSATS, Scene
from warehouse.database.locks import Lock, held

pytestmark = pytest.mark.slow
TABLES = ["y25i01", "y10a02"]
COMMAND = [JOBINDSATS, "nightly", "--json", *(word for table in TABLES for word in ("--table", table))]


@pytest.fixture(scope="module")
def alone(stage: Stage) -> Iterator[Scene]:
    """A night that was alone, to hold others against."""
    with stage(today="2023-11-05", scale="small") as scene:
        assert scene.night(tables=TABLES).outcome == "completed"
        yield scene


def test_two_nights_started_together_are_one_night(alone: Scene, scene: Scene) -> None:
    scene.set_clock()
    nights = [
        subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
        for _ in range(2)
    ]
    ended = [night.communicate(timeout=150) for night in nights]
    assert [night.returncode for night in nights] == [0, 0], ended
    reports = sorted((loads(printed) for printed, _ in ended), key=lambda report: report["outcome"])
    assert [report["outcome"] for report in reports] == ["completed", "yielded"]
    assert reports[1]["tables"] == []
    assert any("two nights never run at once" in said for _, said in ended)
    assert scene.content() == alone.content()
    assert scene.query("select count(*) as n from core.vintages") == [{"n": len(TABLES)}]


def test_a_night_that_comes_second_says_who_is_at_work_and_leaves(scene: Scene) -> None:
    engine = create_engine(scene.database)
    with held(engine, Lock.NIGHT):
        report = scene.night(tables=TABLES)
    engine.dispose()
    assert (report.outcome, report.tables) == ("yielded", [])
    assert "two nights never run at once" in report.message
    assert scene.publisher.calls() == []
    assert scene.query("select outcome from ops.runs") == [{"outcome": "yielded"}]
    assert scene.night(tables=TABLES).outcome == "completed"


def test_a_table_that_another_run_keeps_is_left_to_it(scene: Scene) -> None:
    number = scene.query("select table_no from core.tables where table_id = 'y10a02'")[0]["table_no"]
    scene.patch.setenv("JOBINDSATS_PATIENCE_SECONDS", "0.1")
    engine = create_engine(scene.database)
    with held(engine, Lock.TABLE, number=number):
        report = scene.night(tables=TABLES)
    engine.dispose()
    assert scene.outcomes(report) == {"y10a02": "failed", "y25i01": "published"}
    assert "another run has kept the table" in next(t["message"] for t in report.tables if t["table"] == "y10a02")
