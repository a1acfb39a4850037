"""What a publisher says of the time is held against the clock: a clock that cannot be right is refused, no other is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.results import Listing
from tasks.sources.http import HttpClient
from tasks.sources.publisher_clock import require_no_doubt, require_same_day, require_same_time
from tasks.stoppages import Refused
from tests.scripted import scripted, send
from warehouse.danish.clock import Clock

REAL, STAND_IN = "https://api.jobindsats.dk/v3", "http://127.0.0.1:8765/v3"
NOW = datetime(2026, 8, 25, 9, 30, tzinfo=UTC)
TODAY = NOW.date()


class Machine(Clock):
    """The clock of a machine that stands at a moment."""

    def __init__(self, stands_at: datetime) -> None:
        super().__init__()
        self.stands_at = stands_at

    def __call__(self) -> datetime:
        return self.stands_at


def sent(moment: datetime, **others: str) -> dict[str, str]:
    return {"Date": format_datetime(moment, usegmt=True), **others}


@given(st.timedeltas(min_value=timedelta(days=-9000), max_value=timedelta(days=9000)))
def test_a_clock_that_is_wrong_by_more_than_an_hour_is_refused(wrong: timedelta) -> None:
    clock = Machine(NOW + wrong)
    if abs(wrong) <= timedelta(minutes=59):
        require_same_time(sent(NOW), now=clock, url=REAL)
        require_no_doubt(clock)
    elif abs(wrong) > timedelta(minutes=61):
        with pytest.raises(Refused, match=r"api\.jobindsats\.dk answered at 2026-08-25 11:30 by its clock") as refused:
            require_same_time(sent(NOW), now=clock, url=REAL)
        assert refused.value.rule == "ClockDiffers"
        with pytest.raises(Refused, match="correct the machine's clock"):
            require_no_doubt(clock)


def test_an_answer_that_a_cache_had_kept_was_sent_earlier() -> None:
    require_same_time(sent(NOW - timedelta(hours=5), Age="18000"), now=Machine(NOW), url=REAL)


@pytest.mark.parametrize(
    "said", ["", "now", "Tue", "0", "Tue, 99 Aug 2026 09:30:00 GMT", "Tue, 25 Aug 99999 09:30:00 GMT"]
)
def test_an_answer_that_tells_no_time_is_no_reason(said: str) -> None:
    require_same_time({"Date": said}, now=Machine(NOW), url=REAL)
    require_same_time({}, now=Machine(NOW), url=REAL)


def test_a_rehearsals_clock_is_not_the_machines_unless_the_publisher_is_real() -> None:
    rehearsed = Clock(NOW)
    require_same_time(sent(datetime(2031, 1, 1, tzinfo=UTC)), now=rehearsed, url=STAND_IN)
    with pytest.raises(Refused, match="remove JOBINDSATS_NOW"):
        require_same_time(sent(datetime(2031, 1, 1, tzinfo=UTC)), now=rehearsed, url=REAL)


@pytest.mark.parametrize("years", [-10, 10])
def test_every_question_over_http_is_held_against_the_clock(years: int) -> None:
    clock = Machine(datetime.now(UTC) + timedelta(days=365 * years))
    with (
        scripted(lambda to, call: send(to, body=b"[]")) as server,
        HttpClient(server.url, setting="JOBINDSATS_API_URL", accept="application/json", now=clock) as client,
        pytest.raises(Refused, match="by its clock, and by ours it is"),
    ):
        client.get("/tables")


def listed(*days: tuple[int, int | None]) -> list[Listing]:
    """Tables that were released so many days ago and will be in so many."""
    return [
        Listing(f"t{at}", TODAY - timedelta(days=ago), None if ahead is None else TODAY + timedelta(days=ahead))
        for at, (ago, ahead) in enumerate(days)
    ]


WELL = {
    "a day of release": listed((0, 30), (7, 23), (400, None)),
    "one table dated in the year 2099": listed((-26_000, 30), (7, 23), (8, 22)),
    "summer": listed((45, -14), (45, -14), (50, -14)),
    "nothing listed": [],
    "no dates": [Listing("t")],
    "a list that announces nothing": listed((200, None)),
}
WRONG = {
    "ten years ahead": (listed((3650, -3620), (-20_000, None)), "the newest release that .* lists is of 2016"),
    "ten years behind": (listed((-3650, 3680), (-3651, 3680)), "most tables of .* were released after today"),
    "half a year ahead": (listed((180, -150), (190, -160)), "most that it announces are past by two months"),
}


@pytest.mark.parametrize("name", WELL)
def test_days_that_can_be_todays_are_no_reason(name: str) -> None:
    require_same_day(WELL[name], today=TODAY, now=Machine(NOW), url=REAL)


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("clock", [lambda: Machine(NOW), lambda: Clock(NOW)], ids=["the machine's", "a rehearsal's"])
def test_days_that_cannot_be_todays_are_refused(name: str, clock: Callable[[], Clock]) -> None:
    listings, why = WRONG[name]
    now = clock()
    with pytest.raises(Refused, match=rf"{why}.*by our clock it is 2026-08-25"):
        require_same_day(listings, today=TODAY, now=now, url=REAL)
    assert now.doubt


def test_a_stand_in_lives_on_a_day_of_its_own() -> None:
    require_same_day(WRONG["ten years ahead"][0], today=date(2026, 8, 25), now=Machine(NOW), url=STAND_IN)
