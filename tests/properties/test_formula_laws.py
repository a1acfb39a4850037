"""Laws of the formulas: bounds hold the truth, a discount of nothing is a sum, and counting agrees with arithmetic."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from warehouse.formulas.benchmark import savings
from warehouse.formulas.benefits import change
from warehouse.formulas.block_grant import implied_key, projection
from warehouse.formulas.investments import break_even, discounted, net_municipal_cost, years_of
from warehouse.formulas.own_tables import budget, exits, offer_mix, ordinary_hours, target_followup

AMOUNTS = st.integers(-(10**9), 10**9)
FLOWS = st.lists(st.tuples(st.integers(2020, 2030), AMOUNTS), min_size=1, max_size=8)
RATES = st.floats(-5, 20)


def printed(part: int, whole: int) -> float:
    """A share in per cent as papers print it: one decimal, a half upwards."""
    exact = Decimal(part * 100) / Decimal(whole)
    return float(exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


@given(actual=st.integers(0, 9_000), expected=st.integers(0, 9_000), cost=st.integers(0, 400_000))
def test_the_saving_of_the_true_counts_lies_within_the_bounds_of_the_printed(
    actual: int, expected: int, cost: int
) -> None:
    def tens(count: int) -> int:
        return (count + 5) // 10 * 10

    row = {"gap_persons": tens(actual) - tens(expected), "net_unit_cost_dkk": cost}
    found = savings(pl.DataFrame([row])).row(0, named=True)
    assert found["saving_rounding_low_dkk"] <= (expected - actual) * cost <= found["saving_rounding_high_dkk"]
    assert found["saving_rounding_low_dkk"] <= found["saving_dkk"] <= found["saving_rounding_high_dkk"]


@given(gap=st.integers(-900, 900), costs=st.lists(st.integers(0, 400_000), min_size=4, max_size=4))
def test_a_price_anywhere_in_its_band_stays_within_the_outer_bounds(gap: int, costs: list[int]) -> None:
    low, *between, high = sorted(costs)
    row = {"gap_persons": gap, "net_unit_cost_low_dkk": low, "net_unit_cost_high_dkk": high}
    for cost in (low, *between, high):
        found = savings(pl.DataFrame([row | {"net_unit_cost_dkk": cost}])).row(0, named=True)
        assert found["saving_low_dkk"] <= found["saving_rounding_low_dkk"]
        assert found["saving_rounding_high_dkk"] <= found["saving_high_dkk"]


@given(change_persons=st.integers(-50_000, 50_000).filter(bool), key=st.integers(1, 1000))
def test_a_projection_is_linear_and_its_implied_key_is_the_key(change_persons: int, key: int) -> None:
    key_pct = key / 100
    frame = pl.DataFrame({"national_change_persons": [change_persons, 2 * change_persons], "key_pct": [key_pct] * 2})
    found = projection(frame)
    exact = found["projection_exact_persons"].to_list()
    assert exact[1] == pytest.approx(2 * exact[0])
    assert abs(found["projection_persons"][0] - exact[0]) <= 0.5 + 1e-6
    back = found.drop("projection_persons").rename({"projection_exact_persons": "projection_persons"})
    assert implied_key(back)["implied_key_pct"].to_list() == [pytest.approx(key_pct)] * 2


@given(before=st.integers(1, 10**6), now=st.integers(0, 10**6))
def test_a_change_leads_from_what_was_to_what_is(before: int, now: int) -> None:
    found = change(pl.DataFrame({"persons": [now], "persons_year_earlier": [before]}), of="persons").row(0, named=True)
    assert before + found["change"] == now
    assert before * (1 + found["change_pct"] / 100) == pytest.approx(now, abs=1e-6)


@given(st.data())
def test_a_followed_target_agrees_with_counting_persons(data: st.DataObject) -> None:
    finished = data.draw(st.integers(1, 999))
    now = data.draw(st.integers(0, finished))
    target = data.draw(st.integers(0, 1000))
    kind = data.draw(st.sampled_from(["minimum", "maximum"]))
    row = {"share_pct": printed(now, finished), "target_pct": target / 10, "kind": kind, "finished_cases": finished}
    found = target_followup(pl.DataFrame([row]), smallest_shown=0).row(0, named=True)
    wanted = Fraction(target * finished, 1000)

    def reached(count: int) -> bool:
        return count >= wanted if kind == "minimum" else count <= wanted

    assert found["now_persons"] == now
    assert found["reached"] == reached(now)
    turning = [abs(count - now) for count in range(-2, finished + 3) if reached(count) != reached(now)]
    assert found["deciding_persons"] == min(turning)
    assert found["short_persons"] == (0 if reached(now) else min(turning))
    assert found["in_hand_persons"] == (min(turning) - 1 if reached(now) else 0)
    assert found["short_exact_persons"] == pytest.approx(0 if reached(now) else float(abs(wanted - now)))
    hidden = target_followup(pl.DataFrame([row])).row(0, named=True)
    assert (hidden["now_persons"] is None) == (now < 3)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=7))
def test_exits_give_back_the_persons_that_were_printed_as_shares(counts: list[int]) -> None:
    finished = sum(counts)
    assume(0 < finished < 1000)
    frame = pl.DataFrame({"share_pct": [printed(count, finished) for count in counts]}).with_columns(
        area=pl.lit("a"), finished_cases=finished
    )
    assert exits(frame, by=["area"], smallest_shown=0)["exits_persons"].to_list() == counts
    assert exits(frame, by=["area"])["exits_persons"].to_list() == [count if count > 2 else None for count in counts]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8).filter(any))
def test_true_shares_lie_within_the_bounds_of_the_shown_and_sum_to_all(counts: list[int]) -> None:
    parts = pl.DataFrame(
        [("a", float(n), "observed") if n > 2 else ("a", None, "suppressed") for n in counts],
        schema={"area": pl.String, "value": pl.Float64, "status": pl.String},
        orient="row",
    )
    found = offer_mix(parts, by=["area"])
    assert found.select("value", "status").equals(parts.select("value", "status"))
    for count, row in zip(counts, found.iter_rows(named=True), strict=True):
        if count > 2:
            true = count / sum(counts) * 100
            assert row["share_low_pct"] - 1e-9 <= true <= row["share_high_pct"] + 1e-9
    if min(counts) > 2:
        assert sum(found["share_pct"]) == pytest.approx(100)


@given(persons=st.integers(3, 4000), rest=st.integers(0, 40_000))
def test_the_true_group_lies_within_what_the_printed_share_leaves_open(persons: int, rest: int) -> None:
    group = persons + rest
    frame = pl.DataFrame({"persons": [persons], "share_pct": [printed(persons, group)], "country_share_pct": [11.6]})
    found = ordinary_hours(frame).row(0, named=True)
    assert found["group_low_persons"] <= group + 1e-6
    assert found["group_high_persons"] is None or group - 1e-6 <= found["group_high_persons"]


def present_value(flows: pl.DataFrame, *, rate_pct: float) -> float:
    return float(discounted(flows, columns=["flow_dkk"], by=["case"], rate_pct=rate_pct)["flow_dkk"].item())


@given(FLOWS)
def test_a_present_value_at_no_rate_is_the_sum_in_whatever_order(flows: list[tuple[int, int]]) -> None:
    frame = pl.DataFrame(flows, schema=["year", "flow_dkk"], orient="row").with_columns(case=pl.lit("a"))
    found = present_value(frame, rate_pct=0)
    assert found == sum(amount for _, amount in flows)
    turned = present_value(frame.reverse(), rate_pct=0)
    assert turned == found


@given(FLOWS, RATES)
def test_a_present_value_is_what_compounding_undoes(flows: list[tuple[int, int]], rate_pct: float) -> None:
    frame = pl.DataFrame(flows, schema=["year", "flow_dkk"], orient="row").with_columns(case=pl.lit("a"))
    found = present_value(frame, rate_pct=rate_pct)
    last, balance = max(year for year, _ in flows), 0.0
    first = min(year for year, _ in flows)
    for year in range(first, last + 1):
        balance = balance * (1 + rate_pct / 100) + sum(amount for at, amount in flows if at == year)
    assert found * (1 + rate_pct / 100) ** (last - first) == pytest.approx(balance, rel=1e-6, abs=1)


@st.composite
def ladders(draw: st.DrawFn) -> list[tuple[int, int | None, int]]:
    ends = sorted(draw(st.sets(st.integers(1, 160), max_size=5)))
    begins = [1, *(end + 1 for end in ends)]
    return [(first, last, draw(st.integers(0, 100))) for first, last in zip(begins, [*ends, None], strict=True)]


@given(ladders(), st.integers(1, 200), st.integers(1, 3))
def test_a_years_net_cost_is_its_weeks_added_up(
    steps: list[tuple[int, int | None, int]], first_week: int, years: int
) -> None:
    ladder = pl.DataFrame(
        steps, schema={"from_week": pl.Int64, "to_week": pl.Int64, "refusion_pct": pl.Int64}, orient="row"
    )
    person = pl.DataFrame({"monthly_benefit_dkk": [5_200], "first_week": [first_week]})
    found = net_municipal_cost(person, ladder=ladder, years=years)

    def borne(week: int) -> int:
        return next(100 - refund for first, last, refund in steps if first <= week and (last is None or week <= last))

    for year, cost in enumerate(found["net_municipal_cost_dkk"]):
        weeks = range(first_week + 52 * year, first_week + 52 * (year + 1))
        assert cost == pytest.approx(sum(1200 * borne(week) / 100 for week in weeks))


@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 10**6)), min_size=1, max_size=5),
    RATES,
)
def test_so_many_persons_pay_for_a_case_and_one_fewer_does_not(years: list[tuple[int, int]], rate_pct: float) -> None:
    frame = pl.DataFrame(
        [("a", 2025 + at, cost, saved) for at, (cost, saved) in enumerate(years)],
        schema=["case", "year", "cost_dkk", "saved_per_person_dkk"],
        orient="row",
    )
    persons = break_even(frame, by=["case"], rate_pct=rate_pct)["break_even_persons"].item()

    def result(count: float) -> float:
        flows = frame.with_columns(flow_dkk=count * pl.col("saved_per_person_dkk") - pl.col("cost_dkk"))
        return present_value(flows, rate_pct=rate_pct)

    assert result(persons) >= -0.01
    assert persons == 0 or result(persons - 1) < 0.01


STEPS = pl.DataFrame(
    {"from_week": [1, 5, 27, 53], "to_week": [4, 26, 52, None], "refusion_pct": [80.0, 40.0, 30.0, 20.0]}
)
COSTS = st.lists(st.integers(0, 10**7), min_size=1, max_size=4)


def persons_needed(
    costs: list[int],
    *,
    steps: pl.DataFrame = STEPS,
    first_week: int = 1,
    benefit: float = 11_944,
    horizon: int = 3,
    rate_pct: float = 3.5,
) -> float:
    """Persons who must be off benefit for a case's costs to come back, not rounded."""
    case = pl.DataFrame({"case": "a", "year": range(2025, 2025 + len(costs)), "cost_dkk": costs})
    person = {"case": ["a"], "monthly_benefit_dkk": [benefit], "first_week": [first_week], "horizon_years": [horizon]}
    years = years_of(case, by=["case"], persons=pl.DataFrame(person), ladder=steps)
    found = break_even(years, by=["case"], rate_pct=rate_pct)["break_even_exact_persons"].item()
    return float(found)


