"""The doctor knows the usual troubles, each with its next step; and finds nothing where nothing is wrong."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, insert, text

from flows.serving.local_server import why_silent
from tasks.doctor.checks import examine_runs, examine_settings
from tasks.doctor.examine import examine_all
from tasks.doctor.finding import Finding
from tasks.resources import Resources
from tests.properties.releases import PERSONS, forget, publish_release, shown
from tests.scripted import scripted, send
from warehouse.danish.clock import Clock
from warehouse.database.locks import Lock, held
from warehouse.schema import ops
from warehouse.settings import Settings

NOW = datetime(2026, 8, 20, 9, tzinfo=UTC)

HERE = {"api_url": "http://127.0.0.1:1/v3"}


def settings(**chosen: Any) -> Settings:
    return Settings(api_token=SecretStr("a-token-of-the-tests"), **chosen)


def of_settings(**chosen: Any) -> dict[str, Finding]:
    return {found.part: found for found in examine_settings(settings(**chosen))}


def require(found: Finding, verdict: str, *said: str) -> None:
    """A finding with a verdict, words in it, and a next step wherever something is wrong."""
    assert found.verdict == verdict, found
    assert all(word in found.says + " -> " + found.next_step for word in said), found
    assert verdict == "well" or len(found.next_step) > 10, found


# ---- settings ----------------------------------------------------------------------------------------------------
def test_settings_in_which_nothing_is_wrong(tmp_path: Path) -> None:
    found = of_settings(data_dir=tmp_path)
    assert found.keys() == {"settings", "token", "disk"}
    assert found["token"].verdict == "well"
    assert "a-token" not in str(found)


@pytest.mark.parametrize(("token", "verdict"), [(None, "failed"), ("x", "attention"), ("1234567", "attention")])
def test_no_token_and_half_a_token(token: str | None, verdict: str) -> None:
    chosen = Settings(api_token=SecretStr(token) if token else None)
    found = {each.part: each for each in examine_settings(chosen)}["token"]
    require(found, verdict, "JOBINDSATS_API_TOKEN")
    assert token is None or token not in found.says.replace("7 characters", "").replace("1 character", "")


def test_a_settings_file_that_is_not_there_is_the_first_finding(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JOBINDSATS_SETTINGS_FILE", str(tmp_path / "gone.env"))
    (found,) = examine_all()
    require(found, "failed", "gone.env", "settings file")


def test_settings_that_are_no_text_are_the_first_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"JOBINDSATS_RETRIES=\xff\xfe\n")
    (found,) = examine_all()
    require(found, "failed", f"{tmp_path / '.env'} cannot be read", "UTF-8")


def test_assumptions_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    own = tmp_path / "own.yml"
    require(of_settings(assumptions=own)["assumptions"], "failed", "own.yml", "correct it")
    own.write_text("- {name: [", encoding="utf-8")
    require(of_settings(assumptions=own)["assumptions"], "failed", "own.yml")
    own.write_text("assumptions: []\n", encoding="utf-8")
    assert of_settings(assumptions=own)["assumptions"] == Finding("assumptions", "well", f"0 of your own in {own}")


def test_thresholds_that_cannot_be_read_are_named_and_that_nobody_would_be_told(tmp_path: Path) -> None:
    own = tmp_path / "limits.yml"
    require(of_settings(thresholds=own)["thresholds"], "failed", "limits.yml cannot be read", "correct it")
    own.write_text("area: Herlev\nthresholds:\n  - {name: a, rnk: {worse_than_rank: 9}}\n", encoding="utf-8")
    require(of_settings(thresholds=own)["thresholds"], "failed", "limits.yml, line 3", "thresholds.0.rnk")
    own.write_text("area: Herlev\nthresholds:\n  - {name: a, rank: {worse_than_rank: 9}}\n", encoding="utf-8")
    require(of_settings(thresholds=own)["thresholds"], "attention", "1 in", "JOBINDSATS_NOTIFY")
    told = of_settings(thresholds=own, notify=SecretStr("mailto://a@b.c"))["thresholds"]
    assert told == Finding("thresholds", "well", f"1 in {own}")


@pytest.mark.parametrize("setting", ["claims", "local_files", "ranking_lists"])
def test_a_place_that_is_not_there_is_named(tmp_path: Path, setting: str) -> None:
    gone: Any = tmp_path / "gone"
    found = of_settings(**{setting: str(gone) if setting == "ranking_lists" else gone})["files"]
    require(found, "attention", f"JOBINDSATS_{setting.upper()}", "gone")
    assert "files" not in of_settings(**{setting: str(tmp_path) if setting == "ranking_lists" else tmp_path})


def test_who_is_to_be_told_is_tried_without_a_word_and_without_the_address(tmp_path: Path) -> None:
    with scripted(lambda to, call: send(to)) as hook:
        told = SecretStr(f"{hook.url}/s3cret mailtos://somebody:s3cret@example.org slack-webhook/jobcentre")
        require(of_settings(notify=told)["notify"], "well", "3 to be told")
        assert hook.seen == [], "the doctor sends nothing"
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        found = of_settings(notify=SecretStr(f"mailto://a@b.c http://127.0.0.1:{port}/s3cret"))["notify"]
    require(found, "attention", "number 2 of JOBINDSATS_NOTIFY is a web hook at 127.0.0.1 where nobody answers")
    assert "s3cret" not in str(found)
    wrong = of_settings(notify=SecretStr("ftp://somebody:s3cret@example.org"))["notify"]
    require(wrong, "attention", "number 1 of JOBINDSATS_NOTIFY is neither an https:// nor a mailtos:// address")
    assert "s3cret" not in str(wrong)


def test_a_server_of_prefects_that_is_gone_is_told_from_one_that_answers() -> None:
    with scripted(lambda to, call: send(to, 401)) as server:
        assert why_silent(server.url) is None
    assert why_silent(server.url) == "connection refused"


# ---- runs --------------------------------------------------------------------------------------------------------
@pytest.fixture
def engine(module_engine: Engine) -> Engine:
    """The module's warehouse, emptied."""
    with module_engine.begin() as connection:
        for emptied in ("alerts", "backfill_partitions", "backfills"):
            connection.execute(text(f"delete from ops.{emptied}"))
    forget(module_engine)
    return module_engine


