"""A child process ends with its parent, in order where it can and at all events; kill -9 included."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from tasks.child_processes import end
from tasks.child_processes import start as start_child
from tests.processes import left_of, told

SLEEPING = "import time; print('begun', flush=True); time.sleep(60)"

IN_ORDER = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print("in order", flush=True), sys.exit(0)))
print("begun", flush=True)
time.sleep(60)
"""

WITH_A_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEPING!r}])"

STARTER = """
import os, sys
from pathlib import Path
from tasks.child_processes import start
start([sys.executable, "-c", sys.argv[1]], environment=os.environ, log=Path(sys.argv[2]))
sys.stdin.read()
"""


@pytest.fixture
def mark(monkeypatch: pytest.MonkeyPatch) -> str:
    """A setting that the processes of this test alone are told."""
    monkeypatch.setenv("TEST_OF_CHILD_PROCESSES", uuid4().hex)
    return f"TEST_OF_CHILD_PROCESSES={os.environ['TEST_OF_CHILD_PROCESSES']}"


def until_it_says(word: str, *, log: Path) -> None:
    def read() -> None:
        assert word in log.read_text(encoding="utf-8")

    anything = retry_if_exception_type((AssertionError, FileNotFoundError))
    Retrying(retry=anything, wait=wait_fixed(0.02), stop=stop_after_delay(30), reraise=True)(read)


@pytest.fixture
def start(tmp_path: Path, mark: str) -> Callable[[str], tuple[subprocess.Popen[bytes], Path]]:
    """Start some Python as a child and wait until it has begun."""

    def begun(code: str) -> tuple[subprocess.Popen[bytes], Path]:
        log = tmp_path / "logs" / "said.log"
        process = start_child([sys.executable, "-c", code], environment=os.environ, log=log)
        until_it_says("begun", log=log)
        return process, log

    return begun


Start = Callable[[str], tuple[subprocess.Popen[bytes], Path]]


def test_a_command_is_asked_to_end_and_ends_in_order(start: Start, mark: str) -> None:
    process, log = start(IN_ORDER)
    end(process)
    assert "in order" in log.read_text(encoding="utf-8")
    assert left_of(mark, patience_seconds=0) == {}


def test_what_a_command_left_in_its_group_ends_too(start: Start, mark: str) -> None:
    process, _ = start(WITH_A_CHILD)
    assert len(told(mark)) == 3
    end(process)
    assert left_of(mark) == {}


def test_a_command_that_does_not_listen_is_ended_after_some_patience(tmp_path: Path, mark: str) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPING
    command, log = [sys.executable, "-c", deaf], tmp_path / "said.log"
    process = start_child(command, environment=os.environ, log=log, patience_seconds=0.2)
    until_it_says("begun", log=log)
    end(process)
    assert left_of(mark) == {}


def test_a_command_that_is_killed_is_told_from_one_that_failed(start: Start, mark: str) -> None:
    process, _ = start(SLEEPING)
    (command,) = [pid for pid, said in told(mark).items() if "tasks.child_processes" not in said]
    os.kill(command, signal.SIGKILL)
    assert process.wait(30) == 128 + signal.SIGKILL
    end(process)


def test_its_exit_status_is_the_commands(tmp_path: Path) -> None:
    process = start_child([sys.executable, "-c", "raise SystemExit(3)"], environment=os.environ, log=tmp_path / "log")
    assert process.wait(30) == 3
    end(process)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=str)
def test_a_starter_that_is_killed_takes_all_with_it(number: int, tmp_path: Path, mark: str) -> None:
    log = tmp_path / "said.log"
    starter = subprocess.Popen([sys.executable, "-c", STARTER, WITH_A_CHILD, str(log)], stdin=subprocess.PIPE)
    until_it_says("begun", log=log)
    assert len(told(mark)) == 4
    starter.send_signal(number)
    starter.wait(30)
    assert left_of(mark) == {}
    if starter.stdin:
        starter.stdin.close()


def test_a_signal_to_the_wrapper_reaches_the_command(start: Start, mark: str) -> None:
    process, log = start(IN_ORDER)
    process.terminate()
    assert process.wait(30) == 0
    assert "in order" in log.read_text(encoding="utf-8")
    end(process)
    assert left_of(mark) == {}


WATCHING = """
import sys
from threading import Event
from tasks.child_processes import when_parent_ends
ended = Event()
when_parent_ends(ended.set)
sys.exit(0 if len(sys.argv) > 1 else 3 if ended.wait(30) else 4)
"""


def test_a_child_is_told_when_its_standard_input_closes() -> None:
    process = subprocess.Popen([sys.executable, "-c", WATCHING], stdin=subprocess.PIPE)
    end(process)
    assert process.returncode == 3


def test_a_child_that_is_done_ends_in_order_though_its_parent_lives() -> None:
    process = subprocess.Popen([sys.executable, "-c", WATCHING, "done"], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.wait(30) == 0
    _, said = process.communicate()
    assert said == b""
