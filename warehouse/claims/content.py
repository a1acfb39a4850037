"""What a claims file may hold: papers, their claims, and what these ask of the warehouse."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Annotated

from pydantic import Field, PlainValidator, StringConstraints, ValidationInfo

from warehouse.areas import AreaUnknown, find, municipalities
from warehouse.claims.arithmetic import Arithmetic
from warehouse.claims.words import rounding_word
from warehouse.danish.numbers import WrittenNumber
from warehouse.danish.units import Unit, scale_of
from warehouse.formats.declared import Declared
from warehouse.formats.written_day import WrittenDay
from warehouse.periods import Period, spanning

ASSUMPTION = "assumptions."
EVERY_MUNICIPALITY = "alle kommuner"
MOST_NUMBERS = 200


def _area(written: object) -> str:
    try:
        return find(str(written)).name
    except AreaUnknown as error:
        raise ValueError(str(error)) from error


def _areas(written: object) -> tuple[str, ...]:
    if written == EVERY_MUNICIPALITY:
        return tuple(area.name for area in municipalities())
    if not isinstance(written, list) or not written:
        raise ValueError(f"expected a list such as [Ballerup, Glostrup], or '{EVERY_MUNICIPALITY}'")
    found = tuple(map(_area, written))
    if len(set(found)) < len(found):
        raise ValueError("an area stands twice; name each once")
    return found


def _periods(written: object) -> tuple[Period, ...]:
    first, colon, last = str(written).partition(":")
    if not colon:
        raise ValueError(f"'{written}' is not a first and a last period: write 2016M01:2016M12")
    found = spanning(Period.parse(first), Period.parse(last))
    if not found:
        raise ValueError(f"{first} comes after {last}: name the earlier period first")
    return tuple(found)


def _number(written: object) -> WrittenNumber:
    if not isinstance(written, str):
        raise ValueError("expected a number, found a list or further keys")
    return WrittenNumber.parse(written)


def _arithmetic(written: object) -> Arithmetic:
    if not isinstance(written, str):
        raise ValueError("expected arithmetic as one text")
    return Arithmetic.parse(written)


def _day(written: object) -> str:
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", str(written), re.ASCII)
    if found is None:
        raise ValueError(f"'{written}' is not a date: write 2024-01-31, or 2024-01 or 2024 where no more is known")
    date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    return str(written)


def _unit(written: object, info: ValidationInfo) -> Unit:
    if not isinstance(written, str):
        raise ValueError("expected a text such as mio. kr.")
    return Unit.parse(written.strip(), own=(info.context or {}).get("units", ()))


def _own_unit(written: object) -> str:
    if not isinstance(written, str) or not written.strip():
        raise ValueError("expected a word for what is counted, such as praktikker")
    if scale_of(written) > 1:
        raise ValueError(f"'{written}' says how many are meant, so it cannot count one by one; remove it")
    return written


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-zæøå][a-z0-9_æøå]*$", max_length=60)]
AreaName = Annotated[str, PlainValidator(_area)]
AreaNames = Annotated[tuple[str, ...], PlainValidator(_areas)]
PeriodId = Annotated[Period, PlainValidator(lambda written: Period.parse(str(written)))]
PeriodIds = Annotated[tuple[Period, ...], PlainValidator(_periods)]
Number = Annotated[WrittenNumber, PlainValidator(_number)]
Formula = Annotated[Arithmetic, PlainValidator(_arithmetic)]
Day = Annotated[str, PlainValidator(_day)]
About = Annotated[str, PlainValidator(lambda written: rounding_word(str(written)))]
UnitName = Annotated[Unit, PlainValidator(_unit)]
OwnUnit = Annotated[str, PlainValidator(_own_unit)]


class _Asked(Declared):
    area: AreaName | None = None
    areas: AreaNames | None = None
    period: PeriodId | None = None
    periods: PeriodIds | None = None
    as_of: WrittenDay | None = None

    @property
    def gives_several(self) -> bool:
        """Whether it may give more than one number."""
        return self.areas is not None or self.periods is not None

    def places(self, *, area: str) -> list[tuple[str, Period | None]]:
        """Each area and period that is asked about; without an area it is about the document's."""
        areas = self.areas or (self.area or area,)
        return [(each, period) for each in areas for period in self.periods or (self.period,)]

    def misfits(self) -> Iterator[str]:
        """What does not go together."""
        if self.area is not None and self.areas is not None:
            yield "expected one of area and areas"
        if self.period is not None and self.periods is not None:
            yield "expected one of period and periods"
        if len(self.places(area="")) > MOST_NUMBERS:
            yield f"it asks for {len(self.places(area=''))} numbers; at most {MOST_NUMBERS} are taken together"


