"""The deployments on a real server with a real worker: a night through Prefect's API, and what is killed in the middle."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import URL, Engine, create_engine, text

from tests.conftest import Database
from tests.processes import told
from tests.serving import Served, serving
from tests.standin.server import StandIn, running
from tests.standin.synthetic import declared_in_the_wide_world
from warehouse.catalogue.model import jobindsats

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
DENMARK = ZoneInfo("Europe/Copenhagen")
ONE = ["y10a02"]


@pytest.fixture(scope="module")
def publisher() -> Iterator[StandIn]:
    """A publisher on 5 November 2023, without tables that other tests load: here a night is over all there are."""
    with running(today="2023-11-05", scale="small", without=declared_in_the_wide_world()) as standin:
        yield standin


@pytest.fixture(scope="module")
def warehouse(empty_database: Database) -> Iterator[URL]:
    """A warehouse of this module's own."""
    with empty_database() as url:
        yield url


@pytest.fixture(scope="module")
def served(publisher: StandIn, warehouse: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A fresh data folder, served; it ends by Ctrl-C and leaves nothing."""
    address = warehouse.render_as_string(hide_password=False)
    with serving(tmp_path_factory.mktemp("served"), publisher=publisher, warehouse=address) as served:
        yield served
        assert served.stop(signal.SIGINT) == 0
        assert served.left() == {}


@pytest.fixture
def rows(warehouse: URL) -> Iterator[Callable[[str], list[Any]]]:
    """Asks the warehouse; gives the first column."""
    engine: Engine = create_engine(warehouse)

    def ask(statement: str) -> list[Any]:
        with engine.connect() as connection:
            return list(connection.scalars(text(statement)))

    yield ask
    engine.dispose()


Rows = Callable[[str], list[Any]]


def worker_of(served: Served) -> int:
    """The number of the worker's process."""
    return next(
        pid for pid, said in told(served.mark).items() if "worker start" in said and "child_processes" not in said
    )


@contextmanager
def in_the_middle(served: Served, publisher: StandIn, *, of: str = "") -> Iterator[Any]:
    """A night that waits for an answer to a call that holds `of`, as long as the block lasts, as Prefect has it."""

    def calls() -> int:
        return sum(of in call["path"] for call in publisher.calls())

    before = calls()
    publisher.set_faults({"timeout": 1}, only=of)
    run_id = served.trigger("nightly", tables=ONE, again=bool(of))
    try:
        yield served.when(run_id, lambda run: bool(run["infrastructure_pid"]) and calls() > before)
    finally:
        publisher.clear_faults()


def test_a_night_through_the_api_brings_every_table_to_an_outcome(served: Served, publisher: StandIn) -> None:
    run_id = served.trigger("nightly")
    run = served.ended(run_id, within_seconds=400)
    assert run["state_name"] in ("Completed", "Attention"), served.logs(run_id)
    status = served.command("status")
    assert {row["table"] for row in status} >= {table.id for table in jobindsats().tables}
    assert [row["table"] for row in status if row["outcome"] is None and row["table"].startswith(("y", "p"))] == []
    left = {artifact["key"]: artifact for artifact in served.artifacts(run_id)}
    assert {"night-report", "night-outcomes", "night-progress"} <= set(left)
    assert left["night-report"]["data"].startswith("# Night 1: completed\n")
    assert left["night-progress"]["data"] == 100
    assert publisher.token not in str(left) + served.logs(run_id) + served.worker_log()


def test_the_night_and_the_lists_come_by_themselves_and_replay_does_not(served: Served) -> None:
    def next_of(name: str) -> list[datetime]:
        question = {
            "deployments": {"name": {"any_": [name]}},
            "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
        }
        runs = served.ask("/flow_runs/filter", {**question, "sort": "EXPECTED_START_TIME_ASC"})
        return [datetime.fromisoformat(run["expected_start_time"]).astimezone(DENMARK) for run in runs]

    assert {(moment.hour, moment.minute) for moment in next_of("nightly")} == {(4, 15)}
    assert {(moment.weekday(), moment.hour) for moment in next_of("benchmark-lists")} == {(0, 6)}
    assert next_of("replay") == []


def completes(served: Served, name: str = "nightly", **parameters: object) -> str:
    """A run that is started now and completes; gives its id."""
    run_id = served.trigger(name, **parameters)
    assert served.ended(run_id)["state_type"] == "COMPLETED", served.logs(run_id)
    return run_id


def outcomes(rows: Rows, *run_ids: str) -> list[str]:
    """How runs ended by the warehouse's own record."""
    named = ", ".join(f"'{run_id}'" for run_id in run_ids)
    return rows(f"select outcome from ops.runs where flow_run in ({named}) order by run_id")


def test_a_worker_that_is_killed_is_started_again_and_the_next_night_completes(
    served: Served, publisher: StandIn, rows: Rows
) -> None:
    with in_the_middle(served, publisher) as cut_short:
        os.kill(worker_of(served), signal.SIGKILL)
        assert served.ended(cut_short["id"])["state_name"] == "Crashed"
    following = completes(served, tables=ONE)
    assert outcomes(rows, cut_short["id"], following) == ["died", "completed"]


def test_a_run_that_is_killed_blocks_nothing(served: Served, publisher: StandIn, rows: Rows) -> None:
    with in_the_middle(served, publisher) as cut_short:
        os.kill(int(cut_short["infrastructure_pid"]), signal.SIGKILL)
        assert served.ended(cut_short["id"])["state_name"] == "Crashed"
    locks = "select count(*) from pg_locks where locktype = 'advisory' and classid in (7301, 7302, 7303)"
    assert rows(locks) == [0]
    following = completes(served, tables=ONE)
    assert outcomes(rows, cut_short["id"], following) == ["died", "completed"]


def test_a_night_beside_another_is_left_to_it(served: Served, publisher: StandIn, rows: Rows) -> None:
    with in_the_middle(served, publisher) as at_work:
        beside = completes(served, tables=ONE)
        publisher.clear_faults()
        os.kill(int(at_work["infrastructure_pid"]), signal.SIGKILL)
    assert outcomes(rows, beside) == ["yielded"]
    shown = served.run(beside)
    assert shown["state_name"] == "Yielded"
    assert "two nights never run at once" in shown["state"]["message"]


def test_a_night_that_is_cancelled_is_cancelled_and_the_next_one_goes_on(
    served: Served, publisher: StandIn, rows: Rows
) -> None:
    with in_the_middle(served, publisher, of="/data/") as at_work:
        served.ask(f"/flow_runs/{at_work['id']}/set_state", {"state": {"type": "CANCELLING"}})
        shown = served.ended(at_work["id"])
    assert (shown["state_name"], shown["state_type"]) == ("Cancelled", "CANCELLED")
    assert shown["name"] == "night 2023-11-05 again: y10a02"
    (table,) = served.ask("/flow_runs/filter", {"flow_runs": {"parent_flow_run_id": {"any_": [at_work["id"]]}}})
    assert (table["name"], served.ended(table["id"])["state_name"]) == ("y10a02", "Cancelled")
    following = completes(served, tables=ONE)
    assert outcomes(rows, at_work["id"], following) == ["died", "completed"]


def test_a_backfill_that_is_cancelled_says_how_to_go_on_and_does(served: Served, publisher: StandIn) -> None:
    publisher.set_faults({"slow": 1}, only="/data/")
    run_id = served.trigger("backfill", first="2018", last="2023", tables=["y01h01", "y25i01"])
    served.when(run_id, lambda run: any("/data/" in call["path"] for call in publisher.calls()[-3:]))
    served.ask(f"/flow_runs/{run_id}/set_state", {"state": {"type": "CANCELLING"}})
    shown = served.ended(run_id)
    publisher.clear_faults()
    assert shown["state_type"] == "CANCELLED", shown
    assert shown["name"] == "backfill 2018-2023: y01h01, y25i01"
    (listed,) = [each for each in served.artifacts(run_id) if each["key"] == "backfill-partitions"]
    number = listed["description"].split("--resume ")[1].rstrip("`")
    completes(served, "backfill", resume=int(number))


def test_a_night_that_failed_is_a_run_that_failed_once(served: Served, publisher: StandIn, rows: Rows) -> None:
    publisher.set_faults({"http-403": 1})
    run_id = served.trigger("nightly", tables=ONE)
    served.ended(run_id)
    publisher.clear_faults()
    completes(served, tables=ONE)
    shown = served.run(run_id)
    assert (shown["state_name"], shown["state_type"], shown["run_count"]) == ("Failed", "FAILED", 1)
    assert "failed. 1 failed (y10a02)" in shown["state"]["message"]
    assert outcomes(rows, run_id) == ["failed"]


def test_a_replay_whose_worker_and_process_vanish_together_gives_its_slot_back(served: Served) -> None:
    first = served.trigger("replay")
    run = served.when(first, lambda run: bool(run["infrastructure_pid"]) and run["state_name"] == "Running")
    for pid in (worker_of(served), int(run["infrastructure_pid"])):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert served.ended(first)["state_name"] == "Crashed"
    completes(served, "replay")


def test_of_two_replays_at_once_one_is_cancelled(served: Served) -> None:
    # Both at once: waited for, the first may be done before the worker asks for the second.
    both = [served.trigger("replay"), served.trigger("replay")]
    ended = {served.ended(run)["state_name"]: run for run in both}
    assert sorted(ended) == ["Cancelled", "Completed"], [served.logs(run) for run in both]


def test_lists_alone_ask_jobindsats_nothing(served: Served, publisher: StandIn) -> None:
    before = len(publisher.calls())
    completes(served, "benchmark-lists")
    assert len(publisher.calls()) == before


def test_one_that_is_killed_outright_leaves_nothing_and_is_followed_by_another(
    served: Served, publisher: StandIn, warehouse: URL, tmp_path: Path, rows: Rows
) -> None:
    address = warehouse.render_as_string(hide_password=False)
    shutil.copytree(Path(served.environment["JOBINDSATS_DATA_DIR"]) / "archive", tmp_path / "data" / "archive")
    with (
        serving(tmp_path, publisher=publisher, warehouse=address) as second,
        in_the_middle(second, publisher) as cut_short,
    ):
        assert second.stop(signal.SIGKILL) == -signal.SIGKILL
        assert second.left() == {}
    with serving(tmp_path, publisher=publisher, warehouse=address) as second:
        assert second.run(cut_short["id"])["state_name"] == "Crashed"
        completes(second, tables=ONE)
        with in_the_middle(second, publisher) as cut_short:
            assert second.stop(signal.SIGTERM) == 0
        assert second.left() == {}
    assert outcomes(rows, cut_short["id"]) == [None]
