"""The two real editions of y25i01, through the real flow: what came new, what was revised, and what was known when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Stage
from tests.scene import Scene


@pytest.fixture(scope="module")
def two_editions(stage: Stage, real: Path) -> Iterator[Scene]:
    """Both editions published, on the days they came."""
    with stage(today="2026-08-01", dataset=real) as scene:
        for day, counts in (("2026-08-01", [35_046, 0, 0, 0]), ("2026-08-20", [594, 1_525, 0, 33_521])):
            report = scene.night(day, tables=["y25i01"])
            assert report.outcome == "completed"
            assert [report.tables[0][name] for name in ("new", "revised", "withdrawn", "unchanged")] == counts
        yield scene


def test_what_was_published_and_what_was_known_when(two_editions: Scene) -> None:
    asked = (
        "show",
        "y25i01",
        "--area",
        "Herlev",
        "--period",
        "2026M06",
        "--where",
        "Ydelsesgrupper=Ydelsesgrupper i alt",
        "--measure",
        "unemployed_full_time_persons",
    )
    assert [row["value"] for row in two_editions.answer(*asked)] == [491]
    assert [row["value"] for row in two_editions.answer(*asked, "--as-of", "2026-08-10")] == [477]
    assert "was first seen" in two_editions.why_nothing(*asked, "--as-of", "2026-07-31")
    country = ("show", "y25i01", "--area", "Hele landet", *asked[4:])
    assert [row["value"] for row in two_editions.answer(*country)] == [89_907]
    assert [row["value"] for row in two_editions.answer(*country, "--as-of", "2026-08-10")] == [88_080]


def test_hidden_counts_are_hidden_and_never_zero(two_editions: Scene) -> None:
    hidden = two_editions.query(
        "select m.unit, count(*) as cells, count(o.value) as with_value from core.observations o "
        "join core.series s using (series_id) join core.measures m using (measure_id) "
        "where o.status = 'suppressed' and o.vintage_id = 1 group by m.unit order by m.unit"
    )
    assert hidden == [
        {"unit": "full_time_persons", "cells": 55, "with_value": 0},
        {"unit": "pct", "cells": 2, "with_value": 0},
    ]


def test_revisions_are_shown_to_people_and_in_the_mart(two_editions: Scene) -> None:
    shown = two_editions.answer("revisions", "y25i01", "--area", "Herlev")
    june = [
        row
        for row in shown
        if row["period"] == "2026M06" and row["members"] == {"Ydelsesgrupper": "Ydelsesgrupper i alt"}
    ]
    assert [(row["before"], row["after"], row["change"]) for row in june] == [(477, 491, 14)]
    assert two_editions.query("select count(*) as rows from marts.revisions")[0]["rows"] == 1_525
    largest = two_editions.query(
        "select largest_revision, a.name from core.vintages v "
        "join core.series s on s.series_id = v.largest_revision_series_id join core.areas a using (area_id)"
    )
    assert largest == [{"largest_revision": 1_827.0, "name": "Hele landet"}]


def test_of_two_editions_the_profile_says_what_was_revised_and_nothing_more(two_editions: Scene) -> None:
    found = two_editions.answer("revisions", "y25i01", "--profile")
    assert (found["status"], found["releases"], found["needed"]) == ("too few releases", 0, 12)
    assert found["profile"] == []
    assert found["revised"] == two_editions.answer("revisions", "y25i01")
    assert len(found["revised"]) == 1_525
    assert two_editions.query("select count(*) as rows from marts.revision_profile") == [{"rows": 0}]
    settled = two_editions.answer("settled", "y25i01", "--area", "Herlev")
    assert {(row["period"], row["status"], row["settled_value"]) for row in settled} == {
        ("2026M07", "too few releases", None)
    }


def test_status_counts_what_stands(two_editions: Scene) -> None:
    status = {row["table"]: row for row in two_editions.answer("status")}
    assert status["y25i01"]["observations"] == 35_640
    assert status["y25i01"]["vintages"] == 2
    assert status["y25i01"]["newest_period"] == "2026M07"
    assert status["y25i01"]["fresh"] is True
    assert status["y60a02"]["fresh"] is False


def test_later_nights_ask_one_cheap_question_and_look_again_after_a_week(two_editions: Scene) -> None:
    before = len(two_editions.publisher.calls())
    report = two_editions.night("2026-08-20", tables=["y25i01"])
    assert report.tables[0]["outcome"] == "not_due"
    assert [call["path"] for call in two_editions.publisher.calls()[before:]] == ["/v3/tables?format=json"]
    report = two_editions.night("2026-08-28", tables=["y25i01"])
    assert (report.tables[0]["outcome"], report.tables[0]["unchanged"]) == ("unchanged", 35_640)
    assert two_editions.query("select count(*) as vintages from core.vintages")[0]["vintages"] == 2


def test_the_archive_alone_gives_the_same_warehouse_again(two_editions: Scene) -> None:
    before = two_editions.publisher.calls()
    report = two_editions.answer("replay", "--verify")
    assert (report["vintages"], report["observations"], report["equal"]) == (2, 37_165, True)
    assert two_editions.publisher.calls() == before


@pytest.mark.slow
def test_the_other_real_tables_are_published_whole(stage: Stage, real: Path) -> None:
    cells = {"y60a02": 23_760, "y60c02": 1_188, "y60c07": 11_880, "y60j01": 11_880}
    with stage(today="2026-08-25", dataset=real) as scene:
        report = scene.night(tables=list(cells))
    assert {table["table"]: (table["outcome"], table["new"]) for table in report.tables} == {
        table: ("published", count) for table, count in cells.items()
    }
