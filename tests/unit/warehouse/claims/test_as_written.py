"""Claims as Danish papers write them: rounding words, units in any order, cells of tables, arithmetic over figures."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from decimal import Decimal

import pytest

from warehouse.claims.checking import CheckedClaim, check
from warehouse.claims.file import ClaimsError, read_claims
from warehouse.claims.values import CellQuestion, FigureAnswer, FigureQuestion

HEAD = """\
documents:
  - {id: herlev, title: Referat, area: Herlev, date: 2024-01-31, source: kommunen}
claims:
  - document: herlev
    point: 6
    statement: en påstand
"""


def asked_nothing(question: object) -> FigureAnswer:
    raise AssertionError(f"nobody should have asked for {question}")


def checked(claim: str, *, answers: Callable[..., FigureAnswer] = asked_nothing, top: str = "") -> CheckedClaim:
    lines = textwrap.indent(textwrap.dedent(claim).strip("\n"), "    ")
    (row,) = check(read_claims(f"{top}{HEAD}{lines}\n"), figures=answers, assumptions=lambda _: {})
    return row


def verdict(about: str, claimed: str, computed: str, *, unit: str = "personer") -> str:
    return checked(f"claimed: '{claimed}'\nabout: {about}\nunit: {unit}\narithmetic: '{computed}'").verdict


# ---- rounding words -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("about", "claimed", "unit", "computed"),
    [
        ("godt", "2", "mio. kr.", "2180000"),
        ("godt", "2.000.000", "kr.", "2180000"),
        ("godt", "200", "personer", "218"),
        ("godt", "1", "pct.", "1.3"),
        ("knap", "5", "pct.", "4.6"),
        ("knap", "500", "personer", "460"),
        ("knap", "2", "pct.", "1.7"),
        ("knap", "0,7", "pct.", "0.693"),
        ("knap", "3.000", "personer", "2882"),
        ("næsten", "5", "pct.", "4.6"),
        ("Cirka", "2.500", "personer", "2460"),
        ("ca", "2.500", "personer", "2460"),
        ("Mere end", "30", "personer", "31"),
        ("Minimum", "12", "personer", "12"),
        ("Max.", "35", "pct.", "33"),
        ("godt", "-2", "mio. kr.", "-2180000"),
        ("knap", "-5", "mio. kr.", "-4600000"),
    ],
)
def test_a_rounding_word_covers_what_a_dane_calls_so(about: str, claimed: str, unit: str, computed: str) -> None:
    assert verdict(about, claimed, computed, unit=unit).startswith("holds")


@pytest.mark.parametrize(
    ("about", "claimed", "computed"),
    [
        ("godt", "2", "1.98"),
        ("godt", "2", "2.6"),
        ("godt", "100", "140"),
        ("godt", "2.882", "3100"),
        ("godt", "25", "27.4"),
        ("knap", "5", "5.1"),
        ("knap", "5", "4.4"),
        ("knap", "1.000", "600"),
        ("knap", "-5", "-5.2"),
        ("godt", "-2", "-1.9"),
        ("Max.", "35", "36"),
    ],
)
def test_and_no_more_than_that(about: str, claimed: str, computed: str) -> None:
    assert verdict(about, claimed, computed) == "differs"


# ---- units --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("claimed", "unit"),
    [
        ("6,6175", "kr. mio."),
        ("6,6175", "mio.kr."),
        ("6,6175", "mill. kr."),
        ("6,6175", "Mio. DKK"),
        ("6,6175", "mio. kr. pr. år"),
        ("6,6175", "mio. kr., 2024-priser"),
        ("6.617,5", "kr. 1.000"),
        ("6.617,5", "1000 kr."),
        ("6.617,5", "kr. (1.000)"),
        ("6.617,5", "tkr."),
        ("6.617,5", "kr. t."),
        ("6.617,5", "tusinde kroner årligt"),
        ("6.617.500", "kr./årligt"),
        ("6.617.500", "kr. pr. 1.000 indbyggere"),
    ],
)
def test_a_unit_is_read_in_any_order_of_its_words(claimed: str, unit: str) -> None:
    row = checked(f"claimed: '{claimed}'\nunit: '{unit}'\narithmetic: 50 * 132350")
    assert (row.verdict, row.unit) == ("holds", unit)


@pytest.mark.parametrize("unit", ["miio. kr.", "kr. moi.", "t.", "1.000 mio. kr.", "promille", "mio. pct.", "500 kr."])
def test_a_unit_word_that_is_not_known_is_an_error_and_never_one(unit: str) -> None:
    with pytest.raises(ClaimsError, match=r"line 8, claims\.0\.unit: ") as caught:
        checked(f"claimed: 5\nunit: {unit}\narithmetic: '5'")
    assert unit in str(caught.value)


def test_an_unknown_unit_of_a_given_number_is_an_error_too_and_offers_the_nearest() -> None:
    with pytest.raises(ClaimsError, match=r"claims\.0\.given\.a\.unit: 'miio' .*did you mean 'mio'"):
        checked("claimed: 5\narithmetic: a\ngiven: {a: {value: 5, unit: miio. kr., from: budget}}")


def test_a_papers_own_word_for_what_is_counted_is_declared_once() -> None:
    row = checked("claimed: 5\nunit: Snusepraktikker\narithmetic: 2 + 3", top="units: [snusepraktikker]\n")
    assert row.verdict == "holds"


# ---- cells and arithmetic over figures ----------------------------------------------------------------------
COUNTS = {"Herlev": 2882, "Ballerup": 4100, "Glostrup": 2100}


def by_area(question: FigureQuestion) -> FigureAnswer:
    return FigureAnswer(Decimal(COUNTS[question.area]))


def by_month(question: FigureQuestion) -> FigureAnswer:
    assert question.period is not None
    return FigureAnswer(Decimal(270 + question.period.number), caveats=("as counted",))


def test_a_cell_of_a_table_is_asked_for_with_all_that_the_file_says() -> None:
    asked: list[str] = []

    def answers(question: object) -> FigureAnswer:
        asked.append(str(question))
        return FigureAnswer(Decimal(492))

    cell = "{table: y01a02, period: 2023M10, measure: persons, where: {Ydelsesgrupper: A-dagpenge}, as_of: 2024-01-31}"
    row = checked(f"claimed: 492\nunit: personer\ncell: {cell}", answers=answers)
    assert asked == ["y01a02, Herlev, 2023M10, persons, Ydelsesgrupper = A-dagpenge, as known on 2024-01-31"]
    assert (row.verdict, row.reason) == ("holds", f"{asked[0]} gives 492 personer")


def test_a_neighbour_is_subtracted() -> None:
    row = checked(
        """\
        claimed: "1.218"
        unit: fuldtidspersoner
        arithmetic: ballerup - herlev
        given:
          herlev: {figure: {name: total_recipients, period: 2023M10}}
          ballerup: {figure: {name: total_recipients, area: Ballerup, period: 2023M10}}
        """,
        answers=by_area,
    )
    assert row.verdict == "holds"
    assert row.reason == (
        "ballerup - herlev with ballerup = 4,100 (total_recipients, Ballerup, 2023M10), "
        "herlev = 2,882 (total_recipients, Herlev, 2023M10) gives 1,218 fuldtidspersoner"
    )


MONTHS = """\
claimed: "276,5"
unit: personer
arithmetic: mean(months)
given: {months: {figure: {name: total_recipients, periods: 2016M01:2016M12, item: Ressourceforløb}}}
"""


def test_a_mean_over_months_is_worked_out_and_each_caveat_is_said_once() -> None:
    row = checked(MONTHS, answers=by_month)
    assert row.verdict == "holds"
    assert row.reason == (
        "mean(months) with months = 12 numbers from 271 to 282 (total_recipients, Herlev, 2016M01 to 2016M12, "
        "Ressourceforløb) gives 276.5 personer; as counted"
    )


def test_a_mean_that_lacks_a_month_cannot_be_checked_and_says_which() -> None:
    def answers(question: FigureQuestion) -> FigureAnswer:
        hidden = question.period is not None and question.period.number == 3
        return FigureAnswer(None, why_not="an input is suppressed") if hidden else by_month(question)

    row = checked(MONTHS, answers=answers)
    assert (row.verdict, row.computed) == ("cannot be checked", None)
    assert row.reason == (
        "mean(months): months lacks 1 of 12 numbers: total_recipients, Herlev, 2016M03, Ressourceforløb "
        "(an input is suppressed)"
    )


@pytest.mark.parametrize(
    ("arithmetic", "claimed"),
    [("rank_from_highest(own, others)", 2), ("rank_from_lowest(own, others)", 2), ("max(others) - min(others)", 2000)],
)
def test_an_order_among_neighbours_is_worked_out(arithmetic: str, claimed: int) -> None:
    others = "others: {figure: {name: total_recipients, areas: [Ballerup, Glostrup], period: 2023M10}}"
    own = "own: {figure: {name: total_recipients, period: 2023M10}}" if "own" in arithmetic else ""
    claim = f"claimed: {claimed}\narithmetic: {arithmetic}\ngiven:\n  {others}\n  {own}"
    row = checked(claim, answers=by_area)
    assert row.verdict == "holds"


def test_all_municipalities_are_asked_for_by_one_word() -> None:
    asked: list[str] = []

    def answers(question: FigureQuestion) -> FigureAnswer:
        asked.append(question.area)
        return FigureAnswer(Decimal(1))

    given = "given: {all: {cell: {table: y01a02, areas: alle kommuner, period: 2023M10}}}"
    assert checked(f"claimed: 98\narithmetic: sum(all)\n{given}", answers=answers).verdict == "holds"
    assert (len(asked), len(set(asked)), "Hele landet" in asked) == (98, 98, False)


@pytest.mark.parametrize("function", ["mean", "sum"])
@pytest.mark.parametrize("unit", ["pct", "pct_point", "ratio", "fraction", "rank"])
def test_rates_of_several_areas_are_never_averaged(function: str, unit: str) -> None:
    given = "given: {shares: {figure: {name: share_of_workforce, areas: [Ballerup, Glostrup], period: 2023M10}}}"
    row = checked(
        f"claimed: 5\nunit: pct.\narithmetic: {function}(shares)\n{given}",
        answers=lambda _: FigureAnswer(Decimal(5), unit=unit),
    )
    assert row.verdict == "cannot be checked"
    assert row.reason.endswith(
        f"shares is in {unit}, and of several areas that has no {function}: work it out from the counts"
    )


HERLEV = "{figure: {name: share_of_workforce, area: Herlev, period: 2023M10}}"
BALLERUP = "{figure: {name: share_of_workforce, area: Ballerup, period: 2023M10}}"


@pytest.mark.parametrize(
    ("arithmetic", "function"),
    [
        ("mean(a, b)", "mean"), ("sum(a, b)", "sum"), ("(a + b) / 2", "sum"), ("(a + 1 + b) / 2", "sum"),
        ("a / 2 + b / 2", "sum"), ("0.5 * a + b * 0.5", "sum"), ("a - 1 + b", "sum"),
        ("a / 2 + 0.5 * b", "sum"), ("mean(a + b, 3)", "mean"), ("mean(2 * a, 2 * b)", "mean"),
        ("(mean(a) + mean(b)) / 2", "sum"), ("a - -b", "sum"), ("round(a, 1) + round(b, 1)", "sum"), ("a - 2 - (-b)", "sum"),
    ],
)  # fmt: skip
def test_rates_of_several_areas_are_not_averaged_under_names_of_their_own(arithmetic: str, function: str) -> None:
    row = checked(
        f"claimed: 3\nunit: pct.\narithmetic: {arithmetic}\ngiven: {{a: {HERLEV}, b: {BALLERUP}}}",
        answers=lambda question: FigureAnswer(Decimal(2 if question.area == "Herlev" else 4), unit="pct"),
    )
    assert row.verdict == "cannot be checked"
    assert row.reason.endswith(
        f"a and b are in pct, and of several areas that has no {function}: work it out from the counts"
    )


@pytest.mark.parametrize(
    ("arithmetic", "claimed"),
    [
        ("b - a", "2"),  # points of a percentage between two areas
        ("max(a, b)", "4"), ("max(a, b) - min(a, b)", "2"),
        ("rank_from_highest(a, b) + 1", "3"), ("rank_from_highest(a, b)", "2"), ("b / a", "2"),
        ("(a * 30 + b * 10) / 40", "2.5"), ("a * 30 / 40 + b * 10 / 40", "2.5"),
    ],
)  # fmt: skip
def test_what_is_no_average_of_rates_is_worked_out(arithmetic: str, claimed: str) -> None:
    row = checked(
        f"claimed: {claimed}\narithmetic: {arithmetic}\ngiven: {{a: {HERLEV}, b: {BALLERUP}}}",
        answers=lambda question: FigureAnswer(Decimal(2 if question.area == "Herlev" else 4), unit="pct"),
    )
    assert row.verdict == "holds"


def test_rates_of_one_area_may_be_averaged_over_months() -> None:
    given = "a: {figure: {name: share_of_workforce, period: 2023M09}}, b: {figure: {name: share_of_workforce, period: 2023M10}}"
    row = checked(
        f"claimed: 5\narithmetic: mean(a, b)\ngiven: {{{given}}}",
        answers=lambda _: FigureAnswer(Decimal(5), unit="pct"),
    )
    assert row.verdict == "holds"


def test_numbers_from_both_sides_of_a_series_break_are_told() -> None:
    def answers(question: CellQuestion) -> FigureAnswer:
        assert question.period is not None
        return FigureAnswer(Decimal(5), side=(question.table, "reform" if question.period.number > 6 else None))

    cell = "{cell: {table: y60a02, period: 2025M%s}}"
    row = checked(
        f"claimed: 0\narithmetic: a - b\ngiven: {{a: {cell % '08'}, b: {cell % '06'}}}",
        answers=answers,
    )
    assert row.reason.endswith("; its numbers lie on both sides of a series break (reform)")


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("figure: {name: savings, periods: 2016M01:2016M12}", "figure: expected one number; .*under 'given'"),
        ("cell: {table: y01a02, areas: [Herlev, Ballerup], period: 2016M01}", "cell: expected one number; "),
        ("cell: {table: y01a02}", "cell: name the period"),
        (
            "cell: {table: y01a02, period: 2016M01, periods: 2016M01:2016M02}",
            "cell: expected one of period and periods",
        ),
        (
            "cell: {table: y01a02, period: 2016M01, area: Herlev, areas: [Herlev]}",
            "cell: expected one of area and areas",
        ),
        ("arithmetic: a\ngiven: {a: {value: 5, from: b, figure: {name: c}}}", "given.a: expected exactly one of"),
        ("arithmetic: a\ngiven: {a: {from: b}}", "given.a: expected exactly one of value, figure and cell"),
        ("arithmetic: a\ngiven: {a: {unit: kr., figure: {name: c}}}", "given.a: a figure or cell is in its plain unit"),
        ("cell: {table: a, periods: 1999M01:2023M01}", "cell: it asks for 289 numbers; at most 200"),
        ("figure: {name: a, areas: [Herlev, Herlev]}", "areas: an area stands twice"),
        ("figure: {name: a, areas: [Herlew]}", "areas: no area is called 'Herlew'; did you mean Herlev"),
        ("figure: {name: a, areas: []}", "areas: expected"),
        ("figure: {name: a, periods: 2016M12:2016M01}", "periods: 2016M12 comes after 2016M01"),
        ("figure: {name: a, periods: 2016M12}", "periods: '2016M12' is not a first and a last period"),
        ("figure: {name: a, periods: 2016M01:2016Q04}", "periods: .*different kinds"),
    ],
)
def test_what_does_not_fit_is_said_with_what_to_do(claim: str, why: str) -> None:
    with pytest.raises(ClaimsError, match=rf"line \d+, claims\.0.*{why}"):
        checked(f"claimed: 5\n{claim}")


def test_several_numbers_in_one_place_are_an_error_that_names_the_claim() -> None:
    with pytest.raises(ClaimsError, match=r"'months' is 12 numbers: .*mean\(months\)"):
        checked(MONTHS.replace("mean(months)", "months + 1"), answers=by_month)


@pytest.mark.parametrize(
    ("own", "why"), [("mio. kr.", "'mio. kr.' says how many are meant"), ("''", "expected a word")]
)
def test_a_word_of_the_papers_own_cannot_stand_for_many(own: str, why: str) -> None:
    with pytest.raises(ClaimsError, match=rf"line 1, units\.0: {why}"):
        checked("claimed: 5\narithmetic: '5'", top=f"units: [{own}]\n")
