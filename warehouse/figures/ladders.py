"""Ladders: what the state refunds by weeks on benefit, one whole ladder for an area on a day, never steps of two.

Steps are assumptions with a basis such as `weeks_5_26` or `weeks_53_on`. A municipality that declares steps of its own
declares all of them.
"""

from __future__ import annotations

import polars as pl

from warehouse.assumptions.apply import applicable
from warehouse.formulas.refusion import ladder
from warehouse.formulas.statuses import FormulaError

REFUSION = "state_refusion_pct"
READINGS = {"value": "assumed", "low": "assumed_low", "high": "assumed_high"}
_PLACE = ("area_code", "day")
STEP = pl.Schema(
    {"from_week": pl.Int64(), "to_week": pl.Int64(), "value": pl.Float64(), "low": pl.Float64(), "high": pl.Float64()}
)
"""A step as a figure's row has it: its weeks and what is refunded, at the least and at the most."""
_LADDERS = pl.Schema(
    {
        "area_code": pl.String(),
        "day": pl.Date(),
        REFUSION: pl.List(pl.Struct(STEP)),
        f"{REFUSION}_ids": pl.List(pl.Int64()),
        f"{REFUSION}_caveat": pl.String(),
        "trouble": pl.String(),
    }
)


def ladders_of(places: pl.DataFrame, *, known: pl.DataFrame) -> pl.DataFrame:
    """One row per area and day: its ladder with each step's lowest and highest refund, or why there is none (`trouble`).

    The area's own comes before one that holds anywhere, though it be older; steps in force come before older ones.
    """
    steps = _of_one_ladder(applicable(known, name=REFUSION, rows=places))
    of_place = dict(steps.group_by(_PLACE))
    rows = [(*place, *_ladder(of_place.get(place))) for place in places.select(_PLACE).rows()]
    return pl.DataFrame(rows, schema=_LADDERS, orient="row")


def _of_one_ladder(steps: pl.DataFrame) -> pl.DataFrame:
    """Steps that stand together: all the area's own or all general, all in force or all of the newest that were."""
    found = steps.filter(pl.col("assumption_id").is_not_null())
    own, over = pl.col("assumed_area_code").is_not_null(), pl.col("caveat").is_not_null()
    found = found.filter(own | ~own.any().over(_PLACE))
    found = found.filter(~over | over.all().over(_PLACE))
    return found.filter(~over | (pl.col("assumed_to") == pl.col("assumed_to").max().over(_PLACE)))


def _ladder(
    steps: pl.DataFrame | None,
) -> tuple[list[dict[str, object]], list[int], str | None, str | None]:
    """The steps of one ladder, the numbers of their assumptions, their caveat, and what is wrong with them."""
    if steps is None:
        return [], [], None, f"no assumption '{REFUSION}' is on record"
    numbers, caveat = steps["assumption_id"].sort().to_list(), steps["caveat"][0]
    try:
        readings = {
            name: ladder(steps.select("basis", assumed=pl.coalesce(column, "assumed")))
            for name, column in READINGS.items()
        }
    except FormulaError as error:
        return [], numbers, caveat, f"its steps of {REFUSION} are no ladder: {error}"
    weeks = readings["value"].select("from_week", "to_week")
    together = weeks.with_columns(found["refusion_pct"].alias(name) for name, found in readings.items())
    return together.to_dicts(), numbers, caveat, None
