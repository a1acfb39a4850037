"""What a municipality's own limits may say, and the YAML file they stand in, read before anything is held against them.

Four kinds: how fast a benefit may grow, how far it may be above its budget, which place on the ministry's ranking list is
too low, and how late a table may be. How the file is written: docs/thresholds.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, PlainValidator, StringConstraints, model_validator

from warehouse.catalogue.model import jobindsats
from warehouse.catalogue.named import unknown
from warehouse.claims.content import AreaName
from warehouse.danish.numbers import WrittenNumber
from warehouse.danish.written_files import FileMisread, misread, read_model, written_file
from warehouse.formats.declared import Declared

LONGEST_FILE = 100_000
LAST_RANK = 98
BENCHMARK = "y30r21"
ALL_BENEFITS = "Ydelsesgrupper i alt"


class ThresholdsError(ValueError):
    """A file of thresholds cannot be read; the message says where and what to write."""


@cache
def _benefits() -> tuple[str, ...]:
    return tuple(group.name for group in jobindsats().benefit_groups)


@cache
def _benefit_areas() -> tuple[str, ...]:
    (groups,) = jobindsats().table(BENCHMARK).breakdowns
    return tuple(dict.fromkeys(groups.canonical.values()))


def _names_among(what: str, known: Callable[[], Iterable[str]]) -> PlainValidator:
    """Reads a list of names, each of which there is, in upper or lower case, and each once."""

    def read(written: object) -> tuple[str, ...]:
        if not isinstance(written, list) or not written:
            raise ValueError(f"expected a list of names such as [{next(iter(known()))}]")
        names = {name.casefold(): name for name in known()}
        found = tuple(names.get(str(each).casefold().strip(), "") for each in written)
        if "" in found:
            raise ValueError(unknown(what, str(written[found.index("")]), known()))
        if len(set(found)) < len(found):
            raise ValueError("a name stands twice; name each once")
        return found

    return PlainValidator(read)


def _tables(written: object) -> tuple[str, ...]:
    if not isinstance(written, list) or not written:
        raise ValueError("expected a list of tables such as [y01a02]; leave the key out for all of them")
    return tuple(dict.fromkeys(str(each).strip().lower() for each in written))


def _limit(written: object) -> Decimal:
    if not isinstance(written, str):
        raise ValueError("expected a number, found a list, further keys or nothing")
    number = WrittenNumber.parse(written)
    if number.value < 0:
        raise ValueError(f"expected a limit of 0 or more, found {written}")
    return Decimal(number.value.numerator) / Decimal(number.value.denominator)


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Limit = Annotated[Decimal, PlainValidator(_limit)]
Benefits = Annotated[tuple[str, ...], _names_among("benefit", _benefits)]
BenefitAreas = Annotated[tuple[str, ...], _names_among("group of benefits", _benefit_areas)]


class _Limited(Declared):
    """A limit that is told in one of several units."""

    @model_validator(mode="after")
    def _has_one_limit(self) -> Self:
        limits = [name for name in type(self).model_fields if "_than_" in name]
        given = [name for name in limits if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"expected exactly one of {' and '.join(limits)}; found {' and '.join(given) or 'none'}")
        return self


class Growth(_Limited):
    """More full-time persons than so many months before; of each benefit that is named, or of all counted ones together."""

    benefits: Benefits | None = None
    months: int = Field(default=3, ge=1, le=24)
    more_than_pct: Limit | None = None
    more_than_full_time_persons: Limit | None = None


class Budget(_Limited):
    """Full-time persons above the budget, on average so far this year; of each benefit named, or of all budgeted ones."""

    benefits: Benefits | None = None
    more_than_pct: Limit | None = None
    more_than_full_time_persons: Limit | None = None


class Rank(_Limited):
    """A place on the ministry's list behind this one, or so many places lost since the list half a year before."""

    benefit_areas: BenefitAreas = (ALL_BENEFITS,)
    worse_than_rank: int | None = Field(default=None, ge=1, lt=LAST_RANK)
    more_than_places_lost: int | None = Field(default=None, ge=0, lt=LAST_RANK)


class Lateness(_Limited):
    """Days that a table may be late against its publisher's calendar; of those that are named, or of every one."""

    tables: Annotated[tuple[str, ...], PlainValidator(_tables)] | None = None
    more_than_days: int | None = Field(default=None, ge=0, le=366)


KINDS = ("growth", "budget", "rank", "lateness")


class Threshold(Declared):
    """One limit, by the municipality's own name for it: exactly one of the four kinds."""

    name: Words
    area: AreaName | None = None
    growth: Growth | None = None
    budget: Budget | None = None
    rank: Rank | None = None
    lateness: Lateness | None = None

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        named = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(named) != 1:
            raise ValueError(
                f"expected exactly one of {', '.join(KINDS)}; found {' and '.join(named) or 'none of them'}"
            )
        return self

    @property
    def kind(self) -> str:
        """Which of the four it is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)


class ThresholdsFile(Declared):
    """A file of thresholds: the municipality they are of where one does not name another, and the thresholds."""

    area: AreaName
    thresholds: tuple[Threshold, ...]

    def area_of(self, threshold: Threshold) -> str:
        """The name of the area that a threshold is of."""
        return threshold.area or self.area


def read_thresholds(text: str, *, name: str) -> ThresholdsFile:
    """A file of thresholds from its text; raises ThresholdsError naming each wrong line and key. `name` is the file's."""
    try:
        file = written_file(text, name=name, longest=LONGEST_FILE)
        found = read_model(file, ThresholdsFile, name=name)
        twice = list(_named_twice(found))
        if twice:
            raise misread(twice, file=file, name=name)
    except FileMisread as error:
        raise ThresholdsError(str(error)) from error
    return found


def _named_twice(found: ThresholdsFile) -> Iterator[tuple[tuple[Any, ...], str]]:
    names = [threshold.name for threshold in found.thresholds]
    for at, name in enumerate(names):
        if name in names[:at]:
            yield ("thresholds", at, "name"), f"another threshold is called '{name}'; give each a name of its own"


def thresholds_in(path: Path) -> ThresholdsFile:
    """The thresholds of a file; raises ThresholdsError."""
    try:
        written = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ThresholdsError(
            f"{path} cannot be read ({error.strerror}): name the YAML file of the thresholds"
        ) from error
    except UnicodeDecodeError as error:
        raise ThresholdsError(
            f"{path} is no text in UTF-8: name a YAML file, written as docs/thresholds.md says"
        ) from error
    return read_thresholds(written, name=path.name)