@given(COSTS, st.data())
def test_what_costs_more_never_needs_fewer_persons(costs: list[int], data: st.DataObject) -> None:
    more = [cost + data.draw(st.integers(0, 10**6)) for cost in costs]
    assert persons_needed(more) >= persons_needed(costs) - 1e-9


@given(COSTS, st.lists(st.integers(0, 20), min_size=4, max_size=4), st.integers(1, 120), RATES)
def test_the_less_the_state_refunds_the_fewer_persons_it_takes(
    costs: list[int], less: list[int], first_week: int, rate_pct: float
) -> None:
    lower = STEPS.with_columns(refusion_pct=pl.col("refusion_pct") - pl.Series(less))
    now = persons_needed(costs, first_week=first_week, rate_pct=rate_pct)
    assert persons_needed(costs, steps=lower, first_week=first_week, rate_pct=rate_pct) <= now + 1e-9


@given(COSTS, st.integers(1, 9), RATES)
def test_the_longer_it_lasts_the_fewer_persons_it_takes(costs: list[int], horizon: int, rate_pct: float) -> None:
    one_more = persons_needed(costs, horizon=horizon + 1, rate_pct=rate_pct)
    assert one_more <= persons_needed(costs, horizon=horizon, rate_pct=rate_pct) + 1e-9


