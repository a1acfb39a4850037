"""Public support by StatBank: shares of the population without students, and nothing where a count is hidden."""

from __future__ import annotations

import polars as pl
import pytest

from warehouse.figures import public_support
from warehouse.figures.public_support import STUDENTS, TOTAL, WITHOUT_STUDENTS, WORKING_AGE

COUNTS = (
    "full_time_persons",
    "students_full_time_persons",
    "country_full_time_persons",
    "country_students_full_time_persons",
)


def rows(**changed: object) -> pl.DataFrame:
    """A municipality's total, students and early retired, beside the country's."""
    columns: dict[str, object] = {
        "item": [TOTAL, STUDENTS, "Efterløn"],
        "full_time_persons": [900.0, 250.0, 30.0],
        "students_full_time_persons": [250.0] * 3,
        "country_full_time_persons": [9_000.0, 2_500.0, 400.0],
        "country_students_full_time_persons": [2_500.0] * 3,
        "population_persons": [5_000.0] * 3,
        "country_population_persons": [60_000.0] * 3,
    }
    columns |= {f"{name}_status": ["observed"] * 3 for name in COUNTS}
    return pl.DataFrame(columns | changed)


def test_the_total_is_without_students_and_the_types_are_as_published() -> None:
    found = public_support.of_inhabitants(rows())
    assert found["item"].to_list() == [WITHOUT_STUDENTS, STUDENTS, "Efterløn"]
    assert found["supported_full_time_persons"].to_list() == [650, 250, 30]
    assert found["share_pct"].to_list() == pytest.approx([13, 5, 0.6])
    assert found["country_share_pct"][0] == pytest.approx(6_500 / 60_000 * 100)
    assert found["gap_pct_point"][0] == pytest.approx(13 - 6_500 / 60_000 * 100)


def test_hidden_students_hide_the_total_and_nothing_else() -> None:
    hidden = rows(students_full_time_persons=[None] * 3, students_full_time_persons_status=["suppressed"] * 3)
    found = public_support.of_inhabitants(hidden)
    assert found["share_pct"].to_list() == [None, 5, pytest.approx(0.6)]
    assert found["share_pct_status"].to_list() == ["suppressed", "observed", "observed"]


def test_students_that_are_not_there_are_not_taken_for_none() -> None:
    absent = rows(
        students_full_time_persons=pl.Series([None] * 3, dtype=pl.Float64),
        students_full_time_persons_status=pl.Series([None] * 3, dtype=pl.String),
    )
    found = public_support.of_inhabitants(absent)
    assert (found["share_pct"][0], found["share_pct_status"][0]) == (None, "missing")


def test_a_share_of_the_working_age_has_the_bounds_of_its_population() -> None:
    bounded = rows(
        **{
            WORKING_AGE: [3_200.0] * 3,
            "working_age_population_low_persons": [3_000.0] * 3,
            "working_age_population_high_persons": [3_250.0] * 3,
            f"country_{WORKING_AGE}": [40_000.0] * 3,
        }
    )
    found = public_support.of_working_age(bounded).row(0, named=True)
    assert [found[name] for name in ("share_low_pct", "share_pct", "share_high_pct")] == pytest.approx(
        [20, 650 / 32, 650 / 30]
    )
    assert found["country_share_pct"] == pytest.approx(16.25)
