"""Reads times and periods as people write them when they ask: 2023-11-05 04:15, oktober 2023, 2023-10, 3. kvartal 2023.

What is less than exact means all of it: a day until its end, a minute until its last second. So a time that was shown,
which leaves out the seconds, gives what was known when it was shown.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from warehouse.danish.clock import DENMARK
from warehouse.danish.writing import MONTHS
from warehouse.errors import QuestionError
from warehouse.formats.days import day_of, time_of
from warehouse.periods import Period, PeriodError, PeriodKind, Span

_MICROSECOND = timedelta(microseconds=1)
_CLOCK = re.compile(r"[T ]\d\d(?P<minutes>:?\d\d(?P<seconds>:?\d\d(?P<parts>[.,]\d+)?)?)?", re.ASCII)


def moment(written: str) -> datetime:
    """The last instant of the day, minute or second that a person wrote, in Denmark; raises QuestionError."""
    return _instants(written)[1]


def moment_from(written: str) -> datetime:
    """The first instant of the day, minute or second that a person wrote, in Denmark; raises QuestionError."""
    return _instants(written)[0]


def _instants(written: str) -> tuple[datetime, datetime]:
    try:
        if day := day_of(written):
            midnight = datetime.combine(day, time.min, DENMARK)
            return midnight, midnight + timedelta(days=1) - _MICROSECOND
        instant = time_of(written)
    except (ValueError, OverflowError) as error:
        raise QuestionError(
            f"'{written[:60]}' is no date or time: write 2026-08-10, 2026-08-10T09:30 or 2026-08-10T09:30+02:00"
        ) from error
    # An hour that comes twice, in October, means both where it is written without its zone.
    zoned = [instant] if instant.tzinfo else [instant.replace(tzinfo=DENMARK, fold=fold) for fold in (0, 1)]
    return min(zoned, key=datetime.timestamp), max(zoned, key=datetime.timestamp) + _length(written) - _MICROSECOND


def _length(written: str) -> timedelta:
    """How long what was written lasts: an hour, a minute, a second, or an instant."""
    found = _CLOCK.search(written)
    if found is None or found["parts"]:
        return _MICROSECOND
    return (
        timedelta(seconds=1) if found["seconds"] else timedelta(minutes=1) if found["minutes"] else timedelta(hours=1)
    )


_ENGLISH = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_NAMES = {
    form: number
    for names in (MONTHS, _ENGLISH)
    for number, name in enumerate(names, 1)
    for form in (name, name[:3], f"{name[:3]}.")
}
_NAMED = re.compile(r"([a-z]+\.?) (\d{4})", re.ASCII)
_OTHERWISE = (
    (PeriodKind.MONTH, re.compile(r"(?P<year>\d{4})-(?P<number>\d{1,2})", re.ASCII)),
    (PeriodKind.MONTH, re.compile(r"(?P<number>\d{1,2})[-./](?P<year>\d{4})", re.ASCII)),
    (PeriodKind.QUARTER, re.compile(r"(?P<year>\d{4})-?[kq](?P<number>\d{1,2})", re.ASCII)),
    (PeriodKind.QUARTER, re.compile(r"(?P<number>\d)\. ?(?:kvartal|kvt\.?|kv\.?) (?P<year>\d{4})", re.ASCII)),
    (PeriodKind.YEAR, re.compile(r"(?P<year>\d{4})(?P<number>)", re.ASCII)),
)


def read_period(written: str) -> Period:
    """The period that a person wrote, by the publisher's id or in words; raises PeriodError.

    >>> [str(read_period(text)) for text in ("oktober 2023", "2023-10", "3. kvartal 2023", "2023", "2023QMAT02")]
    ['2023M10', '2023M10', '2023Q03', '2023Y01', '2023QMAT02']
    """
    text = " ".join(written.casefold().split())
    if (named := _NAMED.fullmatch(text)) and named[1] in _NAMES:
        return Period.parse(f"{named[2]}{PeriodKind.MONTH}{_NAMES[named[1]]:02d}")
    for kind, form in _OTHERWISE:
        if found := form.fullmatch(text):
            return Period.parse(f"{found['year']}{kind}{found['number'] or '1':0>2}")
    return Period.parse(written)


def read_span(first: str, last: str) -> Span:
    """The stretch of time between two periods that a person wrote, of whatever kinds; raises PeriodError."""
    return Span.parse(str(read_period(first)), str(read_period(last)))


_IN_WORDS = {
    PeriodKind.MONTH: "months",
    PeriodKind.QUARTER: "quarters",
    PeriodKind.YEAR: "years",
    PeriodKind.ROLLING_YEAR: "four quarters at a time, named by the last of them",
    PeriodKind.YEAR_TO_DATE: "the months of a year up to the one it names",
}


def _require_kind(first: Period, last: Period, *, kind: PeriodKind, of: str) -> None:
    """Raise QuestionError where an end is of another kind than what it is asked of, with the periods to ask for."""
    others = [str(end) for end in (first, last) if end.kind is not kind]
    if not others:
        return
    begins, ends = min(end.ends_in.first_day for end in (first, last)), max(first.last_day, last.last_day)
    meant = ":".join(dict.fromkeys(str(Period.containing(day, kind=kind)) for day in (begins, ends)))
    raise QuestionError(f"{of} has {_IN_WORDS[kind]}, and {others[0]} is none of them: ask for --period {meant}")


def periods_between(written: str, *, kind: PeriodKind, of: str) -> tuple[Period, Period]:
    """The periods a person wrote, `2026M06` or `2026M01:2026M06`; raises QuestionError."""
    begins, _, ends = written.partition(":")
    try:
        first, last = read_period(begins), read_period(ends or begins)
    except PeriodError as error:
        raise QuestionError(f"{error}, 2026-07 or juli 2026") from error
    _require_kind(first, last, kind=kind, of=of)
    if last < first:
        raise QuestionError(f"{first} comes after {last}: name the earlier period first")
    return first, last
