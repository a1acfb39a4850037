"""Compute what a municipality's share of the country, its key, makes of a national change, and hold counts against it.

The block grant is shared by a forecast of the population, and nobody publishes the key: papers state it, or it is taken
from population, working-age population or workforce. Each of these is a basis, and they are never mixed. A key corrects
for size and for nothing else.
"""

from __future__ import annotations

import polars as pl

from warehouse.formulas.statuses import computed, given, whole


def projection(frame: pl.DataFrame) -> pl.DataFrame:
    """What a national change means locally if it spreads by a key: the change times the key, in persons.

    >>> herlev = pl.DataFrame({"national_change_persons": [20_000] * 2, "key_pct": [0.54, 29_215 / 5_932_654 * 100]})
    >>> projection(herlev).select("projection_persons", pl.col("projection_exact_persons").round(2)).rows()
    [(108.0, 108.0), (98.0, 98.49)]

    Source: Herlev, 31 January 2024, item 6; unemployment has never been seen to spread so. Adds
    `projection_exact_persons`, `projection_persons` in whole persons, and, where `key_low_pct` and `key_high_pct` are
    given, `projection_low_persons` and `projection_high_persons`, which take in `national_change_low_persons` and
    `national_change_high_persons` where those are given too. Raises FormulaError.
    """
    change = pl.col("national_change_persons")
    exact = change * pl.col("key_pct") / 100
    bounds_of_change = ("national_change_low_persons", "national_change_high_persons")
    changes: list[str] = [name for name in bounds_of_change if name in frame.columns]
    keys = ("key_low_pct", "key_high_pct")
    bounds = [pl.col(of) * pl.col(key) / 100 for of in changes or ["national_change_persons"] for key in keys]
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
    `share_pct`, `key_difference_pct_point` and `expected_persons` (the national count times the key). Raises FormulaError.
    """
    local, national, key = pl.col("local_persons"), pl.col("national_persons"), pl.col("key_pct")
    share_pct, expected = local / national * 100, national * key / 100
    return computed(
        frame,
        share_pct=share_pct,
        key_difference_pct_point=share_pct - key,
        expected_persons=expected,
    )
