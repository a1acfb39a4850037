"""prefect.yaml is held to the flows: Prefect itself takes a deployment of a flow that cannot be imported."""

from __future__ import annotations

import ast
import asyncio
import inspect
import sys
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from prefect import Flow
from prefect.client.schemas.schedules import CronSchedule
from prefect.flows import load_flow_from_entrypoint
from prefect.server.schemas.schedules import CronSchedule as ServedSchedule
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools import validate

from tests.conventions.sources import ROOT, imported, parsed, production

FILE = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
DEPLOYMENTS: list[dict[str, Any]] = FILE["deployments"]
SCHEDULES = [(each, schedule) for each in DEPLOYMENTS for schedule in each["schedules"]]
# Deployed under a guarded name: an address with its password would stay in Prefect's database in clear. One table is a part
# of a night.
NOT_DEPLOYED = {("flows/replay.py", "replay"), ("flows/nightly.py", "table")}
# These hold the lock of the night in the warehouse, which ends with the session and so with the process.
LOCKED_BY_THE_WAREHOUSE = {"nightly", "benchmark-lists", "backfill", "release"}
# Nothing can be proposed for what has to be said each time.
ASKED_EACH_TIME = {"release": {"load": 1, "reason": "STAR confirms it", "by": "Kim"}}


def name_of(value: object) -> str | None:
    return str(value["name"]) if isinstance(value, dict) and "name" in value else None


each_deployment = pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=name_of)
each_schedule = pytest.mark.parametrize(("deployment", "schedule"), SCHEDULES, ids=name_of)


@pytest.fixture
def as_a_worker_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """The project's folder is where one is, and flows/ is first on the path."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", [str(ROOT / "flows"), *sys.path])


def flow_of(deployment: dict[str, Any]) -> Flow[..., Any]:
    return load_flow_from_entrypoint(deployment["entrypoint"], use_placeholder_flow=False)


def test_the_deployments_that_were_promised_are_there() -> None:
    names = [each["name"] for each in DEPLOYMENTS]
    assert {"nightly", "benchmark-lists", "briefings", "backfill", "replay"} <= set(names)
    assert len(names) == len(set(names))


@each_deployment
def test_every_entrypoint_is_a_flow_that_can_be_imported(deployment: dict[str, Any], as_a_worker_does: None) -> None:
    flow = flow_of(deployment)
    path, name = deployment["entrypoint"].split(":")
    assert isinstance(flow, Flow)
    assert flow.fn.__name__ == name
    assert (ROOT / path).is_file()


def test_every_flow_is_deployed_or_named_as_not() -> None:
    deployed = {tuple(each["entrypoint"].split(":")) for each in DEPLOYMENTS}
    flows = set()
    for path in sorted((ROOT / "flows").rglob("*.py")):
        if "prefect" in imported(path):
            decorated = {
                node.name: [getattr(part, "func", part) for part in node.decorator_list]
                for node in parsed(path).body
                if hasattr(node, "decorator_list") and hasattr(node, "name")
            }
            relative = path.relative_to(ROOT).as_posix()
            flows |= {
                (relative, name) for name, of in decorated.items() if any(getattr(d, "id", "") == "flow" for d in of)
            }
    assert len(flows) >= len(DEPLOYMENTS)
    assert flows == deployed | NOT_DEPLOYED
    assert not deployed & NOT_DEPLOYED


def test_every_run_has_a_name_that_says_what_ran() -> None:
    """Prefect would call a flow's run after an animal, and a task's after the task with three odd letters."""
    nameless = []
    for path in production():
        for call in [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]:
            kind = getattr(call.func, "id", "")
            given = {keyword.arg for keyword in call.keywords}
            if kind in ("flow", "task") and "name" in given and f"{kind}_run_name" not in given:
                nameless.append(f"{path.name}:{call.lineno}")
    assert nameless == []


@each_deployment
def test_parameters_fit_the_flow(deployment: dict[str, Any], as_a_worker_does: None) -> None:
    flow = flow_of(deployment)
    said = {**deployment["parameters"], **ASKED_EACH_TIME.get(deployment["name"], {})}
    for parameters in [said, *(schedule.get("parameters", {}) for schedule in deployment["schedules"])]:
        inspect.signature(flow.fn).bind(**{**said, **parameters})
        flow.validate_parameters({**said, **parameters})
    assert said.keys() == inspect.signature(flow.fn).parameters.keys(), "a form shows what it would do"


@each_deployment
def test_a_form_says_what_each_parameter_is_and_asks_no_secret(
    deployment: dict[str, Any], as_a_worker_does: None
) -> None:
    for name, asked in parameter_schema(flow_of(deployment)).properties.items():
        assert asked.get("description"), f"{name} has no description: write it under Args in the flow's docstring"
        assert "password" not in str(asked), f"{name}: Prefect keeps the parameters of runs in clear"


OFFERED = {
    ("nightly", "tables"): (["y01a02", "statbank"], ["Sygedagpenge"]),
    ("nightly", "again"): (True, "perhaps"),
    ("backfill", "first"): ("2019M01", "in 2019"),
    ("backfill", "last"): ("2023", "2023M"),
    ("backfill", "tables"): (["y01a02"], ["folk1a"]),
    ("backfill", "plan"): (True, "perhaps"),
    ("backfill", "resume"): (7, 0),
    ("backfill", "workers"): (2, 0),
    ("backfill", "dask"): ("tcp://host:8786", "cluster.example"),
    ("briefings", "areas"): (["Herlev"], ["Herlv"]),
    ("briefings", "as_of"): ("2026-08-10", "in August"),
    ("briefings", "since"): ("2026-08-10T09:30", "10/8"),
    ("replay", "verify"): (False, "perhaps"),
    ("release", "load"): (3, 0),
    ("release", "reason"): ("STAR confirms it by telephone", "fine"),
    ("release", "by"): ("Kim", ""),
}
FREE = {("briefings", "folder")}


@each_deployment
def test_a_form_offers_what_can_be_chosen_and_takes_nothing_else(
    deployment: dict[str, Any], as_a_worker_does: None
) -> None:
    """As Prefect's server checks what a form hands in."""
    schema = parameter_schema(flow_of(deployment)).model_dump()
    for name in schema["properties"]:
        where = (deployment["name"], name)
        if where not in FREE:
            good, bad = OFFERED[where]
            assert not prefect_errors({name: good}, schema), where
            assert prefect_errors({name: bad}, schema), where


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        ("nightly", ("y07b15", "aus08", "local_budget", "ranking_lists"), ("local budget", "y07-b15", "")),
        ("backfill", ("y07b15", "y01a02"), ("local_budget", "folk1a", "ranking_all", "jobindsats.dk")),
    ],
)
def test_a_form_takes_tables_that_a_person_adopted_or_has(
    name: str, taken: tuple[str, ...], refused: tuple[str, ...], as_a_worker_does: None
) -> None:
    (deployment,) = [each for each in DEPLOYMENTS if each["name"] == name]
    schema = parameter_schema(flow_of(deployment)).model_dump()
    assert not prefect_errors({"tables": list(taken)}, schema)
    for table in refused:
        assert prefect_errors({"tables": [*taken, table]}, schema), table