def of_runs(engine: Engine, *, at: datetime = NOW, **chosen: Any) -> dict[str, Finding]:
    resources = Resources(settings(**(HERE | chosen)), Clock(at), engine)
    with engine.connect() as connection:
        return {found.part: found for found in examine_runs(resources, connection=connection)}


def a_night(engine: Engine, *, ended: str | None = "completed", hours_ago: float = 5) -> int:
    """A night on record; gives its number."""
    began = NOW - timedelta(hours=hours_ago)
    row = {
        "kind": "nightly",
        "started_at": began,
        "ended_at": began + timedelta(minutes=3) if ended else None,
        "outcome": ended,
        "publisher_url": HERE["api_url"],
        "code_version": "test",
    }
    with engine.begin() as connection:
        return int(connection.scalar(insert(ops.runs).returning(ops.runs.c.run_id), row) or 0)


def test_a_warehouse_in_which_nothing_is_wrong(engine: Engine) -> None:
    a_night(engine)
    found = of_runs(engine)
    assert {each.verdict for each in found.values()} == {"well"}, found
    assert found.keys() == {"clock", "nights", "calendar", "readers", "limits"}


def test_before_the_first_night_the_next_step_is_a_night(engine: Engine) -> None:
    assert of_runs(engine)["nights"].next_step.startswith("jobindsats nightly")


@pytest.mark.parametrize("outcome", ["failed", "attention"])
def test_a_night_that_did_not_end_well_is_told(engine: Engine, outcome: str) -> None:
    a_night(engine, ended=outcome)
    require(of_runs(engine)["nights"], "attention", f"ended with {outcome}", "jobindsats status")


def test_nights_that_left_the_work_to_another_say_nothing(engine: Engine) -> None:
    number = a_night(engine)
    a_night(engine, ended="yielded", hours_ago=1)
    a_night(engine, ended="superseded", hours_ago=1)
    require(of_runs(engine)["nights"], "well", f"night {number} of 2026-08-20 06:00 completed")


def test_a_night_that_died_is_told_from_one_at_work(engine: Engine) -> None:
    number = a_night(engine, ended=None)
    require(of_runs(engine)["nights"], "attention", "died before its end", "jobindsats nightly")
    with held(engine, Lock.RUN, number=number):
        require(of_runs(engine)["nights"], "well", "is at work")
    number = a_night(engine, ended=None, hours_ago=8)
    with held(engine, Lock.RUN, number=number):
        require(
            of_runs(engine)["nights"], "attention", "is still at work, and a night may take 6 hours", "end its process"
        )
    a_night(engine, ended="died", hours_ago=2)
    require(of_runs(engine)["nights"], "attention", "died before its end")


@pytest.mark.parametrize(("hours", "said"), [(25.9, None), (26.1, "26 hours ago"), (24 * 9, "9 days ago")])
def test_nights_that_no_longer_come_are_missed(engine: Engine, hours: float, said: str | None) -> None:
    a_night(engine, hours_ago=hours)
    require(of_runs(engine)["nights"], "attention" if said else "well", *([said, "jobindsats serve"] if said else []))


