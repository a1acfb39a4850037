"""Targets followed up: reached or not, and how many persons decide it.

A share of few persons moves in jumps: 12 per cent of 61 is 7.32 persons, so 8 are needed. Persons are taken from a
published share with one decimal, which gives their number exactly up to 1,000 finished courses. A share is never used
to work out a count so small that the publisher hides it.
"""

from __future__ import annotations

import polars as pl

from warehouse.formulas.statuses import FormulaError, at_least, at_most, computed, require, whole
from warehouse.sums import LARGEST_HIDDEN

SMALLEST_SHOWN = LARGEST_HIDDEN + 1


def target_followup(frame: pl.DataFrame, *, smallest_shown: int = SMALLEST_SHOWN) -> pl.DataFrame:
    """A share against its target, which is a `minimum` or a `maximum` by `kind`, in per cent and in persons.

    >>> holstebro = pl.DataFrame({"share_pct": [6.6, 45.9, 32.8], "target_pct": [12, 51, 35],
    ...                           "kind": ["minimum", "minimum", "maximum"], "finished_cases": [61] * 3})
    >>> found = target_followup(holstebro)
    >>> found.select("reached", "now_persons", "target_exact_persons", "target_persons").rows()
    [(False, 4.0, 7.32, 8.0), (False, 28.0, 31.11, 32.0), (True, 20.0, 21.35, 21.0)]
    >>> found.select("short_persons", "short_nearest_persons", "in_hand_persons", "deciding_persons").rows()
    [(4.0, 3.0, 0.0, 4.0), (4.0, 3.0, 0.0, 4.0), (0.0, 0.0, 1.0, 2.0)]

    Source: Holstebro, 26 April 2017, item 1. Adds

    - `reached`: by persons where `finished_cases` is known, else by the shares as published;
    - `now_persons` and `target_exact_persons`: the shares times `finished_cases`, the first in whole persons;
    - `target_persons`: the fewest that reach a minimum, the most that keep a maximum;
    - `short_persons`, `short_exact_persons`, `short_nearest_persons`: how many are missing (at a maximum: too many)
      against `target_persons`, the exact target and the exact target rounded to the nearest; none where it is reached;
    - `in_hand_persons`: how many may still be lost (at a maximum: come) before the target is missed;
    - `deciding_persons`: the fewest who turn the verdict if they end otherwise.

    Counts below `smallest_shown` are suppressed, as the publisher has them; 0 where they never were hidden.
    Raises FormulaError.
    """
    require(frame, columns=["kind"], of="a target")
    strange = sorted(set(frame["kind"].drop_nulls()) - {"minimum", "maximum"})
    if strange:
        raise FormulaError(f"kind holds '{strange[0]}'; a target is a minimum or a maximum")
    # A frame in which no target has a kind holds no texts at all.
    counted = _in_persons(frame.with_columns(pl.col("kind").cast(pl.String)), smallest_shown=smallest_shown)
    ahead = _towards(pl.col("now_persons") - pl.col("target_persons"))
    lead = _towards(pl.col("now_persons") - pl.col("target_exact_persons"))
    nearest = _towards(pl.col("now_persons") - whole(pl.col("target_exact_persons")))
    found = computed(
        counted,
        short_persons=(-ahead).clip(0),
        short_exact_persons=(-lead).clip(0).round(9),
        short_nearest_persons=(-nearest).clip(0),
        in_hand_persons=ahead.clip(0),
        deciding_persons=pl.when(ahead < 0).then(-ahead).otherwise(ahead + 1),
    )
    return _with_verdict(found)


def _towards(difference: pl.Expr) -> pl.Expr:
    """A difference, positive on the side where the target is kept."""
    return pl.when(kind="minimum").then(difference).otherwise(-difference)


def _in_persons(frame: pl.DataFrame, *, smallest_shown: int) -> pl.DataFrame:
    exact = pl.col("target_pct") * pl.col("finished_cases") / 100
    wanted = pl.when(kind="minimum").then(at_least(exact)).otherwise(at_most(exact))
    counted = computed(
        frame,
        now_persons=whole(pl.col("share_pct") * pl.col("finished_cases") / 100),
        target_exact_persons=exact.round(9),
        target_persons=wanted,
    )
    return hide_small(counted, column="now_persons", smallest_shown=smallest_shown)


def hide_small(frame: pl.DataFrame, *, column: str, smallest_shown: int) -> pl.DataFrame:
    """`frame` with the small counts of a computed column suppressed, as the publisher would have them."""
    small = pl.col(column) < smallest_shown
    return frame.with_columns(
        pl.when(small.not_()).then(column).alias(column),
        pl.when(small).then(pl.lit("suppressed")).otherwise(f"{column}_status").alias(f"{column}_status"),
    )


def _with_verdict(found: pl.DataFrame) -> pl.DataFrame:
    # The printed share may reach a target that the persons behind it just miss: persons come first.
    judged = computed(found, _by_share=_towards(pl.col("share_pct") - pl.col("target_pct")) >= 0)
    by_persons = pl.col("short_persons") == 0
    return (
        judged.with_columns(reached=by_persons.fill_null(pl.col("_by_share")))
        .rename({"_by_share_status": "reached_status"})
        .drop("_by_share")
    )
