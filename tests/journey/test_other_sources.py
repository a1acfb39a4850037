"""Ranking lists and StatBank take the road of every other table: archive, staging, audit, vintages."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.archive.store import Archive
from tests.conftest import ROOT, Stage
from tests.explained import OF_LOCAL_FILES, OF_STATBANK, taken_apart, without_origin
from tests.scene import Scene
from tests.standin.hostile_pdfs import HOSTILE
from tests.standin.ranking_files import Layout, PrintedRow, as_pdf, as_xlsx, synthetic_rows, title
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
    (lists / "kreds.pdf").write_bytes(HOSTILE["a table before itself"]())
    report = scene.night("2023-11-05", tables=["ranking_lists", "y10a02"])
    assert scene.outcomes(report) == {ALL: "published", "ranking_lists": "quarantined", "y10a02": "published"}
    (stopped,) = scene.answer("quarantine")
    assert stopped["rule"] == "ListUnreadable"
    assert len(ranks(scene)) == 98
    for name in ("97.xlsx", "side.pdf", "kreds.pdf"):
        assert name in stopped["message"]
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
        (folder / "2022.pdf").write_bytes(older_list())
        scene.patch.setenv("JOBINDSATS_RANKING_LISTS", str(folder))
        scene.patch.setenv("JOBINDSATS_STATBANK_URL", scene.publisher.statbank_url)
        report = scene.night("2023-11-05", tables=["y30r21", "folk1a", ALL])
        assert set(scene.outcomes(report).values()) == {"published"}, report.tables
        found = scene.answer("replay", "--verify")
        assert (found["equal"], found["vintages"]) == (True, 3)


OLDER = Period.parse("2022QMAT02")
LEVELS = ("actual_full_time_persons", "expected_full_time_persons")
WITH_LEVELS = Layout(columns=("rank", "municipality", *LEVELS, "gap_full_time_persons", "gap_pct_point"))
SICKNESS = "ranking_sickness_benefit"


def of_herlev(rows: list[PrintedRow]) -> PrintedRow:
    return next(row for row in rows if row.municipality == "Herlev")


def older_list() -> bytes:
    """A list of a period that y30r21 has no more; it prints expected minus actual."""
    rows = synthetic_rows(ALL, OLDER, sign=-1)
    return as_pdf(rows, heading=title(ALL, OLDER), layout=WITH_LEVELS)


def newer_list() -> bytes:
    """A list of a period that y30r21 has too, as the web prints it; Herlev stands with ten persons fewer."""
    rows = synthetic_rows(ALL, PERIOD)
    persons = of_herlev(rows).values["gap_full_time_persons"] - 10
    mended = [
        replace(row, values={**row.values, "gap_full_time_persons": persons}) if row.municipality == "Herlev" else row
        for row in rows
    ]
    return as_xlsx(mended, heading=title(ALL, PERIOD))


@pytest.fixture(scope="module")
def beside(stage: Stage) -> Iterator[Scene]:
    """A night with Jobindsats alone, and one with the lists and StatBank beside it."""
    with stage(today="2023-11-05", scale="small") as scene:
        assert scene.night("2023-11-05", tables=["y30r21", "y01a02"]).outcome == "completed"
        folder = scene.folder / "lists"
        folder.mkdir()
        (folder / "2022.pdf").write_bytes(older_list())
        (folder / "2023.xlsx").write_bytes(newer_list())
        (folder / "sygedagpenge.xlsx").write_bytes(
            as_xlsx(synthetic_rows(SICKNESS, OLDER), heading=title(SICKNESS, OLDER))
        )
        scene.patch.setenv("JOBINDSATS_RANKING_LISTS", str(folder))
        scene.patch.setenv("JOBINDSATS_STATBANK_URL", scene.publisher.statbank_url)
        report = scene.night("2023-11-06", tables=[ALL, SICKNESS, "folk1a", "auk01"])
        assert set(scene.outcomes(report).values()) == {"published"}, report.tables
        yield scene


def test_a_period_that_only_a_list_has_is_in_figures_and_marts(beside: Scene) -> None:
    printed = of_herlev(synthetic_rows(ALL, OLDER))
    actual, expected = (float(printed.values[name]) for name in LEVELS)
    (saved,) = beside.answer("figure", "savings", "--area", "Herlev", "--period", str(OLDER))
    assert (saved["value"], saved["table_id"]) == ((expected - actual) * 132_350, ALL)
    (row,) = beside.query(
        "select * from marts.benchmark_ranking where area_name = 'Herlev' and period = '2022QMAT02' "
        "and table_id = 'ranking_all'"
    )
    assert (row["rank"], row["gap_full_time_persons"]) == (printed.rank, actual - expected)
    assert (row["published_gap_is"], row["published_gap_full_time_persons"]) == (
        "expected - actual",
        -float(printed.values["gap_full_time_persons"]),
    )
    assert row["gap_pct_point"] == float(printed.values["gap_pct_point"])
    assert not row["stands_beside"]
    (mart,) = beside.query(
        "select * from marts.savings where area_name = 'Herlev' and period = '2022QMAT02' "
        "and benefit_area = 'Ydelsesgrupper i alt'"
    )
    assert (mart["saving_dkk"], mart["table_id"]) == (saved["value"], ALL)


def test_a_saving_by_a_list_is_taken_apart_down_to_the_file(beside: Scene) -> None:
    (tree,) = beside.answer("explain", "savings", "--area", "Herlev", "--period", str(OLDER))
    archived = {each["sha256"] for leaf in tree["inputs"] for each in leaf["vintage"]["archived"] if each["held"]}
    assert hashlib.sha256(older_list()).hexdigest() in archived
    assert {leaf["table"] for leaf in tree["inputs"]} == {ALL}


def test_where_both_have_a_period_the_table_answers_and_the_list_stands_beside_it(beside: Scene) -> None:
    asked = ("benchmark_gap", "--area", "Herlev", "--period", str(PERIOD))
    table, listed = beside.answer("figure", *asked)
    assert [(row["table_id"], row["stands_beside"]) for row in (table, listed)] == [("y30r21", False), (ALL, True)]
    assert (table["value"], table["published_gap_is"]) == (-50, "actual - expected")
    assert (listed["value"], listed["published_gap_is"], listed["published_gap_persons"]) == (None, None, -60)
    assert any("fortegn" in caveat or "faktisk minus forventet" in caveat for caveat in listed["caveats"])
    for row in (table, listed):
        assert any("forskel i personer −50 mod −60" in caveat for caveat in row["caveats"])
    (saved,) = beside.answer("figure", "savings", "--area", "Herlev", "--period", str(PERIOD))
    assert (saved["value"], saved["table_id"]) == (6_617_500, "y30r21")
    (before,) = beside.answer("figure", *asked, "--as-of", "2023-11-05")
    assert before["table_id"] == "y30r21"
    assert not any("mod −60" in caveat for caveat in before["caveats"])


def test_the_place_half_a_year_before_the_tables_oldest_is_the_lists(beside: Scene) -> None:
    printed = of_herlev(synthetic_rows(ALL, OLDER))
    (row,) = beside.answer("figure", "benchmark_rank", "--area", "Herlev", "--period", "2022QMAT04")
    assert (row["value"], row["rank_half_a_year_earlier"]) == (16, printed.rank)
    assert {vintage["table"] for vintage in row["vintages"]} == {"y30r21", ALL}


def test_a_list_without_levels_saves_nothing_and_says_why(beside: Scene) -> None:
    asked = ("--area", "Herlev", "--period", str(OLDER), "--item", "Sygedagpenge mv.")
    saved = beside.answer("figure", "savings", *asked)
    assert [row["value"] for row in saved] == [None] * len(saved)
    assert saved
    assert all(any("faktisk minus forventet eller omvendt" in caveat for caveat in row["caveats"]) for row in saved)
    (ranked,) = beside.answer("figure", "benchmark_rank", *asked)
    assert ranked["value"] == of_herlev(synthetic_rows(SICKNESS, OLDER)).rank


def test_a_claim_is_held_against_the_row_that_answers(beside: Scene) -> None:
    rows = beside.answer("claims", str(ROOT / "docs" / "examples" / "claims" / "five-papers.yml"))
    said = {row["statement"]: row for row in rows}
    assert said["Samlet 17. plads, 2. halvår 2022 til 1. halvår 2023"]["verdict"] == "holds"


def test_the_population_key_rests_on_the_loaded_table(beside: Scene) -> None:
    rows = {row["basis"]: row for row in beside.answer("figure", "unemployment_projection", "--area", "Herlev")}
    found = rows["population"]
    assert (found["value"], {each["value"] for each in found["assumptions"]}) == (98, {20_000})
    assert [vintage["table"] for vintage in found["vintages"]] == ["folk1a"]
    assert rows["stated"]["vintages"] == []
    shares = beside.answer(
        "figure", "block_grant_share", "--area", "Herlev", "--period", "2023M09", "--item", "A-dagpenge"
    )
    (by_people,) = [row for row in shares if row["basis"] == "population"]
    assert by_people["key_pct"] == pytest.approx(29_215 / 5_932_654 * 100, abs=1e-6)
    assert {vintage["table"] for vintage in by_people["vintages"]} == {"folk1a", "y01a02"}
    marts = beside.query(
        "select p.projected_persons, p.caveats, array_agg(t.table_id) as tables from marts.unemployment_projection p "
        "join marts.vintages t on t.vintage_id = any(string_to_array(p.vintages, ', ')::int[]) "
        "where p.area_name = 'Herlev' and p.basis = 'population' group by 1, 2"
    )
    assert [(row["projected_persons"], row["tables"]) for row in marts] == [(98, ["folk1a"])]


def test_the_population_key_is_taken_apart_down_to_bytes_that_are_there(beside: Scene) -> None:
    trees = beside.answer("explain", "unemployment_projection", "--area", "Herlev", "--period", "2023Y01")
    (tree,) = [tree for tree in trees if tree["basis"] == "population"]
    own, country = tree["inputs"]
    assert [(leaf["table"], leaf["period"], leaf["value"]) for leaf in (own, country)] == [
        ("folk1a", "2023Q01", 29_215),
        ("folk1a", "2023Q01", 5_932_654),
    ]
    assert country["area"] == "Hele landet"
    archive = Archive((beside.folder / "data" / "archive").as_uri())
    answers = [answer for leaf in (own, country) for answer in leaf["vintage"]["archived"]]
    assert all(answer["held"] for answer in answers)
    assert any(b"29215" in archive.get(answer["sha256"]) for answer in answers)


def test_before_the_table_was_loaded_the_key_rests_on_what_is_assumed_and_says_so(beside: Scene) -> None:
    rows = beside.answer("figure", "unemployment_projection", "--area", "Herlev", "--as-of", "2023-11-05")
    (found,) = [row for row in rows if row["basis"] == "population"]
    assert (found["value"], found["vintages"]) == (98, [])
    assert {each["value"] for each in found["assumptions"]} == {20_000, 29_215, 5_932_654}
    assert any("ikke hentet fra Danmarks Statistik" in caveat for caveat in found["caveats"])


def test_public_support_is_a_share_of_the_inhabitants_of_the_same_quarter(beside: Scene) -> None:
    (row,) = beside.answer("figure", "public_support_share", "--area", "Herlev")
    assert (row["period"], row["item"], row["unit"]) == ("2023Q02", "I alt uden SU-modtagere", "pct")
    cells = beside.answer("show", "auk01", "--area", "Herlev", "--period", "2023Q02")
    counted = {cell["members"]["Ydelsestype"]: cell["value"] for cell in cells}
    (people,) = beside.answer("show", "folk1a", "--area", "Herlev", "--period", "2023Q02")
    supported = counted["I alt"] - counted["SU-modtagere"]
    assert (row["supported_full_time_persons"], row["population_persons"]) == (supported, people["value"])
    assert row["value"] == pytest.approx(100 * supported / people["value"], abs=1e-6)
    assert row["gap_pct_point"] == pytest.approx(row["value"] - row["country_share_pct"], abs=1e-6)
    assert {vintage["table"] for vintage in row["vintages"]} == {"folk1a", "auk01"}
    kinds = beside.answer("figure", "public_support_share", "--area", "Herlev", "--item", "all")
    assert {"Førtidspension", "Efterløn"} < {kind["item"] for kind in kinds}


def test_public_support_is_a_share_of_the_working_age_where_that_is_known(beside: Scene) -> None:
    (row,) = beside.answer("figure", "public_support_share_of_working_age", "--area", "Herlev")
    assert row["low"] < row["value"] < row["high"]
    assert {each["area_code"] for each in row["assumptions"]} == {"163", "000"}
    said = beside.command("figure", "public_support_share_of_working_age", "--area", "Ringsted", "--json")
    assert (said.returncode, said.stdout) == (2, "")
    assert "working_age_population_persons" in said.stderr


@pytest.mark.parametrize("figure", [*OF_STATBANK, "savings", "benchmark_gap", "block_grant_share"])
def test_no_figure_of_two_sources_has_an_input_that_nothing_is_behind(beside: Scene, figure: str) -> None:
    trees = taken_apart(beside.answer, figure, area="Herlev")
    assert not without_origin(trees)
    assert any(tree["value"] is not None for tree in trees)


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


def test_a_municipalitys_own_tables_are_found_and_looked_at_as_the_publishers_are(papers: Scene) -> None:
    (named,) = [row for row in papers.answer("tables", "brugerundersøgelse") if row["publisher"] == "local_files"]
    assert (named["table"], named["loaded"], named["declared"]) == ("local_herlev_survey", True, False)
    whole = papers.answer("tables", "LOCAL_herlev_survey")
    assert (whole["publisher"], whole["periods"][0]["last"]) == ("local_files", "2023M09")
    assert "answered_persons" in {measure["name"] for measure in whole["measures"]}
    assert "jobindsats show local_herlev_survey" in whole["next"]
    assert "own" in papers.command("tables", "brugerundersøgelse").stdout


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


@pytest.mark.parametrize("figure", OF_LOCAL_FILES)
def test_no_figure_of_own_tables_has_an_input_that_nothing_is_behind(papers: Scene, figure: str) -> None:
    trees = taken_apart(papers.answer, figure, area=OF_LOCAL_FILES[figure])
    assert not without_origin(trees)
    assert any(tree["value"] is not None for tree in trees)


def test_a_claim_is_held_against_cells_of_a_municipalitys_own_tables(papers: Scene) -> None:
    cell = "{cell: {table: local_herlev_survey, period: 2023M09, measure: %s_persons}}"
    file = papers.folder / "own-claims.yml"
    file.write_text(
        "documents:\n  - {id: a, title: A, area: Herlev, date: 2024-01-31, source: b}\nclaims:\n"
        "  - {document: a, point: 4, statement: svarprocent, claimed: 32, unit: pct., arithmetic: answered / sent * 100,"
        f" given: {{answered: {cell % 'answered'}, sent: {cell % 'sent'}}}}}\n"
        "  - {document: a, point: 2, statement: udsatte, claimed: 5, cell: {table: local_herlev_survey, period: 2023M09}}\n"
        "  - {document: a, point: 2, statement: ukendt, claimed: 5, cell: {table: local_herlev, period: 2023M09}}\n",
        encoding="utf-8",
    )
    share, unnamed, unknown = papers.answer("claims", str(file))
    assert (share["verdict"], share["computed"]) == ("holds", 32)
    assert unnamed["reason"].endswith(
        "there are 4 measures: name one of sent_persons, answered_persons, willing_persons, interviewed_persons"
    )
    assert "no table is called 'local_herlev'" in unknown["reason"]


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
        contract.write_text(terms, encoding="utf-8")
        assert scene.outcomes(scene.night("2023-11-07", tables=[table])) == {table: "not_due"}
        assert scene.answer("quarantine") == [], "the files that stand are there again"
        contract.write_text(re.sub(r"(?m)^title: .*$", "title: Something else", terms), encoding="utf-8")
        assert scene.outcomes(scene.night("2023-11-08", tables=[table])) == {table: "unchanged"}
        (now,) = scene.query("select title from core.tables where table_id = :table", table=table)
        assert now == {"title": "Something else"}
