"""Learn from a table's own releases when its next one is likely to come.

A release is what `development.releases` calls one; a test holds the two together. Plain Python: what shows the calendar
loads no frames. docs/revisions.md has each formula with its source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from itertools import pairwise
from math import ceil, floor
from statistics import median_low, quantiles
from typing import NamedTuple

from warehouse.periods import Period, PeriodError

FEWEST_RELEASES = 12
"""Of fewer releases nothing is said."""
NEWEST_RELEASES = 24
"""How many releases are learnt from, so that a habit that has changed is forgotten: two years of a monthly table."""
FENCE = 1.5
"""How many times the distance between the quartiles lies from them to the fences."""


class Seen(NamedTuple):
    """One vintage of a table: its newest period, the day it came (the publisher's, or else ours), and whether by a backfill."""

    newest: Period
    came_on: date
    backfilled: bool = False


class Expected(NamedTuple):
    """A release to come: its period, its usual day, the first and last that are usual, and by how many releases."""

    period: Period
    on: date
    earliest: date
    latest: date
    releases: int


class Calendar(NamedTuple):
    """Days from the end of a release's newest period to the release: usual, least, most; and of how many releases."""

    releases: int
    days: int
    least_days: int
    most_days: int

    def after(self, newest: Period) -> Expected:
        """The release that is to follow the one whose newest period is named."""
        period = newest.shifted(1)
        usual, least, most = (
            period.last_day + timedelta(days=each) for each in (self.days, self.least_days, self.most_days)
        )
        return Expected(period, usual, least, most, self.releases)


class Awaited(NamedTuple):
    """The next release of a table: its day, the first and last that are usual, and by how many releases; late after the last.

    By none: as the publisher announced it.
    """

    on: date
    earliest: date
    latest: date
    releases: int = 0

    @property
    def rests_on(self) -> str:
        """What says so: the table's own releases, or the publisher's calendar."""
        return f"its last {self.releases} releases" if self.releases else PUBLISHER

    @property
    def in_words(self) -> str:
        """The days and what they rest on."""
        days = f"{self.on}" if self.earliest == self.latest else f"{self.on} ({self.earliest} to {self.latest})"
        return f"{days} by {self.rests_on}"


PUBLISHER = "the publisher's calendar"
"""What a day rests on that the publisher has announced."""


def calendar(vintages: Iterable[Seen]) -> Calendar | None:
    """When the releases of a table have come, from its vintages in the order of time; None where fewer than twelve were seen.

    The usual day is the median; usual are the days between the fences, which lie one and a half times the distance of the
    quartiles beyond them. Only the newest 24 releases count. None either where most releases skip a period: what comes
    twice a year comes after other times in spring than in autumn.

    Thirteen months, each on the tenth of the next, of which the first load brought the first:

    >>> january = Period.parse("2024M01")
    >>> months = [january.shifted(month) for month in range(13)]
    >>> learnt = calendar(Seen(month, month.last_day + timedelta(days=10)) for month in months)
    >>> learnt.releases, learnt.days, learnt.least_days, learnt.most_days
    (12, 10, 10, 10)
    >>> learnt.after(months[-1]).on.isoformat()
    '2025-03-10'
    """
    seen = list(releases_of(vintages))[-NEWEST_RELEASES:]
    if len(seen) < FEWEST_RELEASES or _skips(seen):
        return None
    lags = [(each.came_on - each.newest.last_day).days for each in seen]
    least, most = fences(lags)
    return Calendar(len(seen), median_low(lags), ceil(least), floor(most))


def _skips(seen: list[Seen]) -> bool:
    """Whether most releases bring other than the period after that of the release before."""
    return median_low(before.newest.shifted(1) != after.newest for before, after in pairwise(seen))


def releases_of(vintages: Iterable[Seen]) -> Iterator[Seen]:
    """The vintages that brought a newer period than was held, without the first load and backfills.

    >>> months = [Period.parse(written) for written in ("2024M01", "2024M02", "2024M02")]
    >>> [str(each.newest) for each in releases_of(Seen(month, date(2024, 4, 1)) for month in months)]
    ['2024M02']
    """
    newest, begun = None, False
    for each in vintages:
        if begun and not each.backfilled and newest is not None and newest < each.newest:
            yield each
        begun = begun or not each.backfilled
        newest = each.newest if newest is None or newest < each.newest else newest


def awaited(announced: date | None, *, learnt: Calendar | None, newest: str | None) -> Awaited | None:
    """The release after the newest period: as learnt, or by the publisher's calendar where too few releases were seen.

    A day that the publisher has announced counts also where it lies after all that are usual: that release was put off.
    None where nothing is known of it. `newest` is as the publisher writes it; what is no period says nothing.

    >>> learnt = Calendar(releases=13, days=10, least_days=9, most_days=12)
    >>> awaited(date(2026, 9, 10), learnt=learnt, newest="2026M07").in_words
    '2026-09-10 (2026-09-09 to 2026-09-12) by its last 13 releases'
    >>> awaited(date(2026, 9, 20), learnt=learnt, newest="2026M07").in_words
    "2026-09-20 by the publisher's calendar"
    >>> awaited(date(2026, 9, 10), learnt=None, newest="2026M07").in_words
    "2026-09-10 by the publisher's calendar"
    """
    period = _period(newest)
    if learnt is not None and period is not None:
        expected = learnt.after(period)
        if announced is None or announced <= expected.latest:
            return Awaited(expected.on, expected.earliest, expected.latest, expected.releases)
    return Awaited(announced, announced, announced) if announced is not None else None


def _period(written: str | None) -> Period | None:
    """A period as a publisher writes it, None where it is none."""
    with suppress(PeriodError):
        return Period.parse(written or "")
    return None


def fences(values: Iterable[float]) -> tuple[float, float]:
    """The least and the greatest that are not unusual among two values or more: Tukey's fences, of interpolated quartiles.

    >>> fences([10, 10, 11, 12, 12])
    (7.0, 15.0)
    """
    lower, _, upper = quantiles(values, n=4, method="inclusive")
    beyond = FENCE * (upper - lower)
    return lower - beyond, upper + beyond
