"""Figures of the synthetic Denmark: what the papers say of Herlev, from a night's counts down to the archived bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from flows.command_line.main import run
from tasks.archive.store import Archive
from tests.conftest import ROOT, Stage
from tests.properties.releases import REAL
from tests.scene import Scene
from warehouse.database.rehearsal import REHEARSED

pytestmark = pytest.mark.slow

TABLES = ["y30r21", "y01a02", "y36a02"]
CLAIMS = ROOT / "docs" / "examples" / "claims" / "five-papers.yml"


# From the second night on, a municipality counts with eight years off benefit, not with the three that are shipped.
OWN = """
assumptions:
  - name: horizon_years
    area_code: "430"
    basis: ips_disability_pension
    valid_from: 2025-01-01
    valid_to: 2027-12-31
    value: 8
    unit: years
    source: Faaborg-Midtfyn's own follow-up
    evidence: inferred
"""


@pytest.fixture(scope="module")
def two_nights(stage: Stage) -> Iterator[Scene]:
    """The nights of 5 November and 5 December 2023, on which the benchmark list of October stands."""
    with stage(today="2023-11-05", scale="small") as scene:
        scene.patch.setenv("JOBINDSATS_CLAIMS", str(CLAIMS))
        assert scene.night("2023-11-05", tables=TABLES).outcome == "completed"
        (scene.folder / "assumptions.yml").write_text(OWN, encoding="utf-8")
        scene.patch.setenv("JOBINDSATS_ASSUMPTIONS", str(scene.folder / "assumptions.yml"))
        assert scene.night("2023-12-05", tables=TABLES).outcome == "completed"
        yield scene


def one(scene: Scene, *arguments: str) -> dict[str, Any]:
    """The only row of an answer."""
    rows = scene.answer("figure", *arguments)
    assert len(rows) == 1, rows
    found: dict[str, Any] = rows[0]
    return found


def test_fifty_persons_fewer_save_what_the_paper_says(two_nights: Scene) -> None:
    saved = one(two_nights, "savings", "--area", "Herlev", "--period", "2023QMAT02")
    assert (saved["value"], saved["unit"]) == (6_617_500, "dkk")
    assert (saved["low"], saved["high"]) == (5_294_000, 7_941_000)
    (price,) = saved["assumptions"]
    assert (price["name"], price["value"], price["evidence"]) == ("net_unit_cost_dkk", 132_350, "confirmed")
    assert "31 January 2024" in price["source"]
    assert [vintage["table"] for vintage in saved["vintages"]] == ["y30r21"]


def test_the_ranks_are_those_of_the_two_newest_lists(two_nights: Scene) -> None:
    now = two_nights.answer("figure", "benchmark_rank", "--area", "Herlev", "--period", "2023QMAT02", "--item", "all")
    before = two_nights.answer(
        "figure", "benchmark_rank", "--area", "Herlev", "--period", "2022QMAT04", "--item", "all"
    )
    assert [row["value"] for row in now] == [6, 15, 84, 17]
    assert [row["value"] for row in before] == [4, 12, 89, 16]
    assert [row["places_gained"] for row in now] == [-2, -3, 5, -1]


def test_twenty_thousand_more_mean_something_else_on_each_key(two_nights: Scene) -> None:
    rows = {row["basis"]: row for row in two_nights.answer("figure", "unemployment_projection", "--area", "Herlev")}
    assert (rows["stated"]["value"], rows["stated"]["key_pct"]) == (108, 0.54)
    assert rows["population"]["value"] == 98
    assert {each["value"] for each in rows["population"]["assumptions"]} == {20_000, 29_215, 5_932_654}
    assert (rows["claimed"]["value"], rows["claimed"]["key_pct"]) == (92, 0.46)
    assert any("står i sagen" in caveat for caveat in rows["claimed"]["caveats"])


def test_an_investment_is_paid_back_sooner_once_the_municipality_counts_with_more_years(two_nights: Scene) -> None:
    asked = ("investment_case", "--area", "Faaborg-Midtfyn")
    then, now = (
        {(row["period"], row["basis"]): row for row in two_nights.answer("figure", *asked, *as_of)}
        for as_of in (("--as-of", "2023-11-05"), ())
    )
    bases = {"ministry_potential_2018", "refusion_ladder / som"}
    assert set(now) == set(then) == {(f"{year}Y01", basis) for year in (2025, 2026, 2027) for basis in bases}
    first = ("2025Y01", "refusion_ladder / som")
    assert [(row["value"], row["low"], row["high"], row["horizon_years"]) for row in (then[first], now[first])] == [
        (9, 3, 28, 3),
        (4, 4, 4, 8),
    ]
    assert (now[first]["cost_per_course_low_dkk"], now[first]["cost_per_course_high_dkk"]) == (131_250, 393_750)
    mart = two_nights.query(
        "select period, basis, break_even_persons, break_even_low_persons, break_even_high_persons, "
        "cost_per_course_low_dkk from marts.investment_case where area_name = 'Faaborg-Midtfyn'"
    )
    assert {(row.pop("period"), row.pop("basis")): list(row.values()) for row in mart} == {
        key: [row["value"], row["low"], row["high"], row["cost_per_course_low_dkk"]] for key, row in now.items()
    }
    trees = two_nights.answer("explain", *asked, "--period", "2025Y01")
    (tree,) = (each for each in trees if each["basis"] == first[1])
    said = {each["name"]: (each["value"], each["source"]) for each in tree["assumptions"]}
    assert said["horizon_years"] == (8, "Faaborg-Midtfyn's own follow-up")
    assert {"state_refusion_pct", "monthly_benefit_dkk", "earlier_benefit_weeks", "discount_rate_pct"} <= set(said)


def test_an_area_without_a_price_of_its_own_gets_the_ministrys_and_is_told_so(two_nights: Scene) -> None:
    (row,) = two_nights.answer("figure", "savings", "--area", "Ballerup")
    assert row["basis"] == "ministry_potential_2018"
    assert any("den seneste kendte" in caveat for caveat in row["caveats"])


def test_a_figure_is_taken_apart_down_to_bytes_that_are_there(two_nights: Scene) -> None:
    (tree,) = two_nights.answer("explain", "savings", "--area", "Herlev", "--period", "2023QMAT02")
    assert tree["formula"] == "(expected_persons - actual_persons) x net_unit_cost_dkk"
    actual, expected = tree["inputs"]
    assert expected["value"] - actual["value"] == 50
    assert (actual["status"], actual["measure"]) == ("observed", "actual_full_time_persons")
    answers = actual["vintage"]["archived"]
    archive = Archive((two_nights.folder / "data" / "archive").as_uri())
    assert all(answer["held"] for answer in answers)
    assert any(b"Herlev" in archive.get(answer["sha256"]) for answer in answers)
    assert tree["code_version"]


def test_the_last_line_for_a_person_says_that_figures_are_invented(
    two_nights: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    of_herlev = ["--area", "Herlev", "--period", "2023QMAT02"]
    commands = [["figure", "savings", *of_herlev], ["explain", "savings", *of_herlev], ["claims", str(CLAIMS)]]
    commands += [["totals", "--area", "Herlev"], ["settled", "y01a02", "--area", "Herlev"]]
    printed = {}
    for command in commands:
        assert run(command) == 0
        printed[command[0]] = capsys.readouterr().out
    with two_nights.published_by(REAL):
        for command in commands:
            assert run(command) == 0
            real = capsys.readouterr().out
            assert REHEARSED not in real
            assert printed[command[0]] == f"{real}{REHEARSED}\n"


def test_a_figure_as_of_an_earlier_night_rests_on_that_nights_vintage(two_nights: Scene) -> None:
    asked = ("block_grant_share", "--area", "Herlev", "--period", "2023M09", "--item", "A-dagpenge")
    now = {row["basis"]: row for row in two_nights.answer("figure", *asked)}["stated"]
    then = {row["basis"]: row for row in two_nights.answer("figure", *asked, "--as-of", "2023-11-05")}["stated"]
    assert now["local_persons"] != then["local_persons"]
    assert {vintage["seen_at"][:10] for vintage in then["vintages"]} == {"2023-11-05"}
    shown = two_nights.answer("show", "y01a02", "--area", "Herlev", "--period", "2023M09", "--as-of", "2023-11-05")
    assert then["local_persons"] == next(row["value"] for row in shown if row["measure"] == "full_time_persons")


def test_before_anything_was_known_there_is_no_figure_and_the_reason_is_said(two_nights: Scene) -> None:
    said = two_nights.command("figure", "savings", "--area", "Herlev", "--as-of", "2023-01-01", "--json")
    assert (said.returncode, said.stdout) == (2, "")
    assert "the warehouse knew nothing then: its first table was seen" in said.stderr


def test_an_unknown_figure_or_item_is_an_error_that_offers_the_nearest(two_nights: Scene) -> None:
    wrong = two_nights.command("figure", "saving", "--area", "Herlev")
    assert wrong.returncode == 2
    assert "savings" in wrong.stderr
    nowhere = two_nights.command("figure", "savings", "--area", "Herlev", "--item", "Dagpenge")
    assert nowhere.returncode == 2
    assert "A-dagpenge mv." in nowhere.stderr


def test_a_total_that_lacks_a_benefit_is_no_total(two_nights: Scene) -> None:
    total = one(two_nights, "total_recipients", "--area", "Herlev", "--period", "2023M10")
    assert (total["value"], total["high"], total["status"]) == (None, None, "missing")
    assert (total["parts"], total["parts_expected"]) == (2, 12)
    parts = two_nights.query(
        "select sum(recipients_full_time_persons) as persons from marts.benefit_recipients "
        "where area_name = 'Herlev' and period = '2023M10' and counted_in_total"
    )
    assert total["low"] == parts[0]["persons"]


@pytest.mark.parametrize(
    ("mart", "figure"),
    [
        ("savings", "savings"),
        ("unemployment_projection", "unemployment_projection"),
        ("block_grant_share", "block_grant_share"),
        ("benchmark_ranking", "benchmark_gap"),
    ],
)
def test_a_mart_says_what_its_figure_says(two_nights: Scene, mart: str, figure: str) -> None:
    values = {"savings": "saving_dkk", "unemployment_projection": "projected_persons", "block_grant_share": "share_pct"}
    column = values.get(mart, "gap_full_time_persons")
    rows = two_nights.query(f"select period, {column} as value from marts.{mart} where area_name = 'Herlev'")
    newest = max(row["period"] for row in rows)
    told = two_nights.answer("figure", figure, "--area", "Herlev", "--period", newest, "--item", "all")
    held = sorted(round(row["value"], 6) for row in rows if row["period"] == newest)
    assert held == sorted(row["value"] for row in told)


def test_marts_of_figures_are_filled_once(two_nights: Scene) -> None:
    from sqlalchemy import create_engine

    from tasks.derive import bring_figures_up_to_date

    engine = create_engine(two_nights.database)
    assert bring_figures_up_to_date(engine, told=pytest.fail) == []
    engine.dispose()


def test_the_five_papers_are_held_against_the_warehouse(two_nights: Scene) -> None:
    rows = two_nights.answer("claims", str(CLAIMS))
    assert len(rows) >= 45
    said = {row["statement"]: row for row in rows}
    holds = said["Besparelsen er 6,62 mio. kr. om året, regnet på benchmarkets tal"]
    assert (holds["verdict"], holds["computed"]) == ("holds within rounding", 6.6175)
    differs = said["92 flere ledige i Herlev, regnet med warehousets antagelser"]
    assert (differs["verdict"], differs["computed"], differs["difference"]) == ("differs", 108, -16)
    assert said["Samlet 17. plads, 2. halvår 2022 til 1. halvår 2023"]["verdict"] == "holds"
    assert said["Mindst 12 borgere kan få gavn af indsatsen, regnet i warehouset"]["verdict"] == "holds"
    verdicts = two_nights.query("select verdict, count(*) as n from marts.claim_check group by verdict")
    assert sum(row["n"] for row in verdicts) == len(rows)
    apart = [row for row in rows if row["verdict"] == "differs"]
    assert all(row["reason"] and row["difference"] for row in apart)


HEAD = "documents:\n  - {id: a, title: A, area: Herlev, date: 2023-12-05, source: b}\nclaims:\n"


def held(scene: Scene, *claims: str) -> list[dict[str, Any]]:
    """What checking says of claims, each given by its keys after `statement`."""
    file = scene.folder / "own-claims.yml"
    about = "  - {{document: a, point: 1, statement: s{at}, {claim}}}\n"
    file.write_text(
        HEAD + "".join(about.format(at=at, claim=claim) for at, claim in enumerate(claims)), encoding="utf-8"
    )
    rows: list[dict[str, Any]] = scene.answer("claims", str(file))
    return rows


def shown(scene: Scene, table: str, *arguments: str) -> list[dict[str, Any]]:
    """What `jobindsats show` says of a table."""
    rows: list[dict[str, Any]] = scene.answer("show", table, *arguments)
    return rows


def test_a_claim_is_held_against_a_cell_of_any_table(two_nights: Scene) -> None:
    (month,) = shown(two_nights, "y01a02", "--area", "Herlev", "--period", "2023M10", "--measure", "persons")
    cell = "cell: {table: y01a02, period: 2023M10, measure: persons}"
    (of_dagpenge,) = [
        row
        for row in shown(two_nights, "y30r21", "--area", "Herlev", "--period", "2023QMAT02", "--measure", "rank")
        if row["members"] == {"Ydelsesgrupper": "A-dagpenge mv."}
    ]
    rank = "cell: {table: y30r21, period: 2023QMAT02, measure: rank, where: {Ydelsesgrupper: A-dagpenge mv.}}"
    rows = held(
        two_nights,
        f"claimed: {month['value']}, unit: personer, {cell}",
        f"claimed: {month['value'] + 1}, unit: personer, {cell}",
        f"claimed: {of_dagpenge['value']}, unit: plads, {rank}",
        "claimed: 1, cell: {table: y01a02, period: 1999M10, measure: persons}",
        "claimed: 1, cell: {table: y01a02, period: 2023M10}",
        "claimed: 1, cell: {table: y01a02, period: 2023Q03, measure: persons}",
        "claimed: 1, cell: {table: y99a99, period: 2023M10}",
        "claimed: 1, cell: {table: y30r21, period: 2023QMAT02, where: {Ydelsesgrupper: Efterlon}}",
    )
    assert [row["verdict"] for row in rows[:3]] == ["holds", "differs", "holds"]
    assert {row["verdict"] for row in rows[3:]} == {"cannot be checked"}
    whys = ["holds no such cell", "measures: name one of", "y01a02 has months", "y99a99", "Efterlon"]
    assert [why for why, row in zip(whys, rows[3:], strict=True) if why not in row["reason"]] == []


def test_a_claim_is_worked_out_from_cells_and_figures(two_nights: Scene) -> None:
    months = shown(
        two_nights, "y01a02", "--area", "Herlev", "--period", "2022M11:2023M10", "--measure", "full_time_persons"
    )
    assert [row["status"] for row in months] == ["observed"] * 12
    mean = round(sum(row["value"] for row in months) / 12, 1)
    country = shown(
        two_nights, "y01a02", "--area", "Hele landet", "--period", "2023M10", "--measure", "full_time_persons"
    )[0]["value"]
    cell = "cell: {table: y01a02, measure: full_time_persons, %s}"
    rows = held(
        two_nights,
        f'claimed: "{str(mean).replace(".", ",")}", unit: fuldtidspersoner, arithmetic: mean(m), '
        f"given: {{m: {{{cell % 'periods: 2022M11:2023M10'}}}}}",
        f"claimed: {country - months[-1]['value']}, unit: fuldtidspersoner, arithmetic: land - own, given: {{"
        f"own: {{{cell % 'period: 2023M10'}}}, land: {{{cell % 'area: Hele landet, period: 2023M10'}}}}}",
        f"claimed: 2, arithmetic: 'rank_from_highest(own, land)', given: {{"
        f"own: {{{cell % 'period: 2023M10'}}}, land: {{{cell % 'areas: [Hele landet], period: 2023M10'}}}}}",
        "claimed: 2, arithmetic: mean(r), given: {r: {cell: "
        "{table: y30r21, measure: rank, period: 2023QMAT02, areas: [Herlev, Ballerup]}}}",
        f"claimed: 5, arithmetic: mean(m), given: {{m: {{{cell % 'periods: 2023M09:2024M01'}}}}}",
        "claimed: 17, unit: plads, arithmetic: max(r), given: {r: {figure: {name: benchmark_rank, "
        "periods: 2023QMAT02:2023QMAT02}}}",
    )
    assert rows[0]["verdict"] in ("holds", "holds within rounding")
    whole, lacking = ["holds", "holds"], ["cannot be checked", "cannot be checked"]
    assert [row["verdict"] for row in rows[1:]] == [*whole, *lacking, "holds"], [row["reason"] for row in rows]
    assert "r is in rank" in rows[3]["reason"]
    assert "m lacks" in rows[4]["reason"]


def test_a_malformed_claims_file_is_told_by_line_and_key(two_nights: Scene) -> None:
    wrong = two_nights.folder / "claims.yml"
    wrong.write_text(
        "documents:\n  - {id: a, title: A, area: Herlev, date: 2024-01-31}\nclaims:\n  - document: a\n    tal: 5\n"
    )
    said = two_nights.command("claims", str(wrong))
    assert said.returncode == 2
    assert "claims.yml" in said.stderr
    assert "line 5" in said.stderr
    assert "tal" in said.stderr
