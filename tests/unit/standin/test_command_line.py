"""`python -m tests.standin`: its first line, the environment it gives a command, and the status it ends with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.standin.command_line import clock, main

ROOT = Path(__file__).parents[3]

SHOW = "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k.startswith('JOBINDSATS_')}))"


def run(*arguments: str, token: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JOBINDSATS_")}
    if token:
        environment["JOBINDSATS_API_TOKEN"] = token
    command = [sys.executable, "-m", "tests.standin", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_command_beside_the_interpreter_gets_the_settings_and_its_status_is_ours() -> None:
    done = run("--today", "2023-12-05", "--scale", "small", "--", "python", "-c", f"{SHOW}; raise SystemExit(3)")
    first, second = done.stdout.splitlines()
    settings = json.loads(second)
    assert done.returncode == 3
    assert first == f"JOBINDSATS_API_URL={settings['JOBINDSATS_API_URL']}"
    assert settings["JOBINDSATS_API_URL"].startswith("http://127.0.0.1:")
    assert settings["JOBINDSATS_STATBANK_URL"] == settings["JOBINDSATS_API_URL"].replace("/v3", "/statbank/v1")
    assert settings["JOBINDSATS_API_TOKEN"] == "standin-token"
    assert datetime.fromisoformat(settings["JOBINDSATS_NOW"]).date() == date(2023, 12, 5)


def test_a_token_of_the_callers_stays() -> None:
    done = run("--token", "right", "--", sys.executable, "-c", SHOW, token="wrong")
    assert json.loads(done.stdout.splitlines()[1])["JOBINDSATS_API_TOKEN"] == "wrong"


def test_the_clock_is_the_day_at_copenhagens_time_of_day() -> None:
    winter_noon = datetime(2026, 11, 22, 11, 30, tzinfo=UTC)
    assert clock(date(2026, 8, 1), now=winter_noon) == "2026-08-01T12:30:00.000000+02:00"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--fault", "no-such=1"),
        ("--fault", "slow=2"),
        ("--fault", "slow"),
        ("--dataset", "no/such/folder"),
        ("--today", "soon"),
        ("--scale", "vast"),
    ],
)
def test_wrong_use_ends_with_2_and_says_why(arguments: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status: object = main(arguments)
    except SystemExit as ended:
        status = ended.code
    said = capsys.readouterr()
    assert status == 2
    assert said.out == ""
    assert said.err


def test_a_command_that_is_not_there_is_127(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--", "no-such-command"]) == 127
    assert "no-such-command" in capsys.readouterr().err


def test_without_a_command_it_serves_until_it_is_told_to_end() -> None:
    command = [sys.executable, "-m", "tests.standin", "--today", "2023-12-05"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("JOBINDSATS_API_URL=http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_a_signal_is_handed_on_to_the_command() -> None:
    child = (
        "import signal, sys, time; signal.signal(15, lambda *a: sys.exit(9)); print('up', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-m", "tests.standin", "--", sys.executable, "-c", child]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert [process.stdout.readline()[:18], process.stdout.readline()] == ["JOBINDSATS_API_URL", "up\n"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 9
