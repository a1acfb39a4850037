"""What tonight means for one table: fetched is what is new, and everything else says why not."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from tasks.archive.store import Archive
from tasks.results import ASKED_AGAIN, LastFetch, Listing
from tasks.sources.access import Access
from tasks.sources.jobindsats.fetch import decide, due
from tests.scripted import scripted, send
from warehouse.catalogue.model import jobindsats
from warehouse.danish.clock import Clock
from warehouse.formulas.release_calendar import Calendar
from warehouse.settings import Settings

TODAY = date(2026, 8, 20)

TABLE = jobindsats().table("y25i01")

RETIRED = jobindsats().table("y36a02")

LISTING = Listing("y25i01", date(2026, 8, 19), date(2026, 9, 22), {"M": "2026M07", "Y": "2025Y01"})

LOOKED = LastFetch(date(2026, 8, 19), "2026M07", datetime(2026, 8, 19, 4, tzinfo=UTC))


def test_a_table_never_fetched_is_due() -> None:
    decision = decide(TABLE, listing=LISTING, last=None, today=TODAY)
    assert (decision.fetch, decision.reason, decision.late) == (True, "never fetched before", False)
    assert decision.listing == LISTING


def test_another_update_date_is_news_even_an_earlier_one() -> None:
    for day in (date(2026, 8, 18), date(2026, 8, 20)):
        listing = Listing("y25i01", day, LISTING.next_release_on, LISTING.newest_periods)
        decision = decide(TABLE, listing=listing, last=LOOKED, today=TODAY)
        assert decision.fetch
        assert str(day) in decision.reason


def test_a_newer_period_is_news_without_a_new_date() -> None:
    listing = Listing("y25i01", LISTING.updated_on, LISTING.next_release_on, {"M": "2026M08"})
    decision = decide(TABLE, listing=listing, last=LOOKED, today=TODAY)
    assert decision.fetch
    assert "2026M08" in decision.reason


def test_a_newer_period_of_another_kind_is_no_news() -> None:
    listing = Listing("y25i01", LISTING.updated_on, LISTING.next_release_on, {"M": "2026M07", "Y": "2026Y01"})
    decision = decide(TABLE, listing=listing, last=LOOKED, today=TODAY)
    assert not decision.fetch
    assert decision.newest_period == "2026M07"


def test_where_nothing_is_new_the_table_waits_for_its_calendar() -> None:
    decision = decide(TABLE, listing=LISTING, last=LOOKED, today=TODAY)
    assert (decision.outcome, decision.fetch, decision.late) == ("not_due", False, False)
    assert "2026-08-19" in decision.reason
    assert "2026-09-22" in decision.reason


def test_a_table_without_a_calendar_says_only_what_it_knows() -> None:
    listing = Listing("y25i01", LISTING.updated_on, None, LISTING.newest_periods)
    decision = decide(TABLE, listing=listing, last=LOOKED, today=TODAY)
    assert decision.outcome == "not_due"
    assert "None" not in decision.reason


@pytest.mark.parametrize(
    ("today", "due"), [(date(2026, 8, 25), False), (date(2026, 8, 26), True), (date(2026, 9, 1), True)]
)
def test_a_week_since_the_last_full_look_is_reason_enough(today: date, due: bool) -> None:
    assert decide(TABLE, listing=LISTING, last=LOOKED, today=today).fetch is due


def test_a_release_that_has_not_come_is_late_from_the_day_after() -> None:
    looked = LastFetch(LOOKED.updated_on, LOOKED.newest_period, datetime(2026, 9, 21, 4, tzinfo=UTC))
    on_the_day = decide(TABLE, listing=LISTING, last=looked, today=date(2026, 9, 22))
    day_after = decide(TABLE, listing=LISTING, last=looked, today=date(2026, 9, 23))
    assert (on_the_day.outcome, on_the_day.late) == ("not_due", False)
    assert (day_after.outcome, day_after.late, day_after.fetch) == ("source_late", True, False)
    assert "2026-09-22" in day_after.reason


def test_a_late_table_is_fetched_all_the_same_when_its_week_is_over() -> None:
    decision = decide(TABLE, listing=LISTING, last=LOOKED, today=date(2026, 9, 23))
    assert (decision.fetch, decision.late) == (True, True)


LEARNT = Calendar(releases=13, days=19, least_days=18, most_days=23)
"""Of August, the next month, that is 19 September, from the 18th to the 23rd."""


def test_the_calendar_of_its_own_releases_goes_before_the_publishers() -> None:
    looked = LastFetch(LOOKED.updated_on, LOOKED.newest_period, datetime(2026, 9, 22, 4, tzinfo=UTC))
    in_time, late = (
        decide(TABLE, listing=LISTING, last=looked, today=date(2026, 9, day), learnt=LEARNT) for day in (23, 24)
    )
    assert (in_time.outcome, late.outcome, late.late) == ("not_due", "source_late", True)
    assert "expected on 2026-09-19 (2026-09-18 to 2026-09-23) by its last 13 releases" in in_time.reason
    assert "was expected on 2026-09-19 (2026-09-18 to 2026-09-23) by its last 13 releases" in late.reason
    assert "the publisher announced 2026-09-22" in late.reason


def test_a_retired_table_that_is_still_listed_is_never_late_by_its_own_releases() -> None:
    listing = Listing("y36a02", date(2025, 6, 26), None, {"M": "2025M05"})
    looked = LastFetch(listing.updated_on, "2025M05", datetime(2025, 8, 21, 4, tzinfo=UTC))
    assert decide(RETIRED, listing=listing, last=looked, today=date(2025, 8, 22), learnt=LEARNT).outcome == "not_due"


@pytest.mark.parametrize("newest", [{}, {"M": "august"}])
def test_a_newest_period_that_cannot_be_read_leaves_the_publishers_calendar(newest: dict[str, str]) -> None:
    listing = Listing("y25i01", LISTING.updated_on, LISTING.next_release_on, newest)
    looked = LastFetch(LISTING.updated_on, newest.get("M"), datetime(2026, 9, 22, 4, tzinfo=UTC))
    late = decide(TABLE, listing=listing, last=looked, today=date(2026, 9, 23), learnt=LEARNT)
    assert (late.outcome, "by the publisher's calendar" in late.reason) == ("source_late", True)


def test_what_is_asked_for_again_is_due_though_nothing_is_new() -> None:
    again = decide(TABLE, listing=LISTING, last=LOOKED, today=TODAY, again=True)
    assert (again.fetch, again.reason, again.newest_period) == (True, ASKED_AGAIN, "2026M07")
    late = decide(TABLE, listing=LISTING, last=LOOKED, today=date(2026, 9, 23), again=True)
    assert (late.fetch, late.late) == (True, True)


@pytest.mark.parametrize("last", [None, LOOKED])
def test_what_is_not_listed_cannot_be_asked_for_again(last: LastFetch | None) -> None:
    for table in (TABLE, RETIRED):
        assert decide(table, listing=None, last=last, today=TODAY, again=True) == decide(
            table, listing=None, last=last, today=TODAY
        )


def test_a_retired_table_that_is_gone_is_not_due_and_names_its_successor() -> None:
    for last in (None, LOOKED):
        decision = decide(RETIRED, listing=None, last=last, today=TODAY)
        assert decision.outcome == "not_due"
        assert "2025-07-01" in decision.reason
        assert "y60a02" in decision.reason


def test_a_retired_table_is_fetched_as_long_as_it_is_listed() -> None:
    listing = Listing("y36a02", date(2025, 6, 26), date(2025, 7, 28), {"M": "2025M05"})
    assert decide(RETIRED, listing=listing, last=None, today=date(2025, 7, 2)).fetch


def test_a_table_gone_before_its_retirement_has_failed() -> None:
    decision = decide(RETIRED, listing=None, last=LOOKED, today=date(2025, 6, 30))
    assert decision.outcome == "failed"


def test_a_table_not_yet_listed_is_not_due() -> None:
    decision = decide(jobindsats().table("y60a02"), listing=None, last=None, today=date(2025, 6, 1))
    assert (decision.outcome, decision.reason) == ("not_due", "the publisher does not list it yet")


def test_a_table_that_should_be_listed_and_was_never_loaded_is_told_apart() -> None:
    decision = decide(TABLE, listing=None, last=None, today=TODAY, remark=" (one line cannot be read)")
    assert decision.outcome == "not_due"
    said = "declared, not retired, and the publisher does not list it (one line cannot be read): "
    assert decision.reason.startswith(said)
    assert "web site" in decision.reason


def test_a_table_that_vanished_has_failed_and_says_what_to_do() -> None:
    decision = decide(TABLE, listing=None, last=LOOKED, today=TODAY)
    assert decision.outcome == "failed"
    assert "y25i01" in decision.reason
    assert f"jobindsats catalogue accept {TABLE.id}" in decision.reason
    assert not decision.fetch


def listing_of(table_id: str, updated_on: str) -> dict[str, str]:
    return {"table_id": table_id, "update_latest": updated_on}


def test_an_odd_line_of_one_table_costs_no_other_and_is_told(archive: Archive, tmp_path: Path) -> None:
    lines = [listing_of("y25i01", "2026-08-19"), listing_of("y01a02", "i august"), listing_of("y10a02", "2099-01-01")]
    body = json.dumps([{"table_groups": [{"tables": [*lines, listing_of("zz", "ikke endnu")]}]}]).encode()
    with scripted(lambda to, call: send(to, body=body)) as server:
        settings = Settings(api_url=server.url, api_token=SecretStr("t"), data_dir=tmp_path)
        access = Access(settings, clock=Clock(LOOKED.seen_at), archive=archive, run_id=1)
        found = due(access, wanted=frozenset({"y25i01", "y01a02", "y10a02"}))
    said = {each.table_id: str(each.stoppage or each.reason) for each in found}
    assert said["y25i01"] == "never fetched before"
    assert "y01a02: its line in /tables cannot be read: update_latest is 'i august', which is no date" in said["y01a02"]
    assert "y10a02 is said to have been updated on 2099-01-01, and today is 2026-08-19" in said["y10a02"]
