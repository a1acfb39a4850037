"""Periods: what a value is about, as the publisher writes it and as the calendar reads it.

A period is typed. `QMAT` is four quarters ending in the quarter its suffix names (`2023QMAT02` is July 2022 to
June 2023; the suffix is a quarter, never a month), `MYTD` runs from January to the month it names. Periods of
different kinds are never compared: the order of `2023M02` and `2023Q1` has no meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class PeriodError(ValueError):
    """A text is not a period, or two periods of different kinds were put in order."""


class PeriodKind(StrEnum):
    """The publisher's period types."""

    MONTH = "M"
    QUARTER = "Q"
    YEAR = "Y"
    ROLLING_YEAR = "QMAT"
    YEAR_TO_DATE = "MYTD"

    @property
    def per_year(self) -> int:
        """How many periods of this kind end in one year."""
        return _PER_YEAR[self]

    @property
    def ordinal(self) -> int:
        """The digit this kind has in `Period.key`."""
        return list(PeriodKind).index(self) + 1


_PER_YEAR = {
    PeriodKind.MONTH: 12,
    PeriodKind.QUARTER: 4,
    PeriodKind.YEAR: 1,
    PeriodKind.ROLLING_YEAR: 4,
    PeriodKind.YEAR_TO_DATE: 12,
}
_WRITTEN = re.compile(r"(\d{4})(QMAT|MYTD|M|Q|Y)(\d{1,2})", re.ASCII)


@dataclass(frozen=True)
class Period:
    """One period of one kind; ordered within its kind."""

    kind: PeriodKind
    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read a period id as the publisher writes it.

        >>> Period.parse("2023QMAT02").first_day.isoformat()
        '2022-07-01'

        Raises PeriodError for anything else.
        """
        found = _WRITTEN.fullmatch(text.strip().upper())
        if found is None:
            raise PeriodError(f"'{text}' is not a period: write 2026M07, 2026Q01, 2025Y01, 2023QMAT02 or 2026MYTD07")
        period = cls(PeriodKind(found[2]), int(found[1]), int(found[3]))
        if not 1900 <= period.year <= 2100 or not 1 <= period.number <= period.kind.per_year:
            raise PeriodError(f"'{text}' is not a period: a {found[2]} ends in 01 to {period.kind.per_year:02d}")
        return period

    @classmethod
    def containing(cls, day: date, *, kind: PeriodKind = PeriodKind.MONTH) -> Period:
        """The period of `kind` whose last month, quarter or year holds `day`."""
        months = 12 // kind.per_year
        return cls(kind, day.year, (day.month - 1) // months + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}{self.kind}{self.number:02d}"

    def __lt__(self, other: Period) -> bool:
        return self._position(beside=other) < other._position(beside=self)

    def __le__(self, other: Period) -> bool:
        return self._position(beside=other) <= other._position(beside=self)

    def _position(self, *, beside: Period) -> int:
        if self.kind is not beside.kind:
            raise PeriodError(f"{self} and {beside} are periods of different kinds and have no order")
        return self.year * self.kind.per_year + self.number - 1

    @property
    def key(self) -> int:
        """The number the warehouse stores: kind, year, number (`2026M07` is 1202607)."""
        return self.kind.ordinal * 1_000_000 + self.year * 100 + self.number

    @classmethod
    def from_key(cls, key: int) -> Period:
        """The period of a number the warehouse stores."""
        kind, rest = divmod(key, 1_000_000)
        return cls(list(PeriodKind)[kind - 1], rest // 100, rest % 100)

    @property
    def last_day(self) -> date:
        """The last day the value is about."""
        month = self.number * (12 // self.kind.per_year)
        following = date(self.year + month // 12, month % 12 + 1, 1)
        return following - timedelta(days=1)

    @property
    def first_day(self) -> date:
        """The first day the value is about."""
        if self.kind is PeriodKind.YEAR_TO_DATE:
            return date(self.year, 1, 1)
        if self.kind is PeriodKind.ROLLING_YEAR:
            return self.shifted(-3)._last_quarter_begins
        return date(self.year, (self.number - 1) * (12 // self.kind.per_year) + 1, 1)

    @property
    def ends_in(self) -> Period:
        """The month, quarter or year that its number counts: a rolling year ends in a quarter, a year to date in a month."""
        ending = {PeriodKind.ROLLING_YEAR: PeriodKind.QUARTER, PeriodKind.YEAR_TO_DATE: PeriodKind.MONTH}
        return Period(ending.get(self.kind, self.kind), self.year, self.number)

    @property
    def _last_quarter_begins(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    def shifted(self, steps: int) -> Period:
        """The period `steps` later of the same kind; earlier where `steps` is negative."""
        year, number = divmod(self.year * self.kind.per_year + self.number - 1 + steps, self.kind.per_year)
        return Period(self.kind, year, number + 1)

    @property
    def previous(self) -> Period:
        """The predecessor of the same kind."""
        return self.shifted(-1)

    @property
    def year_earlier(self) -> Period:
        """The same period one year before."""
        return self.shifted(-self.kind.per_year)


def spanning(first: Period, last: Period) -> list[Period]:
    """Every period from `first` to `last`, both included; empty where `last` comes first."""
    return [first.shifted(step) for step in range(last._position(beside=first) - first._position(beside=last) + 1)]


@dataclass(frozen=True)
class Span:
    """A stretch of time from one period to another, which may be of other kinds than those it is asked about."""

    first: Period
    last: Period

    @classmethod
    def parse(cls, first: str, last: str) -> Span:
        """Read both ends, each a period of any kind or a bare year; raises PeriodError, also where it ends before it begins.

        >>> Span.parse("2019", "2020Q1").covers(Period.parse("2020M03"))
        True
        """
        span = cls(_bound(first), _bound(last))
        if span.last.last_day < span.first.ends_in.first_day:
            raise PeriodError(f"{first} comes after {last}: name the earlier period first")
        return span

    def covers(self, period: Period) -> bool:
        """Whether a period lies from the one of its kind that the span begins in to the one it ends in."""
        first, last = self.ends(period.kind)
        return first <= period <= last

    def ends(self, kind: PeriodKind) -> tuple[Period, Period]:
        """The first and the last period of a kind that it covers."""
        first = self.first if self.first.kind is kind else Period.containing(self.first.ends_in.first_day, kind=kind)
        last = self.last if self.last.kind is kind else Period.containing(self.last.last_day, kind=kind)
        return first, last


def _bound(written: str) -> Period:
    text = written.strip()
    return Period.parse(f"{text}Y01" if re.fullmatch(r"\d{4}", text, re.ASCII) else text)
