"""Numbers as Danish papers write them: read without loss, and shown again without digits nobody knows.

In Danish text a comma begins the decimals and points group the thousands: `1.425` is 1425 and `6,62` is 6.62. A point
that cannot group thousands (`6.62`, `0.492`) is taken for a decimal point. How many decimals were written is kept,
since it says how far the number was rounded.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

LONGEST_NUMBER = 30

SIGNIFICANT = 5

_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]+)?")

_COMMA = re.compile(r"-?[0-9]+(,[0-9]+)?")

_POINT = re.compile(r"-?[0-9]+\.[0-9]+")

_SCALES = (
    (re.compile(r"(mia|milliard(er)?)\b"), 1_000_000_000),
    (re.compile(r"(mio|million(er)?)\b"), 1_000_000),
    (re.compile(r"(t\. ?kr|tkr|tusinde?\b|1\.000 )"), 1_000),
)


class NumberMisread(ValueError):
    """A text is not a number as a Danish paper would write it."""


@dataclass(frozen=True)
class WrittenNumber:
    """A number and how many decimals it was written with."""

    value: Fraction
    decimals: int

    @classmethod
    def parse(cls, text: str) -> WrittenNumber:
        """Read a number in Danish notation.

        >>> WrittenNumber.parse("132.350,50")
        WrittenNumber(value=Fraction(264701, 2), decimals=2)

        Raises NumberMisread for anything else, units and signs of per cent included.
        """
        written = text.strip().replace("−", "-")
        plain = _without_groups(written)
        if plain is None or len(written) > LONGEST_NUMBER:
            raise NumberMisread(
                f"'{text[:40]}' is not a number: write 1425, 1.425, 6,62 or -1.111, and what it counts under 'unit'"
            )
        return cls(Fraction(plain), len(plain.partition(".")[2]))

    @property
    def step(self) -> Fraction:
        """What the last written digit counts: 0.01 for a number with two decimals."""
        return Fraction(1, 10**self.decimals)


def _without_groups(written: str) -> str | None:
    """The number with a decimal point and nothing else; None where it is no number."""
    if _GROUPED.fullmatch(written):
        return written.replace(".", "").replace(",", ".")
    if _COMMA.fullmatch(written):
        return written.replace(",", ".")
    return written if _POINT.fullmatch(written) else None


def could_be_two_numbers(text: str) -> bool:
    """Whether a Dane and a program read different numbers: `1.425` is 1425 to one and 1.425 to the other."""
    return bool(_GROUPED.fullmatch(text.strip())) and "," not in text


def scale_of(unit: str) -> int:
    """How many of the plain unit one of `unit` is: 1,000,000 for `mio. kr.`, 1 for `personer` and for `pct.`."""
    return next((scale for pattern, scale in _SCALES if pattern.match(unit.strip().lower())), 1)


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
