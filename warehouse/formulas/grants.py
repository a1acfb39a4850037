"""A municipality's share of a national grant, and the simple rates of a paper: answers per asked, cases per inhabitants."""

from __future__ import annotations

import polars as pl

from warehouse.formulas.statuses import computed


def grant_share(frame: pl.DataFrame) -> pl.DataFrame:
    """What a municipality may have of a national grant that is shared by the size of its target group.

    >>> holstebro = pl.DataFrame({"local_persons": [187], "national_persons": [27_000], "grant_pool_dkk": [262_500_000]})
    >>> grant_share(holstebro).select(pl.col("share_pct").round(3), pl.col("grant_dkk").round()).row(0)
    (0.693, 1818056.0)

    Source: Holstebro, 26 April 2017, item 3. Adds `share_pct` and `grant_dkk`. Raises FormulaError.
    """
    of = pl.col("local_persons") / pl.col("national_persons")
    return computed(frame, share_pct=of * 100, grant_dkk=of * pl.col("grant_pool_dkk"))


def response_rate(frame: pl.DataFrame) -> pl.DataFrame:
    """How many of those who were asked have answered, in per cent.

    >>> response_rate(pl.DataFrame({"answered_persons": [80], "asked_persons": [250]}))["response_rate_pct"].item()
    32.0

    Source: Herlev, 31 January 2024, item 4. Adds `response_rate_pct`. Raises FormulaError.
    """
    return computed(frame, response_rate_pct=pl.col("answered_persons") / pl.col("asked_persons") * 100)


def cases_per_1000(frame: pl.DataFrame) -> pl.DataFrame:
    """Cases per 1,000 inhabitants.

    >>> ringsted = pl.DataFrame({"cases": [230], "population_persons": [34_852]})
    >>> cases_per_1000(ringsted)["per_1000_inhabitants_cases"].round(1).item()
    6.6

    Source: Ringsted, 17 April 2023, young people with a case, against the population of 1 January 2020. Adds
    `per_1000_inhabitants_cases`. Raises FormulaError.
    """
    return computed(frame, per_1000_inhabitants_cases=pl.col("cases") / pl.col("population_persons") * 1000)
