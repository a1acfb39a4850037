"""Formulas on inputs that are hidden, not there yet, missing or wrong: null with a status, never zero, never lost."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from warehouse.formulas.benchmark import gap, savings
from warehouse.formulas.benefits import SumRefused, change, share
from warehouse.formulas.block_grant import block_grant_share, implied_key, projection
from warehouse.formulas.investments import (
    break_even,
    cost_per_course,
    discounted,
    grant_share,
    ladder,
    net_municipal_cost,
    places,
    result_per,
)
from warehouse.formulas.own_tables import (
    budget,
    cases_per_1000,
    exits,
    offer_mix,
    ordinary_hours,
    response_rate,
    target_followup,
)
from warehouse.formulas.statuses import FormulaError

Formula = Callable[[pl.DataFrame], pl.DataFrame]

ROWWISE: dict[str, tuple[Formula, dict[str, float | str]]] = {
    "change": (lambda frame: change(frame, of="persons"), {"persons": 2882, "persons_year_earlier": 2844}),
    "share": (lambda frame: share(frame, part="a", whole="b"), {"a": 1, "b": 4}),
    "gap": (gap, {"actual_persons": 1620, "expected_persons": 1840}),
    "savings": (savings, {"gap_persons": -50, "net_unit_cost_dkk": 132_350}),
    "projection": (projection, {"national_change_persons": 20_000, "key_pct": 0.54}),
    "implied_key": (implied_key, {"projection_persons": 92, "national_change_persons": 20_000}),
    "block_grant_share": (block_grant_share, {"local_persons": 328, "national_persons": 83_325, "key_pct": 0.54}),
    "target_followup": (
        target_followup,
        {"share_pct": 6.6, "target_pct": 12, "kind": "minimum", "finished_cases": 61},
    ),
    "ordinary_hours": (ordinary_hours, {"persons": 40, "share_pct": 15.7, "country_share_pct": 11.6}),
    "places": (places, {"specialists_persons": 2, "clients_per_specialist_persons": 6, "cost_dkk": 1_425_000}),
    "result_per": (
        result_per,
        {"net_result_dkk": 52_000, "participants_persons": 12, "success_rate_pct": 80, "horizon_years": 8},
    ),
    "grant_share": (grant_share, {"local_persons": 187, "national_persons": 27_000, "grant_pool_dkk": 262_500_000}),
    "response_rate": (response_rate, {"answered_persons": 80, "asked_persons": 250}),
    "cases_per_1000": (cases_per_1000, {"cases": 230, "population_persons": 34_852}),
}

INPUTS = [(name, column) for name, (_, row) in ROWWISE.items() for column in row]


def frame_of(row: dict[str, float | str], **more: object) -> pl.DataFrame:
    return pl.DataFrame([row | more])


def added(formula: Formula, frame: pl.DataFrame) -> dict[str, object]:
    """What a formula adds to a row, without what it rests on."""
    found = formula(frame)
    return {name: found[name].item() for name in found.columns if name not in frame.columns}


@pytest.mark.parametrize(("name", "column"), INPUTS)
@pytest.mark.parametrize("status", ["suppressed", "not_yet", "withdrawn"])
def test_what_rests_on_an_unseen_input_is_null_and_says_why(name: str, column: str, status: str) -> None:
    formula, row = ROWWISE[name]
    unseen = added(formula, frame_of(row, **{column: None, f"{column}_status": status}))
    whole = added(formula, frame_of(row))
    lost = {name for name, value in unseen.items() if value is None and whole[name] is not None}
    assert lost
    for result in lost:
        assert unseen[f"{result}_status"] == status
        assert whole[f"{result}_status"] == "observed"
    assert {name for name in whole if not name.endswith("_status") and name not in lost} <= {
        name for name in whole if unseen[name] == whole[name]
    }


@pytest.mark.parametrize(("name", "column"), INPUTS)
def test_an_input_that_is_not_there_is_missing(name: str, column: str) -> None:
    formula, row = ROWWISE[name]
    kept = pl.DataFrame([row, row | {column: None}])
    found = formula(kept)
    assert "missing" in found.row(1)
    assert "missing" not in [
        found[column][0] for column in found.columns if "low" not in column and "high" not in column
    ]


@pytest.mark.parametrize(("name", "column"), INPUTS)
def test_a_column_that_is_not_there_is_named(name: str, column: str) -> None:
    formula, row = ROWWISE[name]
    with pytest.raises(FormulaError, match=rf"takes .*{column}.* only "):
        formula(frame_of(row).drop(column))


@pytest.mark.parametrize("name", list(ROWWISE))
def test_rows_keep_their_order_and_columns(name: str) -> None:
    formula, row = ROWWISE[name]
    rows = pl.DataFrame([row | {"area": area} for area in ("Ærø", "Aarhus", "Herlev", "Aarhus")])
    assert formula(rows).select(rows.columns).equals(rows)
    assert formula(rows.clear()).height == 0


def test_a_value_beside_another_status_is_not_used() -> None:
    frame = pl.DataFrame({"a": [1.0], "a_status": ["withdrawn"], "b": [4.0]})
    assert share(frame, part="a", whole="b").select("share_pct", "share_pct_status").row(0) == (None, "withdrawn")


def test_the_worst_status_is_told() -> None:
    frame = pl.DataFrame({"a": [None], "a_status": ["suppressed"], "b": [None], "b_status": ["not_yet"]})
    assert share(frame, part="a", whole="b")["share_pct_status"].item() == "not_yet"


def test_a_status_nobody_declared_is_refused() -> None:
    frame = pl.DataFrame({"a": [1.0], "a_status": ["guessed"], "b": [4.0]})
    with pytest.raises(FormulaError, match="a_status holds 'guessed'"):
        share(frame, part="a", whole="b")


def test_a_share_of_nothing_is_undefined_and_a_change_from_nothing_is_still_a_change() -> None:
    frame = pl.DataFrame({"persons": [3], "persons_year_earlier": [0]})
    found = change(frame, of="persons").select("change", "change_status", "change_pct", "change_pct_status")
    assert found.row(0) == (3, "observed", None, "undefined")


def test_a_result_never_overwrites_a_column() -> None:
    frame = pl.DataFrame({"a": [1], "b": [4], "share_pct": [99.0]})
    with pytest.raises(FormulaError, match=r"share_pct is to be computed"):
        share(frame, part="a", whole="b")


@pytest.mark.parametrize("nought", [0.0, -0.0])
def test_a_nought_has_no_sign(nought: float) -> None:
    saved = savings(pl.DataFrame({"gap_persons": [nought, nought], "net_unit_cost_dkk": [132_350.0, -1.0]}))
    assert [str(value) for value in saved["saving_dkk"]] == ["0.0", "0.0"]


def test_small_and_unsigned_numbers_neither_run_over_nor_under() -> None:
    small = {"gap_persons": pl.Int16, "net_unit_cost_dkk": pl.Int32}
    found = savings(pl.DataFrame({"gap_persons": [-20_000], "net_unit_cost_dkk": [132_350]}, schema=small))
    assert found["saving_dkk"].item() == 2_647_000_000
    counts = pl.DataFrame({"n": [2844], "n_year_earlier": [2882]}, schema={"n": pl.UInt32, "n_year_earlier": pl.UInt32})
    assert change(counts, of="n")["change"].item() == -38
    amounts = pl.DataFrame({"line": ["a", "b"], "year": [2024] * 2, "amount_dkk": [2_000_000_000] * 2})
    total = budget(amounts.with_columns(pl.col("amount_dkk").cast(pl.Int32))).filter(sum_of="all")
    assert total["amount_dkk"].item() == 4_000_000_000


def test_a_number_written_as_a_text_is_refused() -> None:
    with pytest.raises(FormulaError, match=r"share_pct is computed from numbers.*a as String"):
        share(pl.DataFrame({"a": ["1.200"], "b": [4.0]}), part="a", whole="b")
    with pytest.raises(FormulaError, match=r"amount_dkk holds numbers.*String"):
        budget(pl.DataFrame({"line": ["a"], "year": [2024], "amount_dkk": ["1.200"]}))


# ---- savings and keys -----------------------------------------------------------------------------------------
def test_more_persons_than_expected_cost() -> None:
    found = savings(pl.DataFrame({"gap_persons": [20], "net_unit_cost_dkk": [100]}))
    assert found.select("saving_rounding_low_dkk", "saving_dkk", "saving_rounding_high_dkk").row(0) == (
        -3000,
        -2000,
        -1000,
    )


def test_an_uncertain_price_widens_in_columns_of_its_own() -> None:
    row = {"gap_persons": -50, "net_unit_cost_dkk": 73_500}
    prices = {"net_unit_cost_low_dkk": 67_143, "net_unit_cost_high_dkk": 75_395}
    plain, priced = savings(pl.DataFrame([row])), savings(pl.DataFrame([row | prices]))
    assert plain["saving_rounding_low_dkk"].item() == priced["saving_rounding_low_dkk"].item() == 40 * 73_500
    assert priced.select("saving_low_dkk", "saving_high_dkk").row(0) == (40 * 67_143, 60 * 75_395)
    assert plain.select("saving_low_dkk", "saving_low_dkk_status").row(0) == (None, "missing")


def test_a_key_that_is_not_known_projects_nothing_and_bounds_are_kept() -> None:
    keys = pl.DataFrame(
        {
            "key_pct": [None, 29_215 / 5_932_654 * 100, None, 0.5],
            "key_low_pct": [None, None, None, 0.495],
            "key_high_pct": [None, None, None, 0.505],
        }
    )
    projected = projection(keys.with_columns(national_change_persons=pl.lit(20_000)))
    assert projected["projection_persons"].to_list() == [None, 98, None, 100]
    assert projected.select("projection_low_persons", "projection_high_persons").row(3) == (99, 101)


# ---- targets, mixes, exits --------------------------------------------------------------------------------------
def followed(share_pct: float | None, target_pct: float, *, kind: str, finished: float | None) -> dict[str, object]:
    row = {"share_pct": share_pct, "target_pct": target_pct, "kind": kind, "finished_cases": finished}
    return target_followup(pl.DataFrame([row], schema_overrides={"finished_cases": pl.Float64})).row(0, named=True)


def test_without_the_number_of_courses_a_target_is_judged_by_its_share() -> None:
    for share_pct, kind, reached in ((12.0, "minimum", True), (11.9, "minimum", False), (12.1, "maximum", False)):
        found = followed(share_pct, 12, kind=kind, finished=None)
        assert (found["reached"], found["reached_status"]) == (reached, "observed")
        assert (found["short_persons"], found["short_persons_status"]) == (None, "missing")


def test_persons_come_before_a_share_that_was_rounded_up_to_the_target() -> None:
    # 39 of 777 are 5.02 per cent, printed 5.0; a target of 5.04 needs 40.
    found = followed(5.0, 5.04, kind="minimum", finished=777)
    assert (found["now_persons"], found["target_persons"], found["reached"]) == (39, 40, False)
    # 21 of 175 are exactly 12 per cent, which floating point has a little above.
    found = followed(12.0, 12, kind="minimum", finished=175)
    assert (found["now_persons"], found["target_persons"], found["reached"], found["deciding_persons"]) == (
        21,
        21,
        True,
        1,
    )


def test_a_count_the_publisher_hides_is_not_worked_out_from_its_share() -> None:
    found = followed(3.3, 12, kind="minimum", finished=61)
    assert found["reached"] is False
    for name in ("now_persons", "short_persons", "short_exact_persons", "in_hand_persons", "deciding_persons"):
        assert (found[name], found[f"{name}_status"]) == (None, "suppressed")
    assert found["target_persons"] == 8


def test_a_target_is_a_minimum_or_a_maximum() -> None:
    with pytest.raises(FormulaError, match="kind holds 'around'"):
        followed(3.3, 12, kind="around", finished=61)


def offers(*parts: tuple[str, float | None, str]) -> pl.DataFrame:
    named = [("2022", *part) for part in parts]
    return pl.DataFrame(named, schema=["year", "offer", "value", "status"], orient="row")


def test_a_hidden_part_makes_shares_bounds_and_has_none_itself() -> None:
    found = offer_mix(offers(("b", 80, "observed"), ("a", None, "suppressed"), ("c", 20, "observed")), by=["year"])
    assert found.select("offer", "share_pct", "share_pct_status", "total_low", "total_high", "hidden").rows() == [
        ("b", None, "suppressed", 100, 102, 1),
        ("a", None, "suppressed", 100, 102, 1),
        ("c", None, "suppressed", 100, 102, 1),
    ]
    low, high = found["share_low_pct"].to_list(), found["share_high_pct"].to_list()
    assert (low[1], high[1]) == (None, None)
    assert (low[0], high[0]) == (pytest.approx(80 / 102 * 100), 80)


@pytest.mark.parametrize("status", ["not_yet", "withdrawn"])
def test_a_part_that_is_not_there_leaves_no_total(status: str) -> None:
    found = offer_mix(offers(("a", 80, "observed"), ("b", None, status)), by=["year"])
    assert found["share_pct_status"].to_list() == [status, status]
    assert found["total_low"].to_list() == [None, None]


def test_shares_are_never_summed_to_a_total() -> None:
    with pytest.raises(SumRefused):
        offer_mix(offers(("a", 80, "observed")), by=["year"], unit="pct")


def test_a_share_that_may_be_none_has_no_upper_bound_of_its_group() -> None:
    found = ordinary_hours(pl.DataFrame({"persons": [3], "share_pct": [0.0], "country_share_pct": [11.6]}))
    assert found.select("group_persons", "group_persons_status", "group_high_persons_status").row(0) == (
        None,
        "undefined",
        "undefined",
    )


def test_the_shares_of_exits_are_summed_only_where_all_are_known() -> None:
    frame = pl.DataFrame(
        {"area": ["a", "b", "a", "b"], "share_pct": [60.0, 50.0, 40.0, None], "finished_cases": [10, 10, 10, 10]}
    )
    found = exits(frame, by=["area"])
    assert found["shares_sum_pct"].to_list() == [100, None, 100, None]
    assert found["exits_persons"].to_list() == [6, 5, 4, None]
    assert found["exits_persons_status"].to_list() == ["observed"] * 3 + ["missing"]


# ---- money over years -------------------------------------------------------------------------------------------
LADDER = pl.DataFrame({"from_week": [1, 5, 27, 53], "to_week": [4, 26, 52, None], "refusion_pct": [80, 40, 30, 20]})


def test_a_person_for_years_on_benefit_costs_four_fifths() -> None:
    person = pl.DataFrame({"monthly_benefit_dkk": [11_944], "first_week": [53]})
    found = net_municipal_cost(person, ladder=LADDER, years=2)
    assert found["net_municipal_cost_dkk"].to_list() == [pytest.approx(114_662.4)] * 2
    assert found["municipal_share_pct"].to_list() == [80, 80]


def test_a_person_whose_weeks_are_not_known_costs_nobody_knows_what() -> None:
    person = pl.DataFrame(
        {"monthly_benefit_dkk": [11_944], "first_week": [None]}, schema_overrides={"first_week": pl.Int64}
    )
    found = net_municipal_cost(person, ladder=LADDER)
    assert found.select("gross_dkk", "net_municipal_cost_dkk", "net_municipal_cost_dkk_status").row(0) == (
        143_328,
        None,
        "missing",
    )


BROKEN = {
    "a gap": (["weeks_1_4", "weeks_6_on"], [80, 20], "weeks 6 to None, and week 5"),
    "an overlap": (["weeks_1_4", "weeks_4_on"], [80, 20], "weeks 4 to None, and week 5"),
    "a late start": (["weeks_2_on"], [80], "weeks 2 to None, and week 1"),
    "no end": (["weeks_1_4"], [80], "ends before week 5"),
    "two ends": (["weeks_1_on", "weeks_5_on"], [80, 20], "weeks 5 to None, and week None"),
    "backwards": (["weeks_1_0", "weeks_1_on"], [80, 20], "weeks 1 to 0"),
    "more than all": (["weeks_1_on"], [101], "refunds 101.0 per cent from week 1"),
    "no number": (["weeks_1_on"], [None], "refunds None per cent from week 1"),
    "another name": (["after a year"], [20], "called 'after a year'"),
    "no steps": ([], [], "ends before week 1"),
}


@pytest.mark.parametrize("what", list(BROKEN))
def test_a_ladder_that_leaves_a_week_out_or_open_is_refused(what: str) -> None:
    bases, assumed, said = BROKEN[what]
    steps = pl.DataFrame({"basis": bases, "assumed": assumed}, schema={"basis": pl.String, "assumed": pl.Float64})
    with pytest.raises(FormulaError, match=said):
        ladder(steps)


def test_weeks_on_benefit_are_counted_from_one() -> None:
    with pytest.raises(FormulaError, match="first_week is 0"):
        net_municipal_cost(pl.DataFrame({"monthly_benefit_dkk": [1], "first_week": [0]}), ladder=LADDER)


def flows(*amounts: float | None, status: str = "observed") -> pl.DataFrame:
    rows = [("a", 2024 + at, amount, "observed" if amount is not None else status) for at, amount in enumerate(amounts)]
    return pl.DataFrame(rows, schema=["case", "year", "flow_dkk", "flow_dkk_status"], orient="row")


def test_a_flow_nobody_knows_leaves_no_present_value() -> None:
    found = discounted(flows(-100, None, status="not_yet"), columns=["flow_dkk"], by=["case"], rate_pct=3.5)
    assert found.rows() == [("a", None, "not_yet")]


def test_a_flow_without_a_year_and_a_rate_that_leaves_nothing_are_refused() -> None:
    with pytest.raises(FormulaError, match="no year"):
        discounted(flows(1).with_columns(year=pl.lit(None, pl.Int64)), columns=["flow_dkk"], by=["case"], rate_pct=0)
    with pytest.raises(FormulaError, match="-100 per cent"):
        discounted(flows(1), columns=["flow_dkk"], by=["case"], rate_pct=-100)


def test_a_case_without_costs_has_no_cost_per_course() -> None:
    courses = pl.DataFrame({"case": ["b", "a"], "courses_low_persons": [1, 1], "courses_high_persons": [2, 2]})
    costs = pl.DataFrame({"case": ["a"], "year": [2025], "cost_dkk": [10]})
    found = cost_per_course(costs, by=["case"], courses=courses)
    assert found.select("case", "cost_per_course_low_dkk", "cost_per_course_low_dkk_status").rows() == [
        ("b", None, "missing"),
        ("a", 5, "observed"),
    ]


def test_where_nothing_is_saved_nobody_breaks_even() -> None:
    year = pl.DataFrame({"case": ["a"], "year": [2025], "cost_dkk": [10], "saved_per_person_dkk": [0]})
    found = break_even(year, by=["case"], rate_pct=0)
    assert found.select("break_even_persons", "break_even_persons_status").row(0) == (None, "undefined")


def test_herlevs_budget_sums_to_what_the_paper_prints() -> None:
    lines = {
        "expense, employment": [510, 592, 471, 10],
        "income, employment": [-1111, 0, 0, -472],
        "expense, social psychiatry": [346, 332, 319, 0],
        "income, social psychiatry": [-173, 0, 0, -824],
    }
    rows = [(line, 2024 + at, amount * 1000) for line, amounts in lines.items() for at, amount in enumerate(amounts)]
    found = budget(pl.DataFrame(rows, schema=["line", "year", "amount_dkk"], orient="row"))
    assert found.filter(sum_of="entry").select("line", "year", "amount_dkk").rows() == rows
    sums = found.filter(pl.col("sum_of") != "entry").select("sum_of", "line", "year", "amount_dkk").rows()
    assert sums == [
        ("year", None, 2024, -428_000),
        ("year", None, 2025, 924_000),
        ("year", None, 2026, 790_000),
        ("year", None, 2027, -1_286_000),
        *(("line", line, None, sum(amounts) * 1000) for line, amounts in lines.items()),
        ("all", None, None, 856_000 - 856_000),
    ]


def test_an_amount_nobody_knows_makes_only_its_own_sums_unknown() -> None:
    rows = [("b", 2024, 1, "x"), ("a", 2025, None, "x"), ("a", 2024, 2, "x"), ("a", 2024, 5, "w")]
    entries = pl.DataFrame(rows, schema=["line", "year", "amount_dkk", "case"], orient="row")
    found = budget(entries, by=["case"])
    assert found.select("case", "sum_of", "line", "year", "amount_dkk", "amount_dkk_status").rows() == [
        ("w", "entry", "a", 2024, 5, "observed"),
        ("w", "year", None, 2024, 5, "observed"),
        ("w", "line", "a", None, 5, "observed"),
        ("w", "all", None, None, 5, "observed"),
        ("x", "entry", "b", 2024, 1, "observed"),
        ("x", "entry", "a", 2025, None, "missing"),
        ("x", "entry", "a", 2024, 2, "observed"),
        ("x", "year", None, 2024, 3, "observed"),
        ("x", "year", None, 2025, None, "missing"),
        ("x", "line", "b", None, 1, "observed"),
        ("x", "line", "a", None, None, "missing"),
        ("x", "all", None, None, None, "missing"),
    ]
