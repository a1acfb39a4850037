"""Claims: the numbers of a paper, each checked against arithmetic or against a figure of the warehouse.

A claim holds, holds within rounding, differs (by how much, and which other reading would fit) or cannot be checked.
Everything is worked out exactly; what is shown is rounded to what the paper's own digits let one say.

What a rounding word covers stands in `words`. Without a word, the last written decimal decides: a number holds if it lies
no more than half a step away, so that both neighbours of a half are accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from warehouse.claims.content import Claim, ClaimsFile, Document
from warehouse.claims.values import Computed, Figures, Found, Values
from warehouse.claims.words import WORDS, Word
from warehouse.danish.numbers import readable, shown

Assumptions = Callable[[Document], Mapping[str, Decimal]]
Verdict = Literal["holds", "holds within rounding", "differs", "cannot be checked"]


@dataclass(frozen=True)
class Written:
    """A number as a paper states it, in the plain unit: `step` is what its last digit counts, `about` its rounding word."""

    value: Fraction
    step: Fraction
    about: str | None = None

    @property
    def word(self) -> Word | None:
        """What its rounding word means."""
        return WORDS[self.about] if self.about else None

    def covers(self, value: Fraction) -> bool:
        """Whether its word covers a true number; without a word, whether that is written so once it is rounded."""
        if self.word is None:
            return self.rounds_from(value)
        return self.word.covers(value, written=self.value, step=self.step)

    def rounds_from(self, value: Fraction) -> bool:
        """Whether a true number is written so once it is rounded."""
        return abs(value - self.value) <= self.step / 2


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


def check(claims: ClaimsFile, *, figures: Figures, assumptions: Assumptions) -> list[CheckedClaim]:
    """Every claim of a file with its verdict, in the file's order; one row per claim.

    `figures` answers a figure in its plain unit; `assumptions` gives those that apply to a document, by the name a file
    calls them `assumptions.<name>` or, where there are several, `assumptions.<name>.<basis>`.
    Raises ClaimsError naming the claim whose arithmetic cannot be worked out.
    """
    applying = {document.id: assumptions(document) for document in claims.documents}
    return [
        _checked(claim, Values(claim, claims.document(claim).area, figures, applying[claim.document]))
        for claim in claims.claims
    ]


def _checked(claim: Claim, values: Values) -> CheckedClaim:
    words = _Words(claim)
    if claim.cannot is not None:
        return words.unchecked(claim.cannot)
    found = values.of(claim)
    if found.computed is None:
        return words.unchecked(f"{found.source}: {found.why_not}")
    finding = judge(words.written, computed=found.computed)
    sentences = [words.gives(found, computed=found.computed, finding=finding), *found.caveats]
    if finding.verdict == "differs":
        sentences += _readings(claim, words=words, values=values)
    return words.row(found.computed, verdict=finding.verdict, reason="; ".join(sentences))


def _readings(claim: Claim, *, words: _Words, values: Values) -> Iterator[str]:
    """Each other reading: whether it would fit, and what it gives."""
    for reading in claim.readings:
        found = values.of(reading)
        if found.computed is None:
            yield f"cannot be tried: {reading.label} ({found.why_not})"
            continue
        fits = judge(words.written, computed=found.computed).verdict != "differs"
        yield f"{'fits' if fits else 'does not fit'}: {reading.label} ({words.said(found.computed.value)})"


@dataclass(frozen=True)
class _Words:
    """How a claim is put into words: in its own unit, with no more digits than its own allow."""

    claim: Claim

    @property
    def written(self) -> Written:
        """The paper's number in the plain unit."""
        claim, scale = self.claim, self.claim.unit.scale
        step = claim.rounded_to.value if claim.rounded_to else claim.claimed.step
        return Written(claim.claimed.value * scale, step * scale, claim.about)

    def in_unit(self, value: Fraction) -> Decimal:
        return readable(value / self.claim.unit.scale, decimals=self.claim.claimed.decimals)

    def said(self, value: Fraction) -> str:
        return f"{shown(self.in_unit(value))} {self.claim.unit.text}".rstrip()

    def unchecked(self, why: str) -> CheckedClaim:
        return self.row(None, verdict="cannot be checked", reason=why)

    def row(self, computed: Computed | None, *, verdict: Verdict, reason: str) -> CheckedClaim:
        claim, written = self.claim, self.written.value
        return CheckedClaim(
            document=claim.document,
            point=claim.point,
            statement=claim.statement,
            claimed=self.in_unit(written),
            computed=self.in_unit(computed.value) if computed else None,
            difference=self.in_unit(written - computed.value) if computed else None,
            verdict=verdict,
            reason=reason,
            unit=claim.unit.text,
        )

    def gives(self, found: Found, *, computed: Computed, finding: Finding) -> str:
        """What was computed and why the verdict is what it is, as one sentence."""
        gives = f"{found.source} gives {self.said(computed.value)}"
        match finding.ground:
            case "exact":
                return gives
            case "word":
                return f"{gives}, {self._word}"
            case "rounding" if self.in_unit(computed.value) == self.in_unit(self.written.value):
                return f"{gives}, all but exactly"
            case "rounding":
                return f"{gives}, which rounds to {self.said(self.written.value)}"
            case "inputs":
                return f"{gives}, and anything from {self.said(computed.low)} to {self.said(computed.high)} is possible"
        apart = self.written.value - computed.value
        not_so = f", not {self._word}" if self.claim.about else ""
        return f"{gives}{not_so}; the paper is {self.said(abs(apart))} {'above' if apart > 0 else 'below'} it"

    @property
    def _word(self) -> str:
        about = self.claim.about
        return f"{WORDS[about].english} {self.said(self.written.value)} ({about})" if about else ""


@dataclass(frozen=True)
class Finding:
    """A verdict and its ground: `exact`, `word`, `rounding`, `inputs` (they are rounded themselves) or `apart`."""

    verdict: Verdict
    ground: Literal["exact", "word", "rounding", "inputs", "apart"]


def judge(written: Written, *, computed: Computed) -> Finding:
    """Whether a written number holds against what was worked out."""
    word = written.word
    if computed.value == written.value and (word is None or word.itself):
        return Finding("holds", "exact")
    if word is not None and written.covers(computed.value):
        return Finding("holds within rounding" if word.near else "holds", "word")
    if (word is None or word.bends) and written.rounds_from(computed.value):
        return Finding("holds within rounding", "rounding")
    if _within_reach(written, computed=computed):
        return Finding("holds within rounding", "inputs")
    return Finding("differs", "apart")


def _within_reach(written: Written, *, computed: Computed) -> bool:
    """Whether the inputs, themselves rounded, leave a value possible that would be written so."""
    nearest = min(max(written.value, computed.low), computed.high)
    return any(map(written.covers, (nearest, computed.low, computed.high)))
