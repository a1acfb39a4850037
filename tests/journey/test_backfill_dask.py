"""A backfill on a Dask cluster: as one process would have done it, within the budget, and whatever dies in it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from json import loads
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.asked import require_once
from tests.budgets import calls_over
from tests.conftest import Stage
from tests.content import content_of
from tests.processes import left_of, told, until
from tests.scene import JOBINDSATS, Scene

if not os.environ.get("CI"):  # there it must be installed
    pytest.importorskip("distributed", reason="Dask is not installed: make setup-distributed")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TABLES = ["y25i01", "y10a02", "y01h01"]
ASKED = ["--from", "2022", "--to", "2023M10", *(word for table in TABLES for word in ("--table", table))]
PER_MINUTE = 90
IN_DASK = "multiprocessing.spawn"


@pytest.fixture
def small(scene: Scene) -> Scene:
    """A scene whose tables are cut into several partitions, and whose publisher may be asked so often."""
    cut(scene)
    scene.patch.setenv("JOBINDSATS_CALLS_PER_MINUTE", str(PER_MINUTE))
    return scene


def cut(scene: Scene) -> None:
    scene.patch.setenv("JOBINDSATS_CELLS_PER_CALL", "3000")
    scene.set_clock()


@pytest.fixture(scope="module")
def alone(stage: Stage) -> Iterator[str]:
    """The content when one process does all of it."""
    with stage(today="2023-11-05", scale="small") as scene:
        cut(scene)
        done = scene.answer("backfill", *ASKED)
        assert done["done"] == done["partitions"] > len(TABLES)
        yield content_of(scene.database)


def begun(*arguments: str) -> subprocess.Popen[str]:
    command = [JOBINDSATS, "backfill", *arguments, "--json"]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ), start_new_session=True
    )


def ended(process: subprocess.Popen[str]) -> Any:
    """What it printed, when it has ended well."""
    printed, said = process.communicate(timeout=400)
    assert process.returncode == 0, said
    return loads(printed)


def of(scene: Scene) -> str:
    """What all processes of a scene were told, and no others."""
    return f"JOBINDSATS_DATA_DIR={scene.folder / 'data'}"


def partitions(scene: Scene, state: str) -> int:
    asked = "select count(*) as n from ops.backfill_partitions where state = :state"
    return int(scene.query(asked, state=state)[0]["n"])


AT_ONCE = """
select count(*) as n from ops.backfill_partitions one join ops.backfill_partitions other
  on one.partition_no < other.partition_no and one.started_at < other.ended_at and other.started_at < one.ended_at
