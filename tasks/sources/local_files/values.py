"""Numbers as Danes write them, to exact decimals: what the contract declares is read, all else is refused.

`1.425` is 1425 where the thousands separator is a point, and 1.425 only where the decimal sign is one. A sign that may
mean either is never guessed from the size of a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Literal

from tasks.sources.local_files.rows import Cell, ErrorValue, Formula, Merged, NotAsDeclared, Percentage, Unseen
from warehouse.danish import numbers
from warehouse.danish.numbers import BLANKS, Notation
from warehouse.danish.writing import MONTHS
from warehouse.formats.clean_text import composed
from warehouse.periods import Period, PeriodError, PeriodKind

Decimals = Literal["comma", "point"]
Minus = Literal["before", "after", "brackets"]
Thousands = Literal["point", "comma", "space", "apostrophe", "none"]
NumberType = Literal["integer", "decimal", "percent"]
_SIGNS = {"comma": ",", "point": ".", "apostrophe": "'’", "space": BLANKS, "none": ""}
_KRONER, _PER_CENT = rf"[{BLANKS}]*(?:kr\.?|DKK)", rf"[{BLANKS}]*(?:%|pct\.?|procent)"

_KRONER_IN_FRONT = re.compile(rf"^([{numbers.MINUS_SIGNS}+]?)[{BLANKS}]*(?:kr\.?|DKK)[{BLANKS}]*", re.IGNORECASE)
_SIGNED_OTHERWISE: dict[Minus, re.Pattern[str]] = {
    "after": re.compile(rf"(.*\d)[{BLANKS}]*[{numbers.MINUS_SIGNS}](\D*)"),
    "brackets": re.compile(r"\(([^()]*\d)\)(\D*)"),
}
# A digit raised behind a number is a footnote's.
_RAISED = re.compile(r"(?<=\S)[⁰¹²³⁴⁵⁶⁷⁸⁹]+[⁾)]?\s*$")
SPLIT = "Split the merged cells and write each one's text"


@dataclass(frozen=True)
class Dialect:
    """How a file writes its numbers."""

    decimal: Decimals
    thousands: Thousands
    minus: Minus = "before"

    def __str__(self) -> str:
        grouped = "no thousands separator" if self.thousands == "none" else f"thousands {self.thousands}"
        return f"decimal {self.decimal} and {grouped}"

    def notation(self, *, unit: str) -> Notation:
        """The signs its numbers may have, and the unit that may follow them."""
        return Notation(_SIGNS[self.decimal], _SIGNS[self.thousands], blanks=BLANKS, unit=unit)

    def example(self, kind: NumberType) -> str:
        """A number of this dialect, as messages show it."""
        group = _SIGNS[self.thousands][:1]
        return {
            "integer": f"1{group}425",
            "decimal": f"1{group}425{_SIGNS[self.decimal]}5",
            "percent": f"12{_SIGNS[self.decimal]}5 %",
        }[kind]


def read_number(cell: Cell, *, kind: NumberType, dialect: Dialect, kroner: bool = False) -> Decimal:
    """The number a cell holds, exactly as written; per cents are 0 to 100. Raises NotAsDeclared."""
    match cell:
        case str():
            number = _read_text(_RAISED.sub("", cell).strip(), kind=kind, dialect=dialect, kroner=kroner)
        case Percentage() if kind == "percent":
            number = cell.value.scaleb(2)
        case Decimal():
            number = cell
        case _:
            raise _not_a_number(kind, dialect=dialect, advice=_advice_on(cell))
    if kind == "integer" and number != number.to_integral_value():
        raise _not_a_number(kind, dialect=dialect, advice=_WHOLE)
    return number


_WHOLE = "Correct the file, or declare `type: decimal` if parts of one are meant"


def _advice_on(cell: Cell) -> str:
    match cell:
        case Formula(uncached=True):
            return "Open the workbook in a spreadsheet program, calculate and save it"
        case bool() | None:
            return "Write the number"
        case _:
            return _ADVICE.get(
                type(cell), "Format the cells as numbers: a spreadsheet has taken what was typed for a date"
            )


_ADVICE: dict[type, str] = {
    Formula: "Paste the values over the formulas, or declare `formulas: cached-value`",
    ErrorValue: "Mend the formula in the workbook, or clear the cell",
    Percentage: "Format the cells as plain numbers, or declare `type: percent` and a unit of per cent",
    Merged: SPLIT,
    Unseen: "Format the cells as plain numbers",
}


def _read_text(text: str, *, kind: NumberType, dialect: Dialect, kroner: bool) -> Decimal:
    unit = _PER_CENT if kind == "percent" else _KRONER if kroner else ""
    bare = _without_kroner(_minus_in_front(_without_kroner(text, kroner=kroner), minus=dialect.minus), kroner=kroner)
    number = numbers.read_number(bare, notation=dialect.notation(unit=unit))
    if number is None:
        raise _not_a_number(kind, dialect=dialect, advice=_advice_on_text(text, dialect=dialect))
    if kind == "integer" and numbers.decimals_of(number):
        raise _not_a_number(kind, dialect=dialect, advice=_WHOLE)
    return number


def _without_kroner(text: str, *, kroner: bool) -> str:
    return _KRONER_IN_FRONT.sub(r"\1", text) if kroner else text


def _minus_in_front(text: str, *, minus: Minus) -> str:
    """A number whose minus sign stands behind it, or which stands in brackets, with the sign in front."""
    found = _SIGNED_OTHERWISE[minus].fullmatch(text) if minus in _SIGNED_OTHERWISE else None
    return text if found is None else f"-{found[1]}{found[2]}"


def _advice_on_text(text: str, *, dialect: Dialect) -> str:
    """What to do with a text that is no number, the key to write first."""
    for minus, pattern in _SIGNED_OTHERWISE.items():
        if minus != dialect.minus and pattern.fullmatch(text):
            return f"If it is less than nought, declare `minus: {minus}`"
    if text and text in numbers.MINUS_SIGNS:
        return (
            f"Declare what it stands for: `nought: ['{text}']`, or `missing: ['{text}']` for a figure that is not there"
        )
    return f"Numbers are declared with {dialect}: correct the file, or the contract if the file is right"


def _not_a_number(kind: NumberType, *, dialect: Dialect, advice: str) -> NotAsDeclared:
    named = {"integer": "a whole number", "decimal": "a number", "percent": "a percentage"}[kind]
    return NotAsDeclared(f"{named} such as {dialect.example(kind)}", advice=advice)


PeriodForm = Literal["year", "quarter", "month", "date", "rolling_year"]

KINDS: dict[PeriodForm, PeriodKind] = {
    "year": PeriodKind.YEAR,
    "quarter": PeriodKind.QUARTER,
    "month": PeriodKind.MONTH,
    "date": PeriodKind.MONTH,
    "rolling_year": PeriodKind.ROLLING_YEAR,
}

_QUARTER = re.compile(
    r"(?P<year>\d{4})[KQ]0?(?P<number>[1-4])|(?P<nth>[1-4])\.? (?:kvartal|kvrt\.?|kvt\.?|kv\.?) (?P<of>\d{4})",
    re.ASCII | re.IGNORECASE,
)

_WEEK = re.compile(r"\d{4}-?[WU]\d{1,2}|\buge\b", re.IGNORECASE)
NO_WEEKS = (
    "the warehouse has months, quarters and years, no weeks or days, and a week may lie in two months. Sum the rows to one "
    "for each month, and declare `form: month`"
)

_ISO, _DANISH = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"(\d{2})[-.](\d{2})[-.](\d{4})")


def read_period(cell: Cell, *, form: PeriodForm) -> Period:
    """The period a cell names; raises NotAsDeclared. A date stands for the month it lies in."""
    reader, example = _READERS[form]
    try:
        if isinstance(cell, date) and form == "date":
            return Period.containing(cell.date() if isinstance(cell, datetime) else cell)
        return Period.parse(str(reader(_text(cell))))
    except (PeriodError, ValueError) as error:
        raise NotAsDeclared(example, advice=_advice(cell, form=form)) from error


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return composed(cell)
    if isinstance(cell, Decimal) and cell == cell.to_integral_value():
        return format(cell, "f").partition(".")[0]
    raise PeriodError(f"{cell} is not a period")


def _advice(cell: Cell, *, form: PeriodForm) -> str:
    if isinstance(cell, str) and _WEEK.search(cell):
        return NO_WEEKS[0].upper() + NO_WEEKS[1:]
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
    if name in MONTHS and re.fullmatch(r"\d{4}", year, re.ASCII):
        return Period(PeriodKind.MONTH, int(year), MONTHS.index(name) + 1)
    return _of_kind(text, kind=PeriodKind.MONTH)


def _date(text: str) -> Period:
    if danish := _DANISH.fullmatch(text):
        return Period.containing(date(int(danish[3]), int(danish[2]), int(danish[1])))
    if not _ISO.fullmatch(text):
        raise PeriodError(text)
    return Period.containing(date.fromisoformat(text))


def _of_kind(text: str, *, kind: PeriodKind) -> Period:
    period = Period.parse(text)
    if period.kind is not kind:
        raise PeriodError(text)
    return period


_READERS: dict[PeriodForm, tuple[Callable[[str], Period], str]] = {
    "year": (_year, "a year such as 2022"),
    "quarter": (_quarter, "a quarter such as 3. kvartal 2022 or 2022K3"),
    "month": (_month, "a month such as 2022M06 or juni 2022"),
    "date": (_date, "a date such as 2022-06-30 or 30-06-2022"),
    "rolling_year": (partial(_of_kind, kind=PeriodKind.ROLLING_YEAR), "four quarters such as 2016QMAT03"),
}
"""How each form is read, and what it looks like."""
