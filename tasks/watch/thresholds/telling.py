"""Tell in Danish how a limit stands: the figure, what it was worked out from, its vintages, whether it is provisional."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, text

from tasks.watch.thresholds.judging import Judged
from warehouse.danish import places, writing
from warehouse.periods import Period

_ALL = "ydelsesmodtagere i alt"
_DECIMALS = 3
_SEVERAL = 3


class Vintage(NamedTuple):
    """A version of a publisher's table: its number, the table, and the publisher's date of it."""

    number: int
    table: str
    updated_on: date | None


_VINTAGES = text(
    "select vintage_id, table_id, publisher_updated_on from marts.known_moments where vintage_id = any(:numbers)"
)


def vintages_of(connection: Connection, judged: Sequence[Judged]) -> dict[int, Vintage]:
    """The vintages that limits were held against, by number."""
    numbers = sorted({number for each in judged for number in each.vintages})
    return {row[0]: Vintage(*row) for row in connection.execute(_VINTAGES, {"numbers": numbers})}


def told(judged: Judged, *, vintages: Mapping[int, Vintage]) -> str:
    """How a limit stands, in a few sentences."""
    if judged.value is None:
        return f"{judged.threshold} kan ikke vurderes ({_what(judged)}): {judged.why_not}."
    said = {"growth": _growth, "budget": _budget, "rank": _rank, "lateness": _lateness}[judged.kind](judged)
    found = [vintages[number] for number in judged.vintages if number in vintages]
    return " ".join(filter(None, (f"{judged.threshold}: {said}", _provisional(judged), _source(found))))


def _what(judged: Judged) -> str:
    """What a limit is of: a benefit or a group of benefits in an area, or a table."""
    if judged.kind == "lateness":
        return judged.of or "alle tabeller"
    return f"{judged.of or _ALL} i {places.alone(judged.area)}"


def _growth(judged: Judged) -> str:
    now, before = Period.parse(judged.period or ""), Period.parse(judged.period_before or "")
    months = (now.year - before.year) * 12 + now.number - before.number
    grown = (judged.value or 0) > 0
    moved = f"vokset med {_amount(judged)}" if grown else f"ændret med {_amount(judged, sign=True)}"
    return (
        f"{_what(judged)} er {moved} på {_counted(months, 'måned', 'måneder')}, fra "
        f"{_persons(judged.before)} i {writing.period(before)} til {_persons(judged.now)} i {writing.period(now)}. "
        f"Grænsen er {_limit(judged)}."
    )


def _budget(judged: Judged) -> str:
    above = (judged.value or 0) > 0
    apart = f"{_amount(judged)} over" if above else f"{_amount(judged, sign=True)} fra"
    return (
        f"{_what(judged)} ligger {apart} budgettet: {_persons(judged.now)} i gennemsnit til og "
        f"med {writing.period(Period.parse(judged.period or ''))} mod budgetteret {_persons(judged.before)}. "
        f"Grænsen er {_limit(judged)} over budgettet."
    )


def _rank(judged: Judged) -> str:
    period = writing.period(Period.parse(judged.period or ""))
    before = f" mod nr. {writing.number(judged.before)} et halvt år før" if judged.before is not None else ""
    limit = "nr. " + _limit(judged) if judged.unit == "rank" else f"{_limit(judged)} tabte pladser"
    return (
        f"{places.official(judged.area)} er nr. {writing.number(judged.now or 0)} på ministeriets rangliste for "
        f"{judged.of}, {period}{before}. Grænsen er {limit}."
    )


def _lateness(judged: Judged) -> str:
    if not judged.of:
        return f"ingen tabel er forsinket. Grænsen er {_limit(judged)}."
    due = f"; næste udgave var ventet {writing.day(judged.due_on)}" if judged.due_on and judged.value else ""
    newest = f" De nyeste tal er for {writing.period(Period.parse(judged.period))}." if judged.period else ""
    late = _counted(int(judged.value or 0), "dag", "dage")
    return f"{judged.of} er {late} forsinket{due}.{newest} Grænsen er {_limit(judged)}."


def _persons(value: float | None) -> str:
    whole = value is None or float(value).is_integer()
    return f"{writing.number(value or 0, decimals=0 if whole else 1)} fuldtidspersoner"


def _amount(judged: Judged, *, sign: bool = False) -> str:
    """A value in its unit, with as many decimals as tell it from the limit.

    >>> judged = Judged("", "growth", "", "", Decimal(5), "pct", value=5.04)
    >>> _amount(judged, sign=True).replace(writing.TIED, " ")
    '+5,04 %'
    """
    value = judged.value or 0.0
    least = 0 if judged.unit == "full_time_persons" and value.is_integer() else 1
    telling = (at for at in range(least, _DECIMALS) if writing.rounded(value, decimals=at) != judged.limit)
    decimals = least if Decimal(str(value)) == judged.limit else next(telling, _DECIMALS)
    shown = writing.signed(value, decimals=decimals) if sign else writing.number(value, decimals=decimals)
    return f"{shown}{writing.TIED}{_UNITS.get(judged.unit, '')}".rstrip()


_UNITS = {"pct": "%", "full_time_persons": "fuldtidspersoner"}


def _limit(judged: Judged) -> str:
    if judged.unit == "days":
        return _counted(int(judged.limit), "dag", "dage")
    unit = f"{writing.TIED}{_UNITS[judged.unit]}" if judged.unit in _UNITS else ""
    return f"{writing.as_typed(judged.limit)}{unit}"


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def _provisional(judged: Judged) -> str:
    if judged.provisional is None or judged.period is None:
        return ""
    month = writing.period(Period.parse(judged.period))
    return f"{month[:1].upper()}{month[1:]} er {'foreløbig' if judged.provisional else 'ikke længere foreløbig'}."


def _source(vintages: Sequence[Vintage]) -> str:
    """The publisher's tables that a value rests on, each version by its number and date."""
    if not vintages:
        return ""
    days = sorted({vintage.updated_on for vintage in vintages if vintage.updated_on is not None})
    if len(vintages) <= _SEVERAL:
        named = [f"{each.table} udgave {each.number}{_on(each.updated_on)}" for each in vintages]
        return f"Kilde: {writing.listed(named)}."
    span = f", offentliggjort {_span(days)}" if days else ""
    return f"Kilde: {len(vintages)} tabellers udgaver{span}."


def _on(day: date | None) -> str:
    return f" fra {writing.day(day)}" if day else ""


def _span(days: Sequence[date]) -> str:
    return writing.day(days[0]) if len(days) == 1 else f"fra {writing.day(days[0])} til {writing.day(days[-1])}"
