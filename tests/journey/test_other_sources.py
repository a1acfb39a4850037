"""Ranking lists and StatBank take the road of every other table: archive, staging, audit, vintages."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import ROOT, Stage
from tests.scene import Scene
from tests.standin.ranking_files import as_pdf, as_xlsx, synthetic_rows, title
from warehouse.periods import Period

pytestmark = pytest.mark.slow
PERIOD = Period.parse("2023QMAT02")
ALL = "ranking_all"


@pytest.fixture
def lists(scene: Scene) -> Path:
    """A watched folder, empty at first."""
    folder = scene.folder / "lists"
    folder.mkdir()
    scene.patch.setenv("JOBINDSATS_RANKING_LISTS", str(folder))
    return folder


def ranks(scene: Scene) -> dict[str, float]:
    """The ranks that stand, by municipality."""
    rows = scene.query(
        "select a.name, o.value from core.observations o join core.series s using (series_id) "
        "join core.measures m using (measure_id) join core.areas a using (area_id) "
        "join core.tables t on t.table_no = o.table_no "
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
    mended = replace(rows[0], values={**rows[0].values, "gap_full_time_persons": persons})
    (lists / "rettet.pdf").write_bytes(as_pdf([mended, *rows[1:]], heading=heading))
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
    for name in ("97.xlsx", "side.pdf"):
        (lists / name).unlink()
    mended = scene.night("2023-11-06", tables=["ranking_lists"])
    assert scene.outcomes(mended) == {ALL: "not_due", "ranking_lists": "not_due"}
    assert scene.answer("quarantine") == []
    assert [load["state"] for load in scene.answer("quarantine", "--all")] == ["overtaken"]
    assert scene.outcomes(scene.night("2023-11-07", tables=["ranking_lists"])) == {ALL: "not_due"}


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


EXAMPLES = ROOT / "docs" / "examples" / "local_files"


@pytest.fixture(scope="module")
def papers(stage: Stage) -> Iterator[Scene]:
    """A night that takes in the papers' own tables."""
    with stage(today="2023-11-05", scale="small") as scene:
        scene.patch.setenv("JOBINDSATS_LOCAL_FILES", str(EXAMPLES))
        report = scene.night("2023-11-05", tables=["local_files"])
        assert set(scene.outcomes(report).values()) == {"published"}, report.tables
        yield scene


def test_a_municipalitys_own_tables_stand_beside_the_publishers(papers: Scene) -> None:
    rows = papers.query("select table_id, publisher, feeds from core.tables where table_id like 'local%' order by 1")
    assert {row["publisher"] for row in rows} == {"local_files"}
    assert len(rows) == len(list(EXAMPLES.glob("*.yml")))
    again = papers.night("2023-11-06", tables=["local_files"])
    assert set(papers.outcomes(again).values()) == {"not_due"}
    found = papers.answer("replay", "--verify")
    assert (found["equal"], found["vintages"]) == (True, len(rows))


def test_targets_say_how_many_persons_decide_them(papers: Scene) -> None:
    rows = papers.answer("figure", "target_followup", "--area", "Holstebro")
    found = {row["target_pct"]: row for row in rows}
    assert {target: row["value"] for target, row in found.items()} == {12: 6.6, 51: 45.9, 35: 32.8}
    assert {row["finished_cases"] for row in rows} == {61}
    assert [found[target]["reached"] for target in (12, 51, 35)] == [False, False, True]
    assert [found[target]["now_persons"] for target in (12, 51, 35)] == [4, 28, 20]
    assert [found[target]["target_persons"] for target in (12, 51, 35)] == [8, 32, 21]
    assert [found[target]["deciding_persons"] for target in (12, 51, 35)] == [4, 4, 2]
    marts = papers.query("select target_pct, deciding_persons from marts.target_followup where area_name = 'Holstebro'")
    assert {row["target_pct"]: row["deciding_persons"] for row in marts} == {12: 4, 51: 4, 35: 2}


@pytest.mark.parametrize(
    ("figure", "area", "expected"),
    [
        ("activation_mix", "Ringsted", {"courses_cases": {6, 12, 17, 82, 213}, "total_cases": {330}}),
        ("ordinary_hours", "Ringsted", {"value": {15.7}, "country_share_pct": {11.6}, "group_persons": {255}}),
        ("response_rate", "Herlev", {"value": {32}, "answered_persons": {80}}),
        ("exits", "Holstebro", {"finished_cases": {61}, "exits_persons": {0, 1, 4, 20, 28}}),
    ],
)
def test_the_papers_figures_come_from_their_own_tables(
    papers: Scene, figure: str, area: str, expected: dict[str, set[float]]
) -> None:
    rows = papers.answer("figure", figure, "--area", area)
    assert {name: {row[name] for row in rows} for name in expected} == expected


def test_the_budgets_sums_are_those_of_the_paper(papers: Scene) -> None:
    sums = {
        year: row["value"]
        for year in ("2024Y01", "2025Y01", "2026Y01", "2027Y01")
        for row in papers.answer("figure", "multi_year_budget", "--area", "Herlev", "--period", year, "--item", "I alt")
    }
    assert list(sums.values()) == [-428_000, 924_000, 790_000, -1_286_000]


def test_a_file_that_breaks_its_contract_is_refused_by_row_and_column_and_the_rest_stands(stage: Stage) -> None:
    with stage(today="2023-11-05", scale="small") as scene:
        folder = scene.folder / "own"
        shutil.copytree(EXAMPLES, folder)
        scene.patch.setenv("JOBINDSATS_LOCAL_FILES", str(folder))
        table = "local_herlev_survey"
        assert scene.outcomes(scene.night("2023-11-05", tables=[table])) == {table: "published"}
        written = (folder / "herlev_survey.csv").read_text(encoding="utf-8")
        declared = scene.query("select title, declaration from core.tables where table_id = :table", table=table)
        (folder / "herlev_survey.csv").write_text(written.replace("80", "80 stk"), encoding="utf-8")
        contract = next(folder.glob("herlev_survey*.y*ml"))
        terms = contract.read_text(encoding="utf-8")
        contract.write_text(re.sub(r"(?m)^title: .*$", "title: Something else", terms), encoding="utf-8")
        broken = scene.night("2023-11-06", tables=[table])
        assert scene.outcomes(broken) == {table: "quarantined"}
        assert "row 2" in broken.tables[0]["message"]
        assert "80 stk" in broken.tables[0]["message"]
        stands = scene.query("select title, declaration from core.tables where table_id = :table", table=table)
        assert stands == declared, "a contract counts once what was read by it is published"
        shown = scene.answer("figure", "response_rate", "--area", "Herlev")
        assert [row["value"] for row in shown] == [32]
        (folder / "herlev_survey.csv").write_text(written, encoding="utf-8")
        assert scene.outcomes(scene.night("2023-11-07", tables=[table])) == {table: "unchanged"}
        (now,) = scene.query("select title from core.tables where table_id = :table", table=table)
        assert now == {"title": "Something else"}
