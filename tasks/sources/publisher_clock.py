"""Holds what a publisher says of the time against the clock of a run: what a wrong clock dates stands wrong for ever.

Each answer says when it was sent, and the list of tables when each was released. Where they cannot be of the run's day the
question is refused, and the clock keeps why, so that the sources which tell no time are refused too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from tasks.results import Listing
from tasks.stoppages import Refused
from warehouse.danish.clock import Clock, shown_time
from warehouse.settings import is_on_this_machine

AGREES_TO = timedelta(hours=1)

# The tables of benefits come every month, each with the day of its next release (jobindsats-v3, 2026-08). A year without one,
# or two months in which none came and none was announced: that is another day than the publisher's.
NEWS_AT_LEAST_EVERY = timedelta(days=366)
QUIET_AT_MOST = timedelta(days=60)


def require_same_time(headers: Mapping[str, str], *, now: Callable[[], datetime], url: str) -> None:
    """Raise Refused where an answer was sent at another time than it is by our clock.

    A rehearsal's clock is set by hand, and a stand-in on this machine says the machine's time.
    """
    sent, ours = _sent_at(headers), now()
    if sent is None or (is_on_this_machine(url) and not _is_the_machines(now)):
        return
    wrong = abs(sent - ours) > AGREES_TO
    said = f"{_host(url)} answered at {shown_time(sent)} by its clock, and by ours it is {shown_time(ours)}"
    _settle(said if wrong else None, now=now)


def require_same_day(listings: Collection[Listing], *, today: date, now: Callable[[], datetime], url: str) -> None:
    """Raise Refused where the days of a list of tables cannot be those of today.

    A stand-in lives on a day of its own, which only a rehearsal's clock is set to.
    """
    if is_on_this_machine(url) and not _is_rehearsed(now):
        return
    released = sorted(each.updated_on for each in listings if each.updated_on is not None)
    announced = sorted(each.next_release_on for each in listings if each.next_release_on is not None)
    # One table whose day is written wrong says nothing of the clock.
    newest = max((day for day in released if day <= today), default=None)
    said = None
    if released and _middle(released) > today + timedelta(days=1):
        said = f"most tables of {_host(url)} were released after today, the newest on {released[-1]}"
    elif newest and newest < today - NEWS_AT_LEAST_EVERY:
        said = f"the newest release that {_host(url)} lists is of {newest}"
    elif newest and newest < today - QUIET_AT_MOST and announced and _middle(announced) < today - QUIET_AT_MOST:
        said = (
            f"the newest release that {_host(url)} lists is of {newest}, most that it announces are past by two months"
        )
    if said:
        _settle(f"{said}, and by our clock it is {today}", now=now)


def require_no_doubt(now: Callable[[], datetime]) -> None:
    """Raise Refused where a publisher has contradicted the clock earlier in the run."""
    if isinstance(now, Clock) and now.doubt:
        raise Refused(now.doubt, rule="ClockDiffers")


def _settle(said: str | None, *, now: Callable[[], datetime]) -> None:
    advice = "Nothing was published: correct the machine's clock, or remove JOBINDSATS_NOW, and run again"
    doubt = said and f"{said}. {advice}"
    if isinstance(now, Clock):
        now.doubt = doubt
    if doubt:
        raise Refused(doubt, rule="ClockDiffers")


def _middle(days: Sequence[date]) -> date:
    return days[(len(days) - 1) // 2]


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _is_the_machines(now: Callable[[], datetime]) -> bool:
    return isinstance(now, Clock) and now.starts_at is None


def _is_rehearsed(now: Callable[[], datetime]) -> bool:
    return isinstance(now, Clock) and now.starts_at is not None


def _sent_at(headers: Mapping[str, str]) -> datetime | None:
    """When an answer was sent; one that a cache had kept says for how long. None where it does not say."""
    with suppress(TypeError, ValueError, OverflowError):
        said = parsedate_to_datetime(headers.get("Date", ""))
        kept = timedelta(seconds=max(0, int(headers.get("Age") or 0)))
        return (said if said.tzinfo else said.replace(tzinfo=UTC)) + kept
    return None
