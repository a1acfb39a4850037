"""When a written number holds: each rule at its edges."""

from __future__ import annotations

from fractions import Fraction

import pytest

from warehouse.claims.checking import WORDS, Written, judge
from warehouse.claims.values import Computed


def judged(
    written: str, value: str, *, about: str | None = None, ends: tuple[str, str] | None = None, step: str = "1"
) -> str:
    low, high = ends or (value, value)
    computed = Computed(Fraction(value), Fraction(low), Fraction(high))
    finding = judge(Written(Fraction(written), Fraction(step), about), computed=computed)
    return f"{finding.verdict}: {finding.ground}"


EXACT, ROUNDED = "holds: exact", "holds within rounding: rounding"

WORD, SIDE, INPUTS, APART = (
    "holds within rounding: word",
    "holds: word",
    "holds within rounding: inputs",
    "differs: apart",
)


@pytest.mark.parametrize(
    ("written", "value", "step", "expected"),
    [
        ("92", "92", "1", EXACT),
        ("92", "92.4", "1", ROUNDED),
        ("92", "92.5", "1", ROUNDED),  # a half rounds up or down, according to whom one asks
        ("92", "91.5", "1", ROUNDED),
        ("92", "92.51", "1", APART),
        ("92", "108", "1", APART),
        ("6620000", "6617500", "10000", ROUNDED),
        ("6620000", "6614999", "10000", APART),
        ("-50", "-54", "10", ROUNDED),
        ("-50", "-56", "10", APART),
        ("0", "0.04", "0.1", ROUNDED),
    ],
)
def test_without_a_word_the_last_digit_decides(written: str, value: str, step: str, expected: str) -> None:
    assert judged(written, value, step=step) == expected


@pytest.mark.parametrize(
    ("about", "value", "expected"),
    [
        ("omtrent", "100", EXACT),
        ("omtrent", "95.01", WORD),
        ("omtrent", "104.99", WORD),
        ("omtrent", "95", APART),
        ("omtrent", "105", APART),
        ("ca.", "104.99", WORD),
        ("ca.", "105", APART),
        ("knap", "100", EXACT),
        ("knap", "99.99", WORD),
        ("knap", "95.01", WORD),
        ("knap", "95", APART),
        ("knap", "100.01", APART),
        ("godt", "100", EXACT),
        ("godt", "100.01", WORD),
        ("godt", "104.99", WORD),
        ("godt", "105", APART),
        ("godt", "99.99", APART),
        ("over", "100", APART),
        ("over", "100.01", SIDE),
        ("over", "5000", SIDE),
        ("over", "99.99", APART),
        ("under", "100", APART),
        ("under", "99.99", SIDE),
        ("under", "-5", SIDE),
        ("under", "100.01", APART),
        ("mindst", "100", EXACT),
        ("mindst", "5000", SIDE),
        ("mindst", "99.6", ROUNDED),
        ("mindst", "99.4", APART),
        ("op til", "100", EXACT),
        ("op til", "3", SIDE),
        ("op til", "100.4", ROUNDED),
        ("op til", "100.6", APART),
    ],
)
def test_a_word_covers_what_it_covers_and_no_more(about: str, value: str, expected: str) -> None:
    assert judged("100", value, about=about) == expected


def test_every_word_is_tried_above() -> None:
    assert set(WORDS) == {"omtrent", "ca.", "knap", "godt", "over", "under", "mindst", "op til"}


def test_below_zero_a_word_means_the_same_side_of_the_number() -> None:
    assert judged("-100", "-101", about="knap") == WORD
    assert judged("-100", "-99", about="knap") == APART
    assert judged("-100", "-99", about="godt") == WORD


def test_about_a_small_number_rounding_still_counts() -> None:
    assert judged("3", "3.4", about="ca.") == ROUNDED
    assert judged("3", "3.6", about="ca.") == APART


@pytest.mark.parametrize(
    ("written", "about", "ends", "expected"),
    [
        ("55", None, ("45", "55"), INPUTS),
        ("56", None, ("45", "55.5"), INPUTS),
        ("57", None, ("45", "55"), APART),
        ("44", None, ("45", "55"), APART),
        ("60", "knap", ("45", "58"), INPUTS),
        ("60", "knap", ("45", "57"), APART),
        ("48", "knap", ("45", "55"), INPUTS),
        ("44", "knap", ("45", "55"), APART),
        ("55", "over", ("45", "55"), APART),
        ("54", "over", ("45", "55"), INPUTS),
        ("45", "under", ("45", "55"), APART),
    ],
)
def test_inputs_that_are_rounded_leave_room(
    written: str, about: str | None, ends: tuple[str, str], expected: str
) -> None:
    assert judged(written, "50", about=about, ends=ends) == expected
