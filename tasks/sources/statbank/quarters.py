"""Quarters as StatBank writes them in Danish: `2024K1` is our `2024Q01` (K for kvartal; `2024Q1` in English)."""

from __future__ import annotations

import re

from warehouse.periods import Period, PeriodError, PeriodKind

_WRITTEN = re.compile(r"(\d{4})K([1-4])", re.ASCII)


def read_quarter(code: str) -> Period:
    """The period of a StatBank code; raises PeriodError for anything but a Danish quarter.

    >>> str(read_quarter("2024K1"))
    '2024Q01'
    """
    found = _WRITTEN.fullmatch(code)
    if found is None:
        raise PeriodError(f"'{code}' is not a quarter as StatBank writes it in Danish, like 2024K1")
    return Period.parse(f"{found[1]}Q0{found[2]}")


def write_quarter(period: Period) -> str:
    """The StatBank code of a quarter; raises PeriodError for a period of another kind."""
    if period.kind is not PeriodKind.QUARTER:
        raise PeriodError(f"{period} is not a quarter, and StatBank's tables here are quarterly")
    return f"{period.year:04d}K{period.number}"
