"""Numbers as Danish papers write them: read to the value a Dane reads, shown again without noise."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from warehouse.danish.numbers import (
    NumberMisread,
    WrittenNumber,
    could_be_two_numbers,
    readable,
    rounded,
    shown,
)

WRITTEN = {
    "1425": ("1425", 0),
    "1.425": ("1425", 0),
    "5.932.654": ("5932654", 0),
    "6,62": ("6.62", 2),
    "6,60": ("6.6", 2),
    "8.683,64": ("8683.64", 2),
    "132.350": ("132350", 0),
    "0,54": ("0.54", 2),
    "-1.111": ("-1111", 0),
    "−1.111": ("-1111", 0),
    "0.492": ("0.492", 3),
    "6.62": ("6.62", 2),
    "1.4251": ("1.4251", 4),
    "0": ("0", 0),
    " 17 ": ("17", 0),
}

NO_NUMBERS = ["", "-", "syv", "6,62 mio.", "34 %", "1.42.5", "1,2,3", "1.425.6", "1e6", "0x10", "nan", "inf", "½", "٣"]


@pytest.mark.parametrize("text", list(WRITTEN))
def test_a_number_is_read_as_a_dane_reads_it(text: str) -> None:
    value, decimals = WRITTEN[text]
    assert WrittenNumber.parse(text) == WrittenNumber(Fraction(value), decimals)


@pytest.mark.parametrize("text", [*NO_NUMBERS, "1" * 40])
def test_what_is_not_a_number_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(NumberMisread, match=r"is not a number: write 1425, 1\.425, 6,62"):
        WrittenNumber.parse(text)


def test_the_step_is_what_the_last_digit_counts() -> None:
    assert [WrittenNumber.parse(text).step for text in ("6,62", "92", "100,0")] == [
        Fraction(1, 100),
        Fraction(1),
        Fraction(1, 10),
    ]


def test_only_a_point_before_three_digits_could_be_two_numbers() -> None:
    both = ["1.425", "-1.111", "6.617.500"]
    one = ["1425", "6.62", "0.492", "1.425,5", "6,617", "12345.678", "2024-01-31"]
    assert [could_be_two_numbers(text) for text in (*both, *one)] == [True] * 3 + [False] * 7


def test_halves_are_rounded_away_from_zero() -> None:
    halves = ["0.5", "1.5", "2.5", "-0.5", "-2.5"]
    assert [rounded(Fraction(half), decimals=0) for half in halves] == [1, 2, 3, -1, -3]
    assert rounded(Fraction("6.6175"), decimals=2) == Fraction("6.62")
    assert rounded(Fraction(55), decimals=-1) == 60


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (Fraction(92, 54) * 10_000, 0, "17037"),
        (Fraction(6_617_500, 1_000_000), 2, "6.6175"),
        (Fraction(18700, 27000), 1, "0.693"),
        (Fraction(400, 61), 1, "6.557"),
        (Fraction("8683.64"), 2, "8683.64"),
        (Fraction(7_514_700), 0, "7514700"),
        (Fraction(-1, 3), 0, "-0.33"),
        (Fraction(0), 1, "0"),
        (Fraction(10), 0, "10"),
    ],
)
def test_what_is_shown_has_no_noise(value: Fraction, decimals: int, expected: str) -> None:
    assert str(readable(value, decimals=decimals)) == expected


def test_thousands_are_grouped_and_nothing_is_in_powers_of_ten() -> None:
    assert [shown(Decimal(text)) for text in ("6617500", "-0.0025", "1E+2")] == ["6,617,500", "-0.0025", "100"]
