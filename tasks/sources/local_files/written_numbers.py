"""Numbers as Danes write them, to exact decimals: what the contract declares is read, all else is refused.

`1.425` is 1425 where the thousands separator is a point, and 1.425 only where the decimal sign is one. A sign that may
mean either is never guessed from the size of a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

from tasks.sources.local_files.refusals import NotAsDeclared
from tasks.sources.local_files.rows import Cell, ErrorValue, Formula, Percentage

Decimals = Literal["comma", "point"]
Thousands = Literal["point", "comma", "space", "apostrophe", "none"]
NumberType = Literal["integer", "decimal", "percent"]

_SIGNS = {"comma": ",", "point": ".", "apostrophe": "'’", "space": " \u00a0\u202f"}
_KRONER, _PER_CENT = r"(?:kr\.?|DKK)", r"(?:%|pct\.?|procent)"
_MOST_DIGITS = 30


@dataclass(frozen=True)
class Dialect:
    """How a file writes its numbers."""

    decimal: Decimals
    thousands: Thousands

    def __str__(self) -> str:
        grouped = "no thousands separator" if self.thousands == "none" else f"thousands {self.thousands}"
        return f"decimal {self.decimal} and {grouped}"

    def example(self, kind: NumberType) -> str:
        """A number of this dialect, as messages show it."""
        group = "" if self.thousands == "none" else _SIGNS[self.thousands][0]
        return {
            "integer": f"1{group}425",
            "decimal": f"1{group}425{_SIGNS[self.decimal]}5",
            "percent": f"12{_SIGNS[self.decimal]}5 %",
        }[kind]


def read_number(cell: Cell, *, kind: NumberType, dialect: Dialect, kroner: bool = False) -> Decimal:
    """The number a cell holds, exactly as written; per cents are 0 to 100. Raises NotAsDeclared."""
    match cell:
        case str():
            number = _read_text(cell.strip(), kind=kind, dialect=dialect, kroner=kroner)
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
        case Formula():
            return "Paste the values over the formulas, or declare `formulas: cached-value`"
        case ErrorValue():
            return "Mend the formula in the workbook, or clear the cell"
        case Percentage():
            return "Format the cells as plain numbers, or declare `type: percent` and a unit of per cent"
        case bool() | None:
            return "Write the number"
        case _:
            return "Format the cells as numbers: a spreadsheet has taken what was typed for a date"


def _read_text(text: str, *, kind: NumberType, dialect: Dialect, kroner: bool) -> Decimal:
    found = _pattern(dialect, percent=kind == "percent", kroner=kroner).fullmatch(text)
    if found is None or len(text) > 2 * _MOST_DIGITS:
        advice = f"Numbers are declared with {dialect}: correct the file, or the contract if the file is right"
        raise _not_a_number(kind, dialect=dialect, advice=advice)
    if found["parts"] and kind == "integer":
        raise _not_a_number(kind, dialect=dialect, advice=_WHOLE)
    whole = re.sub(r"\D", "", found["whole"])
    return Decimal(f"{'-' if found['minus'] else ''}{whole}.{found['parts'] or 0}")


@cache
def _pattern(dialect: Dialect, *, percent: bool, kroner: bool) -> re.Pattern[str]:
    grouped = "" if dialect.thousands == "none" else rf"|\d{{1,3}}(?:[{_SIGNS[dialect.thousands]}]\d{{3}})+"
    parts = rf"(?:{re.escape(_SIGNS[dialect.decimal])}(?P<parts>\d{{1,{_MOST_DIGITS}}}))?"
    blank = f"[{_SIGNS['space']}]"
    after = f"(?:{blank}*{_PER_CENT})?" if percent else f"(?:{blank}*{_KRONER})?" if kroner else ""
    # U+2212 is the minus sign of typeset tables; a hyphen is what keyboards have.
    return re.compile(
        rf"(?:\+|(?P<minus>[-\u2212]))?{blank}?(?P<whole>\d{{1,{_MOST_DIGITS}}}{grouped}){parts}{after}",
        re.ASCII | re.IGNORECASE,
    )


def _not_a_number(kind: NumberType, *, dialect: Dialect, advice: str) -> NotAsDeclared:
    named = {"integer": "a whole number", "decimal": "a number", "percent": "a percentage"}[kind]
    return NotAsDeclared(f"{named} such as {dialect.example(kind)}", advice=advice)
