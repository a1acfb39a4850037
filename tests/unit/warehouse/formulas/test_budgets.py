"""The follow-up of budgets: what is hidden leaves bounds, what lacks leaves nothing, and the sum says so."""

from __future__ import annotations

from typing import Any

import polars as pl

from warehouse.formulas.budgets import ALL, AS_IT_STANDS, LAST_YEAR, follow_up


def year(counted: list[Any], *, item: str = "Sygedagpenge", **columns: Any) -> pl.DataFrame:
    """A year of a benefit; a month that is None is missing, one that is 'x' is hidden."""
    said = {
        "budget_full_time_persons": 100.0,
        "price_dkk": 120_000.0,
        "full_time_persons_year_earlier": 100.0,
    } | columns
    rows = [
        {"area_code": "163", "item": item, "year": 2024, "month": nth + 1}
        | {"full_time_persons": value if isinstance(value, int | float) else None}
        | {"full_time_persons_status": {None: None, "x": "suppressed"}.get(value, "observed")}
        | {name: of[nth] if isinstance(of, list) else of for name, of in said.items()}
        for nth, value in enumerate(counted)
    ]
    types = {"full_time_persons": pl.Float64, "full_time_persons_status": pl.String, "price_dkk": pl.Float64}
    return pl.DataFrame(rows, schema_overrides=types)


def one(found: pl.DataFrame, *, through: int, basis: str = AS_IT_STANDS, item: str = "Sygedagpenge") -> dict[str, Any]:
    (row,) = found.filter(pl.col("through") == through, basis=basis, item=item).to_dicts()
    return row


def test_a_hidden_month_gives_bounds_and_no_value() -> None:
    found = one(follow_up(year([10, "x", 12] + [None] * 9)), through=3)
    assert (found["average_full_time_persons"], found["average_full_time_persons_status"]) == (None, "suppressed")
    assert (found["average_low_full_time_persons"], found["average_high_full_time_persons"]) == (22 / 3, 8.0)
    # The months to come are as March: (10 + [0, 2] + 12 x 10) / 12
    assert (found["year_end_low_full_time_persons"], found["year_end_high_full_time_persons"]) == (130 / 12, 11.0)
    assert (found["year_end_full_time_persons"], found["spent_dkk"]) == (None, None)


def test_a_budget_that_lacks_a_month_is_no_budget_of_the_year() -> None:
    found = one(follow_up(year([10, 10] + [None] * 10, budget_full_time_persons=[9.5] * 11 + [None])), through=2)
    assert (found["budget_average_full_time_persons"], found["gap_full_time_persons"]) == (9.5, 0.5)
    assert (found["budget_year_full_time_persons"], found["year_end_gap_dkk"]) == (None, None)


def test_last_years_course_over_nobody_is_no_course() -> None:
    found = one(follow_up(year([5] + [None] * 11, full_time_persons_year_earlier=0.0)), through=1, basis=LAST_YEAR)
    assert (found["year_end_full_time_persons"], found["year_end_full_time_persons_status"]) == (None, "undefined")


def test_a_benefit_whose_newest_month_is_late_leaves_the_sum_without_it() -> None:
    late = year([50] + [None] * 11, item="Fleksjob")
    found = follow_up(pl.concat([year([10, 11] + [None] * 10), late], how="diagonal"))
    assert one(found, through=2, item="Fleksjob")["average_full_time_persons_status"] == "missing"
    both = one(found, through=2, item=ALL)
    assert (both["average_full_time_persons"], both["parts"], both["parts_expected"]) == (None, 1, 2)
    assert one(found, through=1, item=ALL)["average_full_time_persons"] == 60.0


def test_rows_may_come_in_any_order() -> None:
    months = pl.concat(
        [year([10, "x", 12] + [None] * 9), year([7, 8, 9] + [None] * 9, item="Fleksjob")], how="diagonal"
    )
    assert follow_up(months.sample(fraction=1, shuffle=True, seed=3)).equals(follow_up(months))
