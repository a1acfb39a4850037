"""Investment cases: every number is an assumption, a municipality's own come first, and what is lacking is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, delete

from warehouse.assumptions.model import Assumption, merged, read_assumptions, shipped
from warehouse.assumptions.record import record
from warehouse.figures import FIGURES
from warehouse.figures.compute import Answer, answer
from warehouse.figures.inputs import Scope
from warehouse.schema.core import assumptions

FAABORG = "430"

IPS = "ips_disability_pension"

LADDER = "refusion_ladder / som"

NIGHT = datetime(2026, 8, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def warehouse(module_engine: Engine) -> Engine:
    """A warehouse in which nothing is assumed yet."""
    with module_engine.begin() as connection:
        connection.execute(delete(assumptions))
    return module_engine


def asked(engine: Engine, declared: Iterable[Assumption], *, area: str = FAABORG) -> Answer:
    """The figure of an area where so much is assumed and nothing else is known."""
    with engine.connect() as connection:
        record(connection, declared, now=NIGHT)
        return answer(connection, FIGURES["investment_case"], scope=Scope(area))


def of_basis(answered: Answer, basis: str) -> list[dict[str, Any]]:
    return [row for row in answered.rows.to_dicts() if row["basis"] == basis]


def with_own(*entries: str) -> tuple[Assumption, ...]:
    """What is shipped, with a municipality's own file: entries as they are written in it, on one line each."""
    lines = [f"  - {{{entry}, source: our accounts, evidence: confirmed}}" for entry in entries]
    return merged(shipped(), read_assumptions("\n".join(["assumptions:", *lines]), name="own.yml"))


def own_case(name: str, value: str, *, more: str = "") -> str:
    """An own assumption in place of the shipped one of the case."""
    about = f'name: {name}, area_code: "{FAABORG}", basis: {IPS}, unit: {name.rpartition("_")[2]}, value: {value}'
    return f"{about}, valid_from: 2025-01-01, valid_to: 2027-12-31{more}"


def without(*names: str) -> tuple[Assumption, ...]:
    return tuple(each for each in shipped() if each.name not in names)


def test_faaborg_midtfyns_case_is_answered_for_each_year_on_each_basis(warehouse: Engine) -> None:
    found = asked(warehouse, shipped())
    assert found.missing == ()
    assert found.rows["basis"].value_counts().sort("basis").rows() == [("ministry_potential_2018", 3), (LADDER, 3)]
    first, second, third = of_basis(found, LADDER)
    assert [row["cost_dkk"] for row in (first, second, third)] == [1_425_000, 1_650_000, 1_650_000]
    assert (first["places_persons"], first["cost_per_place_dkk"]) == (12, 118_750)
    assert (first["cost_per_course_low_dkk"], first["cost_per_course_high_dkk"]) == (131_250, 393_750)
    saved = 18_842.5 * 12 * 0.8
    assert [row["saving_per_person_dkk"] for row in (first, second, third)] == [pytest.approx(saved)] * 3
    spent = 1_425_000 + 1_650_000 / 1.035 + 1_650_000 / 1.035**2
    exact = spent / (saved * (1 + 1 / 1.035 + 1 / 1.035**2))
    assert [row["break_even_exact_persons"] for row in (first, second, third)] == [pytest.approx(exact)] * 3
    assert (first["value"], first["low"], first["high"], first["status"]) == (9, 3, 28, "observed")


def test_by_a_net_price_each_year_is_covered_by_itself_between_the_bounds_of_the_price(warehouse: Engine) -> None:
    first, *_, last = of_basis(asked(warehouse, shipped()), "ministry_potential_2018")
    assert (first["saving_per_person_dkk"], first["horizon_years"]) == (73_500, None)
    assert (first["low"], first["value"], first["high"]) == (19, 20, 22)
    assert (last["low"], last["value"], last["high"]) == (22, 23, 25)


def test_a_row_names_every_assumption_it_rests_on(warehouse: Engine) -> None:
    with warehouse.connect() as connection:
        record(connection, shipped(), now=NIGHT)
        (row, *_) = of_basis(answer(connection, FIGURES["investment_case"], scope=Scope(FAABORG)), LADDER)
        query = assumptions.select().where(assumptions.c.assumption_id.in_(row["assumptions"]))
        names = sorted(each.name for each in connection.execute(query))
    figure = FIGURES["investment_case"]
    assert set(names) == {*figure.assumptions, *figure.joined_assumptions} - {"net_unit_cost_dkk"}
    assert len(names) == 9 + 3  # the ladder has four steps
    assert any("3 år, 3,5 pct. i rente" in caveat for caveat in row["caveats"])


