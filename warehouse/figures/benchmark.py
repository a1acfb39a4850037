"""The ministry's benchmark: the gap to the expected level, the rank, and what the gap saves.

The publisher rounds expected and actual persons to tens, so their difference carries ten persons either way; points and
rank rest on unrounded numbers and may contradict it. The difference is given as actual minus expected, whichever way
round the publisher has it: expected and actual decide it, row by row where they differ.
"""

from __future__ import annotations

import polars as pl

ROUNDING_PERSONS = 10.0
TABLE = "y30r21"
GROUPS = "Ydelsesgrupper"
ALL_BENEFITS = "Ydelsesgrupper i alt"
_SICKNESS = "Sygedagpenge mv."


def gap(rows: pl.DataFrame) -> pl.DataFrame:
    """`value`: actual minus expected full-time persons, with `low` and `high` from rounding to tens; negative is better.

    >>> row = pl.DataFrame({"actual": [1040.0], "expected": [1090.0], "published_gap": [-50.0], "points": [-0.3]})
    >>> gap(row).select("value", "low", "high", "published_gap_is").row(0)
    (-50.0, -60.0, -40.0, 'actual - expected')
    """
    counted = rows.with_columns(value=pl.col("actual") - pl.col("expected"))
    sign = _sign(counted)
    return counted.with_columns(
        low=pl.col("value") - ROUNDING_PERSONS,
        high=pl.col("value") + ROUNDING_PERSONS,
        gap_pct_point=pl.col("points") * (1.0 if sign == AS_COUNTED else -1.0),
        published_gap_is=pl.lit(sign),
        table_id=pl.lit(TABLE),
    )


AS_COUNTED = "actual - expected"
REVERSED = "expected - actual"


def _sign(counted: pl.DataFrame) -> str:
    """Which way round the publisher has the difference: as most rows have it that are not within rounding of zero."""
    clear = counted.filter(pl.col("value").abs() > ROUNDING_PERSONS)
    same = clear.filter(pl.col("value").sign() == pl.col("published_gap").sign()).height
    return AS_COUNTED if 2 * same >= clear.height else REVERSED


def rank(rows: pl.DataFrame) -> pl.DataFrame:
    """`value`: place among the 98, 1 is best; `places_gained` since the list half a year earlier, negative: lost.

    >>> rank(pl.DataFrame({"now": [17.0], "before": [16.0]})).select("value", "places_gained").row(0)
    (17.0, -1.0)
    """
    return rows.with_columns(
        value=pl.col("now"),
        low=pl.lit(None, dtype=pl.Float64),
        high=pl.lit(None, dtype=pl.Float64),
        rank_half_a_year_earlier=pl.col("before"),
        places_gained=pl.col("before") - pl.col("now"),
    )


def savings(rows: pl.DataFrame) -> pl.DataFrame:
    """`value`: what fewer persons than expected save in a year, in DKK; low and high from rounding to tens.

    >>> row = pl.DataFrame({"actual": [1040.0], "expected": [1090.0], "net_unit_cost_dkk": [132350.0]})
    >>> row = row.with_columns(item=pl.lit("Ydelsesgrupper i alt"), basis=pl.lit("accounts_2022"))
    >>> savings(row).select("value", "low", "high").row(0)
    (6617500.0, 5294000.0, 7941000.0)
    """
    price = pl.col("net_unit_cost_dkk")
    fewer = pl.col("expected") - pl.col("actual")
    fitting = ~pl.col("basis").str.starts_with("sygedagpenge") | (pl.col("item") == _SICKNESS)
    return rows.filter(fitting).with_columns(
        value=fewer * price,
        low=(fewer - ROUNDING_PERSONS) * price,
        high=(fewer + ROUNDING_PERSONS) * price,
        fewer_full_time_persons=fewer,
    )
