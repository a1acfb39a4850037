"""When the synthetic publisher releases what: per table, not all together, and never with an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tests.standin import noise
from warehouse.catalogue.model import Table
from warehouse.periods import Period, PeriodKind

# Seen in August 2026: y25i01, y25i03, y25i09 and y01a02 came on the same day, and their figures agree.
_UNEMPLOYMENT = frozenset({"y25i01", "y25i03", "y25i09", "y01a02"})
_UNEMPLOYMENT_DAY = 18
_HALF_YEAR_DAYS = {2: (10, 27), 4: (3, 27)}  # the ministry's lists: late October and late March


@dataclass(frozen=True)
class Release:
    """One release: the newest period it brings and the day it came."""

    newest: Period
    published_on: date
    next_on: date


def _weekday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _day_of_month(table_id: str, period: Period) -> int:
    """A day from 6 to 24; stock tables and unemployment never before the 10th."""
    jitter = int(noise.chance("jitter", table_id, str(period)) * 3)
    if table_id in _UNEMPLOYMENT:
        return _UNEMPLOYMENT_DAY + int(noise.chance("jitter", str(period)) * 3)
    first = 10 if table_id.endswith("a02") else 6
    return first + int(noise.chance("release day", table_id) * (22 - first)) + jitter


def published_on(table_id: str, period: Period) -> date:
    """The day on which `period` first appears."""
    if period.kind is PeriodKind.ROLLING_YEAR:
        number, day = _HALF_YEAR_DAYS.get(period.number, (6, 27))
        return date(period.year + (period.number == 4), number, day)
    months_later = {PeriodKind.QUARTER: 2, PeriodKind.YEAR: 11}.get(period.kind, 1)
    month = Period.containing(period.last_day).shifted(months_later)
    return _weekday(date(month.year, month.number, _day_of_month(table_id, period)))


def _step(table: Table) -> int:
    return 2 if table.period is PeriodKind.ROLLING_YEAR else 1


def _newest(table: Table, day: date) -> Period:
    period = Period.containing(day, kind=table.period)
    if table.period is PeriodKind.ROLLING_YEAR and period.number % 2:
        period = period.shifted(1)
    while published_on(table.id, period) > day:
        period = period.shifted(-_step(table))
    return period


def current_release(table: Table, day: date) -> Release | None:
    """The release that stands on `day`, or None while the table is not listed."""
    if not table.expected_on(day):
        return None
    newest = _newest(table, day)
    came = max(published_on(table.id, newest), table.first_listed or date.min)
    return Release(newest, came, published_on(table.id, newest.shifted(_step(table))))
