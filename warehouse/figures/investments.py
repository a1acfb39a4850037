"""Investments of the papers: places and break-even, results over several years, and a share of a national grant."""

from __future__ import annotations

import polars as pl

from warehouse.formulas import grants, investment, present_value
from warehouse.formulas.statuses import at_least, computed


def case(rows: pl.DataFrame) -> pl.DataFrame:
    """Places and their cost in the year, and how many persons off benefit for a year would cover it.

    A price of sickness benefit is left out: the cases are not about it.
    """
    costed = rows.filter(~pl.col("basis").str.starts_with("sygedagpenge")).rename({"programme_cost_dkk": "cost_dkk"})
    found = investment.places(costed)
    exact = pl.col("cost_dkk") / pl.col("net_unit_cost_dkk")
    return computed(found, break_even_exact_persons=exact, break_even_persons=at_least(exact))


def result(rows: pl.DataFrame) -> pl.DataFrame:
    """A net result per participant, success and year of its horizon."""
    return present_value.result_per(rows.rename({"programme_participants_persons": "participants_persons"}))


def grant(rows: pl.DataFrame) -> pl.DataFrame:
    """A municipality's share of a national grant by its share of the target group."""
    named = {"grant_target_group_persons": "local_persons", "country_grant_target_group_persons": "national_persons"}
    return grants.grant_share(rows.rename(named))
