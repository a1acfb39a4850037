"""Fourteen nights in a row, as they come: releases at odd days, a day without the publisher, a table that is late."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytest

from flows.nightly import nightly
from tasks.results import FULL_LOOK_EVERY
from tasks.runs.states import value_of
from tests.asked import require_once
from tests.conftest import Stage
from tests.scene import Scene
from tests.standin.release_calendar import Release, current_release
from tests.web_hook import web_hook
from warehouse.catalogue.model import jobindsats
from warehouse.danish.clock import DENMARK

pytestmark = pytest.mark.slow

TABLES = ["y01a02", "y07a02", "y10a02", "y12a02", "y30r21"]
FIRST = date(2023, 11, 8)
LIMITS = "area: Herlev\nthresholds:\n  - {name: Ranglisten, rank: {worse_than_rank: 15}}\n"
WITHOUT_PUBLISHER = date(2023, 11, 15)


@dataclass
class Calendar:
    """What each night should come to, by the publisher's own calendar: a second opinion on what `decide` makes of it."""

    late: dict[str, int]
    fetched_on: dict[str, date] = field(default_factory=dict)
    known: dict[str, Release | None] = field(default_factory=dict)

    def expected(self, table_id: str, *, night: date, publisher: date) -> tuple[str, bool]:
        """The outcome of a table, and whether its figures are asked for."""
        if night == WITHOUT_PUBLISHER:
            return "failed", False
        table = jobindsats().table(table_id)
        release = current_release(table, publisher - timedelta(days=self.late.get(table_id, 0)))
        assert release is not None
        news = self.known.get(table_id) != release
        due = news or night - self.fetched_on[table_id] >= FULL_LOOK_EVERY
        if due:
            self.known[table_id], self.fetched_on[table_id] = release, night
        if news:
            return "published", due
        return "source_late" if release.next_on < night else "unchanged" if due else "not_due", due


def run_night(scene: Scene, *, night: date, publisher: date) -> dict[str, str]:
    """One night at a quarter past four, whatever day it is at the publisher's; gives the outcomes."""
    scene.publisher.set_today(publisher)
    scene.patch.setenv("JOBINDSATS_NOW", datetime.combine(night, time(4, 15), DENMARK).isoformat())
    scene.publisher.set_faults({"http-503": 1.0 if night == WITHOUT_PUBLISHER else 0.0})
    return scene.outcomes(value_of(nightly, TABLES))


def test_fourteen_nights_each_end_as_they_should(stage: Stage) -> None:
    late = {"y10a02": 4}
    calendar, outcomes = Calendar(late), set[str]()
    with stage(today=FIRST.isoformat(), scale="small") as scene, web_hook() as (address, came):
        scene.patch.setenv("JOBINDSATS_NOTIFY", address)
        (scene.folder / "limits.yml").write_text(LIMITS, encoding="utf-8")
        scene.patch.setenv("JOBINDSATS_THRESHOLDS", str(scene.folder / "limits.yml"))
        scene.patch.setenv("JOBINDSATS_RETRIES", "1")
        scene.publisher.set_late(late)
        for night in (FIRST + timedelta(days=after) for after in range(14)):
            # Releases come in the middle of the day: on some days after the night, which sees them a day later.
            publisher = night - timedelta(days=night.day % 2)
            calls = len(scene.publisher.calls())
            found = run_night(scene, night=night, publisher=publisher)
            expected = {table: calendar.expected(table, night=night, publisher=publisher) for table in TABLES}
            assert found == {table: outcome for table, (outcome, _) in expected.items()}, night
            asked = [call["path"] for call in scene.publisher.calls()[calls:] if call["path"].startswith("/v3/data/")]
            fetched = {table for table, (_, due) in expected.items() if due}
            assert {path.split("/")[3].split("?")[0] for path in asked} == fetched
            require_once(asked, fetches=len(fetched))
            outcomes |= set(found.values())
        assert outcomes == {"published", "unchanged", "not_due", "source_late", "failed"}
        alerts = scene.query("select table_id, trouble from ops.alerts order by alert_id")
    assert [alert for alert in alerts if alert["trouble"] == "source_late"] == [
        {"table_id": "y10a02", "trouble": "source_late"}
    ]
    assert {alert["table_id"] for alert in alerts if alert["trouble"] == "failed"} == set(TABLES)
    assert [alert for alert in alerts if alert["trouble"] == "threshold"] == [{"table_id": "", "trouble": "threshold"}]
    assert [message["title"] for message in came] == [
        "jobindsats: en grænse er overskredet",
        "jobindsats: y10a02 needs a look",
        "jobindsats: 5 tables need a look",
    ]
    assert "Ranglisten: Herlev Kommune er nr. 17 på ministeriets rangliste" in came[0]["text"]
    assert "the release of 2023-11-13 has not come" in came[1]["text"]
