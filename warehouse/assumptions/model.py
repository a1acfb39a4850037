"""Reads assumptions: what a figure takes for granted and no table of a publisher says, as dated, sourced data.

A price per person, a key, a forecast, a target: none of them is a constant in code. Variants that must never be mixed
(a price from accounts, one from the ministry) are told apart by their basis. What was known of them and when is kept by
`warehouse/assumptions/record.py`.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from itertools import groupby, pairwise
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from warehouse.areas import all_areas, reference_rows
from warehouse.catalogue.units import Evidence
from warehouse.formats.declared import Declared
from warehouse.formats.yaml_files import YamlFile, YamlMisread

AssumptionUnit = Literal["persons", "full_time_persons", "cases", "pct", "pct_point", "dkk", "hours", "weeks", "years"]

Key = tuple[str, str | None, str]
"""Name, area code and basis: what one assumption at a time may stand for."""

_WHOLE = ("weeks", "years")
_LARGEST = 10**15
_YEARS = (1900, 2200)
_POPULATION_SOURCE = "Danmarks Statistik, population on 1 January"


_FORECASTS = ("national_", "forecast_")
_UNTIL_THE_NEXT_YEARS_IS_OUT = timedelta(days=547)


def leads_until(name: str, *, valid_to: date | None) -> date:
    """The last day on which a summary may rest on an assumption; after that it stands in its section only.

    A forecast ends with its horizon. What is given for a year, such as a price from accounts, is the newest there is until
    the next year's is out, for which 18 months are allowed.

    >>> leads_until("net_unit_cost_dkk", valid_to=date(2022, 12, 31))
    datetime.date(2024, 6, 30)
    """
    if valid_to is None:
        return date.max
    return valid_to if name.startswith(_FORECASTS) else valid_to + _UNTIL_THE_NEXT_YEARS_IS_OUT


class AssumptionError(ValueError):
    """Assumptions cannot be read; the message names file, entry and key."""


class Assumption(Declared):
    """One number taken for granted: where and when it applies, how certain it is, and who says so.

    `area_code` None is anywhere, `basis` a variant, `valid_from` and `valid_to` the first and last day it was given for.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    area_code: str | None = None
    basis: str = Field(default="", pattern=r"^[a-z0-9_]*$")
    valid_from: date | None = None
    valid_to: date | None = None
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    unit: AssumptionUnit
    source: str = Field(min_length=3)
    evidence: Evidence
    note: str = ""

    @field_validator("value", "low", "high", mode="before")
    @classmethod
    def _is_a_number(cls, written: object) -> object:
        # "132.350" is a thousand times another number in Danish: a text is never read as one.
        if isinstance(written, bool) or not isinstance(written, int | float | Decimal | None):
            raise ValueError("a number is expected, without quotes, its decimals after a point")
        # Compared before anything is converted: a whole number may be too large for that.
        if written is not None and not -_LARGEST < written < _LARGEST:
            raise ValueError(f"a number between -{_LARGEST:.0e} and {_LARGEST:.0e} is expected")
        return written

    @field_validator("source", "note")
    @classmethod
    def _can_be_printed(cls, written: str) -> str:
        if any(ord(letter) < 32 and not letter.isspace() for letter in written):
            raise ValueError("text without control characters is expected")
        return written

    @field_validator("valid_from", "valid_to", mode="before")
    @classmethod
    def _is_a_day(cls, written: object) -> object:
        if written is not None and type(written) is not date:
            raise ValueError("a day is expected, written 2023-12-31 without quotes")
        if isinstance(written, date) and not _YEARS[0] <= written.year <= _YEARS[1]:
            raise ValueError(f"a day between {_YEARS[0]} and {_YEARS[1]} is expected")
        return written

    @field_validator("area_code", mode="before")
    @classmethod
    def _is_an_area(cls, code: object) -> object:
        if code is not None and (not isinstance(code, str) or code not in _codes()):
            raise ValueError('an area\'s official code in quotes is expected: "163" is Herlev, "000" the country')
        return code

    @model_validator(mode="after")
    def _bounds_hold_the_value(self) -> Self:
        if not self.name.endswith(f"_{self.unit}"):
            raise ValueError(f"a name ends in its unit: {self.name} does not end in _{self.unit}")
        parts = [part for part in (self.value, self.low, self.high) if part is not None and (part % 1 or part < 0)]
        if self.unit in _WHOLE and parts:
            raise ValueError(f"whole {self.unit} are expected, and none below zero, found {parts[0]}")
        if self.low is not None and self.low > self.value:
            raise ValueError(f"low {self.low} is above the value {self.value}")
        if self.high is not None and self.high < self.value:
            raise ValueError(f"high {self.high} is below the value {self.value}")
        if self.first_day > self.last_day:
            raise ValueError(f"valid_from {self.valid_from} is after valid_to {self.valid_to}")
        return self

    @property
    def key(self) -> Key:
        """Name, area code and basis."""
        return self.name, self.area_code, self.basis

    @property
    def first_day(self) -> date:
        """The first day it was given for; the beginning of time where none is."""
        return self.valid_from or date.min

    @property
    def last_day(self) -> date:
        """The last day it was given for; the end of time where none is."""
        return self.valid_to or date.max

    def __str__(self) -> str:
        about = ", ".join(part for part in (f"area {self.area_code}" if self.area_code else "", self.basis) if part)
        return f"{self.name} ({about or 'anywhere'}) from {self.valid_from or 'ever'} to {self.valid_to or 'ever'}"


