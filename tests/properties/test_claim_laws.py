"""Laws of claims: arithmetic is exact and nothing else, a file is read or refused with a line, rounding is fair."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conventions.sources import ROOT
from warehouse.claims.arithmetic import LARGEST, Arithmetic, ArithmeticRefused, Number
from warehouse.claims.checking import Written, judge
from warehouse.claims.file import ClaimsError, read_claims
from warehouse.claims.values import Computed
from warehouse.claims.words import WORDS
from warehouse.danish.numbers import NumberMisread, WrittenNumber, readable, rounded

SIGNS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
SHIPPED = (ROOT / "docs" / "examples" / "claims" / "five-papers.yml").read_text(encoding="utf-8")

Expression = tuple[str, Fraction]


def as_literal(hundredths: int) -> Expression:
    return f"{hundredths // 100}.{hundredths % 100:02d}", Fraction(hundredths, 100)


def joined(parts: tuple[Expression, str, Expression]) -> Expression:
    (left, a), sign, (right, b) = parts
    safe = "+" if sign == "/" and b == 0 else sign
    return f"({left} {safe} {right})", SIGNS[safe](a, b)


LITERALS = st.integers(0, 10_000_000).map(as_literal)
EXPRESSIONS = st.recursive(
    LITERALS, lambda inner: st.tuples(inner, st.sampled_from(list(SIGNS)), inner).map(joined), max_leaves=6
)
FRACTIONS = st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=1000)


@given(EXPRESSIONS)
def test_arithmetic_agrees_with_fractions(expression: Expression) -> None:
    text, value = expression
    assert Arithmetic.parse(text).value({}) == value


@given(st.lists(LITERALS, min_size=1, max_size=8))
def test_functions_agree_with_pythons_own(terms: list[Expression]) -> None:
    inside, values = ", ".join(text for text, _ in terms), [value for _, value in terms]
    found = [Arithmetic.parse(f"{name}({inside})").value({}) for name in ("sum", "min", "max")]
    assert found == [sum(values), min(values), max(values)]


NUMBERS = st.lists(st.integers(-1000, 1000), min_size=1, max_size=12)


@given(NUMBERS, st.integers(-1000, 1000))
def test_functions_take_several_numbers_of_one_name_as_if_each_were_written(numbers: list[int], own: int) -> None:
    given_several: dict[str, Number] = {"own": Fraction(own), "them": tuple(map(Fraction, numbers))}
    written = ", ".join(f"({number})" for number in numbers)
    for name in ("sum", "mean", "min", "max"):
        assert Arithmetic.parse(f"{name}(them, own)").value(given_several) == Arithmetic.parse(
            f"{name}({written}, ({own}))"
        ).value({})
    in_order = sorted([*numbers, own])
    ranks = [Arithmetic.parse(f"rank_from_{end}(own, them)").value(given_several) for end in ("lowest", "highest")]
    assert ranks == [1 + in_order.index(own), 1 + in_order[::-1].index(own)]


@given(
    st.sampled_from(["knap", "godt"]), st.integers(1, 9), st.integers(0, 6), st.fractions(-2, 2, max_denominator=100)
)
def test_knap_and_godt_never_cover_the_same_number_but_the_written_one(
    about: str, digit: int, noughts: int, off: Fraction
) -> None:
    written = Fraction(digit * 10**noughts)
    value = written * (1 + off)
    covers = {word: WORDS[word].covers(value, written=written, step=Fraction(1)) for word in ("knap", "godt", "ca.")}
    assert covers["ca."] == (covers["knap"] or covers["godt"])
    assert not (covers["knap"] and covers["godt"]) or value == written
    assert not covers[about] or abs(value - written) < max(written / 10, Fraction(1, 2)) or value == written


PARTS = [
    "1",
    "9",
    "0",
    ".",
    "**",
    "*",
    "/",
    "+",
    "-",
    "(",
    ")",
    ",",
    " ",
    "a",
    "round",
    "sum",
    "min",
    "mean",
    "rank_from_lowest",
    "b",
    "x.y",
    "assumptions.a",
]
SOUP = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PARTS), max_size=40).map("".join))


@given(SOUP)
def test_whatever_is_written_gives_a_bounded_number_or_a_refusal(text: str) -> None:
    given_numbers: dict[str, Number] = {
        "a": Fraction(3),
        "b": (Fraction(1), Fraction(2)),
        "assumptions.a": Fraction(1, 7),
    }
    try:
        value = Arithmetic.parse(text).value(given_numbers)
    except ArithmeticRefused:
        return
    assert isinstance(value, Fraction)
    assert abs(value.numerator) <= LARGEST


@given(st.text(max_size=30))
def test_a_text_is_a_number_or_a_refusal(text: str) -> None:
    try:
        number = WrittenNumber.parse(text)
    except NumberMisread:
        return
    assert number.value.denominator * number.step.denominator >= 1
    assert (number.value / number.step).denominator == 1


@given(st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_a_number_written_the_danish_way_is_read_back(digits: int, decimals: int) -> None:
    value = Decimal(digits).scaleb(-decimals)
    danish = f"{value:,f}".translate(str.maketrans(",.", ".,"))
    assert WrittenNumber.parse(danish) == WrittenNumber(Fraction(value), decimals)


@given(FRACTIONS, st.integers(0, 4))
def test_what_is_shown_is_near_and_what_was_written_is_shown_whole(value: Fraction, decimals: int) -> None:
    assert abs(Fraction(readable(value, decimals=decimals)) - value) <= Fraction(1, 2 * 10**decimals)
    written = rounded(value, decimals=decimals)
    assert Fraction(readable(written, decimals=decimals)) == written


@given(FRACTIONS, FRACTIONS, st.sampled_from([None, *WORDS]), st.integers(-2, 3), st.integers(1, 10**6))
def test_a_verdict_does_not_depend_on_the_unit(
    written: Fraction, value: Fraction, about: str | None, decimals: int, scale: int
) -> None:
    step = Fraction(10) ** -decimals
    plain = judge(Written(written, step, about), computed=Computed(value, value, value))
    inflated = Computed(value * scale, value * scale, value * scale)
    assert judge(Written(written * scale, step * scale, about), computed=inflated) == plain


@given(FRACTIONS, FRACTIONS, FRACTIONS, FRACTIONS, st.sampled_from([None, *WORDS]))
def test_room_in_the_inputs_never_takes_a_verdict_back(
    written: Fraction, value: Fraction, below: Fraction, above: Fraction, about: str | None
) -> None:
    claim = Written(written, Fraction(1), about)
    exactly = judge(claim, computed=Computed(value, value, value))
    roomy = judge(claim, computed=Computed(value, value - abs(below), value + abs(above)))
    assert roomy == exactly or (exactly.verdict, roomy.verdict) == ("differs", "holds within rounding")


@given(FRACTIONS, st.integers(0, 3))
def test_a_number_rounded_by_any_rule_holds(value: Fraction, decimals: int) -> None:
    for written in (rounded(value, decimals=decimals), round(value, decimals)):
        finding = judge(Written(Fraction(written), Fraction(1, 10**decimals)), computed=Computed(value, value, value))
        assert finding.verdict == ("holds" if written == value else "holds within rounding")


@given(st.text(max_size=200))
def test_a_text_that_is_no_claims_file_is_refused_with_a_line(text: str) -> None:
    with pytest.raises(ClaimsError, match=r"^the claims file, line \d+"):
        read_claims(text)


@given(st.data())
def test_a_claims_file_that_was_damaged_is_read_or_refused_with_a_line(data: st.DataObject) -> None:
    lines = SHIPPED.splitlines()[:60]
    at = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.integers(0, len(lines[at])))
    junk = data.draw(
        st.sampled_from(["\t", ":", "{", "[", '"', "'", "&a ", "*a", "!x ", "- ", "#", "%", "\0", "|", "? "])
    )
    lines[at] = lines[at][:column] + junk + lines[at][column:]
    damaged = "\n".join(lines)
    try:
        read_claims(damaged)
    except ClaimsError:
        with pytest.raises(ClaimsError, match=r"^the claims file, line \d+"):
            read_claims(damaged)
