"""Investments of the papers: places and break-even, results over several years, and a share of a national grant."""

from __future__ import annotations

import polars as pl

from warehouse.figures.cases import CASE, COST, COURSES, PRICE
from warehouse.figures.joining import bound
from warehouse.figures.ladders import REFUSION
from warehouse.figures.paid_back import paid_back
from warehouse.formulas import block_grant as grants
from warehouse.formulas import investments as investment
from warehouse.formulas import investments as present_value
from warehouse.formulas.statuses import at_least, computed

_PRICED = {"break_even_low_persons": ("low", "high"), "break_even_high_persons": ("high", "low")}


def case(rows: pl.DataFrame) -> pl.DataFrame:
    """Places and their cost in the year, what a course costs over all years, and how many persons off benefit pay for it.

    By a net price they must be off benefit in that year, and it is that year's cost they cover. By the refusion ladder
    they are off it from the case's first year to its horizon, and all years' costs are covered.
    """
    costs = {
        "cost_dkk": pl.col(COST),
        "cost_low_dkk": pl.coalesce(bound(COST, "low"), COST),
        "cost_high_dkk": pl.coalesce(bound(COST, "high"), COST),
    }
    found = _with_cost_per_course(investment.places(rows.with_columns(**costs)))
    by_ladder = pl.col(REFUSION).is_not_null()
    return pl.concat([_by_price(found.filter(~by_ladder)), paid_back(found.filter(by_ladder))], how="diagonal_relaxed")


def _with_cost_per_course(rows: pl.DataFrame) -> pl.DataFrame:
    courses = rows.unique(CASE, maintain_order=True).select(
        *CASE,
        courses_low_persons=pl.coalesce(bound(COURSES, "low"), COURSES),
        courses_high_persons=pl.coalesce(bound(COURSES, "high"), COURSES),
    )
    years = rows.select(*CASE, "cost_dkk", year="period_id").unique()
    found = investment.cost_per_course(years, by=CASE, courses=courses).rename({"cost_dkk": "whole_cost_dkk"})
    return rows.join(found.drop("cost_dkk_status"), on=CASE, how="left", maintain_order="left")


def _by_price(rows: pl.DataFrame) -> pl.DataFrame:
    """How many persons off benefit in the year cover its cost."""
    prices = {name: pl.coalesce(bound(PRICE, name), PRICE).alias(f"price_{name}_dkk") for name in ("low", "high")}
    priced = rows.with_columns(*prices.values(), saving_per_person_dkk=PRICE)
    exact = pl.col("cost_dkk") / pl.col(PRICE)
    bounds = {
        name: at_least(pl.col(f"cost_{cost}_dkk") / pl.col(f"price_{price}_dkk"))
        for name, (cost, price) in _PRICED.items()
    }
    return computed(priced, break_even_exact_persons=exact, break_even_persons=at_least(exact), **bounds)


def result(rows: pl.DataFrame) -> pl.DataFrame:
    """A net result per participant, success and year of its horizon."""
    return present_value.result_per(rows.rename({"programme_participants_persons": "participants_persons"}))


def grant(rows: pl.DataFrame) -> pl.DataFrame:
    """A municipality's share of a national grant by its share of the target group."""
    named = {"grant_target_group_persons": "local_persons", "country_grant_target_group_persons": "national_persons"}
    return grants.grant_share(rows.rename(named))
