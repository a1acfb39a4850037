"""Which benefit a line of a budget is, and for which months what is budgeted holds."""

from __future__ import annotations

import polars as pl
import pytest

from warehouse.figures.budgets import benefit_of, by_month
from warehouse.periods import Period


@pytest.mark.parametrize(
    ("line", "year", "benefit"),
    [
        ("Sygedagpenge", 2024, "Sygedagpenge"),
        (" sygedagpenge", 2024, "Sygedagpenge"),
        ("Kontanthjælp", 2024, "Kontanthjælp (før 1. juli 2025)"),
        ("Kontanthjælp", 2025, "Kontanthjælp"),
        ("Kontanthjælp (før 1. juli 2025)", 2025, "Kontanthjælp (før 1. juli 2025)"),
        ("Uddannelseshjælp", 2026, "Uddannelseshjælp"),
        ("Rengøring", 2024, None),
    ],
)
def test_a_line_is_the_benefit_of_its_name_at_the_end_of_the_year(line: str, year: int, benefit: str | None) -> None:
    found = benefit_of(line, year=year)
    assert (found.name if found else None) == benefit


def rows(*of: tuple[str, float | None]) -> pl.DataFrame:
    told = [
        ("163", Period.parse(period).key, "Fleksjob", value, "observed" if value is not None else "suppressed", 1)
        for period, value in of
    ]
    names = ("area_code", "period_id", "item", "value", "status", "vintage_id")
    return pl.DataFrame(told, schema=names, orient="row").cast({"period_id": pl.Int32, "value": pl.Float64})


def months(*of: tuple[str, float | None]) -> dict[int, float | None]:
    found = by_month(rows(*of), name="price_dkk")
    return dict(found.sort("month").select("month", "price_dkk").rows())


def test_what_is_budgeted_for_a_year_or_a_quarter_holds_for_each_of_its_months() -> None:
    assert months(("2024Y01", 105.5)) == dict.fromkeys(range(1, 13), 105.5)
    assert months(("2024Q02", 7.0)) == dict.fromkeys((4, 5, 6), 7.0)


def test_months_of_its_own_count_before_the_year() -> None:
    assert months(("2024Y01", 105.5), ("2024M01", 100.0), ("2024M03", 101.0)) == {1: 100.0, 3: 101.0}


def test_what_a_budget_does_not_say_is_missing_and_not_hidden() -> None:
    found = by_month(rows(("2024M01", None)), name="price_dkk")
    assert found.select("price_dkk", "price_dkk_status", "price_dkk_period").rows() == [(None, "missing", "2024M01")]
