"""Investment cases: places, cost per place and course, and how many persons must leave benefit for it to pay.

Source of the examples: Faaborg-Midtfyn, 20 February 2024, item 22.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from warehouse.formulas.present_value import discounted
from warehouse.formulas.statuses import at_least, computed, require, status_of


def places(frame: pl.DataFrame) -> pl.DataFrame:
    """Places at a time (specialists times clients of each) and what a place costs in the period of `cost_dkk`.

    >>> years = pl.DataFrame({"year": [2025, 2026], "specialists_persons": [2, 2],
    ...                       "clients_per_specialist_persons": [6, 6], "cost_dkk": [1_425_000, 1_650_000]})
    >>> places(years).select("places_persons", "cost_per_place_dkk").rows()
    [(12.0, 118750.0), (12.0, 137500.0)]

    Adds `places_persons` and `cost_per_place_dkk`. Raises FormulaError.
    """
    at_a_time = pl.col("specialists_persons") * pl.col("clients_per_specialist_persons")
    return computed(frame, places_persons=at_a_time, cost_per_place_dkk=pl.col("cost_dkk") / at_a_time)


def cost_per_course(costs: pl.DataFrame, *, by: Sequence[str], courses: pl.DataFrame) -> pl.DataFrame:
    """What a course costs over the whole case, between the fewest and the most who may take one.

    >>> costs = pl.DataFrame({"case": ["ips"] * 3, "year": [2025, 2026, 2027],
    ...                       "cost_dkk": [1_425_000, 1_650_000, 1_650_000]})
    >>> courses = pl.DataFrame({"case": ["ips"], "courses_low_persons": [12], "courses_high_persons": [36]})
    >>> found = cost_per_course(costs, by=["case"], courses=courses)
    >>> found.select("cost_dkk", "cost_per_course_low_dkk", "cost_per_course_high_dkk").row(0)
    (4725000.0, 131250.0, 393750.0)

    One row per `by` of `courses`, in order: adds `cost_dkk` (the sum over its years, not discounted),
    `cost_per_course_low_dkk` and `cost_per_course_high_dkk`. Raises FormulaError.
    """
    require(courses, columns=by, of="a cost per course")
    totals = discounted(costs, columns=["cost_dkk"], by=by, rate_pct=0)
    together = courses.join(totals, on=by, how="left", maintain_order="left")
    return computed(
        together.with_columns(status_of(together, column="cost_dkk").alias("cost_dkk_status")),
        cost_per_course_low_dkk=pl.col("cost_dkk") / pl.col("courses_high_persons"),
        cost_per_course_high_dkk=pl.col("cost_dkk") / pl.col("courses_low_persons"),
    )


def break_even(years: pl.DataFrame, *, by: Sequence[str], rate_pct: float) -> pl.DataFrame:
    """How many persons must be off benefit from the first year to the last for the municipality to have its money back.

    >>> year = pl.DataFrame({"case": ["ips"], "year": [2025], "cost_dkk": [1_425_000],
    ...                      "saved_per_person_dkk": [114_662.4]})
    >>> found = break_even(year, by=["case"], rate_pct=3.5)
    >>> found.select(pl.col("break_even_exact_persons").round(2), "break_even_persons").row(0)
    (12.43, 13.0)

    The present value of `cost_dkk` over that of `saved_per_person_dkk`, which is a person's net cost to the municipality
    in that year (see `refusion.net_municipal_cost`). One row per `by`, in the order in which each first comes:
    `cost_dkk`, `saved_per_person_dkk` (both discounted), `break_even_exact_persons` and `break_even_persons`; where
    nothing is saved there is none. Raises FormulaError.
    """
    worth = discounted(years, columns=["cost_dkk", "saved_per_person_dkk"], by=by, rate_pct=rate_pct)
    saved = pl.col("saved_per_person_dkk")
    exact = pl.col("cost_dkk") / pl.when(saved > 0).then(saved)
    return computed(worth, break_even_exact_persons=exact, break_even_persons=at_least(exact))
