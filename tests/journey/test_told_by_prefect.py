"""What Prefect shows of runs is what they came to: states, names, one bar of progress, and reasons, read from its API."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from sqlalchemy import create_engine

from flows.command_line.main import run as command
from flows.replay import replay
from tasks.runs.progress import telling
from tasks.runs.states import value_of
from tests.scene import Scene
from tests.serving import Server
from warehouse.database.locks import Lock, held

pytestmark = pytest.mark.slow
FOUR = ["y01a02", "y07a02", "y10a02", "y12a02"]
SPAN = ["--from", "2023M08", "--to", "2023M09"]
TYPES = {"Published": "COMPLETED", "Unchanged": "COMPLETED", "Quarantined": "FAILED", "Failed": "FAILED"}


class Prefect(Server):
    """Prefect, asked for what it has of a run."""

    def newest(self, flow: str) -> dict[str, Any]:
        """The newest run of a flow."""
        asked = {"flows": {"name": {"any_": [flow]}}, "sort": "START_TIME_DESC", "limit": 1}
        (found,) = self.ask("/flow_runs/filter", asked)
        return dict(found)

    def tasks(self, run: dict[str, Any]) -> dict[str, str]:
        """The task runs of a run: their names and states."""
        asked = {"flow_runs": {"id": {"any_": [run["id"]]}}, "limit": 200}
        return {task["name"]: task["state_name"] for task in self.ask("/task_runs/filter", asked)}

    def inside(self, run: dict[str, Any]) -> dict[str, str]:
        """The runs within a run: their names and states."""
        asked = {"flow_runs": {"parent_flow_run_id": {"any_": [run["id"]]}}, "limit": 200}
        found = self.ask("/flow_runs/filter", asked)
        assert all(TYPES[each["state_name"]] == each["state_type"] for each in found), found
        return {each["name"]: each["state_name"] for each in found}

    def left(self, run: dict[str, Any]) -> dict[str, Any]:
        """What a run left, by key; each once."""
        found = self.artifacts(run["id"])
        assert len({artifact["key"] for artifact in found}) == len(found), "each artifact once"
        return {artifact["key"]: artifact for artifact in found}


@pytest.fixture
def prefect(recorder: str, scene: Scene) -> Prefect:
    """A Prefect that keeps a record of task runs, and a scene in front of it."""
    scene.patch.setenv("PREFECT_API_URL", recorder)
    return Prefect(recorder, dict(os.environ))


def shown(run: dict[str, Any]) -> tuple[str, str, str]:
    return run["name"], run["state_name"], run["state_type"]


def test_a_night_with_four_quarantined_tables_is_not_green_and_each_is_seen(scene: Scene, prefect: Prefect) -> None:
    scene.publisher.set_faults({"renamed-label": 1.0})
    report = scene.night(tables=FOUR)
    assert report.outcome == "attention"
    night = prefect.newest("nightly")
    assert shown(night) == ("night 2023-11-05: y01a02, y07a02, y10a02 ...", "Attention", "FAILED")
    assert "4 quarantined (y01a02, y07a02, y10a02 ...)" in night["state"]["message"]
    assert prefect.inside(night) == dict.fromkeys(FOUR, "Quarantined")
    left = prefect.left(night)
    assert set(left) == {"night-progress", "night-outcomes", "night-report"}
    assert (left["night-progress"]["data"], left["night-progress"]["description"]) == (100, "done: 4 of 4")
    table = prefect.newest("table")
    assert f"{table['name']}: " in table["state"]["message"]
    assert {"plan jobindsats", "record jobindsats", "derive marts"} <= set(prefect.tasks(night))
    assert prefect.tasks(table).keys() == {f"{stage} {table['name']}" for stage in ("fetch", "stage", "record")}

    scene.publisher.clear_faults()
    assert scene.night(tables=FOUR[:2]).outcome == "completed"
    night = prefect.newest("nightly")
    assert shown(night) == ("night 2023-11-05: y01a02, y07a02", "Completed", "COMPLETED")
    assert prefect.inside(night) == dict.fromkeys(FOUR[:2], "Published")


def test_a_night_whose_publisher_is_out_of_reach_has_failed_and_so_has_its_plan(
    scene: Scene, prefect: Prefect, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.set_clock()
    scene.publisher.set_faults({"http-401": 1.0})
    assert command(["nightly", "--table", "y10a02", "--json"]) == 1
    night = prefect.newest("nightly")
    assert shown(night) == ("night 2023-11-05: y10a02", "Failed", "FAILED")
    tasks = prefect.tasks(night)
    assert (tasks["plan jobindsats"], tasks["record jobindsats"]) == ("Failed", "Failed")
    assert prefect.inside(night) == {}


def test_what_is_no_tables_fails_its_step_and_the_night(scene: Scene, prefect: Prefect) -> None:
    scene.patch.setenv("JOBINDSATS_ASSUMPTIONS", str(scene.folder / "lost.yml"))
    assert scene.night(tables=["y10a02"]).outcome == "failed"
    night = prefect.newest("nightly")
    assert (night["state_name"], prefect.tasks(night)["load assumptions"]) == ("Failed", "Failed")
    assert "lost.yml" in night["state"]["message"]


def test_a_backfill_is_shown_as_it_ended_with_its_partitions_and_their_reasons(
    scene: Scene, prefect: Prefect, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.set_clock()
    scene.patch.setenv("JOBINDSATS_RETRIES", "0")
    scene.publisher.set_faults({"http-500": 1.0}, only="/data/y10a02")
    asked = ["backfill", *SPAN, "--table", "y10a02", "--table", "y12a02", "--json"]
    assert command(asked) == 1
    failed = prefect.newest("backfill")
    assert shown(failed) == ("backfill 2023M08-2023M09: y10a02, y12a02", "Failed", "FAILED")
    assert "1 failed (y10a02 2023M08 to 2023M09)" in failed["state"]["message"]
    left = prefect.left(failed)
    assert set(left) == {"backfill-progress", "backfill-partitions"}
    assert left["backfill-progress"]["data"] == 100
    first, second = rows_of(left["backfill-partitions"])
    assert (first["table"], first["periods"], first["outcome"]) == ("y10a02", "2023M08 to 2023M09", "failed")
    assert "500" in first["message"]
    assert (second["table"], second["outcome"], second["message"]) == ("y12a02", "published", "")
    tasks = prefect.tasks(failed)
    assert tasks["y10a02 2023M08 to 2023M09"] == "Failed"
    assert tasks["y12a02 2023M08 to 2023M09"] == "Published"

    scene.publisher.clear_faults()
    scene.set_clock()
    assert command(["backfill", "--resume", "1", "--json"]) == 0
    assert shown(prefect.newest("backfill")) == ("backfill 1 resumed", "Completed", "COMPLETED")


def test_a_replay_tells_of_each_vintage_and_its_bar_ends_at_the_end(scene: Scene, prefect: Prefect) -> None:
    for day in ("2023-11-05", "2023-12-05"):
        assert scene.night(day, tables=["y10a02", "y12a02"]).outcome == "completed"
    steps: list[tuple[str, int, int]] = []
    with telling(lambda *step: steps.append(step)):
        report = value_of(replay, None, verify=True)
    assert (report.equal, report.vintages) == (True, len(steps))
    assert [(done, of) for _, done, of in steps] == [(nth, len(steps)) for nth in range(len(steps))]
    assert {table for table, _, _ in steps} == {"y10a02", "y12a02"}
    run = prefect.newest("replay")
    assert shown(run)[1:] == ("Completed", "COMPLETED")
    bar = prefect.left(run)["replay-progress"]
    assert (bar["data"], bar["description"]) == (100, f"done: {len(steps)} of {len(steps)}")


def test_a_backfill_whose_marts_cannot_be_filled_has_failed(
    scene: Scene, prefect: Prefect, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.set_clock()
    scene.change("alter table marts.benefit_recipients add constraint nothing check (table_id = '')")
    assert command(["backfill", *SPAN, "--table", "y10a02"]) == 1
    assert "y10a02 stays as it was in marts.benefit_recipients" in capsys.readouterr().err
    backfill = prefect.newest("backfill")
    assert backfill["state_name"] == "Failed"
    assert "marts.benefit_recipients" in backfill["state"]["message"]
    assert prefect.tasks(backfill)["derive marts"] == "Failed"


def test_a_plan_from_the_form_is_left_to_be_read_and_fetches_nothing(scene: Scene, prefect: Prefect) -> None:
    from flows.backfill import backfill

    scene.set_clock()
    backfill("2023M08", "2023M09", ["y10a02"], plan=True)
    planned = prefect.newest("backfill")
    assert shown(planned) == ("plan of backfill 2023M08-2023M09: y10a02", "Completed", "COMPLETED")
    (row,) = rows_of(prefect.left(planned)["backfill-plan"])
    assert (row["table"], row["partitions"]) == ("y10a02", 1)
    assert scene.query("select 1 from ops.backfills") == []


def test_a_release_that_is_refused_and_a_replay_that_differs_have_failed(
    scene: Scene, prefect: Prefect, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.publisher.set_faults({"renamed-label": 1.0})
    assert scene.night(tables=["y10a02"]).outcome == "attention"
    (load,) = scene.query("select quarantine_id from ops.quarantine")
    asked = ["quarantine", "release", str(load["quarantine_id"]), "--reason", "STAR confirms it", "--by", "Kim"]
    assert command(asked) == 1
    release = prefect.newest("release")
    assert shown(release) == (f"release of load {load['quarantine_id']}", "Failed", "FAILED")
    assert "cannot be read as it is" in release["state"]["message"]

    scene.publisher.clear_faults()
    assert scene.night(tables=["y10a02"]).outcome == "completed"
    assert replayed(prefect) == (0, "replay to verify 2023-11-05", "Completed", "COMPLETED")
    scene.change(
        "update core.observations set value = value + 1 "
        "where ctid = (select min(ctid) from core.observations where value is not null)"
    )
    assert replayed(prefect) == (1, "replay to verify 2023-11-05", "Failed", "FAILED")
    assert "differ, first in" in prefect.newest("replay")["state"]["message"]


def replayed(prefect: Prefect) -> tuple[int, str, str, str]:
    status = command(["replay", "--verify", "--json"])
    return (status, *shown(prefect.newest("replay")))


def test_a_release_beside_a_night_has_failed_and_the_next_one_is_green(
    scene: Scene, prefect: Prefect, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scene.night(tables=["y07a02"]).outcome == "completed"
    scene.publisher.set_faults({"missing-municipalities": 1.0})
    assert scene.night("2023-12-05", tables=["y07a02"]).outcome == "attention"
    stages = {"fetch": "Completed", "stage": "Completed", "audit": "Failed", "record": "Completed"}
    table = prefect.newest("table")
    assert prefect.tasks(table) == {f"{stage} y07a02": state for stage, state in stages.items()}
    scene.set_clock()
    asked = ["quarantine", "release", "1", "--reason", "STAR confirms it", "--by", "Kim"]
    engine = create_engine(scene.database)
    with held(engine, Lock.NIGHT):
        assert command(asked) == 1
    engine.dispose()
    assert prefect.newest("release")["state_type"] == "FAILED"
    assert command(asked) == 0
    assert shown(prefect.newest("release")) == ("release of load 1", "Completed", "COMPLETED")


def rows_of(artifact: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a table that was left."""
    data = artifact["data"]
    return list(json.loads(data) if isinstance(data, str) else data)
