"""Answers about all benefits together: month by month or on average, of one area or of several added up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from warehouse.areas import COUNTRY, find
from warehouse.danish.asked import ends_of, moment, read_span
from warehouse.danish.clock import shown_time
from warehouse.errors import QuestionError
from warehouse.figures.compute import number
from warehouse.periods import PeriodError
from warehouse.reading import KNEW_NOTHING, require_published

_TOTALS = """
select t.area_name as area, t.period, t.total_full_time_persons as value, t.total_low_full_time_persons as low,
       t.total_high_full_time_persons as high, t.parts, t.parts_expected, t.missing, t.hidden, t.status, t.provisional
from marts.benefit_totals_as_of(:as_of, :area) t
where t.period_first_day between :first and :last order by t.period_first_day
"""
_TOGETHER = """
select average_full_time_persons as value, average_low_full_time_persons as low, average_high_full_time_persons as high,
       parts, parts_expected, missing, hidden, status
from marts.benefit_average_as_of(:as_of, :areas, :first, :last)
"""


def totals(
    connection: Connection, *, areas: Sequence[str], period: str | None, as_of: str | None, together: bool
) -> list[dict[str, Any]]:
    """All counted benefits in full-time persons, whole or with bounds and what lacks; raises QuestionError, AreaUnknown.

    One row per area and month; `together` one row for all areas added up, a month on average.
    """
    places = list(dict.fromkeys(find(area) for area in areas))
    months = _months(period)
    asked = {"as_of": moment(as_of) if as_of else "infinity", "first": months[0], "last": months[1]}
    if together and period is None:
        raise QuestionError("which months together? Name them: --period 2023M01:2023M12")
    if together and len(places) > 1 and COUNTRY in {place.code for place in places}:
        raise QuestionError("the country holds its municipalities: add up municipalities, or take the country alone")
    found = [row for place in places for row in _asked(connection, _TOTALS, **asked, area=place.code)]
    if not found:
        raise QuestionError(_why_no_totals(connection, asked_as_of=as_of, period=period))
    if not together:
        return found
    of = {"area": ", ".join(place.name for place in places), "period": period}
    return [of | row for row in _asked(connection, _TOGETHER, **asked, areas=[place.code for place in places])]


def _why_no_totals(connection: Connection, *, asked_as_of: str | None, period: str | None) -> str:
    """Why there is no total of any benefit, and what to ask for instead; raises QuestionError in an empty warehouse."""
    begun = require_published(connection)
    if asked_as_of and moment(asked_as_of) < begun:
        return KNEW_NOTHING.format(shown_time(begun))
    first, last = connection.execute(text("select min(period), max(period) from marts.benefit_totals")).one()
    if first is None:
        return "no table of a benefit has been published here yet: `jobindsats nightly` brings them in"
    return f"nothing is held of any benefit in {period or 'any month'}: there are totals from {first} to {last}"


def _months(written: str | None) -> tuple[date, date]:
    """The first days of the first and the last month of a span; all there are where none is written."""
    try:
        span = read_span(*ends_of(written or "1900:2100"))
    except PeriodError as error:
        raise QuestionError(str(error)) from error
    return span.first.first_day, span.last.last_day.replace(day=1)


def _asked(connection: Connection, statement: str, **values: Any) -> list[dict[str, Any]]:
    """Rows of totals as the command line gives them: names as lists, whole numbers as such."""
    rows = connection.execute(text(statement), values).mappings()
    numbers, names = ("value", "low", "high"), ("missing", "hidden")
    return [
        {**row}
        | {name: number(row[name]) for name in numbers}
        | {name: row[name].split(", ") if row[name] else [] for name in names}
        for row in rows
    ]
