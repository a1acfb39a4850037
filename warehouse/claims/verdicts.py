"""When a number in a paper holds: equal, equal once rounded as the paper rounds, covered by its words, or not.

What Danish papers mean by their rounding words is nobody's law. Here `omtrent` and `ca.` cover less than 5 per cent on
either side, `knap` (just under) means that the true number is below the written one by less than 5 per cent, `godt`
(just over) above it by less than 5 per cent. `over` and `under` exclude the number itself, `mindst` and `op til`
include it. Without a word, the last written decimal decides: a number holds if it lies no more than half a step away,
so that both neighbours of a half are accepted.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Verdict = Literal["holds", "holds within rounding", "differs", "cannot be checked"]

TOLERANCE = Fraction(5, 100)


@dataclass(frozen=True)
class Word:
    """A rounding word: how far below and above the written number the true one may lie, as a share; None is any."""

    english: str
    below: Fraction | None
    above: Fraction | None
    itself: bool = True

    def covers(self, value: Fraction, *, written: Fraction) -> bool:
        """Whether a true number may be called so."""
        if value == written:
            return self.itself
        room = self.below if value < written else self.above
        return room is None or abs(value - written) < room * abs(written)

    @property
    def has_one_side(self) -> bool:
        """Whether it says on which side the true number lies, and not how near: then it is true or false, not rounded."""
        return self.below is None or self.above is None

    @property
    def bends(self) -> bool:
        """Whether a number that rounds to the written one may be called so, on whichever side it lies."""
        return self.itself and (self.has_one_side or self.below == self.above)


WORDS = {
    "omtrent": Word("about", TOLERANCE, TOLERANCE),
    "ca.": Word("about", TOLERANCE, TOLERANCE),
    "knap": Word("just under", TOLERANCE, Fraction(0)),
    "godt": Word("just over", Fraction(0), TOLERANCE),
    "over": Word("over", Fraction(0), None, itself=False),
    "under": Word("under", None, Fraction(0), itself=False),
    "mindst": Word("at least", Fraction(0), None),
    "op til": Word("at most", None, Fraction(0)),
}


@dataclass(frozen=True)
class Computed:
    """What was worked out, in the plain unit: the value, and how low and high it may be if its inputs are rounded."""

    value: Fraction
    low: Fraction
    high: Fraction


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

    def rounds_from(self, value: Fraction) -> bool:
        """Whether a true number is written so once it is rounded."""
        return abs(value - self.value) <= self.step / 2


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
    if word is not None and word.covers(computed.value, written=written.value):
        return Finding("holds" if word.has_one_side else "holds within rounding", "word")
    if (word is None or word.bends) and written.rounds_from(computed.value):
        return Finding("holds within rounding", "rounding")
    if _within_reach(written, computed=computed):
        return Finding("holds within rounding", "inputs")
    return Finding("differs", "apart")


def _within_reach(written: Written, *, computed: Computed) -> bool:
    """Whether the inputs, themselves rounded, leave a value possible that would be written so."""
    nearest = min(max(written.value, computed.low), computed.high)
    word = written.word
    if word is None:
        return written.rounds_from(nearest)
    return any(word.covers(value, written=written.value) for value in (nearest, computed.low, computed.high))