def prefect_errors(given: dict[str, Any], schema: dict[str, Any]) -> list[Any]:
    return list(validate(given, schema, raise_on_error=False, ignore_required=True))


@each_schedule
def test_every_schedule_is_danish_time_and_never_when_the_clock_changes(
    deployment: dict[str, Any], schedule: dict[str, Any]
) -> None:
    assert schedule["timezone"] == "Europe/Copenhagen"
    CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"])
    served = ServedSchedule(cron=schedule["cron"], timezone=schedule["timezone"])
    moments = asyncio.run(served.get_dates(n=800, start=datetime(2026, 1, 1, tzinfo=UTC)))
    danish = [moment.astimezone(ZoneInfo("Europe/Copenhagen")) for moment in moments]
    assert len({moment.date() for moment in danish}) == len(danish), "once a day at most, also when the clock changes"
    assert all(moment.hour != 2 for moment in danish)


def test_the_night_comes_every_night() -> None:
    (nightly,) = [schedule for each, schedule in SCHEDULES if each["name"] == "nightly"]
    assert nightly["cron"] == "15 4 * * *"


@each_deployment
def test_every_deployment_says_what_it_is_and_where_it_runs(deployment: dict[str, Any]) -> None:
    assert deployment["work_pool"]["name"] == "jobindsats"
    assert "jobindsats" in deployment["tags"]
    assert len(deployment["description"].strip().splitlines()[0]) > 40


@each_deployment
def test_two_at_once_are_prevented_by_the_warehouse_or_by_prefect(deployment: dict[str, Any]) -> None:
    if deployment["name"] in LOCKED_BY_THE_WAREHOUSE:
        assert "concurrency_limit" not in deployment
    else:
        assert deployment["concurrency_limit"]["limit"] == 1
        assert deployment["concurrency_limit"]["collision_strategy"] in {"ENQUEUE", "CANCEL_NEW"}
