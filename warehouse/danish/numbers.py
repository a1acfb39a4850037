"""Numbers as Danes write them: read without loss, and shown again without digits nobody knows.

In Danish text a comma begins the decimals and points group the thousands: `1.425` is 1425 and `6,62` is 6.62. What else
may stand in a number differs from source to source and is a `Notation`. How many decimals were written is kept, since it
says how far the number was rounded.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

LONGEST_NUMBER = 30
SIGNIFICANT = 5

# Hyphen-minus, hyphen, non-breaking hyphen, figure dash, en dash, minus sign: word processors change one into another.
MINUS_SIGNS = "-\u2010\u2011\u2012\u2013\u2212"
BLANKS = " \u00a0\u202f"


@dataclass(frozen=True)
class Notation:
    """Which signs a number is written with; each field holds the signs that may stand in its place, or none.

    A blank may part sign and digits. `unit` is a pattern of what may follow, in upper or lower case.
    """

    decimal: str = ","
    thousands: str = "."
    minus: str = "-\u2212"
    plus: str = "+"
    blanks: str = ""
    unit: str = ""


def read_number(text: str, *, notation: Notation) -> Decimal | None:
    """The number a text is, exact and with the decimals it was written with; None where it is none.

    >>> read_number("1.620", notation=Notation()), read_number("−16,30", notation=Notation())
    (Decimal('1620'), Decimal('-16.30'))
    """
    found = _pattern(notation).fullmatch(text.strip())
    if found is None or len(found[0]) > 2 * LONGEST_NUMBER:
        return None
    whole = re.sub(r"\D", "", found["whole"])
    size = Decimal(f"{whole}.{found['decimals']}" if found["decimals"] else whole)
    return size.copy_negate() if found["minus"] and size else size


@cache
def _pattern(notation: Notation) -> re.Pattern[str]:
    digits = rf"\d{{1,{LONGEST_NUMBER}}}"
    grouped = rf"[1-9]\d{{0,2}}(?:{_one_of(notation.thousands)}\d{{3}})+|" if notation.thousands else ""
    sign = "|".join(
        f"(?P<{name}>{_one_of(signs)})" for name, signs in (("minus", notation.minus), ("plus", notation.plus)) if signs
    )
    blank = f"{_one_of(notation.blanks)}?" if notation.blanks else ""
    decimals = rf"(?:{_one_of(notation.decimal)}(?P<decimals>{digits}))?"
    unit = f"(?:{notation.unit})?"
    return re.compile(rf"(?:{sign})?{blank}(?P<whole>{grouped}{digits}){decimals}{unit}", re.ASCII | re.IGNORECASE)


def _one_of(signs: str) -> str:
    return f"[{re.escape(signs)}]"


def decimals_of(number: Decimal) -> int:
    """How many decimals a number was written with."""
    return max(0, -int(number.as_tuple().exponent))


_PAPER = Notation(plus="")
_WITH_POINT = Notation(decimal=".", thousands="", plus="")


class NumberMisread(ValueError):
    """A text is not a number as a Danish paper would write it."""


@dataclass(frozen=True)
class WrittenNumber:
    """A number and how many decimals it was written with."""

    value: Fraction
    decimals: int

    @classmethod
    def parse(cls, text: str) -> WrittenNumber:
        """Read a number in Danish notation; a point that cannot group thousands (`6.62`, `0.492`) begins decimals.

        >>> WrittenNumber.parse("132.350,50")
        WrittenNumber(value=Fraction(264701, 2), decimals=2)

        Raises NumberMisread for anything else, units and signs of per cent included.
        """
        number = read_number(text, notation=_PAPER)
        if number is None:
            number = read_number(text, notation=_WITH_POINT)
        if number is None or len(text.strip()) > LONGEST_NUMBER:
            raise NumberMisread(
                f"'{text[:40]}' is not a number: write 1425, 1.425, 6,62 or -1.111, and what it counts under 'unit'"
            )
        return cls(Fraction(number), decimals_of(number))

    @property
    def step(self) -> Fraction:
        """What the last written digit counts: 0.01 for a number with two decimals."""
        return Fraction(1, 10**self.decimals)


def could_be_two_numbers(text: str) -> bool:
    """Whether a Dane and a program read different numbers: `1.425` is 1425 to one and 1.425 to the other."""
    grouped = "." in text and "," not in text
    return grouped and read_number(text, notation=replace(_PAPER, minus="-")) is not None


def rounded(value: Fraction, *, decimals: int) -> Fraction:
    """A number rounded as papers round: halves away from zero. Negative `decimals` round to tens and hundreds."""
    scale = Fraction(10) ** decimals
    away_from_zero = math.floor(abs(value) * scale + Fraction(1, 2)) / scale
    return -away_from_zero if value < 0 else away_from_zero


def readable(value: Fraction, *, decimals: int) -> Decimal:
    """A number with its noise cut off: two decimals more than were written, and no more than five digits for them.

    >>> readable(Fraction(920_000, 54), decimals=0), readable(Fraction(6_617_500, 10**6), decimals=2)
    (Decimal('17037'), Decimal('6.6175'))
    """
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    places = max(decimals, min(decimals + 2, SIGNIFICANT - whole))
    digits = int(rounded(value, decimals=places) * 10**places)
    while places and digits % 10 == 0:
        digits, places = digits // 10, places - 1
    return Decimal(f"{digits}e-{places}")


def shown(number: Decimal) -> str:
    """A number as our messages write it: `6,617,500`, `-0.03`."""
    return f"{number:,f}"
