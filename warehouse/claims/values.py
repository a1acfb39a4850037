"""What a claim's arithmetic comes to, or the warehouse answers: the value that a paper's number is held against.

Everything is in the plain unit (kroner, persons, per cent) and exact. The warehouse itself is not asked here: whoever
checks claims says how figures and cells are found.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from warehouse.claims.arithmetic import Arithmetic, ArithmeticRefused
from warehouse.claims.arithmetic import Number as Given
from warehouse.claims.content import ASSUMPTION, Cell, Claim, Figure, Reading
from warehouse.claims.file import ClaimsError
from warehouse.danish.numbers import readable, shown
from warehouse.periods import Period

MOST_ROUNDED_INPUTS = 6
POOLED_UNITS = frozenset({"persons", "full_time_persons", "cases", "dkk", "work_years"})
"""Units in which the numbers of several areas may be added; of rates and ranks no sum and no mean says anything."""


@dataclass(frozen=True)
class FigureQuestion:
    """Which figure a claim rests on: `area` is the official name, `as_of` None for what is known now."""

    name: str
    area: str
    period: Period | None = None
    item: str | None = None
    basis: str | None = None
    column: str | None = None
    as_of: date | None = None

    def __str__(self) -> str:
        return _listed(self.name, self.area, self.period, self.item, self.basis, self.column, as_of=self.as_of)


@dataclass(frozen=True)
class CellQuestion:
    """Which cell of a table a claim rests on: `where` are members of its breakdowns, the total of those not named."""

    table: str
    area: str
    period: Period | None = None
    measure: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    as_of: date | None = None

    def __str__(self) -> str:
        members = (f"{dimension} = {member}" for dimension, member in self.where)
        return _listed(self.table, self.area, self.period, self.measure, *members, as_of=self.as_of)


def _listed(*parts: object, as_of: date | None) -> str:
    known = f"as known on {as_of}" if as_of else None
    return ", ".join(str(part) for part in (*parts, known) if part is not None)


def questions(asked: Figure | Cell, *, area: str) -> list[Question]:
    """Each number that a claim asks of the warehouse; without an area of its own it is about the paper's."""
    places = asked.places(area=area)
    if isinstance(asked, Figure):
        rest = asked.item, asked.basis, asked.column, asked.as_of
        return [FigureQuestion(asked.name, where, period, *rest) for where, period in places]
    members = tuple(asked.where.items())
    return [CellQuestion(asked.table, *place, asked.measure, members, asked.as_of) for place in places]


@dataclass(frozen=True)
class FigureAnswer:
    """A figure or a cell in its plain unit (kroner, persons, per cent), or why there is none.

    `low` and `high` are how far it may be off where its inputs are rounded; None where it is exact. `side` is its series
    and the newest break of it at or before its period.
    """

    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    caveats: tuple[str, ...] = ()
    why_not: str | None = None
    unit: str | None = None
    side: tuple[str, str | None] | None = None

    @property
    def lacks(self) -> str | None:
        """Why there is no number, None where there is one."""
        ends = [end for end in (self.value, self.low, self.high) if end is not None]
        if self.value is None or not all(end.is_finite() for end in ends):
            return self.why_not or "the warehouse has no value for it"
        return None

    @property
    def ends(self) -> tuple[Fraction, Fraction, Fraction]:
        """The value, the least and the most it may be."""
        ends = [Fraction(end) for end in (self.value, self.low, self.high) if end is not None]
        return ends[0], min(ends), max(ends)


Question = FigureQuestion | CellQuestion
Figures = Callable[[Question], FigureAnswer]


@dataclass(frozen=True)
class Computed:
    """What was worked out, in the plain unit: the value, and how low and high it may be if its inputs are rounded."""

    value: Fraction
    low: Fraction
    high: Fraction


@dataclass(frozen=True)
class Found:
    """What one way of computing a claim gave: a value with its caveats, or why there is none."""

    source: str
    computed: Computed | None
    caveats: tuple[str, ...] = ()
    why_not: str = ""