class Figure(_Asked):
    """A figure of the warehouse; without a period it is the newest."""

    name: Name
    item: Words | None = None
    basis: Words | None = None
    column: Words | None = None


class Cell(_Asked):
    """A cell of a table; `where` names members of its breakdowns, and of those that are not named the total is meant."""

    table: Words
    measure: Words | None = None
    where: dict[Words, Words] = Field(default_factory=dict)

    def misfits(self) -> Iterator[str]:
        """What does not go together, and a period that lacks."""
        yield from super().misfits()
        if self.period is None and self.periods is None:
            yield "name the period, such as 2023M10"


class Document(Declared):
    """One paper: `date` is as exact as it is known."""

    id: Words
    title: Words
    area: AreaName
    date: Day
    source: Words


def last_day(document: Document) -> date:
    """The last day that a paper may be of."""
    year, month, day = (int(part) for part in [*document.date.split("-"), "0", "0"][:3])
    return date(year, month or 12, day or monthrange(year, month or 12)[1])


class Given(Declared):
    """What the arithmetic is given: a number and where it comes from, or a figure or cells of the warehouse.

    `low` and `high` where a number is itself a rounded one. A figure and a cell are in their plain unit, and may be several
    numbers: of each of `areas`, of each of `periods`.
    """

    value: Number | None = None
    source: Words | None = Field(default=None, alias="from")
    unit: UnitName = Unit()
    low: Number | None = None
    high: Number | None = None
    figure: Figure | None = None
    cell: Cell | None = None

    @property
    def asked(self) -> Figure | Cell | None:
        """What the warehouse is asked for it."""
        return self.figure or self.cell

    @property
    def ends(self) -> tuple[Fraction, Fraction, Fraction]:
        """Its value, the least and the most it may be, in the plain unit: kroner where it was written in millions of them."""
        number = self.value or WrittenNumber(Fraction(0), 0)
        low, high = self.low or number, self.high or number
        scale = self.unit.scale
        return number.value * scale, low.value * scale, high.value * scale


class Reading(Declared):
    """Another way of reading the paper, tried where the claim differs."""

    label: Words
    arithmetic: Formula | None = None
    figure: Figure | None = None
    cell: Cell | None = None


class Claim(Declared):
    """One number somebody wrote, and the arithmetic, figure or cell that should give it, or why nothing can."""

    document: Words
    point: Words
    statement: Words
    claimed: Number
    unit: UnitName = Unit()
    about: About | None = None
    rounded_to: Number | None = None
    arithmetic: Formula | None = None
    figure: Figure | None = None
    cell: Cell | None = None
    cannot: Words | None = None
    given: dict[Name, Given] = Field(default_factory=dict)
    readings: tuple[Reading, ...] = ()


class ClaimsFile(Declared):
    """Papers and what they claim; every claim names a document of the file. `units` are its own words for what is counted."""

    units: tuple[OwnUnit, ...] = ()
    documents: tuple[Document, ...]
    claims: tuple[Claim, ...]

    def document(self, claim: Claim) -> Document:
        """The paper a claim stands in."""
        return next(document for document in self.documents if document.id == claim.document)
