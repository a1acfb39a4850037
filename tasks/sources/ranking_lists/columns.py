"""Which column of a list holds what, by the words over it, in any order and on one line or several.

The words are not the same from list to list: `Forskel i forhold til forventet` stands over two columns or in each,
`Personer` alone is the difference (2018). A column that nobody can name stops the list: it may be the change since the
last one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tasks.sources.documents.page import Cell, Line, Span, folded

MOST_HEADER_LINES = 8
KNOWN = (
    "Plads (or Placering, Rang), Kommune, Forskel i forhold til forventet (personer or pct. point), Faktisk, Forventet, "
    "Potentiale mio. kr."
)
_EARLIER = re.compile(r"\b(?:forrige|sidste|seneste|tidligere|ændring|udvikling|fremgang)")
_RANK = re.compile(r"\b(?:plads|placering|rang\w*|nr)\b")
_MUNICIPALITY = re.compile(r"\bkommune(?:r|ns|navn)?\b")
_POTENTIAL = re.compile(r"\bpotential?e?\b|\bmio")
_DIFFERENCE = re.compile(r"\bforskel|\bafvigelse|\bdifference|\bi forhold|\btil forventet")
_POINTS = re.compile(r"\bpct\.?[ -]*po?int|\bprocent[ -]*point|% ?-?point|\bpp\b")
_SHARE = re.compile(r"\bpct\b|\bprocent|%|\bandel")
_PERSONS = re.compile(r"\bpersoner\b|\bfuldtidspersoner\b|\bantal\b")
_MILLIONS, _THOUSANDS = re.compile(r"\bmio"), re.compile(r"\b(?:1\.?000|t) ?kr|\btkr")


@dataclass(frozen=True)
class Column:
    """One column of a list: what it holds (`rank`, `municipality` or a measure), where, and its unit's size."""

    holds: str
    header: str
    span: Span
    times: Decimal = Decimal(1)


class HeaderUnclear(ValueError):
    """The words over the columns do not say what each holds."""


def named(spans: Sequence[Span], *, above: Sequence[Line]) -> tuple[Column, ...]:
    """The columns at `spans`, by the fewest lines directly above them that name each.

    Raises HeaderUnclear, with the words that were found.
    """
    troubles: list[str] = []
    for count in range(1, min(len(above), MOST_HEADER_LINES) + 1):
        headers = _headers(spans, lines=above[-count:])
        columns = tuple(_column(header, span=span) for header, span in zip(headers, spans, strict=True))
        trouble = _trouble(columns)
        if trouble is None:
            return columns
        if all(headers):
            troubles.append(trouble)
    # The fewest lines that give each column a word say most: further up stands the title.
    raise HeaderUnclear(troubles[0] if troubles else f"no header stands over the {len(spans)} columns")


def _headers(spans: Sequence[Span], *, lines: Sequence[Line]) -> list[str]:
    """The words over each column, from the top."""
    parts: list[list[str]] = [[] for _ in spans]
    for line in lines:
        for at, cell in enumerate(line.cells):
            for column in [at] if len(line.cells) == len(spans) else _under(cell, spans=spans):
                parts[column].append(cell.text)
    return [" ".join(part) for part in parts]


def _under(cell: Cell, *, spans: Sequence[Span]) -> list[int]:
    """The columns that a heading stands over: those it overlaps, else the nearest."""
    over = [at for at, span in enumerate(spans) if span.overlaps(cell.span)]
    return over or [min(range(len(spans)), key=lambda at: spans[at].apart(cell.span))]


def _column(header: str, *, span: Span) -> Column:
    words = folded(header)
    return Column(_holds(words), header, span, _times(words))


def _holds(words: str) -> str:
    """What a column under these words holds; empty where they say nothing known."""
    if _EARLIER.search(words):
        return ""
    if _POTENTIAL.search(words):
        return "potential_dkk" if "kr" in words else ""
    if _POINTS.search(words):
        return "gap_pct_point"
    if _DIFFERENCE.search(words):
        return "" if _SHARE.search(words) else "gap_full_time_persons"
    for word, measure in (("faktisk", "actual_full_time_persons"), ("forventet", "expected_full_time_persons")):
        if word in words:
            return "" if _SHARE.search(words) else measure
    return _holds_without_level(words)


def _holds_without_level(words: str) -> str:
    if _RANK.search(words):
        return "rank"
    if _MUNICIPALITY.search(words):
        return "municipality"
    return "gap_full_time_persons" if _PERSONS.search(words) and not _SHARE.search(words) else ""


def _times(words: str) -> Decimal:
    if not _POTENTIAL.search(words):
        return Decimal(1)
    return Decimal(1_000_000) if _MILLIONS.search(words) else Decimal(1_000) if _THOUSANDS.search(words) else Decimal(1)


def _trouble(columns: Sequence[Column]) -> str | None:
    """What is wrong with these columns, in a sentence; None where each is known and the list can be read."""
    held = [column.holds for column in columns]
    unknown = [column.header for column in columns if not column.holds]
    if unknown:
        return f"the column '{unknown[0]}' is not known"
    twice = next((column.header for column in columns if held.count(column.holds) > 1), None)
    if twice is not None:
        return f"two columns mean the same, one of them '{twice}'"
    missing = {"rank": "Plads", "municipality": "Kommune"}
    absent = [word for holds, word in missing.items() if holds not in held]
    if absent:
        return f"the column {absent[0]} is missing"
    if ("expected_full_time_persons" in held) != ("actual_full_time_persons" in held):
        return "of Faktisk and Forventet one is there without the other"
    return None