@dataclass(frozen=True)
class _Name:
    """What a name of the arithmetic stands for: one number or several, each with the least and the most it may be."""

    numbers: tuple[tuple[Fraction, Fraction, Fraction], ...]
    said: str
    source: str = ""
    answers: tuple[FigureAnswer, ...] = ()
    areas: tuple[str, ...] = ()
    why_not: str = ""

    def at(self, end: int) -> Given:
        """All its numbers as they are (0), at their least (1) or at their most (2)."""
        found = tuple(each[end] for each in self.numbers)
        return found if len(found) > 1 else found[0]

    @property
    def ends(self) -> tuple[Given, ...]:
        """Its ends; itself where it is exact."""
        return tuple(dict.fromkeys((self.at(1), self.at(2))))

    @property
    def rates(self) -> dict[str, set[str]]:
        """Of which areas its numbers are, by the unit, where numbers in that unit cannot be added."""
        found: dict[str, set[str]] = {}
        for answer, area in zip(self.answers, self.areas, strict=True):
            if answer.unit is not None and answer.unit not in POOLED_UNITS:
                found.setdefault(answer.unit, set()).add(area)
        return found


@dataclass(frozen=True)
class Values:
    """One claim with all that its values come from; `area` is the paper's."""

    claim: Claim
    area: str
    figures: Figures
    assumptions: Mapping[str, Decimal]

    def of(self, way: Claim | Reading) -> Found:
        """What a claim, or another reading of it, comes to; raises ClaimsError naming the claim."""
        if (asked := way.figure or way.cell) is not None:
            return self._asked(asked)
        if way.arithmetic is None:
            raise self._error("it has neither arithmetic nor a figure nor a cell")
        return self._worked_out(way.arithmetic)

    def _asked(self, asked: Figure | Cell) -> Found:
        (question,) = questions(asked, area=self.area)
        answer = self.figures(question)
        if (why_not := answer.lacks) is not None:
            return Found(str(question), None, why_not=why_not)
        return Found(str(question), Computed(*answer.ends), answer.caveats)

    def _worked_out(self, arithmetic: Arithmetic) -> Found:
        names = {
            name: self._named(name) for name in arithmetic.names if name in self.claim.given or name in self._assumed
        }
        if (why_not := _why_not(names, arithmetic=arithmetic)) is not None:
            return Found(arithmetic.text, None, why_not=why_not)
        try:
            value = arithmetic.value(self._assumed | {name: each.at(0) for name, each in names.items()})
            at_the_ends = [arithmetic.value(each) for each in self._at_their_ends(names)]
        except ArithmeticRefused as error:
            raise self._error(str(error)) from error
        computed = Computed(value, min(value, *at_the_ends), max(value, *at_the_ends))
        return Found(_in_words(arithmetic, names=names), computed, _caveats(names))

    @property
    def _assumed(self) -> dict[str, Given]:
        return {f"{ASSUMPTION}{name}": Fraction(value) for name, value in self.assumptions.items()}

    def _named(self, name: str) -> _Name:
        """What a name stands for: an assumption, a given number, or what the warehouse answers."""
        given = self.claim.given.get(name)
        if given is None:
            value = Fraction(self.assumptions[name.removeprefix(ASSUMPTION)])
            return _Name(((value, value, value),), shown(readable(value, decimals=6)))
        if given.value is not None:
            written = shown(readable(given.value.value, decimals=given.value.decimals))
            return _Name((given.ends,), f"{written} {given.unit.text}".rstrip(), given.source or "")
        return self._answered(name, asked=given.asked) if given.asked else _Name((), "", why_not=f"{name} is not given")

    def _answered(self, name: str, *, asked: Figure | Cell) -> _Name:
        """What the warehouse answers for a name; where one number of several lacks, there is none."""
        wanted = questions(asked, area=self.area)
        answers = tuple(map(self.figures, wanted))
        lacking = [
            f"{question} ({why})" for question, answer in zip(wanted, answers, strict=True) if (why := answer.lacks)
        ]
        if lacking:
            more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
            return _Name((), "", why_not=f"{name} lacks {len(lacking)} of {len(wanted)} numbers: {lacking[0]}{more}")
        numbers, areas = tuple(answer.ends for answer in answers), tuple(question.area for question in wanted)
        return _Name(numbers, _said(numbers, wanted=wanted), _span(wanted), answers, areas)

    def _at_their_ends(self, names: Mapping[str, _Name]) -> Iterator[dict[str, Given]]:
        """Every combination of the least and the most that rounded inputs may be.

        The extremes of a sum, a product or a quotient lie there; so do those of most of what papers compute.
        """
        ends = {name: each.ends for name, each in names.items()}
        if sum(len(each) > 1 for each in ends.values()) > MOST_ROUNDED_INPUTS:
            raise self._error(f"more than {MOST_ROUNDED_INPUTS} of its numbers have a low and a high; sum some of them")
        for chosen in itertools.product(*ends.values()):
            yield dict(zip(ends, chosen, strict=True))

    def _error(self, what: str) -> ClaimsError:
        claim = self.claim
        return ClaimsError(f"{claim.document}, point {claim.point}, '{claim.statement}': {what}")


