"""The figures of a municipality's own tables: what holds for a figure and not for its formula alone."""

from __future__ import annotations

import polars as pl
import pytest

from warehouse.figures import FIGURES
from warehouse.figures.explain import tree
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
