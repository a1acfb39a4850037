"""The figures of a municipality's own tables: what holds for a figure and not for its formula alone."""

from __future__ import annotations

import polars as pl
import pytest

from warehouse.figures.own_tables import activation_mix


@pytest.mark.parametrize(("status", "total"), [("observed", 94.0), ("suppressed", None), ("not_yet", None)])
def test_the_number_of_all_courses_is_not_that_of_those_that_are_shown(status: str, total: float | None) -> None:
    rows = pl.DataFrame(
        {
            "area_code": ["329"] * 2,
            "period_id": [2202204] * 2,
            "courses_cases": [82.0, 12.0 if status == "observed" else None],
            "courses_cases_status": ["observed", status],
        }
    )
    assert activation_mix(rows)["total_cases"].to_list() == [total, total]
