"""Compute the gap to the ministry's expected level, and what it saves.

The ministry rounds persons to tens, so a difference of two of its figures carries ten either way. As of a moment
SQL says the same: warehouse/sql/marts.benchmark_ranking_as_of.sql and warehouse/sql/marts.savings_as_of.sql. They are held
together by tests/journey/test_figures_as_of.py; change them together.
"""

from __future__ import annotations

import polars as pl

from warehouse.formulas.statuses import computed, given

ROUNDED_TO_PERSONS = 10
"""How the ministry rounds the persons of its benchmark lists."""


def gap(frame: pl.DataFrame, *, rounded_to: float = ROUNDED_TO_PERSONS) -> pl.DataFrame:
    """Persons on benefit beyond what the ministry expects: actual less expected, so fewer than expected is negative.

    >>> nyborg = pl.DataFrame({"actual_persons": [1620], "expected_persons": [1840]})
    >>> gap(nyborg).select("gap_persons", "gap_low_persons", "gap_high_persons").row(0)
    (-220.0, -230.0, -210.0)

    Source: benchmark list of November 2018. Adds `gap_persons` with the low and high that the rounding leaves open.
    Raises FormulaError.
    """
    between = pl.col("actual_persons") - pl.col("expected_persons")
    return computed(
        frame, gap_persons=between, gap_low_persons=between - rounded_to, gap_high_persons=between + rounded_to
    )


def savings(frame: pl.DataFrame, *, rounded_to: float = ROUNDED_TO_PERSONS) -> pl.DataFrame:
    """What the municipality saves a year: persons fewer than expected, times a person's net cost to the municipality.

    >>> herlev = pl.DataFrame({"gap_persons": [-50], "net_unit_cost_dkk": [132_350]})
    >>> savings(herlev).select("saving_rounding_low_dkk", "saving_dkk", "saving_rounding_high_dkk").row(0)
    (5294000.0, 6617500.0, 7941000.0)

    Source: Herlev, 31 January 2024, item 5. Adds `saving_dkk` (negative where there are more persons than expected),
    `saving_rounding_low_dkk` and `saving_rounding_high_dkk` by the rounding of the gap alone, and, where
    `net_unit_cost_low_dkk` and `net_unit_cost_high_dkk` are given, `saving_low_dkk` and `saving_high_dkk` by both. Raises
    FormulaError.
    """
    fewer, cost = -pl.col("gap_persons"), pl.col("net_unit_cost_dkk")
    fewest, most = fewer - rounded_to, fewer + rounded_to
    costs = pl.col("net_unit_cost_low_dkk"), pl.col("net_unit_cost_high_dkk")
    corners = [persons * price for persons in (fewest, most) for price in costs]
    return computed(
        given(frame, "net_unit_cost_low_dkk", "net_unit_cost_high_dkk"),
        saving_dkk=fewer * cost,
        saving_rounding_low_dkk=pl.min_horizontal(fewest * cost, most * cost),
        saving_rounding_high_dkk=pl.max_horizontal(fewest * cost, most * cost),
        saving_low_dkk=pl.min_horizontal(corners),
        saving_high_dkk=pl.max_horizontal(corners),
    )
