"""A command that is killed outright leaves no server of Prefect's behind, and the next one finds nothing in its way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tenacity import Retrying, retry_if_not_result, stop_after_delay, wait_fixed

from tests.processes import left_of, told
from tests.scene import JOBINDSATS, Scene

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
COMMAND = [JOBINDSATS, "nightly", "--table", "y10a02", "--json"]


@pytest.fixture
def by_itself(scene: Scene) -> Iterator[dict[str, str]]:
    """What a command is told that has no Prefect server but its own, in a fresh data folder."""
    scene.set_clock()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment["PREFECT_HOME"] = str(scene.folder / "data" / "prefect")
    yield environment
    assert left_of(f"PREFECT_HOME={environment['PREFECT_HOME']}") == {}


def test_a_night_that_is_killed_leaves_no_server_and_the_next_one_completes(
    scene: Scene, by_itself: dict[str, str]
) -> None:
    mark = f"PREFECT_HOME={by_itself['PREFECT_HOME']}"
    scene.publisher.set_faults({"timeout": 1})
    killed = subprocess.Popen(COMMAND, stdout=subprocess.DEVNULL, env=by_itself)
    waiting = Retrying(retry=retry_if_not_result(bool), wait=wait_fixed(0.1), stop=stop_after_delay(120))
    waiting(scene.publisher.calls)
    assert any("uvicorn" in command for command in told(mark).values())
    killed.kill()
    killed.wait(30)
    assert left_of(mark) == {}

    scene.publisher.clear_faults()
    ended = subprocess.run(COMMAND, capture_output=True, text=True, check=False, env=by_itself, timeout=120)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["outcome"] == "completed"
    assert ended.stderr == ""
    assert told(mark) == {}, "the server ends before the command does"
    assert [row["outcome"] for row in scene.query("select outcome from ops.runs order by run_id")] == [
        "died",
        "completed",
    ]


def test_a_night_that_is_interrupted_ends_its_server(scene: Scene, by_itself: dict[str, str]) -> None:
    scene.publisher.set_faults({"timeout": 1})
    interrupted = subprocess.Popen(COMMAND, stderr=subprocess.PIPE, text=True, env=by_itself, start_new_session=True)
    waiting = Retrying(retry=retry_if_not_result(bool), wait=wait_fixed(0.1), stop=stop_after_delay(120))
    waiting(scene.publisher.calls)
    os.killpg(interrupted.pid, signal.SIGINT)
    _, said = interrupted.communicate(timeout=60)
    assert interrupted.returncode == 1
    assert "stopped; what was published stands" in said


def test_a_server_that_cannot_start_is_said_in_a_sentence(scene: Scene, by_itself: dict[str, str]) -> None:
    home = Path(by_itself["PREFECT_HOME"])
    (home / "prefect.db").mkdir(parents=True)
    ended = subprocess.run(COMMAND, capture_output=True, text=True, check=False, env=by_itself, timeout=120)
    assert ended.returncode == 1
    assert "Prefect server ended at once" in ended.stderr
    assert str(home / "logs" / "server.log") in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
