"""What a claim's arithmetic comes to, or what the warehouse answers to its figure: the value a paper's number is held against.

Everything is in the plain unit (kroner, persons, per cent) and exact. The warehouse itself is not asked here: whoever
checks claims says how figures are found.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from warehouse.claims.arithmetic import Arithmetic, ArithmeticRefused
from warehouse.claims.file import ASSUMPTION, Claim, ClaimsError, Figure, Reading
from warehouse.danish.numbers import readable, shown
from warehouse.periods import Period

MOST_ROUNDED_INPUTS = 6


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
        parts = (self.name, self.area, self.period, self.item, self.basis, self.column)
        known = f"as known on {self.as_of}" if self.as_of else None
        return ", ".join(str(part) for part in (*parts, known) if part is not None)


@dataclass(frozen=True)
class FigureAnswer:
    """A figure in its plain unit (kroner, persons, per cent), or why there is none.

    `low` and `high` are how far it may be off where its inputs are rounded; None where it is exact.
    """

    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    caveats: tuple[str, ...] = ()
    why_not: str | None = None


Figures = Callable[[FigureQuestion], FigureAnswer]


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
class Values:
    """One claim with all that its values come from; `area` is the paper's."""

    claim: Claim
    area: str
    figures: Figures
    assumptions: Mapping[str, Decimal]

    def of(self, way: Claim | Reading) -> Found:
        """What a claim, or another reading of it, comes to; raises ClaimsError naming the claim."""
        if way.figure is not None:
            return self._asked(way.figure)
        if way.arithmetic is None:
            raise self._error("it has neither arithmetic nor a figure")
        return self._worked_out(way.arithmetic)

    def _asked(self, figure: Figure) -> Found:
        rest = figure.model_dump(exclude={"area", "period"})
        question = FigureQuestion(area=figure.area or self.area, period=figure.period, **rest)
        answer = self.figures(question)
        ends = [end for end in (answer.value, answer.low, answer.high) if end is not None]
        if answer.value is None or not all(end.is_finite() for end in ends):
            return Found(str(question), None, why_not=answer.why_not or "the warehouse has no value for it")
        computed = Computed(Fraction(answer.value), Fraction(min(ends)), Fraction(max(ends)))
        return Found(str(question), computed, answer.caveats)

    def _worked_out(self, arithmetic: Arithmetic) -> Found:
        try:
            value = arithmetic.value(self._names)
            at_the_ends = [arithmetic.value(names) for names in self._names_at_their_ends(arithmetic)]
        except ArithmeticRefused as error:
            raise self._error(str(error)) from error
        return Found(self._in_words(arithmetic), Computed(value, min(value, *at_the_ends), max(value, *at_the_ends)))

    @property
    def _names(self) -> dict[str, Fraction]:
        assumed = {f"{ASSUMPTION}{name}": Fraction(value) for name, value in self.assumptions.items()}
        return assumed | {name: given.number for name, given in self.claim.given.items()}

    def _names_at_their_ends(self, arithmetic: Arithmetic) -> Iterator[dict[str, Fraction]]:
        """Every combination of the least and the most that rounded inputs may be.

        The extremes of a sum, a product or a quotient lie there; so do those of most of what papers compute.
        """
        ends = {name: given.ends for name, given in self.claim.given.items() if name in arithmetic.names}
        if sum(len(each) > 1 for each in ends.values()) > MOST_ROUNDED_INPUTS:
            raise self._error(f"more than {MOST_ROUNDED_INPUTS} of its numbers have a low and a high; sum some of them")
        for chosen in itertools.product(*ends.values()):
            yield self._names | dict(zip(ends, chosen, strict=True))

    def _in_words(self, arithmetic: Arithmetic) -> str:
        """The arithmetic with what it is given; for a single number, where that comes from."""
        if arithmetic.text in self.claim.given:
            return self.claim.given[arithmetic.text].source
        used = ", ".join(f"{name} = {self._as_given(name)}" for name in arithmetic.names)
        return f"{arithmetic.text} with {used}" if used else arithmetic.text

    def _as_given(self, name: str) -> str:
        given = self.claim.given.get(name)
        if given is None:
            return shown(readable(self._names[name], decimals=6))
        return f"{shown(readable(given.value.value, decimals=given.value.decimals))} {given.unit}".rstrip()

    def _error(self, what: str) -> ClaimsError:
        claim = self.claim
        return ClaimsError(f"{claim.document}, point {claim.point}, '{claim.statement}': {what}")
