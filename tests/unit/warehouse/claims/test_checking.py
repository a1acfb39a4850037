"""What checking says of one claim: the verdict, how far off, which reading would fit, and why it cannot be said."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from warehouse.claims.checking import CheckedClaim, check
from warehouse.claims.file import ClaimsError, read_claims
from warehouse.claims.values import FigureAnswer, FigureQuestion, Figures, Question
from warehouse.periods import Period

HEAD = """\
documents:
  - {id: herlev, title: Referat, area: Herlev, date: 2024-01-31, source: kommunen}
claims:
  - document: herlev
    point: 6
    statement: 92 flere ledige
"""

RISE = """
claimed: %s
unit: personer
arithmetic: rise * key / 100
given:
  rise: {value: "20.000", from: prognosen}
  key: {value: "0,54", from: papiret, unit: pct.}
"""

SAVINGS = "figure: {name: savings, period: 2023QMAT02}"


def no_figures(question: Question) -> FigureAnswer:
    raise AssertionError(f"nobody should have asked for {question}")


def checked(
    claim: str, *, answer: FigureAnswer | None = None, assumptions: Mapping[str, Decimal] | None = None
) -> CheckedClaim:
    lines = textwrap.indent(textwrap.dedent(claim).strip("\n"), "    ")
    figures: Figures = no_figures if answer is None else lambda _: answer
    (row,) = check(read_claims(f"{HEAD}{lines}\n"), figures=figures, assumptions=lambda _: assumptions or {})
    return row


def test_a_number_that_comes_out_holds_and_has_no_difference() -> None:
    row = checked("claimed: '1.425.000'\nunit: kr.\narithmetic: 1200000 + 225000")
    assert (row.verdict, row.claimed, row.computed, row.difference) == (
        "holds",
        *map(Decimal, (1_425_000, 1_425_000, 0)),
    )
    assert row.reason == "1200000 + 225000 gives 1,425,000 kr."
    assert (row.document, row.point, row.statement, row.unit) == ("herlev", "6", "92 flere ledige", "kr.")


def test_a_number_that_was_rounded_holds_within_rounding_in_its_own_unit() -> None:
    row = checked("claimed: '6,62'\nunit: mio. kr.\narithmetic: 50 * 132350")
    assert (row.verdict, row.claimed, row.computed) == ("holds within rounding", Decimal("6.62"), Decimal("6.6175"))
    assert row.difference == Decimal("0.0025")
    assert row.reason == "50 * 132350 gives 6.6175 mio. kr., which rounds to 6.62 mio. kr."


def test_what_differs_only_in_digits_that_are_not_shown_is_said_to_be_all_but_exact() -> None:
    row = checked("claimed: '11,6'\nunit: pct.\narithmetic: 3889 / 33526 * 100")
    assert (row.verdict, row.computed, row.difference) == ("holds within rounding", Decimal("11.6"), Decimal(0))
    assert row.reason.endswith("gives 11.6 pct., all but exactly")


def test_a_number_that_differs_says_by_how_much_and_which_reading_fits() -> None:
    readings = """\
readings:
  - {label: "0,46 pct.", arithmetic: rise * 0.46 / 100}
  - {label: folketallet, arithmetic: rise * 29215 / 5932654}