@cache
def _codes() -> frozenset[str]:
    return frozenset(area.code for area in all_areas())


def read_assumptions(text: str, *, name: str) -> tuple[Assumption, ...]:
    """The assumptions of one YAML file, sorted by name, area, basis and day; `name` is the file's, for messages.

    Raises AssumptionError for an unknown key, a wrong type, a low above its value, or two that apply at the same time.
    """
    entries = _entries(text, name=name)
    return _in_order((_assumption(entry, file=name, at=at) for at, entry in enumerate(entries, 1)), name=name)


def _entries(text: str, *, name: str) -> list[Any]:
    try:
        document = YamlFile(text).content
    except YamlMisread as error:
        raise AssumptionError(f"{name}, line {error.line} cannot be read as YAML: {error}") from error
    if (
        not isinstance(document, dict)
        or set(document) != {"assumptions"}
        or not isinstance(document["assumptions"], list)
    ):
        found = reprlib.repr(list(document) if isinstance(document, dict) else document)
        raise AssumptionError(f"{name}: one key 'assumptions' with a list is expected, found {found}")
    return list(document["assumptions"])


def _assumption(entry: object, *, file: str, at: int) -> Assumption:
    if not isinstance(entry, dict):
        raise AssumptionError(f"{file}: entry {at} is {reprlib.repr(entry)}; name, value, unit, ... are expected")
    try:
        return Assumption.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "the entry as a whole"
        found = "" if first["type"] == "missing" or not first["loc"] else f", found {reprlib.repr(first['input'])}"
        called = reprlib.repr(entry.get("name"))
        said = first["msg"].removeprefix("Value error, ")
        raise AssumptionError(f"{file}: entry {at} ({called}), {key}: {said}{found}") from error


def _in_order(assumptions: Iterable[Assumption], *, name: str) -> tuple[Assumption, ...]:
    ordered = sorted(assumptions, key=lambda each: (each.name, each.area_code or "", each.basis, each.first_day))
    for _, same in groupby(ordered, key=lambda each: each.key):
        for earlier, later in pairwise(same):
            if later.first_day <= earlier.last_day:
                raise AssumptionError(
                    f"{name}: two assumptions apply at the same time, {earlier}: {earlier.value}, and {later}: "
                    f"{later.value}; end the one before the other begins, or give one a basis of its own"
                )
    return tuple(ordered)


def merged(shipped: Iterable[Assumption], own: Iterable[Assumption]) -> tuple[Assumption, ...]:
    """The shipped assumptions with a municipality's own in place of those of the same name, area, basis and dates.

    Raises AssumptionError where an own one covers only a part of a shipped one's time.
    """
    mine = _in_order(own, name="your own assumptions")
    replacing = {(each.key, each.first_day, each.last_day) for each in mine}
    kept = (each for each in shipped if (each.key, each.first_day, each.last_day) not in replacing)
    return _in_order([*kept, *mine], name="the shipped assumptions and your own")


@cache
def shipped() -> tuple[Assumption, ...]:
    """The assumptions that come with the product; raises AssumptionError."""
    text = resources.files("warehouse.reference").joinpath("assumptions.yml").read_text(encoding="utf-8")
    written = read_assumptions(text, name="assumptions.yml")
    return _in_order([*written, *_populations()], name="assumptions.yml and population.csv")


def _populations() -> Iterator[Assumption]:
    """Persons on 1 January, which stand for that year."""
    for line, row in enumerate(reference_rows("population.csv"), 2):
        day = date.fromisoformat(row["day"])
        entry = {
            "name": "population_persons",
            "area_code": row["area_code"],
            "valid_from": day,
            "valid_to": day.replace(month=12, day=31),
            "value": int(row["persons"]),
            "unit": "persons",
            "source": _POPULATION_SOURCE,
            "evidence": row["evidence"],
            "note": row["note"],
        }
        yield _assumption(entry, file="population.csv", at=line)
