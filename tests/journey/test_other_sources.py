"""Ranking lists and StatBank take the road of every other table: archive, staging, audit, vintages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import Stage
from tests.scene import Scene
from tests.standin.ranking_files import as_pdf, as_xlsx, synthetic_rows, title
from warehouse.periods import Period

pytestmark = pytest.mark.slow
PERIOD = Period.parse("2023QMAT02")
ALL = "ranking_all"


@pytest.fixture
def lists(scene: Scene) -> Iterator[Path]:
    """A watched folder, empty at first."""
    folder = scene.folder / "lists"
    folder.mkdir()
    scene.patch.setenv("JOBINDSATS_RANKING_LISTS", str(folder))
    yield folder


def ranks(scene: Scene) -> dict[str, float]:
    """The ranks that stand, by municipality."""
    rows = scene.query(
        "select a.name, o.value from core.observations o join core.series s using (series_id) "
        "join core.measures m using (measure_id) join core.areas a using (area_id) join core.tables t on t.table_no = o.table_no "
        "where t.table_id = 'ranking_all' and m.name = 'rank' and o.superseded_by is null and o.status = 'observed'"
    )
    return {row["name"]: row["value"] for row in rows}


def test_a_whole_list_a_top_list_and_a_corrected_one(scene: Scene, lists: Path) -> None:
    rows, heading = synthetic_rows(ALL, PERIOD), title(ALL, PERIOD)
    (lists / "alle.pdf").write_bytes(as_pdf(rows, heading=heading))
    first = scene.night("2023-11-05", tables=[ALL])
    assert scene.outcomes(first) == {ALL: "published"}, first.tables
    whole = ranks(scene)
    assert sorted(whole.values()) == list(range(1, 99))
    assert whole["Herlev"] == 17

    again = scene.night("2023-11-06", tables=[ALL])
    assert scene.outcomes(again) == {ALL: "not_due"}

    (lists / "alle.pdf").unlink()
    (lists / "top-ti.xlsx").write_bytes(as_xlsx(rows[:10], heading=heading))
    top = scene.night("2023-11-07", tables=[ALL])
    assert scene.outcomes(top) == {ALL: "unchanged"}, "a top list says the same of ten and withdraws nobody"
    assert ranks(scene) == whole

    (lists / "top-ti.xlsx").unlink()
    persons = rows[0].values["gap_full_time_persons"] - 10
    first = replace(rows[0], values={**rows[0].values, "gap_full_time_persons": persons})
    (lists / "rettet.pdf").write_bytes(as_pdf([first, *rows[1:]], heading=heading))
    corrected = scene.night("2023-11-08", tables=[ALL])
    assert scene.outcomes(corrected) == {ALL: "published"}, corrected.tables
    assert corrected.tables[0]["revised"] == 1


def test_a_list_that_cannot_be_read_goes_to_quarantine_and_the_others_are_read(scene: Scene, lists: Path) -> None:
    rows, heading = synthetic_rows(ALL, PERIOD), title(ALL, PERIOD)
    (lists / "alle.pdf").write_bytes(as_pdf(rows, heading=heading))
    (lists / "97.xlsx").write_bytes(as_xlsx(rows[:-1], heading=heading))
    (lists / "side.pdf").write_bytes(b"<!doctype html><title>Vedligehold</title>")
    report = scene.night("2023-11-05", tables=["ranking_lists"])
    assert scene.outcomes(report) == {ALL: "published", "ranking_lists": "quarantined"}
    (stopped,) = scene.answer("quarantine")
    assert stopped["rule"] == "ListUnreadable"
    assert "97.xlsx" in stopped["message"]
    assert "side.pdf" in stopped["message"]
    assert len(ranks(scene)) == 98


def test_statbank_is_asked_where_a_setting_names_it(scene: Scene) -> None:
    assert scene.night("2023-11-05", tables=["folk1a"]).tables == []
    scene.patch.setenv("JOBINDSATS_STATBANK_URL", scene.publisher.statbank_url)
    report = scene.night("2023-11-05", tables=["folk1a"])
    assert scene.outcomes(report) == {"folk1a": "published"}, report.tables
    shown = scene.answer("show", "folk1a", "--area", "Herlev", "--period", "2023Q01")
    assert [row["value"] for row in shown] == [29_215]
    country = scene.answer("show", "folk1a", "--area", "Hele landet", "--period", "2023Q01")
    assert [row["value"] for row in country] == [5_932_654]
    assert scene.outcomes(scene.night("2023-11-06", tables=["folk1a"])) == {"folk1a": "not_due"}


def test_an_archive_of_every_source_gives_the_same_warehouse_again(stage: Stage) -> None:
    with stage(today="2023-11-05", scale="small") as scene:
        folder = scene.folder / "lists"
        folder.mkdir()
        rows = synthetic_rows(ALL, PERIOD)
        (folder / "top.xlsx").write_bytes(as_xlsx(rows[:10], heading=title(ALL, PERIOD)))
        scene.patch.setenv("JOBINDSATS_RANKING_LISTS", str(folder))
        scene.patch.setenv("JOBINDSATS_STATBANK_URL", scene.publisher.statbank_url)
        report = scene.night("2023-11-05", tables=["y30r21", "folk1a", ALL])
        assert set(scene.outcomes(report).values()) == {"published"}, report.tables
        found = scene.answer("replay", "--verify")
        assert (found["equal"], found["vintages"]) == (True, 3)
