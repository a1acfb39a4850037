"""Periods as municipal tables write them, to ours; each column has one declared form."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from tasks.sources.local_files.refusals import NotAsDeclared
from tasks.sources.local_files.rows import Cell, plain
from warehouse.periods import Period, PeriodError, PeriodKind

PeriodForm = Literal["year", "quarter", "month", "date", "rolling_year"]

KINDS: dict[PeriodForm, PeriodKind] = {
    "year": PeriodKind.YEAR,
    "quarter": PeriodKind.QUARTER,
    "month": PeriodKind.MONTH,
    "date": PeriodKind.MONTH,
    "rolling_year": PeriodKind.ROLLING_YEAR,
}
_EXAMPLES: dict[PeriodForm, str] = {
    "year": "a year such as 2022",
    "quarter": "a quarter such as 3. kvartal 2022 or 2022K3",
    "month": "a month such as 2022M06 or juni 2022",
    "date": "a date such as 2022-06-30 or 30-06-2022",
    "rolling_year": "four quarters such as 2016QMAT03",
}
_MONTHS = ["januar", "februar", "marts", "april", "maj", "juni"]
_MONTHS += ["juli", "august", "september", "oktober", "november", "december"]
_QUARTER = re.compile(
    r"(?P<year>\d{4})[KQ]0?(?P<number>[1-4])|(?P<nth>[1-4])\.? (?:kvartal|kvrt\.?|kvt\.?|kv\.?) (?P<of>\d{4})",
    re.ASCII | re.IGNORECASE,
)
_ISO, _DANISH = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"(\d{2})[-.](\d{2})[-.](\d{4})")


def read_period(cell: Cell, *, form: PeriodForm) -> Period:
    """The period a cell names; raises NotAsDeclared. A date stands for the month it lies in."""
    try:
        if isinstance(cell, date) and form == "date":
            return Period.containing(cell.date() if isinstance(cell, datetime) else cell)
        period = _READERS[form](_text(cell))
        return Period.parse(str(period))
    except (PeriodError, ValueError) as error:
        raise NotAsDeclared(_EXAMPLES[form], advice=_advice(cell, form=form)) from error


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return plain(cell)
    if isinstance(cell, Decimal) and cell == cell.to_integral_value():
        return format(cell, "f").partition(".")[0]
    raise PeriodError(f"{cell} is not a period")


def _advice(cell: Cell, *, form: PeriodForm) -> str:
    if isinstance(cell, Decimal) and form == "date":
        return "A bare number is not taken for a date: format the cells as dates"
    if isinstance(cell, date):
        return "Format the cells as text, or declare `form: date`"
    return f"The column is declared with `form: {form}`: correct the file, or the form"


def _year(text: str) -> Period:
    if not re.fullmatch(r"\d{4}", text, re.ASCII):
        raise PeriodError(text)
    return Period(PeriodKind.YEAR, int(text), 1)


def _quarter(text: str) -> Period:
    found = _QUARTER.fullmatch(text)
    if found is None:
        raise PeriodError(text)
    return Period(PeriodKind.QUARTER, int(found["year"] or found["of"]), int(found["number"] or found["nth"]))


def _month(text: str) -> Period:
    name, _, year = text.casefold().partition(" ")
    if name in _MONTHS and re.fullmatch(r"\d{4}", year, re.ASCII):
        return Period(PeriodKind.MONTH, int(year), _MONTHS.index(name) + 1)
    return _of_kind(text, kind=PeriodKind.MONTH)


def _date(text: str) -> Period:
    if danish := _DANISH.fullmatch(text):
        return Period.containing(date(int(danish[3]), int(danish[2]), int(danish[1])))
    if not _ISO.fullmatch(text):
        raise PeriodError(text)
    return Period.containing(date.fromisoformat(text))


def _rolling_year(text: str) -> Period:
    return _of_kind(text, kind=PeriodKind.ROLLING_YEAR)


def _of_kind(text: str, *, kind: PeriodKind) -> Period:
    period = Period.parse(text)
    if period.kind is not kind:
        raise PeriodError(text)
    return period


_READERS: dict[PeriodForm, Callable[[str], Period]] = {
    "year": _year,
    "quarter": _quarter,
    "month": _month,
    "date": _date,
    "rolling_year": _rolling_year,
}
