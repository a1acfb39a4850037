"""Keys: a municipality's share of the country, what it makes of a national forecast, and counts held against it.

The block grant is shared by a forecast of the population, and nobody publishes the key: papers state it, or it is taken
from population, working-age population or workforce. Each of these is a basis, and they are never mixed. A key corrects
for size and for nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from warehouse.formulas.arithmetic import share
from warehouse.formulas.statuses import classified, computed, given, require, whole

_AS_KEY = {"share_pct": "key_pct", "share_pct_status": "key_pct_status"}


def keys(stated: pl.DataFrame, *, sizes: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Every key there is: those that are stated, and shares of the country by size; one row per `by` x basis, sorted.

    >>> stated = pl.DataFrame({"area_code": ["163"], "key_basis": ["stated"], "key_pct": [0.54]})
    >>> sizes = pl.DataFrame({"area_code": ["163"], "key_basis": ["population"], "local_persons": [29_215],
    ...                       "national_persons": [5_932_654]})
    >>> keys(stated, sizes=sizes, by=["area_code"]).select("key_basis", pl.col("key_pct").round(3)).rows()
    [('population', 0.492), ('stated', 0.54)]

    `stated` has `key_basis` and `key_pct` (and `key_low_pct`, `key_high_pct` where known), `sizes` has `key_basis`,
    `local_persons` and `national_persons`. Source: Herlev, 31 January 2024, item 6, and population on 1 January 2023.
    Raises FormulaError.
    """
    require(stated, columns=[*by, "key_basis", "key_pct"], of="keys")
    require(sizes, columns=[*by, "key_basis"], of="keys")
    shares = share(sizes, part="local_persons", whole="national_persons").rename(_AS_KEY)
    columns = [*by, "key_basis", *_AS_KEY.values(), "key_low_pct", "key_high_pct"]
    both = [given(frame, *columns[-2:]).select(columns) for frame in (classified(stated, column="key_pct"), shares)]
    return pl.concat(both, how="vertical_relaxed").sort(*by, "key_basis")


def projection(frame: pl.DataFrame) -> pl.DataFrame:
    """What a national change means locally if it spreads by a key: the change times the key, in persons.

    >>> herlev = pl.DataFrame({"national_change_persons": [20_000] * 2, "key_pct": [0.54, 29_215 / 5_932_654 * 100]})
    >>> projection(herlev).select("projection_persons", pl.col("projection_exact_persons").round(2)).rows()
    [(108.0, 108.0), (98.0, 98.49)]

    Source: Herlev, 31 January 2024, item 6; unemployment has never been seen to spread so. Adds
    `projection_exact_persons`, `projection_persons` in whole persons, and, where `key_low_pct` and `key_high_pct` are
    given, `projection_low_persons` and `projection_high_persons`. Raises FormulaError.
    """
    change = pl.col("national_change_persons")
    exact = change * pl.col("key_pct") / 100
    bounds = [change * pl.col(name) / 100 for name in ("key_low_pct", "key_high_pct")]
    return computed(
        given(frame, "key_low_pct", "key_high_pct"),
        projection_exact_persons=exact,
        projection_persons=whole(exact),
        projection_low_persons=pl.min_horizontal(bounds),
        projection_high_persons=pl.max_horizontal(bounds),
    )


def implied_key(frame: pl.DataFrame) -> pl.DataFrame:
    """The key that somebody who made so many persons of a national change must have used.

    >>> paper = pl.DataFrame({"projection_persons": [92], "national_change_persons": [20_000]})
    >>> implied_key(paper)["implied_key_pct"].item()
    0.46

    Source: Herlev, 31 January 2024, item 6, which states 0.54. Adds `implied_key_pct`. Raises FormulaError.
    """
    of = pl.col("projection_persons") / pl.col("national_change_persons")
    return computed(frame, implied_key_pct=(of * 100).round(9))


def block_grant_share(frame: pl.DataFrame) -> pl.DataFrame:
    """A local count's share of the national one, against the key, in percentage points; below the key is negative.

    >>> october = pl.DataFrame({"local_persons": [328], "national_persons": [83_325], "key_pct": [0.54]})
    >>> found = block_grant_share(october).select("share_pct", "key_difference_pct_point", "expected_persons")
    >>> found.select(pl.all().round(3)).row(0)
    (0.394, -0.146, 449.955)

    Source: full-time unemployed in Herlev and the country, mean of 2023, against the key Herlev states. Adds
    `share_pct`, `key_difference_pct_point`, `expected_persons` (the national count times the key) and
    `beyond_expected_persons`. Raises FormulaError.
    """
    local, national, key = pl.col("local_persons"), pl.col("national_persons"), pl.col("key_pct")
    share_pct, expected = local / national * 100, national * key / 100
    return computed(
        frame,
        share_pct=share_pct,
        key_difference_pct_point=share_pct - key,
        expected_persons=expected,
        beyond_expected_persons=local - expected,
    )


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