@pytest.mark.parametrize(
    ("name", "value", "fewer"),
    [
        ("earlier_benefit_weeks", "0", False),
        ("horizon_years", "8", True),
        ("horizon_years", "1", False),
    ],
)
def test_an_own_number_takes_the_place_of_the_shipped_one(
    warehouse: Engine, name: str, value: str, *, fewer: bool
) -> None:
    before = of_basis(asked(warehouse, shipped()), LADDER)[0]
    after = of_basis(asked(warehouse, with_own(own_case(name, value))), LADDER)[0]
    assert (after["break_even_exact_persons"] < before["break_even_exact_persons"]) is fewer
    assert after["break_even_exact_persons"] != before["break_even_exact_persons"]


def test_an_own_rate_of_nothing_makes_plain_sums(warehouse: Engine) -> None:
    declared = with_own(f'name: discount_rate_pct, area_code: "{FAABORG}", basis: som, unit: pct, value: 0')
    row = of_basis(asked(warehouse, declared), LADDER)[0]
    assert row["break_even_exact_persons"] == pytest.approx(4_725_000 / (3 * 18_842.5 * 12 * 0.8))


def test_one_year_by_the_ladder_is_the_formula_of_one_year(warehouse: Engine) -> None:
    """Source: 1,425,000 kr. in 2025 over kontanthjælp of 11,944 kr. a month after a year on benefit."""
    one_year = [each for each in shipped() if not (each.name == "programme_cost_dkk" and each.first_day.year > 2025)]
    own = read_assumptions(
        "assumptions:\n"
        f"  - {{{own_case('horizon_years', '1')}, source: ours, evidence: inferred}}\n"
        f'  - {{name: monthly_benefit_dkk, area_code: "{FAABORG}", basis: {IPS}, unit: dkk, value: 11944, '
        "valid_from: 2024-01-01, valid_to: 2024-12-31, source: ours, evidence: inferred}\n",
        name="own.yml",
    )
    (row,) = of_basis(asked(warehouse, merged(one_year, own)), LADDER)
    assert (round(row["break_even_exact_persons"], 2), row["value"]) == (12.43, 13)
    assert (row["low"], row["high"]) == (13, 13)


def own_step(basis: str, value: int, *, area: str = FAABORG, more: str = "") -> str:
    return f'name: state_refusion_pct, area_code: "{area}", basis: {basis}, unit: pct, value: {value}{more}'


def test_an_own_ladder_takes_the_place_of_the_whole_shipped_one(warehouse: Engine) -> None:
    own = with_own(own_step("weeks_1_52", 90), own_step("weeks_53_on", 35))
    row = of_basis(asked(warehouse, own), LADDER)[0]
    assert row["saving_per_person_dkk"] == pytest.approx(18_842.5 * 12 * 0.65)
    assert [step["refusion"] for step in _steps(row)] == [90, 35]


def _steps(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"refusion": step["value"]} for step in row["state_refusion_pct"]]


def test_an_own_ladder_that_ended_is_still_one_ladder_and_the_row_says_it_is_old(warehouse: Engine) -> None:
    old, newer = ", valid_to: 2019-12-31", ", valid_from: 2020-01-01, valid_to: 2023-12-31"
    own = with_own(
        own_step("weeks_1_8", 99, more=old),
        own_step("weeks_9_on", 98, more=old),
        own_step("weeks_1_30", 60, more=newer),
        own_step("weeks_31_on", 50, more=newer),
    )
    row = of_basis(asked(warehouse, own), LADDER)[0]
    assert [step["refusion"] for step in _steps(row)] == [60, 50]
    assert any(
        "state_refusion_pct er endnu ikke opgjort for perioden til 31-12-2025" in caveat for caveat in row["caveats"]
    )


def test_a_half_ladder_gives_no_row_and_the_reason_is_told(warehouse: Engine) -> None:
    found = asked(warehouse, with_own(own_step("weeks_1_26", 50)))
    assert of_basis(found, LADDER) == []
    assert len(of_basis(found, "ministry_potential_2018")) == 3
    (reason,) = found.missing
    assert "Faaborg-Midtfyn" in reason
    assert "ends before week 27" in reason