def test_a_clock_behind_the_newest_vintage_is_told_with_what_sets_it(engine: Engine) -> None:
    seen_at = NOW + timedelta(days=2)
    publish_release(engine, {("2026M06", 163, PERSONS): shown(1)}, seen_at=seen_at)
    require(of_runs(engine)["clock"], "failed", "2026-08-20 11:00", "2026-08-22 11:00", "the machine's clock")
    require(of_runs(engine, **{"now": NOW})["clock"], "failed", "remove JOBINDSATS_NOW")
    assert of_runs(engine, at=seen_at - timedelta(minutes=59))["clock"].verdict == "well"
    assert of_runs(engine, at=seen_at + timedelta(days=1))["clock"].verdict == "well"


def test_a_clock_that_is_set_is_for_rehearsals(engine: Engine) -> None:
    real = "https://api.jobindsats.dk/v3"
    require(of_runs(engine, now=NOW, api_url=real)["clock"], "attention", "JOBINDSATS_NOW", "the real one")
    require(of_runs(engine, now=NOW)["clock"], "well", "set by JOBINDSATS_NOW")


def a_backfill(engine: Engine, *states: str, run_id: int | None = None) -> int:
    """A backfill whose partitions have come so far; gives its number."""
    asked = {"first_period": "2026", "last_period": "2026", "table_ids": [], "publisher_url": "x", "started_at": NOW}
    with engine.begin() as connection:
        statement = insert(ops.backfills).returning(ops.backfills.c.backfill_id)
        number = int(connection.scalar(statement, asked) or 0)
        rows: list[dict[str, Any]] = [
            {
                "backfill_id": number,
                "partition_no": at,
                "table_id": "y25i01",
                "periods": [],
                "state": state,
                "planned_calls": 1,
                "planned_cells": 1,
                "run_id": run_id,
            }
            for at, state in enumerate(states, 1)
        ]
        connection.execute(insert(ops.backfill_partitions), rows)
    return number


def test_a_backfill_that_nobody_works_at_is_told_with_how_to_go_on(engine: Engine) -> None:
    run_id = a_night(engine)
    a_backfill(engine, "done", "failed")
    number = a_backfill(engine, "done", "waiting", "fetched", run_id=run_id)
    step = f"jobindsats backfill --resume {number}"
    require(of_runs(engine)["backfill"], "attention", "1 of 3 partitions", "no process is working on it", step)
    with held(engine, Lock.RUN, number=run_id):
        require(of_runs(engine)["backfill"], "well", "it goes on")
    with held(engine, Lock.NIGHT):
        require(of_runs(engine)["backfill"], "well", "waits for the night")


def test_troubles_that_nobody_could_be_told_of_are_counted(engine: Engine) -> None:
    told = SecretStr("mailto://a@b.c")
    run_id = a_night(engine)
    assert of_runs(engine, notify=told)["alerts"].verdict == "well"
    alert = {
        "table_id": "y25i01",
        "trouble": "failed",
        "about": "x",
        "message": "m",
        "run_id": run_id,
        "raised_at": NOW,
    }
    with engine.begin() as connection:
        connection.execute(insert(ops.alerts), alert)
    require(
        of_runs(engine, notify=told)["alerts"],
        "attention",
        "alerts that could not be delivered: 1",
        f"run {run_id}",
        "JOBINDSATS_NOTIFY",
    )
    assert "alerts" not in of_runs(engine), "nobody is to be told"


@contextmanager
def account(engine: Engine, *grants: str) -> Iterator[None]:
    """An account with some rights, for the length of a block."""
    name = "doctors_reader"
    with engine.begin() as connection:
        connection.execute(text(f"create role {name}"))
        for grant in grants:
            connection.execute(text(f"grant {grant} to {name}"))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"drop owned by {name}"))
            connection.execute(text(f"drop role {name}"))


MARTS = ("usage on schema marts", "select on all tables in schema marts")


def test_a_dashboards_account_may_read_every_mart_and_nothing_else(engine: Engine) -> None:
    with account(engine, *MARTS):
        require(of_runs(engine)["readers"], "well", "doctors_reader may read the marts and nothing else")
    with account(engine, "usage on schema marts", "select on marts.freshness"):
        require(of_runs(engine)["readers"], "attention", "doctors_reader may not read", "savings", "grant again")
    with account(engine, *MARTS, "usage on schema core", "select on core.vintages"):
        require(of_runs(engine)["readers"], "attention", "may read core.vintages, which is not for dashboards")
