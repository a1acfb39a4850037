"""`show` of several areas and of the newest periods, and the reader's own municipality where none is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine

from flows.command_line.main import run
from tests.properties.releases import FULL_TIME, PERSONS, REAL, night, publish_release, published_by, shown
from warehouse.database.rehearsal import REHEARSED

MONTHS = ("2026M04", "2026M05", "2026M06")


@pytest.fixture(scope="module")
def filled(module_engine: Engine) -> Engine:
    """Three months of two measures in Herlev and Ballerup, where the newest has not come."""
    cells = {
        (month, area, measure): shown(40) for month in MONTHS for area in (163, 151) for measure in (PERSONS, FULL_TIME)
    }
    release = {cell: found for cell, found in cells.items() if cell[:2] != ("2026M06", 151)}
    publish_release(module_engine, release, seen_at=night(0))
    return module_engine


@pytest.fixture
def asked(filled: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Asks the command line in this process; gives its status, its rows and what it told."""
    monkeypatch.setenv("JOBINDSATS_WAREHOUSE_URL", filled.url.render_as_string(hide_password=False))

    def asked(*arguments: str) -> tuple[int, Any, str]:
        status = run([*arguments, "--json"])
        printed = capsys.readouterr()
        return status, json.loads(printed.out) if status == 0 else None, " ".join(printed.err.split())

    return asked


def places(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["area"], row["period"]) for row in rows if row["measure"] == PERSONS]


def test_several_areas_are_shown_one_after_another_each_once(asked: Any) -> None:
    _, rows, _ = asked("show", "y25i01", "--area", "Herlev", "--area", "0151", "--area", "herlev kommune")
    assert places(rows) == [("Herlev", month) for month in MONTHS] + [("Ballerup", month) for month in MONTHS[:2]]


def test_the_newest_periods_are_those_of_all_areas_together(asked: Any) -> None:
    _, rows, _ = asked("show", "y25i01", "--area", "Herlev", "--area", "Ballerup", "--last", "2")
    assert places(rows) == [("Herlev", "2026M05"), ("Herlev", "2026M06"), ("Ballerup", "2026M05")]
    assert asked("show", "y25i01", "--area", "Ballerup", "--last", "1")[1][0]["period"] == "2026M05"
    assert len(asked("show", "y25i01", "--area", "Herlev", "--last", "99")[1]) == 6
    assert "--last 12" in asked("show", "y25i01", "--area", "Herlev", "--last", "0")[2]


def test_an_area_without_observations_is_told_though_another_has_some(asked: Any) -> None:
    status, _, told = asked("show", "y25i01", "--area", "Herlev", "--area", "Læsø")
    assert (status, "nothing of y25i01 is held for Læsø" in told) == (2, True)


def test_ones_own_municipality_is_meant_where_none_is_named(asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    status, _, told = asked("show", "y25i01")
    assert (status, "JOBINDSATS_MUNICIPALITY" in told) == (2, True)
    monkeypatch.setenv("JOBINDSATS_MUNICIPALITY", "herlev kommune")
    assert {area for area, _ in places(asked("show", "y25i01")[1])} == {"Herlev"}
    assert {area for area, _ in places(asked("show", "y25i01", "--area", "Ballerup")[1])} == {"Ballerup"}
    assert "no table of a benefit" in asked("totals")[2]
    monkeypatch.setenv("JOBINDSATS_MUNICIPALITY", "Herlv")
    status, _, told = asked("show", "y25i01")
    assert (status, "JOBINDSATS_MUNICIPALITY" in told, "did you mean Herlev" in told) == (2, True, True)


def test_a_person_sees_each_area_under_its_name(asked: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "y25i01", "--area", "Herlev", "--area", "Ballerup", "--last", "1"]) == 0
    assert ": Herlev" in capsys.readouterr().out
    assert run(["show", "y25i01", "--area", "Herlev", "--area", "Ballerup"]) == 0
    printed = capsys.readouterr().out
    assert printed.index(": Herlev") < printed.index("2026M06") < printed.index(": Ballerup")


def test_the_last_line_for_a_person_says_that_figures_are_invented(
    asked: Any, filled: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (
        ["show", "y25i01", "--area", "Herlev"],
        ["revisions", "y25i01"],
        ["revisions", "y25i01", "--profile"],
    ):
        assert run(command) == 0
        real_and_more = capsys.readouterr().out
        with published_by(filled, REAL):
            assert run(command) == 0
        real = capsys.readouterr().out
        assert real.strip()
        assert real_and_more == f"{real}{REHEARSED}\n"
    assert "rehearsed" not in json.dumps(asked("show", "y25i01", "--area", "Herlev")[1:])
