"""Arithmetic from a file: exact, and nothing but arithmetic."""

from __future__ import annotations

from fractions import Fraction

import pytest

from warehouse.claims.arithmetic import DEEPEST, LONGEST, Arithmetic, ArithmeticRefused

NAMES = {
    "rise": Fraction(20_000),
    "key": Fraction("0.54"),
    "nøgle": Fraction(2),
    "assumptions.unit_cost": Fraction(132_350),
}


def worked_out(text: str) -> Fraction:
    return Arithmetic.parse(text).value(NAMES)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("50 * 132350", 6_617_500),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("1 / 3 * 3", 1),
        ("2 - -3", 5),
        ("+4", 4),
        ("(1 + 2) * 3", 9),
        ("1 + 2 * 3", 7),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("2 ** -2", Fraction(1, 4)),
        ("1.0350 ** 8", Fraction(207, 200) ** 8),
        ("round(61.25)", 61),
        ("round(2.5)", 3),
        ("round(6.5574, 1)", Fraction("6.6")),
        ("round(6617500, -4)", 6_620_000),
        ("sum(3.6, 1.3, 8.9)", Fraction("13.8")),
        ("min(3, 1, 2) + max(3, 1, 2)", 4),
        ("rise * key / 100", 108),
        ("50 * assumptions.unit_cost", 6_617_500),
        ("nøgle * 2", 4),
        ("  6 +\n  82 ", 88),
    ],
)
def test_it_comes_to_exactly_what_it_says(text: str, value: Fraction) -> None:
    assert worked_out(text) == value


def test_the_names_are_those_it_wants_in_the_order_they_are_written() -> None:
    assert Arithmetic.parse("rise * round(key, 1) + assumptions.unit_cost - rise").names == (
        "rise",
        "key",
        "assumptions.unit_cost",
    )


REFUSED = [
    "",
    "50 *",
    "50 x 132350",
    "6,62",
    "1; 2",
    "a = 1",
    "(a := 1)",
    "'a' * 9",
    "[1, 2]",
    "{1: 2}",
    "sum([1, 2])",
    "sum(x for x in rise)",
    "lambda: 1",
    "1 if 2 else 3",
    "1 < 2",
    "1 and 2",
    "not 1",
    "~1",
    "7 // 2",
    "7 % 2",
    "1 << 9",
    "rise.numerator",
    "assumptions.key.real.imag",
    "rise[0]",
    "rise()",
    "assumptions.key()",
    "abs(1)",
    "open(1)",
    "__import__(1)",
    "round",
    "round()",
    "round(1, 2, 3)",
    "round(1, ndigits=2)",
    "sum()",
    "max(*rise)",
    "sum(**rise)",
    "True",
    "None",
    "...",
    "1j",
    "1e9",
    "0x10",
    "1_000",
    "1.",
    "\0",
    "-" * (LONGEST + 1),
]


@pytest.mark.parametrize("text", REFUSED)
def test_whatever_else_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(ArithmeticRefused, match=r"it may hold|not a number|at most \d+ are read"):
        Arithmetic.parse(text)


@pytest.mark.parametrize("text", ["132.350", "50 * 132.350", "1.425"])
def test_a_point_between_thousands_is_refused_since_it_would_be_read_as_a_decimal_point(text: str) -> None:
    with pytest.raises(ArithmeticRefused, match=r"could be 132350 or 132\.3500|could be 1425 or 1\.4250"):
        Arithmetic.parse(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 / 0", "divides by zero"),
        ("1 / (key - 0.54)", "divides by zero"),
        ("0 ** -1", "divides by zero"),
        ("keys * 2", "names 'keys', which is not given; given are: assumptions.unit_cost, key, nøgle, rise"),
        ("assumptions.price", "names 'assumptions.price', which is not given"),
        ("2 ** 101", "a power is a whole number from -100 to 100"),
        ("2 ** 0.5", "a power is a whole number"),
        ("9 ** 9 ** 9 ** 9", "a power is a whole number"),
        ("99999999999999 ** 99", "more than 60 digits"),
        ("1" + "0" * 59 + " * 100", "more than 60 digits"),
        ("1" + "0" * 99, "more than 60 digits"),
        ("1 / 3 ** 99 / 3 ** 99", "more than 60 digits"),
        ("round(1, 13)", "whole number of decimals"),
        ("round(1, 0.5)", "whole number of decimals"),
    ],
)
def test_what_cannot_be_worked_out_says_why(text: str, why: str) -> None:
    with pytest.raises(ArithmeticRefused, match=why.replace("(", r"\(").replace(".", r"\.")):
        worked_out(text)


def test_as_many_terms_as_papers_have_are_read_and_what_lies_deeper_is_refused() -> None:
    assert worked_out("+".join(["1"] * DEEPEST)) == DEEPEST
    for deep in ("+".join(["1"] * (DEEPEST + 1)), "-" * DEEPEST + "1"):
        with pytest.raises(ArithmeticRefused, match=r"parts in one another|it may hold"):
            worked_out(deep)


def test_names_that_are_not_used_change_nothing() -> None:
    assert Arithmetic.parse("1 + 1").value({"round": Fraction(5)}) == 2
