"""The page of `make bench`: figures become verdicts, and what was not measured is not called well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.bench.report import PAGE, budgets, further_budgets, lines, on_record, page, picture

ROOT = Path(__file__).parents[3]

RECORD = ROOT / "docs" / "benchmarks.json"

MACHINE = {
    "on": "2026-11-23",
    "cores": 2,
    "memory_gib": 23,
    "load": 0.1,
    "python": "3.11.7",
    "postgresql": "18.4",
    "versions": {"polars": "2.0.0"},
}


def run(contestant: str, *, size: str = "1 million", peak: float = 100.0, **seconds: float) -> dict[str, Any]:
    """One run of a contestant over a million observations."""
    return {
        "contestant": contestant,
        "size": size,
        "observations": 1_000_000,
        "seconds": seconds,
        "peak_mib": peak,
        "imported": 1.0,
    }


def results(*runs: dict[str, Any]) -> dict[str, Any]:
    """Results as they are on record."""
    return {"machine": MACHINE, "runs": list(runs)}


FAST = results(
    run("ours", first=2.0, same=1.0, revised=1.0),
    run("ours", first=4.0, same=1.0, revised=1.0),
    run("ours", first=3.0, same=1.0, revised=1.0),
    run("floor", first=2.0),
    run("dlt scd2", first=36.0, revised=19.0),
    run("ours", size="10 million", peak=150.0, first=30.0),
)


def test_a_line_is_the_median_of_its_runs() -> None:
    first = lines(FAST)[0]
    assert (first.contestant, first.task, first.seconds) == ("ours", "first", (2.0, 4.0, 3.0))
    assert first.per_second == pytest.approx(1_000_000 / 3)


def test_a_budget_is_met_or_not_by_the_figures() -> None:
    found = {budget.said: (budget.found, budget.verdict) for budget in budgets(FAST)}
    assert found == {
        "a first load, times dlt scd2": (12.0, "met"),
        "a first load, in the time of the floor": (1.5, "met"),
        "one cell in a hundred revised, times dlt scd2": (19.0, "**not met**"),
        "the same, dlt with PostgreSQL's own settings, as long as we waited": (None, "not measured"),
        "peak memory at 10 million, times that at 1 million": (1.5, "met"),
    }


@pytest.mark.parametrize(
    ("seconds", "times", "said"),
    [
        ({"imported": 2.0, "first": 30.0}, 268.0, "broken off after 268 times what ours takes"),
        ({"imported": 2.0, "first": 30.0, "revised": 40.0}, 40.0, "took 40 times ours"),
    ],
)
def test_dlt_with_less_memory_is_waited_for_and_told_of(seconds: dict[str, float], times: float, said: str) -> None:
    waited = FAST | {"as_it_comes": {"seconds": seconds, "waited": 300.0}}
    (found,) = [budget.found for budget in budgets(waited) if "own settings" in budget.said]
    assert found == pytest.approx(times)
    assert said in page(waited)


def test_what_was_not_measured_is_said_to_be_so() -> None:
    alone = results(run("ours", first=1.0))
    assert {budget.verdict for budget in budgets(alone)} == {"not measured"}
    assert page(alone).count("not measured") == 11


def test_the_page_says_what_was_slower_than_hoped() -> None:
    written = page(FAST)
    slower = written.partition("## Slower than hoped")[2].partition("## To repeat it")[0]
    assert "One cell in a hundred revised, times dlt scd2" in slower
    assert "A first load, times dlt scd2" not in slower
    assert "make bench" in written


SCALE = {
    "on": "2026-11-23",
    "observations": 50_000_000,
    "loads": [(1_000_000, 5.0)] * 3 + [(1_000_000, 6.0)] * 3,
    "bytes_per_observation": {"rows": 68.0, "indexes": 32.0},
    "marts_seconds": 12.0,
    "as_of_ms": {"median": 60.0, "p95": 80.0, "asked": 98, "rows": 14_000},
    "as_of_ordinary_ms": {"median": 2.0, "p95": 3.0, "asked": 98, "rows": 300},
    "dashboard_ms": {
        "days": {"median": 2.0, "p95": 4.0, "asked": 900},
        "revisions of an area": {"median": 30.0, "p95": 61.0, "asked": 900},
    },
    "hasty_ms": {
        "days": {"median": 8.0, "p95": 16.0, "asked": 4_000},
        "revisions of an area": {"median": 60.0, "p95": 99.0, "asked": 4_000},
    },
    "releases": [{"new": 1, "revised": 0, "seconds": 9.0}, {"new": 1, "revised": 1, "seconds": 7.0}],
    "vacuum": {"seconds": 1.5, "mib_before": 200.0, "mib_after": 200.0},
}

NIGHT: dict[str, Any] = {
    "imports": 4.0,
    "server": 5.0,
    "work": 2.5,
    "calls": 1,
    "great_expectations": False,
    "import_of_great_expectations": 2.2,
    "publisher": 0.5,
}

NIGHTS: dict[str, Any] = {
    "tables": 100,
    "scale": "national",
    "quiet": [NIGHT, {**NIGHT, "work": 3.5}, NIGHT],
    "release": {
        "new": 900,
        "revised": 40,
        "work": 20.0,
        "publisher": 0.8,
        "stages": {"fetch": 1.0, "audit": 8.0, "ask": 0.01},
    },
}


def test_a_large_warehouse_and_nights_are_told_and_held_to_their_budgets() -> None:
    measured = results(run("ours", first=1.0)) | {"scale": SCALE, "nights": NIGHTS}
    found = {budget.said: (budget.found, budget.verdict) for budget in further_budgets(measured)}
    assert found == {
        "a million loaded at the end, times one at the start": (pytest.approx(1.2), "met"),
        "the dashboard's slowest statement (revisions of an area), eight readers, 95th percentile, ms": (
            61.0,
            "**not met**",
        ),
        "one municipality and the widest table as of a day, 95th percentile, ms": (80.0, "met"),
        "the work of a night in which nothing is new, s": (2.0, "met"),
        "the work of a night in which three tables are, s": (pytest.approx(19.2), "**not met**"),
        "calls to the publisher for 100 quiet tables": (1, "met"),
    }
    written = page(measured)
    for words in (
        "50,000,000 observations",
        "68 bytes, and 32 of keys",
        "| all of the night | 20.0 |",
        "| of it, from questions to the heads of their answers | 0.8 |",
        "| our own work, Prefect's part of it included | 19.2 |",
        "| days | 2.0 | 4.0 | 900 | 8.0 | 16.0 | 4,000 |",
        "2.0 (2.0 to 3.0)",
        "| audit | 8.0 |",
        "| of the audit, the import of Great Expectations, median of 3 | 2.2 |",
        "not imported",
    ):
        assert words in written
    assert "| ask |" not in written


def test_results_of_a_bench_that_measured_less_are_told_all_the_same() -> None:
    less = [_without(each, "publisher", "import_of_great_expectations") for each in (NIGHT, NIGHTS["release"])]
    before = results(run("ours", first=1.0)) | {"nights": NIGHTS | {"quiet": less[:1], "release": less[1]}}
    written = page(before)
    assert "| audit | 8.0 |" in written
    assert "| all of the night | 20.0 |" in written
    assert "the import of Great Expectations" not in written
    assert "heads of their answers" not in written
    assert written.count("our own work") == 1, "of a night of three tables nobody knows it"
    assert {budget.found for budget in further_budgets(before) if "the work of a night" in budget.said} == {2.5, 20.0}


def _without(measured: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: part for name, part in measured.items() if name not in names}


def test_the_picture_shows_every_size_and_task() -> None:
    drawn = picture(FAST)
    assert drawn.startswith("<svg")
    for words in ("1,000,000", "dlt: merge with scd2, a first load", "ours: the same again"):
        assert words in drawn


@pytest.mark.skipif(not RECORD.exists(), reason="`make bench` has not been run for this version yet")
def test_the_page_is_what_the_results_say() -> None:
    assert (ROOT / "docs" / PAGE).read_text() == page(on_record(RECORD))
