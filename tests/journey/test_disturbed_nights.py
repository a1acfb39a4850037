"""Nights on which something is wrong: each says what and what to do, and publishes nothing that is not so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Stage
from tests.scene import Scene, everything_prefect_knows

pytestmark = pytest.mark.slow
TABLES = ["y25i01", "y10a02", "y25i05", "y01h01"]
PUBLISHED_ROWS = "select count(*) as rows from core.observations"


@pytest.fixture(scope="module")
def undisturbed(stage: Stage) -> Iterator[Scene]:
    """A good night, to hold others against."""
    with stage(today="2023-11-05", scale="small") as scene:
        assert scene.night(tables=TABLES).outcome == "completed"
        yield scene


def test_a_refused_token_publishes_nothing_and_says_what_to_do(scene: Scene) -> None:
    scene.patch.setenv("JOBINDSATS_API_TOKEN", "an-old-token-nobody-accepts")
    ended = scene.command("nightly", "--table", "y25i01")
    assert ended.returncode == 1
    assert "refuses the token (status 401)" in ended.stdout
    assert "JOBINDSATS_API_TOKEN" in ended.stdout
    assert "an-old-token" not in ended.stdout + ended.stderr
    assert scene.query(PUBLISHED_ROWS) == [{"rows": 0}]


def test_a_missing_token_says_where_to_put_one(scene: Scene) -> None:
    scene.patch.delenv("JOBINDSATS_API_TOKEN")
    report = scene.night(tables=["y25i01"])
    assert report.outcome == "failed"
    assert "put it in JOBINDSATS_API_TOKEN" in report.tables[0]["message"]


def test_a_publisher_that_is_down_publishes_nothing_and_says_so(scene: Scene) -> None:
    scene.patch.setenv("JOBINDSATS_API_URL", "http://127.0.0.1:9/v3")
    ended = scene.command("nightly", "--table", "y25i01")
    assert ended.returncode == 1
    assert "127.0.0.1:9 does not answer" in ended.stdout
    assert scene.query(PUBLISHED_ROWS) == [{"rows": 0}]


def test_a_publisher_that_answers_500_and_429_now_and_then_changes_nothing(scene: Scene, undisturbed: Scene) -> None:
    scene.publisher.set_faults({"http-500": 0.1, "http-429": 0.1})
    report = scene.night(tables=TABLES)
    assert report.outcome == "completed"
    assert sum(bool(call["faults"]) for call in scene.publisher.calls()) >= 2, "the night was not disturbed"
    assert scene.content() == undisturbed.content()


def test_rows_that_came_twice_alike_are_one_cell(scene: Scene, undisturbed: Scene) -> None:
    scene.publisher.set_faults({"duplicated-rows": 1.0})
    report = scene.night(tables=["y25i01"])
    assert report.tables[0]["outcome"] == "published", report.tables[0]["message"]
    alike = [row for row in undisturbed.content() if row["table_id"] == "y25i01"]
    assert scene.content() == alike


def test_a_question_that_times_out_is_asked_in_smaller_pieces(scene: Scene, undisturbed: Scene) -> None:
    scene.patch.setenv("JOBINDSATS_TIMEOUT_SECONDS", "1")
    scene.publisher.set_faults({"timeout": 0.3})
    report = scene.night(tables=["y10a02"])
    calls = scene.publisher.calls()
    if report.tables[0]["outcome"] == "published":
        assert scene.content() == [row for row in undisturbed.content() if row["table_id"] == "y10a02"]
    else:
        assert "no answer in 1 seconds" in report.tables[0]["message"]
    assert any("timeout" in call["faults"] for call in calls)


def test_a_release_in_the_middle_of_the_fetch_leads_to_one_vintage(scene: Scene) -> None:
    scene.publisher.set_faults({"release-mid-fetch": 1.0})
    report = scene.night("2023-11-19", tables=["y25i01"])
    assert report.tables[0]["outcome"] == "published", report.tables[0]["message"]
    assert scene.query("select count(distinct vintage_id) as n from core.observations") == [{"n": 1}]
    metadata = [call["path"] for call in scene.publisher.calls() if call["path"].startswith("/v3/table/y25i01")]
    assert len(metadata) == 2, "the fetch did not begin again"


def test_one_table_in_trouble_never_stops_another(scene: Scene) -> None:
    scene.patch.setenv("JOBINDSATS_CELLS_PER_CALL", "1000000")
    scene.publisher.set_faults({"renamed-label": 0.4})
    report = scene.night(tables=TABLES)
    outcomes = set(scene.outcomes(report).values())
    assert {"published", "quarantined"} <= outcomes <= {"published", "quarantined", "failed"}
    # A label that comes and goes in one fetch looks like a release in its middle.
    failed = [table["message"] for table in report.tables if table["outcome"] == "failed"]
    assert all("released while we fetched" in message for message in failed)
    assert report.outcome == ("failed" if failed else "attention")


def test_the_token_is_nowhere(scene: Scene, recorder: str) -> None:
    scene.patch.setenv("PREFECT_API_URL", recorder)
    token = "a-token-that-would-be-easy-to-find-4711"
    scene.patch.setenv("JOBINDSATS_API_TOKEN", token)
    assert scene.night(tables=["y07a02"]).outcome == "failed"
    scene.patch.setenv("JOBINDSATS_API_TOKEN", scene.publisher.token)
    accepted = scene.command("nightly", "--table", "y07a02", "--json")
    examined = scene.command("doctor")
    assert (accepted.returncode, examined.returncode) == (0, 0), accepted.stderr + examined.stdout
    for secret in (token, scene.publisher.token):
        assert all(secret not in ended.stdout + ended.stderr for ended in (accepted, examined))
        assert secret not in _everything_in(scene.folder)
        assert secret not in _everything_in_the_warehouse(scene)
        known = everything_prefect_knows()
        assert "publish y07a02" in known, "else nothing is on record"
        assert secret not in known


def _everything_in(folder: Path) -> str:
    import gzip

    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".gz" for path in files), "there is no archive to search"
    return "\n".join(
        (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode("utf-8", "replace")
        for path in files
    )


def _everything_in_the_warehouse(scene: Scene) -> str:
    tables = scene.query(
        "select schemaname || '.' || tablename as name from pg_tables where schemaname in ('ops', 'core', 'marts', 'staging')"
    )
    assert len(tables) > 10
    return "\n".join(str(scene.query(f"select t::text from {table['name']} t")) for table in tables)
