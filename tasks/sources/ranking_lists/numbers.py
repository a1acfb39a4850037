"""Numbers as the lists print them: Danish, with a point between thousands, a comma before decimals, any sign of minus.

A hyphen or a point alone is no number: in Danish tables the first may mean nought and the second that there is none.
"""

from __future__ import annotations

import re
from decimal import Decimal

# Hyphen-minus, hyphen, non-breaking hyphen, figure dash, en dash, minus sign: word processors change one into another.
MINUS = "-\u2010\u2011\u2012\u2013\u2212"
_BLANKS = "[ \u00a0\u202f]?"
_NUMBER = re.compile(
    rf"(?:\+|(?P<minus>[{MINUS}]))?{_BLANKS}(?P<whole>\d{{1,3}}(?:\.\d{{3}})+|\d+)(?:,(?P<decimals>\d+))?"
)
_RANK = re.compile(r"(\d{1,3})\.?(?: ?plads)?", re.IGNORECASE)


def number(text: str) -> Decimal | None:
    """The number a text writes in Danish; None where it writes none, or an English one (`-0.3`).

    >>> number("1.620"), number("−16,3")
    (Decimal('1620'), Decimal('-16.3'))
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    size = Decimal(found["whole"].replace(".", "") + (f".{found['decimals']}" if found["decimals"] else ""))
    return -size if found["minus"] and size else size


def rank(text: str) -> int | None:
    """The place a text writes (`17`, `17.`, `17. plads`); None where it writes none."""
    found = _RANK.fullmatch(text.strip())
    return int(found[1]) if found else None


def in_danish(value: Decimal) -> str:
    """A number as a Danish list would print it, without points between thousands and with every decimal."""
    return f"{value:f}".replace(".", ",")