@given(COSTS, st.integers(1, 6), st.integers(1, 120))
def test_at_no_rate_a_case_is_plain_sums(costs: list[int], horizon: int, first_week: int) -> None:
    person = pl.DataFrame({"monthly_benefit_dkk": [11_944], "first_week": [first_week]})
    saved = net_municipal_cost(person, ladder=STEPS, years=horizon)["net_municipal_cost_dkk"].sum()
    found = persons_needed(costs, horizon=horizon, first_week=first_week, rate_pct=0)
    assert found == pytest.approx(sum(costs) / saved)


@given(st.integers(1, 10**7), st.integers(1, 120), RATES)
def test_in_one_year_the_rate_is_nothing_and_the_ladder_is_one_division(
    cost: int, first_week: int, rate_pct: float
) -> None:
    person = pl.DataFrame({"monthly_benefit_dkk": [11_944], "first_week": [first_week]})
    saved = net_municipal_cost(person, ladder=STEPS)["net_municipal_cost_dkk"].item()
    assert persons_needed([cost], first_week=first_week, horizon=1, rate_pct=rate_pct) == pytest.approx(cost / saved)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(2024, 2026), AMOUNTS), min_size=1, max_size=9))
def test_the_sums_of_a_budget_add_up_both_ways(rows: list[tuple[str, int, int]]) -> None:
    found = budget(pl.DataFrame(rows, schema=["line", "year", "amount_dkk"], orient="row"))
    sums = {of: found.filter(sum_of=of)["amount_dkk"].sum() for of in ("entry", "year", "line", "all")}
    assert set(sums.values()) == {sum(amount for *_, amount in rows)}
    assert found.filter(sum_of="year")["year"].to_list() == sorted({year for _, year, _ in rows})
    assert found.filter(sum_of="line")["line"].to_list() == list(dict.fromkeys(line for line, *_ in rows))
