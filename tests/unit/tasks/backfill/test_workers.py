"""What a Dask worker sees to before it begins, and what the command says where there is no Dask; no cluster is needed."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine

from flows.command_line.main import run
from tasks.backfill import ledger
from tasks.backfill.plan import Plan
from tasks.backfill.workers import ClusterTrouble, Errand, errand_for, work_at_next
from tasks.resources import open_resources
from tests.properties.releases import FIRST_NIGHT

API_TOKEN = "a-token-of-the-tests"


@pytest.fixture
def backfill(engine: Engine, database: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A backfill with nothing to do, and the settings of the process that began it; gives its number."""
    told = {
        "API_URL": "http://127.0.0.1:1/v3",
        "API_TOKEN": API_TOKEN,
        "WAREHOUSE_URL": database.render_as_string(hide_password=False),
        "ARCHIVE_URL": (tmp_path / "archive").as_uri(),
        "CALLS_PER_MINUTE": "60",
    }
    for name, value in told.items():
        monkeypatch.setenv(f"JOBINDSATS_{name}", value)
    return opened(engine)


def opened(engine: Engine) -> int:
    plan = Plan("2026M01", "2026M01", (), (), calls_made=0)
    with engine.begin() as connection:
        return ledger.open_backfill(connection, plan, publisher="http://127.0.0.1:1/v3", started_at=FIRST_NIGHT)


def errand(backfill_id: int) -> Errand:
    with open_resources() as resources:
        return errand_for(resources, backfill_id)


def test_a_worker_with_the_same_settings_begins(backfill: int) -> None:
    assert work_at_next(errand(backfill)) is False, "there is nothing to do"


@pytest.mark.parametrize(
    ("setting", "other"),
    [
        ("JOBINDSATS_ARCHIVE_URL", "memory://elsewhere"),
        ("JOBINDSATS_API_URL", "http://127.0.0.1:2/v3"),
        ("JOBINDSATS_CALLS_PER_MINUTE", "600"),
    ],
)
def test_a_worker_with_another_setting_is_refused_by_its_name(
    backfill: int, monkeypatch: pytest.MonkeyPatch, setting: str, other: str
) -> None:
    sent = errand(backfill)
    monkeypatch.setenv(setting, other)
    with pytest.raises(ClusterTrouble, match=f"another {setting} than the command"):
        work_at_next(sent)


def test_another_warehouse_in_which_the_number_means_another_backfill_is_refused(backfill: int, engine: Engine) -> None:
    sent = errand(backfill)
    with engine.begin() as connection:
        connection.exec_driver_sql("update ops.backfills set started_at = started_at + interval '1 second'")
    with pytest.raises(ClusterTrouble, match="another JOBINDSATS_WAREHOUSE_URL"):
        work_at_next(sent)


def test_a_warehouse_that_does_not_know_the_backfill_is_named_with_the_worker(backfill: int, engine: Engine) -> None:
    sent = errand(backfill)
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from ops.backfills")
    with pytest.raises(ClusterTrouble, match=r"the Dask worker on \S+, process \d+, stopped: there is no backfill"):
        work_at_next(sent)


def test_nothing_travels_that_a_scheduler_must_not_see(backfill: int, database: URL) -> None:
    """A scheduler may listen without encryption, and it logs."""
    travelling = pickle.dumps(errand(backfill))
    for kept in (API_TOKEN, str(database.database), "archive/", "127.0.0.1"):
        assert kept.encode() not in travelling
    assert len(travelling) < 1000


def test_without_dask_it_is_wrong_use_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert run(["backfill", "--from", "2023", "--to", "2023", "--dask", "local"]) == 2
    assert "make setup-distributed" in capsys.readouterr().err
