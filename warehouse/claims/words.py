"""Rounding words of Danish papers, and the numbers that may be called so.

What the words mean is no law. `godt` (just over) and `knap` (just under) say on which side of the written number the true
one lies, and that it lies near; `omtrent` and `ca.` say only that. Near is half of what the last written digit counts, so
that godt 2 covers 2.18 and knap 5 covers 4.6; less than 5 per cent in any case; and less than 10 per cent where the
number ends in noughts and the true one still rounds to it: godt 200 covers 218, and godt 1.000 does not cover 1.400.
Below zero they speak of the size: godt -50 is -52. `over` and `under` exclude the number itself, `mindst` and `op til`
include it; these four say nothing of how near.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

TOLERANCE = Fraction(5, 100)
TOLERANCE_OF_ROUND = Fraction(10, 100)


@dataclass(frozen=True)
class Word:
    """A rounding word: on which sides of the written number the true one may lie, and whether it must be near."""

    english: str
    below: bool
    above: bool
    near: bool = True
    itself: bool = True

    def covers(self, value: Fraction, *, written: Fraction, step: Fraction) -> bool:
        """Whether a true number may be called so; `step` is what the last written digit counts."""
        if value == written:
            return self.itself
        larger = (value > written) != (self.near and written < 0)
        if not (self.above if larger else self.below):
            return False
        return not self.near or abs(value - written) < _near(written, step=step)

    @property
    def bends(self) -> bool:
        """Whether a number that rounds to the written one may be called so, on whichever side it lies."""
        return self.itself and (not self.near or self.below == self.above)


def _near(written: Fraction, *, step: Fraction) -> Fraction:
    """How far a number may lie from the written one and still be called near."""
    size = abs(written)
    rounds = min(_last_digit(written, step=step) / 2, size * TOLERANCE_OF_ROUND)
    return max(step / 2, size * TOLERANCE, rounds)


def _last_digit(written: Fraction, *, step: Fraction) -> Fraction:
    """What the last digit counts that is not a nought: 100 for 2.500."""
    while written and (written / (step * 10)).denominator == 1:
        step *= 10
    return step


_ABOUT = Word("about", below=True, above=True)
_JUST_UNDER = Word("just under", below=True, above=False)
_JUST_OVER = Word("just over", below=False, above=True)
_OVER = Word("over", below=False, above=True, near=False, itself=False)
_UNDER = Word("under", below=True, above=False, near=False, itself=False)
_AT_LEAST = Word("at least", below=False, above=True, near=False)
_AT_MOST = Word("at most", below=True, above=False, near=False)
_MEANT_BY = {
    _ABOUT: ("omtrent", "ca.", "cirka", "omkring"),
    _JUST_UNDER: ("knap", "næsten", "lige under"),
    _JUST_OVER: ("godt", "lidt over", "lige over"),
    _OVER: ("over", "mere end", "flere end"),
    _UNDER: ("under", "mindre end", "færre end"),
    _AT_LEAST: ("mindst", "minimum", "min."),
    _AT_MOST: ("op til", "højst", "maksimalt", "maks.", "max."),
}
WORDS = {written: word for word, written_so in _MEANT_BY.items() for written in written_so}


def rounding_word(written: str) -> str:
    """A rounding word as `WORDS` has it, in whatever case, with or without its point; raises ValueError."""
    plain = " ".join(written.casefold().split()).rstrip(".")
    found = next((word for word in WORDS if word.rstrip(".") == plain), None)
    if found is None:
        raise ValueError(f"expected one of {', '.join(map(repr, WORDS))}; found '{written[:80]}'")
    return found
