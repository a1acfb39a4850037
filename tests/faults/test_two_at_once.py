"""Two at once: one does the work, the other says so and leaves; nothing is written twice."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler
from json import loads
from threading import Timer
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import create_engine, text

from tasks.resources import _RUN_TIMES
from tests.conftest import Stage
from tests.scene import JOBINDSATS, Scene
from tests.scripted import scripted, send
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


@contextmanager
def at_work(scene: Scene, *, since: str) -> Iterator[None]:
    """A night of another process that is alive."""
    engine = create_engine(scene.database)
    begun = text("insert into ops.runs (kind, started_at, publisher_url, code_version) values ('nightly', :at, '', '') "
                 "returning run_id")  # fmt: skip
    with engine.begin() as connection:
        run_id = connection.scalar(begun, {"at": since})
    with held(engine, Lock.NIGHT), held(engine, Lock.RUN, number=run_id):
        yield
    engine.dispose()


def test_a_night_that_comes_second_says_who_is_at_work_and_leaves(scene: Scene) -> None:
    with at_work(scene, since="2023-11-05 04:00+01"):
        report = scene.night(tables=TABLES)
    assert (report.outcome, report.tables) == ("yielded", [])
    assert re.search("run 1 has been at work since .*; two nights never run at once, so run 2 leaves", report.message)
    assert scene.publisher.calls() == []
    assert scene.query("select outcome from ops.runs where run_id = 2") == [{"outcome": "yielded"}]
    assert scene.query("select 1 from ops.alerts") == []
    assert scene.night(tables=TABLES).outcome == "completed"


def test_a_night_that_has_been_at_work_too_long_is_an_alert(scene: Scene) -> None:
    with at_work(scene, since="2023-11-03 04:00+01"):
        report = scene.night(tables=TABLES)
    assert report.outcome == "attention"
    assert "run 1 has been at work since 2023-11-03 04:00, and a night may take 6 hours" in report.message
    assert [row["message"] in report.message for row in scene.query("select message from ops.alerts")] == [True]
    assert scene.night(tables=TABLES).outcome == "completed"
    assert scene.query("select 1 from ops.alerts where trouble <> 'died' and mended_at is null") == []


def test_a_night_waits_for_what_is_no_night_and_says_so_where_it_lasts(scene: Scene) -> None:
    engine = create_engine(scene.database)
    with held(engine, Lock.NIGHT):
        scene.patch.setenv("JOBINDSATS_PATIENCE_SECONDS", "0.5")
        report = scene.night(tables=TABLES)
        assert (report.outcome, report.tables) == ("attention", [])
        assert "what is no night (a release, a replay) was still at work" in report.message
        assert scene.query("select outcome, ended_at is null as open from ops.runs") == [
            {"outcome": "attention", "open": False}
        ]
        assert len(scene.query("select 1 from ops.alerts where mended_at is null")) == 1
    with ExitStack() as other:
        other.enter_context(held(engine, Lock.NIGHT))
        Timer(3, other.close).start()
        scene.patch.setenv("JOBINDSATS_PATIENCE_SECONDS", "60")
        assert scene.night(tables=TABLES).outcome == "completed"
    engine.dispose()
    assert scene.query("select 1 from ops.alerts where mended_at is null") == []


def test_a_night_whose_time_is_over_asks_nobody_any_more_and_ends(scene: Scene) -> None:
    scene.patch.setenv("JOBINDSATS_NIGHT_HOURS", "0.000001")
    report = scene.night(tables=TABLES)
    assert scene.outcomes(report) == dict.fromkeys(TABLES, "failed")
    assert {"the run's time of 0 seconds is over" in table["message"] for table in report.tables} == {True}
    assert scene.publisher.calls() == []


def test_a_night_whose_time_runs_out_in_the_middle_keeps_what_it_has_and_the_next_one_brings_the_rest(
    scene: Scene,
) -> None:
    two, asked_of = ["y10a02", "y12a02"], list[str]()

    def answer(to: BaseHTTPRequestHandler, _: int) -> None:
        """Pass a question on; with the first one about a second table the night's time is over."""
        asked_of.extend(table for table in two if table in to.path.lower() and table not in asked_of)
        if len(asked_of) == 2:
            for run_time in _RUN_TIMES.values():
                run_time.begun = float("-inf")
        question = Request(
            scene.publisher.url + to.path.removeprefix("/v3"), headers={"Authorization": to.headers["Authorization"]}
        )
        with urlopen(question, timeout=20) as answered:
            send(to, body=answered.read())

    with scripted(answer) as server:
        scene.patch.setenv("JOBINDSATS_API_URL", server.url)
        report = scene.night(tables=two)
    first, second = asked_of
    assert scene.outcomes(report) == {first: "published", second: "failed"}
    (said,) = [table["message"] for table in report.tables if table["table"] == second]
    assert "the run's time of 360 minutes is over, so this was not asked any more" in said
    assert scene.query("select outcome from ops.runs where ended_at is null") == []
    assert scene.query("select distinct table_id from marts.benefit_recipients") == [{"table_id": first}]
    scene.patch.setenv("JOBINDSATS_API_URL", scene.publisher.url)
    report = scene.night(tables=two)
    assert scene.outcomes(report) == {first: "not_due", second: "published"}


def test_a_table_that_another_run_keeps_is_left_to_it(scene: Scene) -> None:
    number = scene.query("select table_no from core.tables where table_id = 'y10a02'")[0]["table_no"]
    scene.patch.setenv("JOBINDSATS_PATIENCE_SECONDS", "0.1")
    engine = create_engine(scene.database)
    with held(engine, Lock.TABLE, number=number):
        report = scene.night(tables=TABLES)
    engine.dispose()
    assert scene.outcomes(report) == {"y10a02": "failed", "y25i01": "published"}
    assert "another run has kept the table" in next(t["message"] for t in report.tables if t["table"] == "y10a02")
