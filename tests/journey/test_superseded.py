"""A night that comes late: where a newer one has looked at all its tables, there is nothing left for it to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from prefect.client.orchestration import get_client
from prefect.flow_engine import run_flow
from prefect.states import Scheduled

from flows.nightly import nightly
from tasks.runs.report import RunReport
from tasks.runs.states import value_of
from tests.scene import Scene

pytestmark = pytest.mark.slow
ONE, OTHER = "y10a02", "y12a02"


@pytest.fixture
def by_the_wall(scene: Scene) -> Scene:
    """A scene whose runs go by the machine's clock, as those of a deployment do."""
    scene.patch.delenv("JOBINDSATS_NOW", raising=False)
    return scene


def of_a_deployment(scene: Scene, *, tables: list[str], scheduled: datetime) -> RunReport:
    """A run that a deployment's schedule made for a moment, carried out now."""
    scene.patch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "00000000-0000-0000-0000-000000000001")
    with get_client(sync_client=True) as client:
        parameters = {"tables": tables}
        run = client.create_flow_run(nightly, parameters=parameters, state=Scheduled(scheduled_time=scheduled))
    return cast(RunReport, value_of(cast(Any, run_flow), nightly, flow_run=run, parameters=parameters))


def test_a_late_night_leaves_what_a_newer_one_has_done(by_the_wall: Scene) -> None:
    before = datetime.now(UTC) - timedelta(hours=3)
    done = value_of(nightly, [ONE])
    calls = len(by_the_wall.publisher.calls())
    late = of_a_deployment(by_the_wall, tables=[ONE], scheduled=before)
    assert (late.outcome, late.tables) == ("superseded", [])
    assert f"run {done.run} began after this one was to begin" in late.message
    assert len(by_the_wall.publisher.calls()) == calls, "the publisher was asked for nothing"
    runs = by_the_wall.query("select outcome from ops.runs order by run_id")
    assert [run["outcome"] for run in runs] == [done.outcome, "superseded"]

    both = of_a_deployment(by_the_wall, tables=[ONE, OTHER], scheduled=before)
    assert both.outcome != "superseded", "the newer night did not look at the other table"
    later = of_a_deployment(by_the_wall, tables=[ONE], scheduled=datetime.now(UTC))
    assert later.outcome != "superseded", "it was to begin after the newer one"


def test_what_a_newer_night_failed_at_is_tried_by_the_late_one(by_the_wall: Scene) -> None:
    before = datetime.now(UTC) - timedelta(hours=3)
    by_the_wall.publisher.set_faults({"http-401": 1.0})
    assert value_of(nightly, [ONE]).outcome == "failed"
    by_the_wall.publisher.clear_faults()
    assert of_a_deployment(by_the_wall, tables=[ONE], scheduled=before).outcome != "superseded"
