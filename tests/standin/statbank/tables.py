"""The tables of the bank on one day: which quarters there are, how each is described, and the figure of each cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, partial

from tests.standin import noise
from tests.standin.statbank.population import CHRISTIANSO, inhabitants
from tests.standin.statbank.recipients import TYPES, UNKNOWN, recipients
from warehouse.areas import all_areas
from warehouse.periods import Period, PeriodKind, spanning

_RELEASED_AT = time(8, 0)
_ORDER_OF_REGIONS = ("1084", "1085", "1083", "1082", "1081")
# The only figures there are: those of the total. Of any other sex, age or marital status nothing is known here.
_TOTALS = {"TOT", "IALT"}
_AGES = {"TOT": "Alder i alt", "16-24": "16-24 år", "6099": "60 år og derover"} | {
    f"{first}-{first + 4}": f"{first}-{first + 4} år" for first in range(25, 60, 5)
}


@dataclass(frozen=True)
class Variable:
    """One dimension: its values, code to text, and whether a question may leave it out."""

    id: str
    text: str
    values: Mapping[str, str]
    elimination: bool = True
    is_time: bool = False


@dataclass(frozen=True)
class BankTable:
    """One table as it stands on a day; `figure` gives what is written for a choice of codes."""

    id: str
    text: str
    updated_at: datetime
    variables: tuple[Variable, ...]
    figure: Callable[[Mapping[str, str]], str]


def population_released_on(period: Period) -> date:
    """The first weekday from the 40th day of the quarter on: 11 August 2025 and 10 August 2026, as seen."""
    return _weekday(period.first_day + timedelta(days=40))


def recipients_released_on(period: Period) -> date:
    """Two and a half months after the quarter, which is a guess."""
    return _weekday(period.last_day + timedelta(days=75))


def unemployed_released_on(period: Period) -> date:
    """The last day of the following month, as 31 October 2023 was; a weekday."""
    return _weekday(period.shifted(1).last_day)


def tables(day: date, *, seed: int) -> dict[str, BankTable]:
    """Every table by its id in capitals, as of `day`."""
    return {table.id: table for table in (_folk1a(day, seed), _auk01(day, seed), _aus08(day, seed))}


def _weekday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _released(day: date, *, first: str, on: Callable[[Period], date]) -> list[Period]:
    begun = Period.parse(first)
    return [each for each in spanning(begun, Period.containing(day, kind=begun.kind)) if on(each) <= day]


def _written(period: Period) -> str:
    return str(period) if period.kind is PeriodKind.MONTH else f"{period.year}K{period.number}"


def _time(periods: list[Period]) -> Variable:
    return Variable("Tid", "tid", {_written(each): _written(each) for each in periods}, elimination=False, is_time=True)


@cache
def _folk1a(day: date, seed: int) -> BankTable:
    periods = _released(day, first="2008Q01", on=population_released_on)
    return BankTable(
        id="FOLK1A",
        text="Befolkningen den 1. i kvartalet",
        updated_at=datetime.combine(population_released_on(periods[-1]), _RELEASED_AT),
        variables=(
            Variable("OMRÅDE", "område", dict(_areas(landsdele=False, also={CHRISTIANSO: "Christiansø"}))),
            Variable("KØN", "køn", {"TOT": "I alt", "1": "Mænd", "2": "Kvinder"}),
            Variable("ALDER", "alder", {"IALT": "Alder i alt"} | {str(age): f"{age} år" for age in range(126)}),
            Variable(
                "CIVILSTAND",
                "civilstand",
                {"TOT": "I alt", "U": "Ugift", "G": "Gift/separeret", "E": "Enke/enkemand", "F": "Fraskilt"},
            ),
            _time(periods),
        ),
        figure=partial(_inhabitants, {_written(each): each for each in periods}, seed),
    )


@cache
def _auk01(day: date, seed: int) -> BankTable:
    periods = _released(day, first="2007Q01", on=recipients_released_on)
    return BankTable(
        id="AUK01",
        text="Offentligt forsørgede (fuldtidsmodtagere)",
        updated_at=datetime.combine(recipients_released_on(periods[-1]), _RELEASED_AT),
        variables=(
            Variable("OMRÅDE", "område", dict(_areas(landsdele=True, also={UNKNOWN: "Uoplyst"}))),
            Variable("YDELSESTYPE", "ydelsestype", TYPES),
            Variable("KØN", "køn", {"TOT": "I alt", "M": "Mænd", "K": "Kvinder"}),
            Variable("ALDER", "alder", dict(sorted(_AGES.items(), key=lambda age: age[0] != "TOT"))),
            _time(periods),
        ),
        figure=partial(_recipients, {_written(each): each for each in periods}, seed),
    )


@cache
def _aus08(day: date, seed: int) -> BankTable:
    periods = _released(day, first="2023M01", on=unemployed_released_on)
    return BankTable(
        id="AUS08",
        text="Sæsonkorrigerede ledige i pct. af arbejdsstyrken",
        updated_at=datetime.combine(unemployed_released_on(periods[-1]), _RELEASED_AT),
        variables=(
            Variable("OMRÅDE", "område", dict(_areas(landsdele=False, also={}))),
            Variable("YDELSESTYPE", "ydelsestype", {"TOT": "Ledige i alt", "A": "A-dagpenge", "K": "Kontanthjælp"}),
            Variable(
                "SAESONFAK", "sæsonkorrigering", {"9": "Faktiske tal", "10": "Sæsonkorrigeret"}, elimination=False
            ),
            _time(periods),
        ),
        figure=partial(_unemployed, seed),
    )


def _areas(*, landsdele: bool, also: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The country, each region with what lies in it, and what lies nowhere: codes as StatBank writes them."""
    names = {area.code: area.name for area in all_areas()}
    yield "000", names["000"]
    for region in _ORDER_OF_REGIONS:
        yield region.replace("10", "0", 1), names[region]
        for landsdel in [area for area in all_areas() if area.parent_code == region]:
            if landsdele:
                yield landsdel.code, landsdel.name
            yield from ((area.code, area.name) for area in all_areas() if area.parent_code == landsdel.code)
    yield from also.items()


