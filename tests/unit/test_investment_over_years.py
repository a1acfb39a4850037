"""An investment over all its years: refund, discounting and horizon are what is on record, never constants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, delete

from warehouse.assumed import assumptions, record
from warehouse.assumptions import Assumption, merged, shipped
from warehouse.figures.answers import answer
from warehouse.figures.inputs import Scope
from warehouse.figures.registry import FIGURES

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FAABORG = "430"
BENEFIT = "kontanthjaelp_30_others"


@pytest.fixture
def assumed(module_engine: Engine) -> Engine:
    with module_engine.begin() as connection:
        connection.execute(delete(assumptions))
    return module_engine


def cases(engine: Engine, *own: Assumption, instead: Sequence[Assumption] | None = None) -> dict[str, dict[str, Any]]:
    """Faaborg-Midtfyn's case by its basis, with assumptions of its own."""
    declared = merged(shipped() if instead is None else instead, own)
    with engine.begin() as connection:
        connection.execute(delete(assumptions))
        record(connection, declared, now=NOW)
        found = answer(connection, FIGURES["investment_over_years"], scope=Scope(FAABORG)).rows
    return {row["basis"].split(" / ")[0]: row for row in found.to_dicts()}


def own(name: str, value: float, *, basis: str = "", **more: Any) -> Assumption:
    about = {"area_code": FAABORG, "source": "the committee", "evidence": "confirmed", "unit": name.rsplit("_", 1)[1]}
    return Assumption(name=name, value=Decimal(str(value)), basis=basis, **about, **more)


def ladder(*steps: tuple[str, int]) -> list[Assumption]:
    return [own("state_refusion_pct", refusion, basis=basis) for basis, refusion in steps]


def by_hand(*, benefit: float, shares: Sequence[float], rate: float) -> float:
    """Persons to break even, worked out without a frame: costs of 1.425, 1.65 and 1.65 million."""
    costs = [1_425_000, 1_650_000, 1_650_000]
    worth = [1 / (1 + rate / 100) ** year for year in range(3)]
    spared = sum(benefit * 12 * share * factor for share, factor in zip(shares, worth, strict=True))
    return sum(cost * factor for cost, factor in zip(costs, worth, strict=True)) / spared


def test_the_case_is_reckoned_over_its_three_years_after_refund_and_discounting(assumed: Engine) -> None:
    row = cases(assumed)[BENEFIT]
    assert (row["period"], row["case_years"], row["discount_rate_pct"]) == ("2025Y01", 3, 3.5)
    assert row["break_even_exact_persons"] == pytest.approx(by_hand(benefit=11_944, shares=[0.8] * 3, rate=3.5))
    first_year = (4 * 0.2 + 22 * 0.6 + 26 * 0.7) / 52
    begun = by_hand(benefit=11_944, shares=[first_year, 0.8, 0.8], rate=3.5)
    assert (row["low"], row["value"], row["high"]) == (14, 14, -(-begun // 1))
    assert (row["cost_per_course_low_dkk"], row["cost_per_course_high_dkk"]) == (131_250, 393_750)
    assert any("Personerne skal være uden ydelse" in said for said in FIGURES["investment_over_years"].caveats)
    assert any("den nyeste før" in caveat for caveat in row["caveats"]), "the benefit's rate is that of 2023"


def test_at_no_rate_the_years_are_added_up(assumed: Engine) -> None:
    row = cases(assumed, own("discount_rate_pct", 0, basis="som"))[BENEFIT]
    assert row["cost_dkk"] == 4_725_000
    assert row["break_even_exact_persons"] == pytest.approx(4_725_000 / (3 * 11_944 * 12 * 0.8))


def test_a_municipalitys_own_ladder_takes_the_place_of_the_shipped_one_whole(assumed: Engine) -> None:
    row = cases(assumed, *ladder(("weeks_1_on", 50)))[BENEFIT]
    assert row["break_even_exact_persons"] == pytest.approx(by_hand(benefit=11_944, shares=[0.5] * 3, rate=3.5))
    assert len(row["assumptions"]) == len(set(row["assumptions"]))


def test_the_less_the_state_refunds_the_fewer_persons_pay_for_it(assumed: Engine) -> None:
    needed = [cases(assumed, *ladder(("weeks_1_on", pct)))[BENEFIT]["value"] for pct in (90, 60, 30, 0)]
    assert needed == sorted(needed, reverse=True)
    assert len(set(needed)) == 4


def test_where_everything_is_refunded_nobody_pays_for_it(assumed: Engine) -> None:
    row = cases(assumed, *ladder(("weeks_1_on", 100)))[BENEFIT]
    assert (row["value"], row["high"]) == (None, None)


def test_a_longer_horizon_and_a_higher_cost_are_data(assumed: Engine) -> None:
    more = own(
        "programme_cost_dkk",
        0,
        basis="ips_disability_pension",
        valid_from=date(2028, 1, 1),
        valid_to=date(2028, 12, 31),
    )
    longer = cases(assumed, more)[BENEFIT]
    assert longer["case_years"] == 4
    assert longer["break_even_exact_persons"] < cases(assumed)[BENEFIT]["break_even_exact_persons"]
    dearer = cases(assumed, more.model_copy(update={"value": Decimal(2_000_000)}))[BENEFIT]
    assert dearer["break_even_exact_persons"] > longer["break_even_exact_persons"]


def test_a_benefit_that_is_not_on_record_for_all_the_years_gives_no_figure(assumed: Engine) -> None:
    late = own("monthly_benefit_dkk", 10_000, basis="from_2026", valid_from=date(2026, 1, 1))
    also = own("monthly_benefit_dkk", 10_000, basis="all_years")
    assert set(cases(assumed, late, also)) == {"all_years"}


@pytest.mark.parametrize(
    "name", ["discount_rate_pct", "earlier_on_benefit_weeks", "state_refusion_pct", "monthly_benefit_dkk"]
)
def test_without_one_of_its_assumptions_there_is_no_figure_and_never_a_guess(assumed: Engine, name: str) -> None:
    assert cases(assumed, instead=[each for each in shipped() if each.name != name]) == {}


def test_a_ladder_that_leaves_weeks_out_is_an_error_that_names_the_week(assumed: Engine) -> None:
    with pytest.raises(ValueError, match="week 27"):
        cases(assumed, *ladder(("weeks_1_26", 80), ("weeks_53_on", 20)))


def test_as_of_a_moment_it_rests_on_what_was_assumed_then(assumed: Engine) -> None:
    cases(assumed)
    with assumed.begin() as connection:
        record(connection, merged(shipped(), ladder(("weeks_1_on", 0))), now=NOW + timedelta(days=1))
        rows = [
            answer(connection, FIGURES["investment_over_years"], scope=Scope(FAABORG, as_of)).rows
            for as_of in (NOW, None)
        ]
    then, now = (frame.filter(basis=f"{BENEFIT} / som")["value"].item() for frame in rows)
    whole = [-(-by_hand(benefit=11_944, shares=[share] * 3, rate=3.5) // 1) for share in (0.8, 1.0)]
    assert [then, now] == whole
