"""StatBank's area codes and ours. Each code is held against its text: a code that moved to another area is noticed.

StatBank writes municipalities with three digits, as we do, and regions as 081 to 085, which are 1081 to 1085 elsewhere.
"""

from __future__ import annotations

import re
from functools import cache

from tasks.sources.label_changes import is_near
from warehouse.areas import UNKNOWN_AREA, Area, all_areas
from warehouse.catalogue.model import Hierarchy
from warehouse.periods import Period, PeriodError, PeriodKind

# Christiansø is Danmarks Statistik's 99th area and no municipality: about 90 inhabitants, who count in the region and
# the country. Jobindsats has no figures for it, so it is left out here on purpose.
LEFT_OUT = {"411": "Christiansø"}

# 997 is persons without a known municipality in AUK01 and persons abroad in AUF01: only its text tells which.
_THEIR_CODES = {f"108{number}": f"08{number}" for number in range(1, 6)} | {UNKNOWN_AREA: "997"}


@cache
def _by_code() -> dict[str, Area]:
    return {_THEIR_CODES.get(area.code, area.code): area for area in all_areas()}


def area_of(code: str, *, text: str) -> Area | None:
    """The area that StatBank's code and text name together; None where they disagree or nobody declared them."""
    area = _by_code().get(code)
    return area if area is not None and text in _texts(area) else None


def place_of(code: str, *, text: str, hierarchy: Hierarchy) -> Area | None:
    """The same, a spelling that was accepted of the hierarchy of areas read as the name it stands for."""
    return area_of(code, text=hierarchy.canonical.get(text, text))


def likely_area(code: str, *, text: str) -> Area | None:
    """The area of a code whose text is another spelling of its name, which a person may accept; None where it is not."""
    area = _by_code().get(code)
    return area if area is not None and any(is_near(text, each) for each in _texts(area)) else None


def is_left_out(code: str, *, text: str) -> bool:
    """Whether code and text name an area that is kept out on purpose."""
    return LEFT_OUT.get(code) == text


def _texts(area: Area) -> tuple[str, ...]:
    """How StatBank may write an area: as we do; a landsdel without that word, the unknown area in short."""
    if area.code == UNKNOWN_AREA:
        return (area.name, "Uoplyst", "Uoplyst kommune")
    return (area.name, area.name.removeprefix("Landsdel "))


_TOTALS = re.compile(r"(.* )?i alt( .*)?|hele landet|total", re.IGNORECASE)
_TOTAL_CODES = frozenset({"TOT", "IALT"})


def is_total(text: str) -> bool:
    """Whether a text says that it is a total, as StatBank writes it."""
    return _TOTALS.fullmatch(text) is not None


def is_code_of_total(code: str) -> bool:
    """Whether a code is one that StatBank gives to totals (seen in FOLK1A and AUK01, 2026-11)."""
    return code in _TOTAL_CODES


_WRITTEN = re.compile(r"(\d{4})(?:(K)([1-4])|(M)(\d{2}))?", re.ASCII)


def read_time(code: str) -> Period:
    """The period of a StatBank code; raises PeriodError for anything but a Danish month, quarter or year.

    >>> str(read_time("2024K1")), str(read_time("2024M03")), str(read_time("2024"))
    ('2024Q01', '2024M03', '2024Y01')
    """
    found = _WRITTEN.fullmatch(code)
    if found is None:
        raise PeriodError(
            f"'{code}' is not a month, quarter or year as StatBank writes it in Danish, like 2024M03, 2024K1 or 2024"
        )
    year, _, quarter, _, month = found.groups()
    return Period.parse(f"{year}Q0{quarter}" if quarter else f"{year}M{month}" if month else f"{year}Y01")


def write_time(period: Period) -> str:
    """The StatBank code of a month, quarter or year; raises PeriodError for a period of another kind."""
    match period.kind:
        case PeriodKind.QUARTER:
            return f"{period.year:04d}K{period.number}"
        case PeriodKind.MONTH:
            return f"{period.year:04d}M{period.number:02d}"
        case PeriodKind.YEAR:
            return f"{period.year:04d}"
    raise PeriodError(f"{period} is not a month, quarter or year, and StatBank has no other periods")
