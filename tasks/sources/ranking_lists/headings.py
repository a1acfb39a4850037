"""What stands over a list's table: its title and the headers of its columns.

The title says which benefits it is about, which period, and when it was published. The file's name is second best. The
ministry names its files `kommunernes-placering-paa-ranglisten-for-alle-ydelser` (the attachments of a paper of January
2024), so a name is read with `aa`, `ae` and `oe` for the Danish letters.

The headers say which column holds what, in any order and on one line or several. The words are not the same from list to
list: `Forskel i forhold til forventet` stands over two columns or in each, `Personer` alone is the difference (2018). A
column that nobody can name stops the list: it may be the change since the last one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tasks.sources.documents.page import Cell, Line, Span, folded
from tasks.sources.documents.size_words import size_in
from warehouse.danish.numbers import MINUS_SIGNS
from warehouse.danish.writing import MONTHS
from warehouse.periods import Period, PeriodError

# In this order: a list of all benefits may name the three areas it is made of.
_LISTS = {
    "ranking_all": re.compile(r"\balle ydelser\b|\bsamlede? (?:rang|placering)|\bsamlet\b"),
    "ranking_unemployment_insurance": re.compile(r"\b(?:a-)?dagpenge"),
    "ranking_cash_assistance": re.compile(r"\bkontanthjælp"),
    "ranking_sickness_benefit": re.compile(r"\bsygedagpenge"),
}
_DASH = f"(?:[{MINUS_SIGNS}\u2014]|til|og)"
_HALF = r"([12])\.? ?halvår"
_TWO_HALVES = re.compile(rf"{_HALF} ?(\d{{4}}) ?{_DASH} ?{_HALF} ?(\d{{4}})")
_HALVES_OF_ONE_YEAR = re.compile(rf"1\.?(?: ?halvår)? ?{_DASH} ?2\.? ?halvår ?(\d{{4}})")
_AS_AN_ID = re.compile(r"\b\d{4}qmat\d{1,2}\b")
_PUBLISHED = re.compile(
    rf"(?:offentliggjort|publiceret|udgivet)(?: den| d\.)?:? (\d{{1,2}})\. ?({'|'.join(MONTHS)}) (\d{{4}})"
)
_PUBLISHED_IN_DIGITS = re.compile(
    r"(?:offentliggjort|publiceret|udgivet)(?: den| d\.)?:? (\d{1,2})[-./](\d{1,2})[-./](\d{4})"
)
_SPELLED_OUT = {"aa": "å", "ae": "æ", "oe": "ø"}
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
# Numbers and words that may be a size: a column is not taken without its unit. A bare number may be a row's.
_UNKNOWN_SIZE = re.compile(r"\([^)]*\d|\bx ?\d|\d ?(?:fuldtids)?pers|\b(?:tiere?|snese?|dusin)\b")


class TitleUnclear(ValueError):
    """The words over a table name no list or period, or more than one."""


def table_id(titles: Sequence[str], *, name: str) -> str:
    """The catalogue's table that the first line to speak of benefits names, else the file's name.

    Raises TitleUnclear.
    """
    for line in [*map(folded, titles), _from_file_name(name)]:
        named = [table for table, words in _LISTS.items() if words.search(line)]
        if named[:1] == ["ranking_all"] or len(named) == 1:
            return named[0]
        if named:
            raise TitleUnclear(f"'{line}' names more than one list: {', '.join(named)}")
    raise TitleUnclear(
        "the title names none of the four lists: alle ydelser, dagpenge, kontanthjælp, sygedagpenge. If it is one of "
        "them, write which into the file's name"
    )


def period(titles: Sequence[str], *, name: str) -> Period:
    """The four quarters that the title names, else the file's name: `2. halvår 2022 – 1. halvår 2023` is 2023QMAT02.

    Raises TitleUnclear.
    """
    for text in (folded(" ".join(titles)), _from_file_name(name)):
        named = sorted(set(_periods_in(text)), key=lambda period: period.key)
        if len(named) > 1:
            raise TitleUnclear(f"the title names more than one period: {', '.join(map(str, named))}")
        if named:
            return named[0]
    raise TitleUnclear(
        "the title names no period such as '2. halvår 2022 – 1. halvår 2023'. If the period is known, write it into the "
        "file's name, as 2023QMAT02"
    )


def published_on(lines: Iterable[str]) -> date | None:
    """The day on which the list says it was published; None where it says none, or only a month."""
    text = folded(" ".join(lines))
    if found := _PUBLISHED.search(text):
        return _day(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
    if found := _PUBLISHED_IN_DIGITS.search(text):
        return _day(int(found[3]), int(found[2]), int(found[1]))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _periods_in(text: str) -> Iterable[Period]:
    for first_half, first_year, last_half, last_year in _TWO_HALVES.findall(text):
        yield _of_halves((int(first_year), int(first_half)), (int(last_year), int(last_half)))
    for year in _HALVES_OF_ONE_YEAR.findall(text):
        yield _of_halves((int(year), 1), (int(year), 2))
    yield from map(_rolling_year, _AS_AN_ID.findall(text))


def _of_halves(first: tuple[int, int], last: tuple[int, int]) -> Period:
    """The rolling year of two half-years in a row, each given as year and half."""
    if last != ((first[0], 2) if first[1] == 1 else (first[0] + 1, 1)):
        raise TitleUnclear(f"{first[1]}. halvår {first[0]} and {last[1]}. halvår {last[0]} do not follow each other")
    return _rolling_year(f"{last[0]}QMAT{2 * last[1]:02d}")


def _rolling_year(written: str) -> Period:
    try:
        period = Period.parse(written)
    except PeriodError as error:
        raise TitleUnclear(str(error)) from error
    if period.number not in (2, 4):
        raise TitleUnclear(f"{period} does not end with a half-year, and the benchmark is made for half-years")
    return period


def _from_file_name(name: str) -> str:
    """A file's name as words: `2-halvaar-2022-1-halvaar-2023.pdf` is `2 halvår 2022 - 1 halvår 2023`."""
    plain = folded(re.sub(r"\.(?:pdf|xlsx)$", "", name, flags=re.IGNORECASE))
    for spelled, letter in _SPELLED_OUT.items():
        plain = plain.replace(spelled, letter)
    words = " ".join(re.split(r"[\W_]+", plain))
    return re.sub(r"(\d{4}|\b1) ([12]) (?=halvår)", r"\1 - \2 ", words)


@dataclass(frozen=True)
class Column:
    """One column of a list: what it holds (`rank`, `municipality` or a measure), where, and its unit's size."""

    holds: str
    header: str
    span: Span
    times: Decimal = Decimal(1)


class HeaderUnclear(ValueError):
    """The words over the columns do not say what each holds."""


def named(spans: Sequence[Span], *, above: Sequence[Line], units: Sequence[str]) -> tuple[Column, ...]:
    """The columns at `spans`, by the fewest lines directly above them that name each, and the units in their cells.

    Raises HeaderUnclear, with the words that were found.
    """
    troubles: list[str] = []
    for count in range(1, min(len(above), MOST_HEADER_LINES) + 1):
        headers = _headers(spans, lines=above[-count:])
        columns = tuple(
            _column(f"{header} {unit}".strip(), span=span)
            for header, unit, span in zip(headers, units, spans, strict=True)
        )
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
    holds, size = _holds(words), size_in(words)
    unclear = size == 1 and holds not in _UNMEASURED and _UNKNOWN_SIZE.search(words)
    return Column("" if unclear else holds, header, span, Decimal(1 if holds in _UNMEASURED else size))


_UNMEASURED = ("rank", "municipality")


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