"""


def test_two_dask_workers_bring_what_one_process_brings_and_keep_the_budget(small: Scene, alone: str) -> None:
    done = ended(begun(*ASKED, "--dask", "local", "--workers", "2"))
    assert done["done"] == done["partitions"] > len(TABLES)
    assert content_of(small.database) == alone
    calls = small.publisher.calls()
    assert calls_over(calls, per_minute=PER_MINUTE, at_once=2) == 0
    assert len(calls) == done["calls"]
    figures = [call["path"] for call in calls if call["path"].startswith("/v3/data/")]
    require_once(figures, fetches=done["partitions"])
    assert small.query(AT_ONCE)[0]["n"] > 0, "never were two partitions worked at together"
    assert left_of(of(small)) == {}


def test_a_dask_worker_that_is_killed_costs_nothing(small: Scene, alone: str) -> None:
    running = begun(*ASKED, "--dask", "local", "--workers", "2")
    until(lambda: partitions(small, "fetched") > 0, within_seconds=300)
    workers = [pid for pid, said in told(of(small)).items() if IN_DASK in said]
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    done = ended(running)
    assert done["done"] == done["partitions"]
    assert content_of(small.database) == alone
    assert calls_over(small.publisher.calls(), per_minute=PER_MINUTE, at_once=2) == 0


_FETCHED = text("select partition_no from ops.backfill_partitions where state = 'fetched' for update")
_WAITING = """
select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
and query like 'UPDATE ops.backfill_partitions%'
"""


@contextmanager
def both_held_before_the_commit(scene: Scene) -> Iterator[None]:
    """Hold back two partitions that are fetched: one has its facts written and waits for the ledger, the other for its turn."""
    engine = create_engine(scene.database)
    with engine.connect() as connection:
        until(lambda: len(connection.execute(_FETCHED).all()) == 2, within_seconds=300)
        until(lambda: scene.query(_WAITING) == [{"n": 1}], within_seconds=120)
        yield
        connection.rollback()
    engine.dispose()


@pytest.mark.parametrize("killed", [[1], [0, 1]], ids=["one", "both"])
def test_dask_workers_that_are_killed_while_they_publish_cost_nothing(
    small: Scene, alone: str, killed: list[int]
) -> None:
    running = begun(*ASKED, "--dask", "local", "--workers", "2")
    with both_held_before_the_commit(small):
        workers = [pid for pid, said in told(of(small)).items() if IN_DASK in said]
        assert len(workers) == 2
        for each in killed:
            os.kill(workers[each], signal.SIGKILL)
    done = ended(running)
    assert done["done"] == done["partitions"]
    assert content_of(small.database) == alone
    brought = small.query("select vintage_id from ops.backfill_partitions where vintage_id is not null order by 1")
    assert brought == small.query("select vintage_id from core.vintages order by 1"), "each vintage was brought once"
    assert small.query("select 1 from core.observations where superseded_by is not null") == []
    assert small.query("select 1 from ops.runs where ended_at is null") == []
    assert left_of(of(small)) == {}


def test_a_command_that_is_killed_leaves_no_dask_and_is_gone_on_with(small: Scene, alone: str) -> None:
    running = begun(*ASKED, "--dask", "local", "--workers", "2")
    until(lambda: partitions(small, "done") > 0, within_seconds=300)
    running.kill()
    running.communicate(timeout=60)
    assert left_of(of(small)) == {}
    small.set_clock()
    done = ended(begun("--resume", "1", "--dask", "local"))
    assert done["done"] == done["partitions"]
    assert content_of(small.database) == alone


def test_asked_to_stop_it_ends_its_partitions_and_says_how_to_go_on(small: Scene) -> None:
    running = begun(*ASKED, "--dask", "local", "--workers", "2")
    until(lambda: small.query("select 1 from ops.runs") != [], within_seconds=300)
    running.send_signal(signal.SIGTERM)
    printed, said = running.communicate(timeout=300)
    assert running.returncode == 1, said
    report = loads(printed)
    assert 0 < report["done"] < report["partitions"]
    assert "jobindsats backfill --resume 1" in said
    assert small.query("select 1 from ops.runs where ended_at is null or outcome = 'died'") == []
    assert partitions(small, "fetched") == 0
    assert left_of(of(small)) == {}


@contextmanager
def program(name: str, *arguments: str, folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """One of Dask's programs for the length of a block."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *arguments, "--no-dashboard"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=folder, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


@contextmanager
def scheduler(scene: Scene) -> Iterator[str]:
    """A scheduler, which knows nothing of ours; gives its address."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JOBINDSATS_")}
    listening = ("--host", "127.0.0.1", "--port", "0")
    with program("scheduler", *listening, folder=scene.folder, environment=environment) as process:
        for line in process.stderr or ():
            if found := re.search(r"Scheduler at:\s+(tcp://\S+)", line):
                yield found[1]
                return


@contextmanager
def workers(address: str, scene: Scene, *, number: int, **settings: str) -> Iterator[None]:
    """So many workers of a scheduler with the settings of the scene, or with others."""
    environment = {**os.environ, **settings}
    arguments = (address, "--nworkers", str(number), "--nthreads", "1", "--no-nanny")
    with program("worker", *arguments, folder=scene.folder, environment=environment):
        yield


def test_a_cluster_that_is_there_is_given_the_work_and_left_standing(small: Scene, alone: str) -> None:
    with scheduler(small) as address:
        astray = {"JOBINDSATS_ARCHIVE_URL": (small.folder / "elsewhere").as_uri()}
        with workers(address, small, number=1, **astray):
            running = begun(*ASKED, "--dask", address)
            printed, said = running.communicate(timeout=300)
            assert (running.returncode, printed) == (1, "")
            assert "another JOBINDSATS_ARCHIVE_URL than the command" in said
            assert "jobindsats backfill --resume 1" in said
        assert small.query("select 1 from ops.backfill_partitions where state <> 'waiting'") == []
        with workers(address, small, number=1), workers(address, small, number=1):
            small.set_clock()
            done = ended(begun("--resume", "1", "--dask", address))
            assert len([said for said in told(of(small)).values() if "dask_worker" in said]) == 2
    assert done["done"] == done["partitions"]
    assert content_of(small.database) == alone
    assert calls_over(small.publisher.calls(), per_minute=PER_MINUTE, at_once=2) == 0


def test_an_address_where_nobody_answers_is_told_and_the_backfill_waits(small: Scene) -> None:
    small.patch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    running = begun(*ASKED, "--dask", "tcp://127.0.0.1:1")
    _, said = running.communicate(timeout=300)
    assert running.returncode == 1
    assert "no Dask scheduler answers at tcp://127.0.0.1:1" in said
    assert "jobindsats backfill --resume 1" in said
