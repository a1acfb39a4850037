"""The ministry's benchmark: the gap to the expected level, the rank, and what the gap saves.

Points and rank rest on unrounded numbers and may contradict persons, which are rounded to tens. The difference is given
as actual minus expected, whichever way round the publisher has it: expected and actual decide it.
"""

from __future__ import annotations

import polars as pl

from warehouse.formulas import savings as formulas
from warehouse.formulas.statuses import computed

TABLE = "y30r21"
GROUPS = "Ydelsesgrupper"
ALL_BENEFITS = "Ydelsesgrupper i alt"
SICKNESS = "Sygedagpenge mv."
AS_COUNTED = "actual - expected"
REVERSED = "expected - actual"


def gap(rows: pl.DataFrame) -> pl.DataFrame:
    """The gap with its bounds, the published points with the same sign, and which way round the publisher has them."""
    found = formulas.gap(rows)
    sign = published_sign(found)
    turn = pl.lit({AS_COUNTED: 1.0, REVERSED: -1.0}.get(sign or ""), dtype=pl.Float64)
    points = pl.col("published_pct_point") * turn
    return computed(found, gap_pct_point=points).with_columns(
        published_gap_is=pl.lit(sign, dtype=pl.String), table_id=pl.lit(TABLE)
    )


def published_sign(rows: pl.DataFrame) -> str | None:
    """Which way round the publisher has the difference: as most rows have it whose gap is beyond rounding; None: untold.

    >>> rows = pl.DataFrame({"gap_persons": [-50.0, 30.0, 0.0], "published_gap_persons": [50.0, -30.0, 10.0]})
    >>> published_sign(rows)
    'expected - actual'
    """
    beyond = pl.col("gap_persons").abs() > formulas.ROUNDED_TO_PERSONS
    clear = rows.filter(beyond & (pl.col("published_gap_persons") != 0))
    if clear.is_empty():
        return None
    same = clear.filter(pl.col("gap_persons").sign() == pl.col("published_gap_persons").sign()).height
    return AS_COUNTED if 2 * same >= clear.height else REVERSED


def rank(rows: pl.DataFrame) -> pl.DataFrame:
    """The rank, and how many places were gained since the list half a year earlier; negative: lost.

    >>> rank(pl.DataFrame({"rank": [17.0], "rank_half_a_year_earlier": [16.0]}))["places_gained"].item()
    -1.0
    """
    return computed(rows, places_gained=pl.col("rank_half_a_year_earlier") - pl.col("rank"))


def savings(rows: pl.DataFrame) -> pl.DataFrame:
    """What fewer persons than expected save in a year; a price of sickness benefit fits sickness benefit only."""
    of_sickness = pl.col("basis").str.starts_with("sygedagpenge")
    fitting = rows.filter(~of_sickness | (pl.col("item") == SICKNESS))
    found = formulas.savings(formulas.gap(fitting))
    return computed(found, fewer_full_time_persons=-pl.col("gap_persons"))
