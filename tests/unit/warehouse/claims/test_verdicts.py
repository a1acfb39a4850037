"""When a written number holds: each rule at its edges."""

from __future__ import annotations

from fractions import Fraction

import pytest

from warehouse.claims.checking import Written, judge
from warehouse.claims.values import Computed
from warehouse.claims.words import WORDS


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
        ("omtrent", "90.01", WORD),
        ("omtrent", "109.99", WORD),
        ("omtrent", "90", APART),
        ("omtrent", "110", APART),
        ("ca.", "109.99", WORD),
        ("ca.", "110", APART),
        ("knap", "100", EXACT),
        ("knap", "99.99", WORD),
        ("knap", "90.01", WORD),
        ("knap", "90", APART),
        ("knap", "100.01", APART),
        ("godt", "100", EXACT),
        ("godt", "100.01", WORD),
        ("godt", "109.99", WORD),
        ("godt", "110", APART),
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
    tried = [WORDS[word] for word in ("omtrent", "ca.", "knap", "godt", "over", "under", "mindst", "op til")]
    assert set(WORDS.values()) == set(tried)


def test_below_zero_words_of_size_speak_of_the_size_and_words_of_order_of_the_number() -> None:
    assert judged("-100", "-99", about="knap") == WORD
    assert judged("-100", "-101", about="knap") == APART
    assert judged("-100", "-101", about="godt") == WORD
    assert judged("-100", "-99", about="godt") == APART
    assert judged("-100", "-99", about="over") == SIDE
    assert judged("-100", "-101", about="over") == APART


@pytest.mark.parametrize(
    ("written", "step", "least", "most"),
    [
        ("2", "1", "1.5", "2.5"),  # half of the last digit
        ("0.7", "0.1", "0.65", "0.75"),
        ("2500", "1", "2375", "2625"),  # five per cent
        ("2882", "1", "2737.9", "3026.1"),
        ("200", "1", "180", "220"),  # a round number: ten per cent, and no more than what rounds to it
        ("800", "1", "750", "850"),
        ("2000000", "1000000", "1500000", "2500000"),
    ],
)
def test_near_is_what_the_written_digits_leave(written: str, step: str, least: str, most: str) -> None:
    just = Fraction(step) / 1000
    assert judged(written, least, about="knap", step=step) == judged(written, most, about="godt", step=step) == APART
    for about in ("omtrent", "knap"):
        assert judged(written, str(Fraction(least) + just), about=about, step=step) == WORD
    for about in ("omtrent", "godt"):
        assert judged(written, str(Fraction(most) - just), about=about, step=step) == WORD


def test_about_a_small_number_rounding_still_counts() -> None:
    assert judged("3", "3.4", about="ca.") == WORD
    assert judged("3", "3.5", about="ca.") == ROUNDED
    assert judged("3", "3.6", about="ca.") == APART


@pytest.mark.parametrize(
    ("written", "about", "ends", "expected"),
    [
        ("55", None, ("45", "55"), INPUTS),
        ("56", None, ("45", "55.5"), INPUTS),
        ("57", None, ("45", "55"), APART),
        ("44", None, ("45", "55"), APART),
        ("60", "knap", ("45", "58"), INPUTS),
        ("60", "knap", ("45", "54"), APART),
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
