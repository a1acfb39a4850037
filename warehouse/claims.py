"""Claims: the numbers of a paper, each checked against arithmetic or against a figure of the warehouse.

A claim holds, holds within rounding, differs (by how much, and which other reading would fit) or cannot be checked.
Everything is worked out exactly; what is shown is rounded. This module asks the warehouse nothing: whoever calls
`check` says how figures are found.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from warehouse.arithmetic import Arithmetic, ArithmeticRefused, implied
from warehouse.claims_file import ASSUMPTION, Claim, ClaimsError, ClaimsFile, Figure, Reading
from warehouse.periods import Period
from warehouse.verdicts import WORDS, Computed, Finding, Verdict, Written, judge
from warehouse.written_numbers import readable, scale_of, shown

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
class CheckedClaim:
    """One claim and what came of it: claimed, computed and difference in the paper's own `unit`.

    `difference` is how far the paper lies above (below: negative) what was computed; both are rounded to what the
    paper's digits let one say. They are None where nothing could be computed.
    """

    document: str
    point: str
    statement: str
    claimed: Decimal
    computed: Decimal | None
    difference: Decimal | None
    verdict: Verdict
    reason: str
    unit: str


def check(claims: ClaimsFile, *, figures: Figures, assumptions: Mapping[str, Decimal]) -> list[CheckedClaim]:
    """Every claim of a file with its verdict, in the file's order; one row per claim.

    `assumptions` are by the name a file calls them `assumptions.<name>`. Raises ClaimsError naming the claim whose
    arithmetic cannot be worked out.
    """
    return [_Check(claims, claim, figures, assumptions).checked() for claim in claims.claims]


@dataclass(frozen=True)
class _Found:
    """What one way of computing a claim gave: a value with its caveats, or why there is none."""

    source: str
    computed: Computed | None
    caveats: tuple[str, ...] = ()
    why_not: str = ""


@dataclass(frozen=True)
class _Check:
    """One claim in hand, with all it may be held against."""

    file: ClaimsFile
    claim: Claim
    figures: Figures
    assumptions: Mapping[str, Decimal]

    @property
    def scale(self) -> int:
        return scale_of(self.claim.unit)

    @property
    def written(self) -> Written:
        claim = self.claim
        step = claim.rounded_to.value if claim.rounded_to else claim.claimed.step
        return Written(claim.claimed.value * self.scale, step * self.scale, claim.about)

    def checked(self) -> CheckedClaim:
        if self.claim.cannot is not None:
            return self._row(None, Finding("cannot be checked", "apart"), reason=self.claim.cannot)
        found = self._found(self.claim)
        if found.computed is None:
            return self._row(None, Finding("cannot be checked", "apart"), reason=f"{found.source}: {found.why_not}")
        finding = judge(self.written, computed=found.computed)
        sentences = [self._gives(found, computed=found.computed, finding=finding), *found.caveats]
        if finding.verdict == "differs":
            sentences += [*self._readings(), *self._implied()]
        return self._row(found.computed, finding, reason="; ".join(sentences))

    def _row(self, computed: Computed | None, finding: Finding, *, reason: str) -> CheckedClaim:
        claim = self.claim
        return CheckedClaim(
            document=claim.document,
            point=claim.point,
            statement=claim.statement,
            claimed=self._in_unit(self.written.value),
            computed=self._in_unit(computed.value) if computed else None,
            difference=self._in_unit(self.written.value - computed.value) if computed else None,
            verdict=finding.verdict,
            reason=reason,
            unit=claim.unit,
        )

    def _in_unit(self, value: Fraction) -> Decimal:
        return readable(value / self.scale, decimals=self.claim.claimed.decimals)

    def _said(self, value: Fraction) -> str:
        return f"{shown(self._in_unit(value))} {self.claim.unit}".rstrip()

    def _gives(self, found: _Found, *, computed: Computed, finding: Finding) -> str:
        """How the value came about and why the verdict is what it is, as one sentence."""
        gives, written = f"{found.source} gives {self._said(computed.value)}", self._said(self.written.value)
        about = self.claim.about
        word = f"{WORDS[about].english} {written} ({about})" if about else ""
        match finding.ground:
            case "exact":
                return gives
            case "word":
                return f"{gives}, {word}"
            case "rounding" if self._in_unit(computed.value) == self._in_unit(self.written.value):
                return f"{gives}, all but exactly"
            case "rounding":
                return f"{gives}, which rounds to {written}"
            case "inputs":
                return (
                    f"{gives}, and anything from {self._said(computed.low)} to {self._said(computed.high)} is possible"
                )
        apart = self.written.value - computed.value
        side = "above" if apart > 0 else "below"
        not_so = f", not {word}" if word else ""
        return f"{gives}{not_so}; the paper is {self._said(abs(apart))} {side} it"

    def _found(self, way: Claim | Reading) -> _Found:
        if way.figure is not None:
            return self._asked(way.figure)
        if way.arithmetic is None:
            raise self._error("it has neither arithmetic nor a figure")
        return self._worked_out(way.arithmetic)

    def _asked(self, figure: Figure) -> _Found:
        area = figure.area or self.file.document(self.claim).area
        rest = figure.model_dump(exclude={"area", "period"})
        question = FigureQuestion(area=area, period=figure.period, **rest)
        answer = self.figures(question)
        if answer.value is None or not answer.value.is_finite():
            return _Found(str(question), None, why_not=answer.why_not or "the warehouse has no value for it")
        value, low, high = (
            Fraction(each if each is not None else answer.value) for each in (answer.value, answer.low, answer.high)
        )
        return _Found(str(question), Computed(value, low, high), answer.caveats)

    def _worked_out(self, arithmetic: Arithmetic) -> _Found:
        try:
            value = arithmetic.value(self._names)
            at_the_ends = [arithmetic.value(names) for names in self._names_at_their_ends(arithmetic)]
        except ArithmeticRefused as error:
            raise self._error(str(error)) from error
        return _Found(self._in_words(arithmetic), Computed(value, min(value, *at_the_ends), max(value, *at_the_ends)))

    def _in_words(self, arithmetic: Arithmetic) -> str:
        """The arithmetic with what it is given; for a single number, where that comes from."""
        if arithmetic.text in self.claim.given:
            return self.claim.given[arithmetic.text].source
        used = ", ".join(f"{name} = {self._as_given(name)}" for name in arithmetic.names)
        return f"{arithmetic.text} with {used}" if used else arithmetic.text

    @property
    def _names(self) -> dict[str, Fraction]:
        assumed = {f"{ASSUMPTION}{name}": Fraction(value) for name, value in self.assumptions.items()}
        return assumed | {name: given.number for name, given in self.claim.given.items()}

    def _names_at_their_ends(self, arithmetic: Arithmetic) -> Iterator[dict[str, Fraction]]:
        """Every combination of the least and the most that rounded inputs may be; the first is of those as given."""
        ends = {name: given.ends for name, given in self.claim.given.items() if name in arithmetic.names}
        if sum(len(each) > 1 for each in ends.values()) > MOST_ROUNDED_INPUTS:
            raise self._error(f"more than {MOST_ROUNDED_INPUTS} of its numbers have a low and a high")
        for chosen in itertools.product(*ends.values()):
            yield self._names | dict(zip(ends, chosen, strict=True))

    def _as_given(self, name: str) -> str:
        given = self.claim.given.get(name)
        if given is None:
            return shown(readable(self._names[name], decimals=6))
        return f"{shown(readable(given.value.value, decimals=given.value.decimals))} {given.unit}".rstrip()

    def _readings(self) -> Iterator[str]:
        """Each other reading, whether it would fit and what it gives."""
        for reading in self.claim.readings:
            found = self._found(reading)
            if found.computed is None:
                yield f"cannot be tried: {reading.label} ({found.why_not})"
                continue
            fits = judge(self.written, computed=found.computed).verdict != "differs"
            yield f"{'fits' if fits else 'does not fit'}: {reading.label} ({self._said(found.computed.value)})"

    def _implied(self) -> Iterator[str]:
        """What each number to be solved for would have to be."""
        for name in self.claim.solve:
            given, arithmetic = self.claim.given[name], self.claim.arithmetic
            if arithmetic is None:
                continue
            value = implied(arithmetic, name=name, names=self._names, target=self.written.value)
            if value is not None:
                scale = scale_of(given.unit)
                needed = f"{shown(readable(value / scale, decimals=given.value.decimals))} {given.unit}".rstrip()
                yield f"{self._said(self.written.value)} implies {name} = {needed}"

    def _error(self, what: str) -> ClaimsError:
        claim = self.claim
        return ClaimsError(f"{claim.document}, point {claim.point}, '{claim.statement}': {what}")