"""
    row = checked(RISE % 92 + readings)
    assert (row.verdict, row.computed, row.difference) == ("differs", Decimal(108), Decimal(-16))
    assert row.reason.split("; ") == [
        "rise * key / 100 with rise = 20,000, key = 0.54 pct. gives 108 personer",
        "the paper is 16 personer below it",
        "fits: 0,46 pct. (92 personer)",
        "does not fit: folketallet (98.49 personer)",
    ]


def test_readings_are_not_tried_where_the_claim_holds() -> None:
    readings = "readings: [{label: a, figure: {name: savings}}]"
    assert checked(RISE % 108 + readings).verdict == "holds"


def test_a_word_says_what_it_covers() -> None:
    given = "given:\n  local: {value: 187, from: a}\n  national: {value: '27.000', from: b}"
    row = checked(f"claimed: '0,7'\nunit: pct.\nabout: knap\narithmetic: local / national * 100\n{given}")
    assert (row.verdict, row.computed) == ("holds within rounding", Decimal("0.693"))
    assert row.reason.endswith("gives 0.693 pct., just under 0.7 pct. (knap)")
    over = checked("claimed: '0,7'\nunit: pct.\nabout: knap\narithmetic: '0.7020'")
    assert over.verdict == "differs"
    assert over.reason == "0.7020 gives 0.702 pct., not just under 0.7 pct. (knap); the paper is 0.002 pct. below it"


def test_how_far_the_paper_rounds_can_be_said() -> None:
    claim = "claimed: -50\nunit: fuldtidspersoner\nfigure: {name: benchmark_gap}"
    answer = FigureAnswer(Decimal(-53))
    assert checked(claim, answer=answer).verdict == "differs"
    assert checked(f"{claim}\nrounded_to: 10", answer=answer).verdict == "holds within rounding"


def test_inputs_that_are_rounded_leave_room() -> None:
    given = """given:
      a: {value: 510, low: '509,5', high: '510,5', unit: t.kr., from: x}
      b: {value: 592, low: '591,5', high: '592,5', unit: t.kr., from: x}"""
    row = checked(f"claimed: '1.102.900'\nunit: kr.\narithmetic: a + b\n{given}")
    assert row.verdict == "holds within rounding"
    assert row.reason == (
        "a + b with a = 510 t.kr., b = 592 t.kr. gives 1,102,000 kr., "
        "and anything from 1,101,000 kr. to 1,103,000 kr. is possible"
    )
    assert checked(f"claimed: '1.103.001'\nunit: kr.\narithmetic: a + b\n{given}").verdict == "differs"


def test_a_quotient_is_least_where_its_divisor_is_greatest() -> None:
    given = "given:\n  a: {value: 10, low: 9, high: 11, from: x}\n  b: {value: 4, low: 2, high: 5, from: x}"
    row = checked(f"claimed: '5,5'\narithmetic: a / b\n{given}")
    assert row.reason == "a / b with a = 10, b = 4 gives 2.5, and anything from 1.8 to 5.5 is possible"


def test_too_many_rounded_inputs_are_an_error_and_not_an_endless_wait() -> None:
    names = "abcdefg"
    given = "".join(f"\n  {name}: {{value: 2, low: 1, high: 3, from: x}}" for name in names)
    with pytest.raises(ClaimsError, match="more than 6 of its numbers have a low and a high; sum some of them"):
        checked(f"claimed: 5\narithmetic: {' + '.join(names)}\ngiven:{given}")


def test_a_single_given_number_is_named_by_where_it_comes_from() -> None:
    row = checked("claimed: 46\nunit: pct.\narithmetic: table\ngiven: {table: {value: '45,9', from: papirets tabel}}")
    assert row.reason == "papirets tabel gives 45.9 pct., which rounds to 46 pct."


# ---- figures ------------------------------------------------------------------------------------------------
def test_a_figure_is_asked_for_with_all_that_the_file_says_and_the_papers_area() -> None:
    asked: list[Question] = []

    def figures(question: Question) -> FigureAnswer:
        asked.append(question)
        return FigureAnswer(Decimal(5))

    rest = "period: 2022Q03, item: A, basis: b, column: c, as_of: 2024-01-31"
    claim = f"    claimed: 5\n    figure: {{name: ordinary_hours, %s{rest}}}\n"
    for area in ("", "area: Hele landet, "):
        check(read_claims(HEAD + claim % area), figures=figures, assumptions=lambda _: {})
    when = (Period.parse("2022Q03"), "A", "b", "c", date(2024, 1, 31))
    assert asked == [FigureQuestion("ordinary_hours", area, *when) for area in ("Herlev", "Hele landet")]
    assert str(asked[0]) == "ordinary_hours, Herlev, 2022Q03, A, b, c, as known on 2024-01-31"


def test_a_figure_in_kroner_is_compared_in_the_papers_millions_and_its_caveats_are_said() -> None:
    answer = FigureAnswer(Decimal(6_617_500), Decimal(5_955_750), Decimal(7_279_250), ("rounded to tens",))
    row = checked(f"claimed: '6,62'\nunit: mio. kr.\n{SAVINGS}", answer=answer)
    assert (row.verdict, row.computed) == ("holds within rounding", Decimal("6.6175"))
    assert row.reason == (
        "savings, Herlev, 2023QMAT02 gives 6.6175 mio. kr., which rounds to 6.62 mio. kr.; rounded to tens"
    )


@pytest.mark.parametrize(
    ("claimed", "verdict"),
    [("6,0", "holds within rounding"), ("7,2", "holds within rounding"), ("7,4", "differs"), ("5,8", "differs")],
)
def test_a_claim_within_a_figures_low_and_high_holds_within_rounding(claimed: str, verdict: str) -> None:
    answer = FigureAnswer(Decimal(6_617_500), Decimal(5_955_750), Decimal(7_279_250))
    assert checked(f"claimed: '{claimed}'\nunit: mio. kr.\n{SAVINGS}", answer=answer).verdict == verdict


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (FigureAnswer(None, why_not="2 of 12 counts are hidden"), "2 of 12 counts are hidden"),
        (FigureAnswer(None), "the warehouse has no value for it"),
        (FigureAnswer(Decimal("NaN")), "the warehouse has no value for it"),
        (FigureAnswer(Decimal(1), high=Decimal("Infinity")), "the warehouse has no value for it"),
    ],
)
def test_a_figure_without_a_value_cannot_be_checked_and_says_why(answer: FigureAnswer, why: str) -> None:
    row = checked(f"claimed: '6,62'\n{SAVINGS}", answer=answer)
    assert (row.verdict, row.computed, row.difference) == ("cannot be checked", None, None)
    assert row.reason == f"savings, Herlev, 2023QMAT02: {why}"


def test_a_reading_whose_figure_has_no_value_is_named() -> None:
    reading = "readings: [{label: som kendt da, figure: {name: savings, as_of: 2024-01-31}}]"
    row = checked(f"claimed: 5\narithmetic: 2 + 2\n{reading}", answer=FigureAnswer(None, why_not="nothing is that old"))
    assert row.reason.endswith("; cannot be tried: som kendt da (nothing is that old)")


def test_what_nothing_can_give_cannot_be_checked_for_the_reason_given() -> None:
    row = checked("claimed: 95\nunit: pct.\ncannot: ingen kilde")
    assert (row.verdict, row.reason, row.claimed) == ("cannot be checked", "ingen kilde", Decimal(95))


# ---- assumptions and errors ---------------------------------------------------------------------------------
def test_an_assumption_is_taken_by_its_name_and_shown_with_its_value() -> None:
    row = checked("claimed: 92\narithmetic: 20000 * assumptions.key / 100", assumptions={"key": Decimal("0.46")})
    assert row.verdict == "holds"
    assert row.reason == "20000 * assumptions.key / 100 with assumptions.key = 0.46 gives 92"


def test_where_an_assumption_has_several_bases_one_is_named() -> None:
    row = checked("claimed: 6\narithmetic: 3 * assumptions.price.budget", assumptions={"price.budget": Decimal(2)})
    assert (row.verdict, row.reason) == (
        "holds",
        "3 * assumptions.price.budget with assumptions.price.budget = 2 gives 6",
    )


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("arithmetic: 1 / 0", "'1 / 0' divides by zero"),
        ("arithmetic: 9 ** 99 ** 9", "a power is a whole number"),
        (
            "arithmetic: assumptions.nøgle * 2",
            "names 'assumptions.nøgle', which is not given; given are: assumptions.key, assumptions.price.budget",
        ),
        ("arithmetic: assumptions.price", "which is not given; given are: assumptions.price.budget"),
        ("arithmetic: 2 + 2\nreadings: [{label: a, arithmetic: 1 / (2 - 2)}]", "divides by zero"),
        ("arithmetic: 1 / a\ngiven: {a: {value: 1, low: 0, high: 2, from: b}}", "divides by zero"),
    ],
)
def test_arithmetic_that_cannot_be_worked_out_is_an_error_that_names_the_claim(claim: str, why: str) -> None:
    with pytest.raises(ClaimsError, match=r"^herlev, point 6, '92 flere ledige': ") as caught:
        checked(f"claimed: 5\n{claim}", assumptions={"key": Decimal(1), "price.budget": Decimal(2)})
    assert why in str(caught.value)


def test_every_claim_has_its_row_in_the_order_of_the_file() -> None:
    more = "".join(
        f"  - {{document: herlev, point: {point}, statement: s, claimed: 1, cannot: c}}\n" for point in range(5)
    )
    rows = check(
        read_claims(HEAD + "    claimed: 1\n    cannot: c\n" + more), figures=no_figures, assumptions=lambda _: {}
    )
    assert [row.point for row in rows] == ["6", "0", "1", "2", "3", "4"]
