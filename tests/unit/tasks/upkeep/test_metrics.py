"""Metrics: what Prometheus' own reader reads of them is what `status` and the record of runs say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import URL, Engine, insert

from flows.command_line.main import run
from tasks.upkeep.metrics import as_text, metrics
from tests.properties.releases import FULL_TIME, PERSONS, TABLE, night, open_run, publish_release, shown
from warehouse.schema import ops

Read = dict[tuple[str, ...], float]
RELEASE = {("2026M06", 0, PERSONS): shown(90_000), ("2026M06", 0, FULL_TIME): shown(70_000)}
TODAY = date(2026, 9, 1)


def read(written: str) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    families = text_string_to_metric_families(written)
    return {(sample.name, *sample.labels.values()): sample.value for each in families for sample in each.samples}


def told(engine: Engine) -> Read:
    with engine.connect() as connection:
        return read(as_text(metrics(connection, today=TODAY)))


def end_run(engine: Engine, *, outcome: str, table: str | None = None, table_outcome: str = "published") -> None:
    """A night that ended, with one table's outcome on record: the publisher had July, and September's release was to come."""
    with engine.begin() as connection:
        run_id = open_run(connection, started_at=night(2))
        ended = {"outcome": outcome, "ended_at": datetime(2026, 8, 3, 5, tzinfo=UTC)}
        connection.execute(ops.runs.update().where(ops.runs.c.run_id == run_id).values(ended))
        if table is not None:
            row = {"run_id": run_id, "table_id": table, "outcome": table_outcome, "seen_at": night(2), "fetched": True}
            calendar = {"newest_period": "2026M07", "next_release_on": date(2026, 9, 15)}
            connection.execute(insert(ops.table_outcomes), row | calendar)


def test_of_an_empty_warehouse_there_are_metrics_too(engine: Engine) -> None:
    found = told(engine)
    assert found["jobindsats_tables", "published"] == 0
    assert found["jobindsats_tables_late",] == 0
    assert found["jobindsats_table_vintages", TABLE] == 0
    assert not [name for name in found if name[0].startswith(("jobindsats_last_night", "jobindsats_table_late"))]


def test_metrics_say_what_is_late_how_old_it_is_and_how_the_last_night_ended(engine: Engine) -> None:
    publish_release(engine, RELEASE, seen_at=night(1))
    end_run(engine, outcome="attention", table=TABLE, table_outcome="quarantined")
    end_run(engine, outcome="yielded")
    found = told(engine)
    assert {key: value for key, value in found.items() if key[0].startswith("jobindsats_last_night")} == {
        ("jobindsats_last_night_outcome", "completed"): 0,
        ("jobindsats_last_night_outcome", "attention"): 1,
        ("jobindsats_last_night_outcome", "failed"): 0,
        ("jobindsats_last_night_outcome", "died"): 0,
        ("jobindsats_last_night_started_timestamp_seconds",): night(2).timestamp(),
        ("jobindsats_last_night_ended_timestamp_seconds",): datetime(2026, 8, 3, 5, tzinfo=UTC).timestamp(),
    }
    assert {key[0].removeprefix("jobindsats_"): value for key, value in found.items() if key[1:] == (TABLE,)} == {
        "table_late": 1,
        "table_newest_period_age_days": 63,
        "table_newest_period_timestamp_seconds": datetime(2026, 6, 30, tzinfo=UTC).timestamp(),
        "table_seen_timestamp_seconds": night(1).timestamp(),
        "table_observations": 2,
        "table_vintages": 1,
    }
    assert (found["jobindsats_tables", "quarantined"], found["jobindsats_tables_late",]) == (1, 1)


def test_a_table_that_covers_what_the_publisher_has_is_not_late(engine: Engine) -> None:
    publish_release(engine, {**RELEASE, ("2026M07", 0, PERSONS): shown(91_000)}, seen_at=night(1))
    end_run(engine, outcome="completed", table=TABLE)
    found = told(engine)
    assert (found["jobindsats_table_late", TABLE], found["jobindsats_tables_late",]) == (0, 0)


@pytest.fixture
def configured(database: URL, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder to work in, with a warehouse that is reached from it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JOBINDSATS_WAREHOUSE_URL", database.render_as_string(hide_password=False))
    return tmp_path


def test_the_command_prints_metrics_or_replaces_a_file_of_them(
    configured: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["status", "--prometheus"]) == 0
    printed = capsys.readouterr().out
    file = configured / "jobindsats.prom"
    file.write_text("what stood here before")
    assert run(["status", "--prometheus", "--out", str(file)]) == 0
    assert capsys.readouterr().out == ""
    assert file.read_text() == printed
    assert list(configured.iterdir()) == [file]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "jobindsats.prom"], "--out goes with --prometheus"),
        (["--prometheus", "--json"], "neither --long nor --json"),
        (["--prometheus", "--out", "metrics.txt"], "name it metrics.prom"),
        (["--prometheus", "--out", "nowhere/metrics.prom"], "nowhere/metrics.prom cannot be written (No such file"),
    ],
)
def test_what_cannot_be_written_is_told(
    configured: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["status", *words]) == 2
    assert said in capsys.readouterr().err
    assert list(configured.iterdir()) == []