def _why_not(names: Mapping[str, _Name], *, arithmetic: Arithmetic) -> str | None:
    """Why arithmetic cannot be worked out: a number lacks, or rates of several areas would be added."""
    if lacking := next((each.why_not for each in names.values() if each.why_not), None):
        return lacking
    for function, together in arithmetic.pooled:
        if why_not := _unpooled({name: names[name] for name in together if name in names}, function=function):
            return why_not
    return None


def _unpooled(names: Mapping[str, _Name], *, function: str) -> str | None:
    """Why names cannot be taken together: they are in one unit, of several areas, and no counts."""
    for unit in dict.fromkeys(unit for each in names.values() for unit in each.rates):
        of_it = {name: each.rates[unit] for name, each in names.items() if unit in each.rates}
        if len(set().union(*of_it.values())) > 1:
            said = f"{' and '.join(of_it)} {'is' if len(of_it) == 1 else 'are'} in {unit}"
            return f"{said}, and of several areas that has no {function}: work it out from the counts"
    return None


def _caveats(names: Mapping[str, _Name]) -> tuple[str, ...]:
    """What is to be said of the numbers that were taken together, each once."""
    answers = [answer for each in names.values() for answer in each.answers]
    found = dict.fromkeys(caveat for answer in answers for caveat in answer.caveats)
    sides = dict.fromkeys(answer.side for answer in answers if answer.side)
    for series in dict.fromkeys(series for series, _ in sides):
        breaks = [each for of, each in sides if of == series]
        if len(breaks) > 1:
            found[f"its numbers lie on both sides of a series break ({', '.join(filter(None, breaks))})"] = None
    return tuple(found)


def _said(numbers: Sequence[tuple[Fraction, Fraction, Fraction]], *, wanted: Sequence[Question]) -> str:
    """The numbers that the warehouse answered and what they are of."""
    values = [shown(readable(value, decimals=2)) for value, _, _ in (min(numbers), max(numbers))]
    if len(numbers) == 1:
        return f"{values[0]} ({wanted[0]})"
    return f"{len(numbers)} numbers from {values[0]} to {values[1]} ({_span(wanted)})"


def _span(wanted: Sequence[Question]) -> str:
    """Several questions as one: the first, with what they reach to."""
    first, last = wanted[0], wanted[-1]
    areas = list(dict.fromkeys(each.area for each in wanted))
    said = str(first)
    if len(areas) > 1:
        told = " and ".join(areas) if len(areas) == 2 else f"{areas[0]} and {len(areas) - 1} other areas"
        said = said.replace(first.area, told, 1)
    return (
        said.replace(str(first.period), f"{first.period} to {last.period}", 1) if first.period != last.period else said
    )


def _in_words(arithmetic: Arithmetic, *, names: Mapping[str, _Name]) -> str:
    """The arithmetic with what it is given; for a single number, where that comes from."""
    if arithmetic.text in names and (source := names[arithmetic.text].source):
        return source
    used = ", ".join(f"{name} = {each.said}" for name, each in names.items())
    return f"{arithmetic.text} with {used}" if used else arithmetic.text
