"""Writes numbers, months and days as a Danish reader expects them: +38, +1,3 %, 6,62 mio. kr., oktober 2023.

Numbers are rounded half away from zero, as on paper. A minus is a minus sign, and no number is broken from its unit.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from warehouse.periods import Period, PeriodKind

MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december",
)  # fmt: skip

MINUS = "\N{MINUS SIGN}"
TIED = "\N{NO-BREAK SPACE}"
_MILLION = Decimal(1_000_000)


def rounded(value: float, *, decimals: int) -> Decimal:
    """A number with so many decimals, half away from zero; its shortest decimal form is what is rounded.

    >>> rounded(2.5, decimals=0), rounded(1.005, decimals=2)
    (Decimal('3'), Decimal('1.01'))
    """
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def number(value: float, *, decimals: int = 0) -> str:
    """A number with thousands set apart by dots and a decimal comma.

    >>> number(2882), number(-0.34, decimals=1), number(1234567.5, decimals=1)
    ('2.882', '−0,3', '1.234.567,5')
    """
    return _danish(rounded(value, decimals=decimals))


def signed(value: float, *, decimals: int = 0) -> str:
    """A change: with its sign, except where it is rounded to nothing.

    >>> signed(38), signed(-12), signed(0.04, decimals=1)
    ('+38', '−12', '0,0')
    """
    found = rounded(value, decimals=decimals)
    return f"+{_danish(found)}" if found > 0 else _danish(found)


def _danish(value: Decimal) -> str:
    shown = f"{abs(value):,f}".translate(str.maketrans(",.", ".,"))
    return f"{MINUS}{shown}" if value < 0 else shown


def as_typed(value: Decimal) -> str:
    """A number with every decimal it has, as a person types it: no dots, and a hyphen for a minus.

    >>> as_typed(Decimal("-1620.30"))
    '-1620,30'
    """
    return f"{value:f}".replace(".", ",")


def per_cent(value: float, *, decimals: int = 1) -> str:
    """A percentage, 0 to 100, with one decimal."""
    return f"{number(value, decimals=decimals)}{TIED}%"


def signed_per_cent(value: float) -> str:
    """A change in per cent, with one decimal."""
    return f"{signed(value, decimals=1)}{TIED}%"


def kroner(value: float) -> str:
    """An amount in whole kroner."""
    return f"{number(value)}{TIED}kr."


def million_kroner(value: float) -> str:
    """An amount in millions of kroner, with two decimals.

    >>> million_kroner(6_617_500).replace(TIED, " ")
    '6,62 mio. kr.'
    """
    return f"{millions(value)}{TIED}mio.{TIED}kr."


def millions(value: float, *, decimals: int = 2) -> str:
    """So many millions."""
    return _danish(rounded(float(Decimal(str(value)) / _MILLION), decimals=decimals))


def place(value: float) -> str:
    """A place on a list."""
    return f"{number(value)}."


def day(value: date, *, beside: date | None = None) -> str:
    """A day, as `5. december 2023`; without its year where that is the year of the day it is told beside."""
    within = f"{value.day}.{TIED}{MONTHS[value.month - 1]}"
    return within if beside is not None and beside.year == value.year else f"{within} {value.year}"


def digits(value: date) -> str:
    """A day in digits, as `05-12-2023`."""
    return f"{value:%d-%m-%Y}"


def period(value: Period) -> str:
    """A period in words, of whatever kind it is.

    >>> [period(Period.parse(text)).replace(TIED, " ") for text in ("2023M10", "2023QMAT02", "2023QMAT03", "2024Y01")]
    ['oktober 2023', '2. halvår 2022 – 1. halvår 2023', '4. kvartal 2022 – 3. kvartal 2023', '2024']
    """
    last = value.ends_in
    if value.kind is PeriodKind.YEAR:
        return str(value.year)
    if value.kind is PeriodKind.MONTH:
        return f"{MONTHS[value.number - 1]} {value.year}"
    if value.kind is PeriodKind.QUARTER:
        return _quarter(value)
    if value.kind is PeriodKind.YEAR_TO_DATE:
        return f"januar{f'–{MONTHS[value.number - 1]}' if value.number > 1 else ''} {value.year}"
    if value.number % 2:
        return f"{_quarter(last.shifted(-3))} – {_quarter(last)}"
    return f"{_half_year(last.shifted(-2))} – {_half_year(last)}"


def _quarter(quarter: Period) -> str:
    return f"{quarter.number}.{TIED}kvartal {quarter.year}"


def _half_year(quarter: Period) -> str:
    return f"{(quarter.number + 1) // 2}.{TIED}halvår {quarter.year}"


def short_month(value: Period) -> str:
    """A month for an axis.

    >>> short_month(Period.parse("2023M10"))
    'okt. 23'
    """
    name = MONTHS[value.number - 1]
    return f"{name if len(name) <= 4 else f'{name[:3]}.'} {value.year % 100:02d}"


def listed(names: list[str] | tuple[str, ...]) -> str:
    """Names as a sentence has them.

    >>> listed(["Ballerup", "Glostrup", "Albertslund"])
    'Ballerup, Glostrup og Albertslund'
    """
    *others, last = names or ("",)
    return f"{', '.join(others)} og {last}" if others else last