@cache
def _within(code: str) -> tuple[str, ...]:
    """The codes of the municipalities, Christiansø and the unknown area that an area's figure is the sum of."""
    inside = {area.code: area.parent_code for area in all_areas()}
    ours = code.replace("0", "10", 1) if code.startswith("08") else code
    found = [each.code for each in all_areas() if each.kind == "municipality"]
    if code == "000":
        return (*found, CHRISTIANSO, UNKNOWN)
    if code not in inside and ours == code:
        return (code,)
    chosen = [own for own in found if ours in (own, inside[own], inside[inside[own] or ""])]
    return (*chosen, CHRISTIANSO) if ours == "1084" else tuple(chosen)


def _summed(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts of every area that either table has, from those of the municipalities and what lies nowhere."""
    codes = {"000", *(region.replace("10", "0", 1) for region in _ORDER_OF_REGIONS), *counts}
    codes.update(area.code for area in all_areas() if area.kind == "landsdel")
    return {code: sum(counts.get(own, 0) for own in _within(code)) for code in codes}


@cache
def _population(period: Period, seed: int) -> dict[str, int]:
    return _summed(inhabitants(period, seed=seed))


@cache
def _receiving(period: Period, seed: int) -> dict[str, dict[str, int]]:
    return {name: _summed(counts) for name, counts in recipients(period, seed=seed).items()}


def _is_total(codes: Mapping[str, str]) -> bool:
    return {codes.get("KØN", "TOT"), codes.get("ALDER", "TOT"), codes.get("CIVILSTAND", "TOT")} <= _TOTALS


def _inhabitants(periods: dict[str, Period], seed: int, codes: Mapping[str, str]) -> str:
    if not _is_total(codes):
        return ".."
    return str(_population(periods[codes["Tid"]], seed)[codes.get("OMRÅDE", "000")])


def _recipients(periods: dict[str, Period], seed: int, codes: Mapping[str, str]) -> str:
    """A count, or the sign for a hidden one (1 and 2) or for none at all."""
    if not _is_total(codes):
        return ".."
    counts = _receiving(periods[codes["Tid"]], seed)[codes.get("YDELSESTYPE", "TOT")]
    count = counts[codes.get("OMRÅDE", "000")]
    return "-" if count == 0 else ".." if count < 3 else str(count)


def _unemployed(seed: int, codes: Mapping[str, str]) -> str:
    """A share of the workforce in per cent, with one decimal and a comma."""
    share = 1 + 4 * noise.chance(seed, "AUS08", *(f"{name} {code}" for name, code in sorted(codes.items())))
    return f"{share:.1f}".replace(".", ",")
