"""Nights on which the publisher calls things otherwise, or no longer has them: no series changes its meaning unseen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Stage
from tests.scene import Scene

pytestmark = pytest.mark.slow

TABLE = "y25i01"
TOLD = (
    "select example from ops.checks where table_id = :table and rule = 'catalogue_agrees_with_publisher' "
    "and not passed order by run_id desc limit 1"
)
VINTAGES = "select count(*) as n from core.vintages where table_no = (select table_no from core.tables where table_id = :table)"


@pytest.fixture(scope="module")
def good_night(stage: Stage) -> Iterator[Scene]:
    """A night on which all was well."""
    with stage(today="2023-11-05", scale="small") as scene:
        assert scene.night(tables=[TABLE]).outcome == "completed"
        yield scene


@pytest.mark.parametrize(
    ("fault", "rule", "says"),
    [
        ("renamed-member", "Undeclared", "id /3/ of _ygrpi09 was called 'Kontanthjælp' until now"),
        ("swapped-labels", "LabelsMoved", "id /2/ of _ygrpi09 was 'A-dagpenge' until now and is 'Kontanthjælp' today"),
        (
            "swapped-measures",
            "LabelsMoved",
            "was 'Antal ledige personer' until now and is 'Antal ledige fuldtidspersoner'",
        ),
        ("vanished-measure", "Vanished", "the measure 'Ledige fuldtidspersoner i pct. af befolkningen 16-66 år' stood"),
        ("vanished-member", "Vanished", "the member 'Kontanthjælp' stood published"),
    ],
)
def test_what_would_change_a_series_stops_the_table(good_night: Scene, fault: str, rule: str, says: str) -> None:
    before = good_night.content()
    good_night.publisher.clear_faults()
    good_night.publisher.set_faults({fault: 1.0})
    report = good_night.night("2023-12-05", tables=[TABLE])
    assert report.tables[0]["outcome"] == "quarantined", report.tables[0]["message"]
    assert says in report.tables[0]["message"]
    assert f"jobindsats catalogue accept {TABLE} --reason" in report.tables[0]["message"]
    assert good_night.content() == before
    assert good_night.query(VINTAGES, table=TABLE) == [{"n": 1}]
    assert good_night.query("select rule from ops.quarantine order by quarantine_id desc limit 1") == [{"rule": rule}]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("renamed-id", "id of 'A-dagpenge' in _ygrpi09 changed from /2/ to /72/"),
        (
            "respelled-label",
            "is now called 'Ledige fuldtidspersoner i pct. af arbejdsstyrken', which is declared as the same",
        ),
    ],
)
def test_what_changes_no_series_is_published_and_told(scene: Scene, fault: str, says: str) -> None:
    assert scene.night(tables=[TABLE]).outcome == "completed"
    scene.publisher.set_faults({fault: 1.0})
    report = scene.night("2023-12-05", tables=[TABLE])
    assert report.tables[0]["outcome"] == "published", report.tables[0]["message"]
    assert report.tables[0]["new"] > 0
    assert "catalogue_agrees_with_publisher" in report.tables[0]["message"]
    assert says in scene.query(TOLD, table=TABLE)[0]["example"]
    scene.publisher.clear_faults()
    assert scene.night("2023-12-13", tables=[TABLE]).tables[0]["outcome"] == "unchanged", "other figures were published"


def test_other_ids_under_the_same_figures_are_told_before_the_next_release(scene: Scene) -> None:
    assert scene.night("2023-11-05", tables=[TABLE]).outcome == "completed"
    scene.publisher.set_faults({"renamed-id": 1.0})
    report = scene.night("2023-11-13", tables=[TABLE])
    assert report.tables[0]["outcome"] == "unchanged", report.tables[0]["message"]
    assert "changed from /2/ to /72/" in scene.query(TOLD, table=TABLE)[0]["example"]


def test_without_the_earlier_metadata_the_table_is_published_and_says_so(scene: Scene) -> None:
    assert scene.night(tables=[TABLE]).outcome == "completed"
    name = scene.query("select manifest from core.vintages")[0]["manifest"]
    Path(scene.folder / "data" / "archive" / name).unlink()
    report = scene.night("2023-12-05", tables=[TABLE])
    assert report.tables[0]["outcome"] == "published", report.tables[0]["message"]
    assert "labels and ids were not compared" in scene.query(TOLD, table=TABLE)[0]["example"]


def test_a_reform_may_end_members_and_nobody_else_may(stage: Stage) -> None:
    with stage(today="2025-05-20", scale="small") as scene:
        assert scene.night(tables=["ptv_a02"]).outcome == "completed"
        before = scene.content()
        scene.publisher.set_faults({"vanished-member": 1.0})
        report = scene.night("2025-06-25", tables=["ptv_a02"])
        assert report.tables[0]["outcome"] == "quarantined"
        assert "the member 'Uddannelseshjælp' stood published" in report.tables[0]["message"]
        assert scene.content() == before
        scene.publisher.clear_faults()
        report = scene.night("2025-08-30", tables=["ptv_a02"])
        assert report.tables[0]["outcome"] == "published", report.tables[0]["message"]


def test_a_table_that_is_no_longer_listed_has_failed_and_stands(stage: Stage) -> None:
    tables = ["y07a02", "y38a02"]
    with stage(today="2023-11-05", scale="small") as scene:
        assert scene.night(tables=tables).outcome == "completed"
        before = scene.content()
        scene.publisher.set_faults({"vanished-table": 1.0})
        report = scene.night("2023-11-06", tables=tables)
        assert scene.outcomes(report) == {"y07a02": "not_due", "y38a02": "failed"}
        message = next(table["message"] for table in report.tables if table["table"] == "y38a02")
        assert "no longer listed" in message
        assert "jobindsats catalogue accept y38a02" in message
        assert scene.content() == before
        scene.publisher.clear_faults()
        assert scene.night("2023-12-05", tables=tables).outcome == "completed"
