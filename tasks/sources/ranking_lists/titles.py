"""What a list is about, from the words over its table: which benefits, which period, when it was published.

The file's name is second best. The ministry names its files `kommunernes-placering-paa-ranglisten-for-alle-ydelser`
(the attachments of a paper of January 2024), so a name is read with `aa`, `ae` and `oe` for the Danish letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from tasks.sources.documents.page import folded
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
