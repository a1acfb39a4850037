"""Assumptions as people write them: read exactly, or refused with the file, the entry and the key."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from warehouse.areas import municipalities
from warehouse.assumptions.model import Assumption, AssumptionError, merged, read_assumptions, shipped

PRICE = """
assumptions:
  - name: net_unit_cost_dkk
    area_code: "163"
    basis: accounts_2022
    valid_from: 2022-01-01
    valid_to: 2022-12-31
    value: 132350
    low: 130000.5
    high: 140000
    unit: dkk
    source: the municipality's accounts
    evidence: confirmed
"""


def read(text: str) -> tuple[Assumption, ...]:
    return read_assumptions(text, name="herlev.yml")


def the(name: str, *, area: str | None = None, basis: str = "", on: date | None = None) -> Assumption:
    """The one shipped assumption that is meant."""
    day = on or date(2023, 6, 30)
    found = [each for each in shipped() if each.key == (name, area, basis) and each.first_day <= day <= each.last_day]
    assert len(found) == 1, found
    return found[0]


def test_what_is_written_is_what_is_read() -> None:
    [price] = read(PRICE)
    assert price.key == ("net_unit_cost_dkk", "163", "accounts_2022")
    assert (price.valid_from, price.valid_to) == (date(2022, 1, 1), date(2022, 12, 31))
    assert (price.low, price.value, price.high) == (Decimal("130000.5"), Decimal(132350), Decimal(140000))
    assert (price.unit, price.source, price.evidence, price.note) == (
        "dkk",
        "the municipality's accounts",
        "confirmed",
        "",
    )


def test_decimals_are_kept_as_written() -> None:
    [key] = read("assumptions: [{name: key_pct, value: 0.54, unit: pct, source: a paper, evidence: likely}]")
    assert key.value == Decimal("0.54")
    assert (key.area_code, key.basis, key.first_day, key.last_day) == (None, "", date.min, date.max)


WRONG = {
    "an unknown key": (PRICE.replace("evidence:", "evidens:"), "evidens: Extra inputs|evidence: Field required"),
    "no value": (PRICE.replace("    value: 132350\n", ""), "value: Field required"),
    "a text for a number": (PRICE.replace("132350", '"132.350"'), "value: a number is expected.*'132.350'"),
    "a truth for a number": (PRICE.replace("132350", "true"), "value: a number is expected.*True"),
    "no number": (PRICE.replace("132350", ".nan"), "value: a number between .* is expected.*nan"),
    "beyond all numbers": (PRICE.replace("140000", ".inf"), "high: a number between .* is expected.*inf"),
    "low above value": (PRICE.replace("130000.5", "132351"), "low 132351 is above the value 132350"),
    "high below value": (PRICE.replace("140000", "132349"), "high 132349 is below the value 132350"),
    "the end before the beginning": (PRICE.replace("2022-12-31", "2021-12-31"), "valid_from 2022-01-01 is after"),
    "a year for a day": (PRICE.replace("2022-12-31", "2022"), "valid_to: a day is expected.*2022"),
    "a moment for a day": (PRICE.replace("2022-12-31", "2022-12-31 10:00:00"), "valid_to: a day is expected"),
    "a code without quotes": (PRICE.replace('"163"', "163"), "area_code: an area's official code in quotes.*163"),
    "an area nobody knows": (PRICE.replace('"163"', '"999"'), "area_code: an area's official code.*'999'"),
    "a name that hides its unit": (PRICE.replace("cost_dkk", "cost"), "does not end in _dkk"),
    "a unit nobody knows": (PRICE.replace("unit: dkk", "unit: t.kr."), "unit: .*'t.kr.'"),
    "evidence nobody knows": (PRICE.replace("confirmed", "certain"), "evidence: .*'certain'"),
    "no source": (PRICE.replace("the municipality's accounts", '""'), "source: .*''"),
    "a basis in words": (PRICE.replace("accounts_2022", "Regnskab 2022"), "basis: .*'Regnskab 2022'"),
}


@pytest.mark.parametrize("what", list(WRONG))
def test_what_is_wrong_is_named_by_file_entry_and_key(what: str) -> None:
    text, said = WRONG[what]
    with pytest.raises(AssumptionError, match=rf"^herlev\.yml: entry 1 \('net_unit_cost.*\), .*({said})"):
        read(text)


@pytest.mark.parametrize(("name", "value"), [("horizon_years", "2.5"), ("earlier_benefit_weeks", "-1")])
def test_years_and_weeks_are_whole_and_none_below_zero(name: str, value: str) -> None:
    unit = name.rpartition("_")[2]
    entry = f"assumptions: [{{name: {name}, value: {value}, unit: {unit}, source: ours, evidence: inferred}}]"
    with pytest.raises(AssumptionError, match=rf"^herlev\.yml: entry 1 .*whole {unit} are expected.*{value}"):
        read(entry)


NO_ASSUMPTIONS = {
    "nothing": "",
    "a list": "- 1",
    "another key": "assumption: []",
    "a second key": "assumptions: []\nnames: []",
    "no list": "assumptions: 5",
    "an entry that is a text": "assumptions: [net_unit_cost_dkk]",
    "no YAML": "assumptions: [",
    "a tag": "assumptions: [!!python/name:os.system {}]",
    "a day that is none": "assumptions: [{valid_from: 2022-13-01}]",
    "far too deep": "[" * 100_000,
}


@pytest.mark.parametrize("what", list(NO_ASSUMPTIONS))
def test_a_file_of_another_shape_is_refused_by_name(what: str) -> None:
    with pytest.raises(AssumptionError, match=r"^herlev\.yml"):
        read(NO_ASSUMPTIONS[what])


def test_a_key_written_twice_is_refused_since_one_would_be_lost() -> None:
    with pytest.raises(AssumptionError, match=r"herlev\.yml.*the key .value. stands twice"):
        read(PRICE.replace("    low:", "    value: 1\n    low:"))


def test_two_that_apply_at_the_same_time_are_refused_and_both_named() -> None:
    second = PRICE.replace("assumptions:\n", "").replace("2022-01-01", "2022-12-31").replace("2022-12-31", "2023-01-31")
    with pytest.raises(AssumptionError) as stopped:
        read(PRICE + PRICE.replace("assumptions:\n", "").replace("valid_to: 2022-12-31", "valid_to: 2023-12-31"))
    for words in ("herlev.yml", "net_unit_cost_dkk", "163", "accounts_2022", "2022-12-31", "2023-12-31", "132350"):
        assert words in str(stopped.value)
    assert len(read(PRICE + second.replace("valid_from: 2023-01-31", "valid_from: 2023-01-01"))) == 2


@pytest.mark.parametrize(
    "difference", [("cost_dkk", "price_dkk"), ('"163"', '"000"'), ("accounts_2022", "b"), ('"163"', "null")]
)
def test_another_name_area_or_basis_may_apply_at_the_same_time(difference: tuple[str, str]) -> None:
    assert len(read(PRICE + PRICE.replace("assumptions:\n", "").replace(*difference))) == 2


def test_ones_own_replaces_the_shipped_of_the_same_dates_and_nothing_else() -> None:
    own = read(PRICE)
    together = merged(shipped(), own)
    assert len(together) == len(shipped())
    assert set(together) - set(shipped()) == set(own)


def test_ones_own_that_covers_a_part_of_a_shipped_ones_time_is_refused() -> None:
    own = read(PRICE.replace("valid_to: 2022-12-31", "valid_to: 2022-06-30"))
    with pytest.raises(AssumptionError, match=r"your own.*2022-06-30.*2022-12-31|your own.*2022-12-31.*2022-06-30"):
        merged(shipped(), own)


def test_the_shipped_have_the_papers_numbers() -> None:
    assert the("net_unit_cost_dkk", area="163", basis="accounts_2022", on=date(2022, 7, 1)).value == 132350
    potential = the("net_unit_cost_dkk", basis="ministry_potential_2018", on=date(2018, 7, 1))
    assert [potential.low, potential.high] == [67143, 75395]
    assert the("block_grant_key_pct", area="163", basis="stated").value == Decimal("0.54")
    assert the("national_unemployment_change_persons", basis="economic_survey_2023_12", on=date(2024, 1, 31)).value == (
        20000
    )
    assert the("monthly_benefit_dkk", basis="kontanthjaelp_30_others").value == 11944
    assert the("full_time_week_hours").value == 37
    assert (
        the("finished_courses_cases", area="661", basis="resource_courses", on=date(2016, 7, 1)).evidence == "inferred"
    )
    assert the("discount_rate_pct", basis="som").evidence == "inferred"


def test_the_shipped_ladder_of_refusion_falls_by_weeks() -> None:
    bases = ("weeks_1_4", "weeks_5_26", "weeks_27_52", "weeks_53_on")
    ladder = [the("state_refusion_pct", basis=basis) for basis in bases]
    assert [step.value for step in ladder] == [80, 40, 30, 20]
    assert {step.valid_from for step in ladder} == {date(2016, 1, 4)}


def test_every_municipality_has_its_population_where_the_country_was_complete() -> None:
    people = [each for each in shipped() if each.name == "population_persons"]
    of = {(each.area_code, each.first_day.year): each.value for each in people}
    years = Counter(year for code, year in of if code != "000")
    assert {year for year, areas in years.items() if areas == 98} == {2019, 2020, 2026}
    for year, christiansoe in ((2019, 90), (2020, 84), (2026, 0)):
        assert sum(of[area.code, year] for area in municipalities()) + christiansoe == of["000", year]
    assert {year for code, year in of if code == "163"} == {2018, 2019, 2020, 2021, 2022, 2023, 2026}
    assert [of["163", 2023], of["000", 2023]] == [29215, 5932654]


def test_the_primary_figure_of_the_forecast_is_said_to_be_missing() -> None:
    forecast = the("national_unemployment_change_persons", basis="economic_survey_2023_12", on=date(2024, 1, 31))
    assert forecast.evidence == "inferred"
    assert "not found" in forecast.note


def test_a_price_of_the_ministry_is_never_one_of_accounts() -> None:
    prices = [each for each in shipped() if each.name == "net_unit_cost_dkk"]
    assert {each.basis for each in prices} == {"accounts_2022", "ministry_potential_2018", "sygedagpenge_2019"}


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ('source: "ab\\0c"', "control characters"),
        (f"value: 1{'0' * 400}", "a number between"),
        ("area_code: [1]", "official code"),
        ("valid_from: 9999-01-01", "a day between 1900 and 2200"),
        ("value: !!int ''", "cannot be read as YAML"),
        ("value: !!timestamp foo", "cannot be read as YAML"),
        ("value: !!bool x", "cannot be read as YAML"),
    ],
)
def test_whatever_is_wrong_with_a_file_is_an_assumption_error(damage: str, said: str) -> None:
    entry = {"name": "price_dkk", "value": "1", "unit": "dkk", "source": "the accounts", "evidence": "likely"}
    key, _, broken = damage.partition(": ")
    lines = [f"{name}: {broken if name == key else right}" for name, right in {**entry, key: ""}.items()]
    lines = [
        line if line.split(":")[0] == key else f"{line.split(':')[0]}: {entry[line.split(':')[0]]}" for line in lines
    ]
    with pytest.raises(AssumptionError, match=rf"own\.yml.*{said}"):
        read_assumptions("assumptions:\n  - " + "\n    ".join(lines), name="own.yml")