@pytest.mark.parametrize(
    "name",
    ["monthly_benefit_dkk", "earlier_benefit_weeks", "horizon_years", "discount_rate_pct", "state_refusion_pct"],
)
def test_what_is_lacking_is_named_and_that_basis_alone_has_no_row(warehouse: Engine, name: str) -> None:
    found = asked(warehouse, without(name))
    assert found.rows["basis"].unique().to_list() == ["ministry_potential_2018"]
    (reason,) = found.missing
    assert f"no assumption '{name}' is on record" in reason


def test_without_a_net_price_the_ladder_still_answers(warehouse: Engine) -> None:
    found = asked(warehouse, without("net_unit_cost_dkk"))
    assert found.rows["basis"].unique().to_list() == [LADDER]
    assert "net_unit_cost_dkk" in found.missing[0]


def test_without_courses_there_is_no_price_of_one_and_everything_else_stands(warehouse: Engine) -> None:
    first = of_basis(asked(warehouse, without("programme_participants_persons")), LADDER)[0]
    assert (first["cost_per_course_low_dkk"], first["cost_per_course_high_dkk"], first["value"]) == (None, None, 9)


def test_where_everything_is_refunded_nobody_pays_for_it_and_no_upper_bound_is_known(warehouse: Engine) -> None:
    row = of_basis(asked(warehouse, with_own(own_step("weeks_1_on", 100, more=", low: 20"))), LADDER)[0]
    assert (row["value"], row["status"], row["high"]) == (None, "undefined", None)
    assert row["low"] == 3


def test_a_horizon_of_no_years_is_told(warehouse: Engine) -> None:
    found = asked(warehouse, with_own(own_case("horizon_years", "3", more=", low: 0")))
    assert of_basis(found, LADDER) == []
    assert "horizon_years is 0.0, and at least 1 is expected" in found.missing[0]


def another_case(*entries: str) -> tuple[Assumption, ...]:
    """A second case in the same municipality, of 2026, with as many specialists and places."""
    about = f'area_code: "{FAABORG}", basis: job_first, valid_from: 2026-01-01, valid_to: 2026-12-31'
    needed = [("programme_cost_dkk", 800_000), ("specialists_persons", 1), ("clients_per_specialist_persons", 20)]
    case = [f"name: {name}, {about}, unit: {name.rpartition('_')[2]}, value: {value}" for name, value in needed]
    return with_own(*case, *(f"name: {entry}, {about}" for entry in entries))


def test_a_second_case_neither_lends_nor_borrows_courses_years_or_a_benefit(warehouse: Engine) -> None:
    found = asked(warehouse, another_case())
    assert {row["period"] for row in found.rows.to_dicts() if row["item"] == IPS} == {"2025Y01", "2026Y01", "2027Y01"}
    mine = [row for row in found.rows.to_dicts() if row["item"] == "job_first"]
    assert [(row["period"], row["basis"], row["cost_per_course_low_dkk"]) for row in mine] == [
        ("2026Y01", "ministry_potential_2018", None)
    ]
    assert [reason.split(":")[1].split("'")[1] for reason in found.missing] == [
        "earlier_benefit_weeks",
        "horizon_years",
    ]
    assert of_basis(found, LADDER)[0]["value"] == 9


def test_a_case_without_a_benefit_of_its_own_is_counted_with_each_on_record(warehouse: Engine) -> None:
    found = asked(
        warehouse, another_case("horizon_years, value: 2, unit: years", "earlier_benefit_weeks, value: 30, unit: weeks")
    )
    mine = {row["basis"]: row for row in found.rows.to_dicts() if row["item"] == "job_first"}
    benefits = {each.basis for each in shipped() if each.name == "monthly_benefit_dkk"} - {IPS}
    assert set(mine) == {"ministry_potential_2018"} | {f"refusion_ladder / {benefit} / som" for benefit in benefits}
    least, most = (
        mine[f"refusion_ladder / {benefit} / som"]
        for benefit in ("uddannelseshjaelp_at_home", "foertidspension_single")
    )
    assert most["value"] < least["value"]


def test_an_area_without_a_case_is_told_so(warehouse: Engine) -> None:
    found = asked(warehouse, shipped(), area="163")
    assert found.rows.is_empty()
    assert found.missing == ("no assumption 'programme_cost_dkk' is on record for this area: see docs/assumptions.md",)


def test_all_areas_at_once_are_what_each_is(warehouse: Engine) -> None:
    with warehouse.connect() as connection:
        record(connection, shipped(), now=NIGHT)
        everywhere = answer(connection, FIGURES["investment_case"], scope=Scope()).rows
        alone = answer(connection, FIGURES["investment_case"], scope=Scope(FAABORG)).rows
    assert everywhere.equals(alone)
