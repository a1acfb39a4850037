"""The figures of a municipality's own tables: what holds for a figure and not for its formula alone."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from warehouse.figures import FIGURES
from warehouse.figures.explain import tree
from warehouse.figures.own_tables import activation_mix, multi_year_budget
from warehouse.periods import Period


@pytest.mark.parametrize(("status", "total"), [("observed", 94.0), ("suppressed", None), ("not_yet", None)])
def test_the_number_of_all_courses_is_not_that_of_those_that_are_shown(status: str, total: float | None) -> None:
    rows = pl.DataFrame(
        {
            "area_code": ["329"] * 2,
            "period_id": [2202204] * 2,
            "item": ["Praktik", "Nytteindsats"],
            "caveats": [[], []],
            "courses_cases": [82.0, 12.0 if status == "observed" else None],
            "courses_cases_status": ["observed", status],
        },
        schema_overrides={"caveats": pl.List(pl.String)},
    )
    assert activation_mix(rows)["total_cases"].to_list() == [total, total]


@pytest.mark.parametrize(
    ("value", "told"), [(25.0, ["share_pct"]), (None, ["share_pct", "finished_cases", "country_share_pct"])]
)
def test_an_input_that_nobody_gave_is_told_only_where_the_figure_has_no_value(
    value: float | None, told: list[str]
) -> None:
    row = {
        "area_code": "163",
        "period": "2023Q03",
        "item": "Job",
        "basis": "",
        "value": value,
        "low": None,
        "high": None,
    }
    row |= {"share_pct": value, "share_pct_status": "observed" if value else "suppressed", "share_pct_vintage": 7}
    vintage = {"vintage": 7, "table": "local_after"}
    found = tree(row | {"assumptions": [], "caveats": []}, figure=FIGURES["exits"], brought={7: vintage}, used={})
    assert [leaf["name"] for leaf in found["inputs"]] == told
    assert [leaf["vintage"] for leaf in found["inputs"]] == [vintage, *[None] * (len(told) - 1)]


LINES = [
    ("2023Y01", "Kurser", 1.0),
    ("2023Y01", "Mentorer", 2.0),
    ("2024Y01", "Kurser", 4.0),
    ("2023M01", "Kurser", 8.0),
]
WITHOUT_MENTORS = "Summen er uden Mentorer, som tabellen har i andre perioder."


def read(*, name: str, lines: list[tuple[str, str, float]]) -> pl.DataFrame:
    """Lines of a municipality's table as a figure has them: period, line and value."""
    periods = [Period.parse(period) for period, *_ in lines]
    return pl.DataFrame(
        {
            "area_code": "163",
            "period_id": pl.Series([period.key for period in periods], dtype=pl.Int32),
            "period": [period for period, *_ in lines],
            "day": [period.last_day for period in periods],
            "item": [item for _, item, _ in lines],
            name: [value for *_, value in lines],
            f"{name}_status": "observed",
            "basis": "",
            "caveats": pl.Series([[]] * len(lines), dtype=pl.List(pl.String)),
            "assumptions": pl.Series([[]] * len(lines), dtype=pl.List(pl.Int64)),
            "vintages": pl.Series([[7]] * len(lines), dtype=pl.List(pl.Int64)),
        }
    )


def test_a_years_sum_names_the_lines_that_only_other_years_have() -> None:
    found = multi_year_budget(read(name="amount_dkk", lines=LINES))
    said = {(row["period"], row["item"]): (row["amount_dkk"], row["caveats"]) for row in found.to_dicts()}
    assert said == {
        ("2023Y01", "Kurser"): (1, []),
        ("2023Y01", "Mentorer"): (2, []),
        ("2023Y01", "I alt"): (3, []),
        ("2024Y01", "Kurser"): (4, []),
        ("2024Y01", "I alt"): (4, [WITHOUT_MENTORS]),
        ("2023M01", "Kurser"): (8, []),
        ("2023M01", "I alt"): (8, []),
    }


def test_shares_of_courses_name_the_offers_that_only_other_periods_have() -> None:
    found = activation_mix(read(name="courses_cases", lines=LINES))
    said = {(row["period"], row["item"]): row["caveats"] for row in found.to_dicts()}
    assert said == {(period, item): [WITHOUT_MENTORS] if period == "2024Y01" else [] for period, item, _ in LINES}


@pytest.mark.parametrize(
    ("figure", "name"), [(multi_year_budget, "amount_dkk"), (activation_mix, "courses_cases")], ids=str
)
def test_no_line_at_all_is_no_sum(figure: Callable[[pl.DataFrame], pl.DataFrame], name: str) -> None:
    assert figure(read(name=name, lines=LINES).clear()).is_empty()
