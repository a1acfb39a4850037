"""A run's report as a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.exceptions import FailedRun

from tasks.runs.report import RunReport, as_json, as_shown, markdown


def table(name: str, outcome: str, **more: Any) -> dict[str, Any]:
    counts = dict.fromkeys(("new", "revised", "withdrawn", "unchanged"), 0)
    return {"table": name, "outcome": outcome, "message": "", "newest_period": None, **counts, **more}


def test_what_needs_a_look_comes_first_and_each_trouble_once() -> None:
    down = {"message": "the publisher is down"}
    found = RunReport(
        7,
        "failed",
        [
            table("y01a02", "published", new=1_200, revised=3, newest_period="2023M10"),
            table("y07a02", "failed", **down),
            table("y10a02", "failed", **down),
            table("y12a02", "not_due"),
        ],
        "own.yml cannot be read",
        ("y01a02: Herlev, 2023M09: 267 -> 282 full_time_persons",),
        ("savings: 3 moved",),
    )
    page = markdown(found)
    assert page.startswith("# Night 7: failed\n\nown.yml cannot be read\n\n## Needs a look\n\n")
    assert page.count("the publisher is down") == 1
    assert "**failed** `y07a02`, `y10a02`: the publisher is down" in page
    assert "| y01a02 | 1,200 | 3 | 0 | 0 | 2023M10 |" in page
    assert "- y01a02: Herlev, 2023M09: 267 -> 282 full_time_persons" in page
    assert "- savings: 3 moved" in page
    assert "y12a02" not in page


def test_a_night_in_which_nothing_is_new_says_so_in_two_lines() -> None:
    assert markdown(RunReport(8, "completed", [table("y01a02", "not_due")])) == (
        "# Night 8: completed\n\nNothing new was published.\n"
    )


def test_the_json_of_a_run_that_left_says_who_is_at_work() -> None:
    said = "run 7 has been at work since 04:15; two nights never run at once, so run 8 leaves"
    assert as_json(RunReport(8, "yielded", [], said)) == {"run": 8, "outcome": "yielded", "tables": [], "message": said}


def test_the_json_of_any_other_run_has_the_keys_it_always_had() -> None:
    assert as_json(RunReport(8, "completed", [])).keys() == {"run", "outcome", "tables"}


# ---- how a run is shown in Prefect ------------------------------------------------------------------------------
TROUBLED = [table("y01a02", "published"), table("y07a02", "quarantined"), table("y10a02", "not_due")]

ENDS = {
    "completed": ("Completed", "COMPLETED"),
    "attention": ("Attention", "COMPLETED"),
    "yielded": ("Yielded", "COMPLETED"),
    "superseded": ("Superseded", "COMPLETED"),
    "failed": ("Failed", "COMPLETED"),
}


def stub(found: RunReport) -> Any:
    """A flow that ends with a report as a night does."""

    @flow(name="ends")
    def ends() -> RunReport:
        return as_shown(found)

    return ends


def recorded(state: State[Any]) -> Any:
    """The run that a state is of, as the server has it."""
    with get_client(sync_client=True) as client:
        assert state.state_details.flow_run_id is not None
        return client.read_flow_run(state.state_details.flow_run_id).state


@pytest.mark.parametrize("outcome", ENDS)
def test_a_flow_that_is_called_gives_its_report_and_the_run_bears_its_outcome(orchestrator: str, outcome: str) -> None:
    found = RunReport(8, outcome, TROUBLED)
    assert stub(found)() == found
    shown = recorded(stub(found)(return_state=True))
    assert (shown.name, shown.type.value) == ENDS[outcome]
    assert shown.message == f"Night 8: {outcome}. 1 quarantined (y07a02), 1 published, 1 not_due"


@contextmanager
def deployed() -> Iterator[None]:
    """As Prefect tells a worker's run that it is a deployment's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", str(uuid4()))
        yield


def test_a_deployments_run_fails_where_the_night_failed(orchestrator: str) -> None:
    with deployed():
        ended = stub(RunReport(8, "failed", [], "the archive cannot be written"))(return_state=True)
        with pytest.raises(FailedRun):
            stub(RunReport(8, "failed", []))()
    shown = recorded(ended)
    assert (shown.name, shown.type.value) == ("Failed", "FAILED")
    assert shown.message == "Night 8: failed. the archive cannot be written"


def test_a_deployments_run_that_needs_a_look_is_not_tried_again(orchestrator: str) -> None:
    with deployed():
        shown = recorded(stub(RunReport(8, "attention", TROUBLED))(return_state=True))
    assert (shown.name, shown.type.value) == ("Attention", "COMPLETED")
