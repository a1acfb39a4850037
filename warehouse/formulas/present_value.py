"""Results over several years, discounted, in the manner of SØM (the socio-economic investment model).

Positive is a gain. SØM's prices are national means after refusion and leave block grants out. The rate it discounts by
was not found, so it is an argument; the first year is not discounted.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from warehouse.formulas.statuses import FormulaError, classified, computed, require, worst_of_rows


def net_present_value(flows: pl.DataFrame, *, by: Sequence[str], rate_pct: float) -> pl.DataFrame:
    """What flows of several years are worth in the first: each divided by (1 + rate) for every year after it.

    >>> case = pl.DataFrame({"case": ["a"] * 3, "year": [2024, 2025, 2026], "flow_dkk": [-100, 60, 60]})
    >>> net_present_value(case, by=["case"], rate_pct=3.5)["net_present_value_dkk"].round(2).item()
    13.98
    >>> net_present_value(case, by=["case"], rate_pct=0)["net_present_value_dkk"].item()
    20.0

    One row per `by`, in the order in which each first comes: `net_present_value_dkk` with its status, which is that of
    the worst flow. Several flows in a year add up. Raises FormulaError.
    """
    return discounted(flows, columns=["flow_dkk"], by=by, rate_pct=rate_pct).rename(
        {"flow_dkk": "net_present_value_dkk", "flow_dkk_status": "net_present_value_dkk_status"}
    )


def discounted(flows: pl.DataFrame, *, columns: Sequence[str], by: Sequence[str], rate_pct: float) -> pl.DataFrame:
    """The present value of each of several columns of flows; one row per `by`. Raises FormulaError."""
    require(flows, columns=[*by, "year", *columns], of="a present value")
    if rate_pct <= -100:
        raise FormulaError(f"a rate of {rate_pct} per cent leaves nothing to discount; more than -100 is expected")
    if flows["year"].null_count():
        raise FormulaError("a flow has no year; each flow needs the year it falls in")
    years = (pl.col("year") - pl.col("year").min()).cast(pl.Float64)
    sums = []
    for column in columns:
        flows = classified(flows, column=column)
        status = worst_of_rows(pl.col(f"{column}_status"))
        total = (pl.col(column) / (1 + rate_pct / 100) ** years).sum()
        sums += [pl.when(status == "observed").then(total).alias(column), status.alias(f"{column}_status")]
    return flows.group_by(by, maintain_order=True).agg(sums)


def result_per(frame: pl.DataFrame) -> pl.DataFrame:
    """A net result per participant, per success and per year of its horizon.

    >>> ringsted = pl.DataFrame({"net_result_dkk": [52_000], "participants_persons": [12], "success_rate_pct": [80],
    ...                          "horizon_years": [8]})
    >>> found = result_per(ringsted)
    >>> found.select("successes_persons", pl.col("^per_.*_dkk$").round()).row(0)
    (9.6, 4333.0, 5417.0, 6500.0)

    Source: Ringsted, 17 April 2023, a year's effort with 12 participants over eight years. Adds `successes_persons`,
    `per_participant_dkk`, `per_success_dkk` and `per_year_dkk`. Raises FormulaError.
    """
    result, participants = pl.col("net_result_dkk"), pl.col("participants_persons")
    successes = participants * pl.col("success_rate_pct") / 100
    return computed(
        frame,
        successes_persons=successes,
        per_participant_dkk=result / participants,
        per_success_dkk=result / successes,
        per_year_dkk=result / pl.col("horizon_years"),
    )
