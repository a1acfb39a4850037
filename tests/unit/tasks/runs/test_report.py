"""A run's report as a page."""

from __future__ import annotations

from typing import Any

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import State
from prefect.settings import get_current_settings

from tasks.results import Due, Listing
from tasks.runs.artifacts import tracked
from tasks.runs.report import RunReport, as_json, as_shown, markdown
from tasks.runs.states import EndedOtherwise, ended_as, value_of


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
        ("Ranglisten: Herlev Kommune er nr. 17",),
    )
    page = markdown(found)
    assert page.startswith("# Night 7: failed\n\nown.yml cannot be read\n\n## Needs a look\n\n")
    assert page.count("the publisher is down") == 1
    assert "**failed** `y07a02`, `y10a02`: the publisher is down" in page
    assert "| y01a02 | 1,200 | 3 | 0 | 0 | 2023M10 |" in page
    assert "- y01a02: Herlev, 2023M09: 267 -> 282 full_time_persons" in page
    assert "- savings: 3 moved" in page
    assert "## Thresholds crossed\n\n- Ranglisten: Herlev Kommune er nr. 17\n\n## Published" in page
    assert "y12a02" not in page


def test_a_night_in_which_nothing_is_new_says_so_in_two_lines() -> None:
    assert markdown(RunReport(8, "completed", [table("y01a02", "not_due")])) == (
        "# Night 8: completed\n\nNothing new was published.\n"
    )


def test_the_json_of_a_run_that_left_says_who_is_at_work() -> None:
    said = "run 7 has been at work since 04:15; two nights never run at once, so run 8 leaves"
    assert as_json(RunReport(8, "yielded", [], said)) == {"run": 8, "outcome": "yielded", "tables": [], "message": said}


def test_the_json_of_a_run_has_the_thresholds_that_are_crossed_since_where_there_are_any() -> None:
    crossed = as_json(RunReport(8, "completed", [], crossed=("Ranglisten: nr. 17",)))
    assert crossed == {"run": 8, "outcome": "completed", "tables": [], "crossed": ["Ranglisten: nr. 17"]}


def test_the_json_of_any_other_run_has_the_keys_it_always_had() -> None:
    assert as_json(RunReport(8, "completed", [])).keys() == {"run", "outcome", "tables"}


# ---- how a run is shown in Prefect ------------------------------------------------------------------------------
TROUBLED = [table("y01a02", "published"), table("y07a02", "quarantined"), table("y10a02", "not_due")]

ENDS = {
    "completed": ("Completed", "COMPLETED"),
    "attention": ("Attention", "FAILED"),
    "yielded": ("Yielded", "COMPLETED"),
    "superseded": ("Superseded", "COMPLETED"),
    "failed": ("Failed", "FAILED"),
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


@pytest.mark.slow
@pytest.mark.parametrize("outcome", ENDS)
def test_a_flow_that_is_called_gives_its_report_and_the_run_bears_its_outcome(orchestrator: str, outcome: str) -> None:
    found = RunReport(8, outcome, TROUBLED)
    assert value_of(stub(found)) == found
    shown = recorded(stub(found)(return_state=True))
    assert (shown.name, shown.type.value) == ENDS[outcome]
    assert shown.message == f"Night 8: {outcome}. 1 quarantined (y07a02), 1 published, 1 not_due"


def test_a_flow_within_a_flow_does_not_wait_for_heartbeats_of_its_own(orchestrator: str) -> None:
    def beats() -> int | None:
        return get_current_settings().flows.heartbeat_frequency

    within = flow(name="within")(beats)

    @flow(name="around")
    def around() -> list[int | None]:
        return [beats(), value_of(within), beats()]

    seconds = get_current_settings().flows.heartbeat_frequency
    assert seconds is not None
    assert value_of(around) == [seconds, None, seconds]


@pytest.mark.slow
def test_a_run_that_needs_a_look_is_an_error_to_whoever_calls_it_unprepared_and_is_not_tried_again(
    orchestrator: str,
) -> None:
    """As a worker does, whose process then ends as one that failed."""
    ended = stub(RunReport(8, "attention", TROUBLED))
    with pytest.raises(EndedOtherwise, match=r"Night 8: attention\. 1 quarantined"):
        ended()
    state = ended(return_state=True)
    with get_client(sync_client=True) as client:
        assert client.read_flow_run(state.state_details.flow_run_id).run_count == 1


@pytest.mark.parametrize(
    ("outcome", "shown"),
    [
        ("published", ("Published", "COMPLETED")),
        ("not_due", ("Not due", "COMPLETED")),
        ("source_late", ("Source late", "FAILED")),
        ("quarantined", ("Quarantined", "FAILED")),
        ("failed", ("Failed", "FAILED")),
        ("stopped", ("Stopped", "CANCELLED")),
        ("what nobody has named yet", ("What nobody has named yet", "FAILED")),
    ],
)
def test_only_what_is_known_to_be_well_is_green(outcome: str, shown: tuple[str, str]) -> None:
    state: Any = ended_as(outcome, 7, message="said")
    assert (state.name, state.type.value, state.message) == (*shown, "said")


def test_a_run_of_several_sources_leaves_one_bar_that_ends_at_the_end(orchestrator: str) -> None:
    batches = [[Due("y01a02", "due", "", Listing("y01a02"))], [], [Due("y07a02", "due", "", Listing("y07a02"))]]

    @flow(name="tracks")
    def tracks() -> list[str]:
        return [due.table_id for due in tracked(batches, of=len(batches), key="tracks-progress")]

    state = tracks(return_state=True)
    assert state.result() == ["y01a02", "y07a02"]
    ids = [state.state_details.flow_run_id]
    with get_client(sync_client=True) as client:
        of_this = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=ids))
        (bar,) = client.read_artifacts(artifact_filter=of_this)
    assert (bar.key, bar.type, bar.data, bar.description) == ("tracks-progress", "progress", 100.0, "done: 2 of 2")
