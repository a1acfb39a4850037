"""Each fault of the publisher on a night after a good one: it is named, and what was published stands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Stage
from tests.scene import Scene

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def good_night(stage: Stage) -> Iterator[Scene]:
    """A night on which all was well."""
    with stage(today="2023-11-05", scale="small") as scene:
        assert scene.night(tables=["y25i01"]).outcome == "completed"
        yield scene


@pytest.mark.parametrize(
    ("fault", "outcome", "culprit"),
    [
        ("units-times-100", "quarantined", "within_bounds"),
        ("missing-municipalities", "quarantined", "every_municipality_reports"),
        ("null-storm", "quarantined", "country_totals_are_shown"),
        ("half-the-rows", "quarantined", "was asked for and did not come"),
        ("renamed-label", "quarantined", "is not declared"),
        ("wrong-columns", "quarantined", "column"),
        ("html-200", "failed", "web page"),
        ("truncated", "failed", "broke off"),
        ("http-404", "failed", "status 404"),
        ("http-403", "failed", "refuses the token"),
        ("http-503", "failed", "answers with status 503 (Service Unavailable); it was asked"),
        ("redirect", "failed", "points to another address"),
    ],
)
def test_a_fault_after_a_good_night_leaves_what_was_published(
    good_night: Scene, fault: str, outcome: str, culprit: str
) -> None:
    before, vintages = good_night.content(), good_night.query("select count(*) as n from core.vintages")
    good_night.patch.setenv("JOBINDSATS_RETRIES", "1")
    good_night.publisher.clear_faults()
    good_night.publisher.set_faults({fault: 1.0})
    report = good_night.night("2023-12-05", tables=["y25i01"])
    assert report.tables[0]["outcome"] == outcome, report.tables[0]["message"]
    assert culprit in report.tables[0]["message"]
    assert good_night.content() == before
    assert good_night.query("select count(*) as n from core.vintages") == vintages
