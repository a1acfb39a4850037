"""How a whole is made up: activation by offer, ordinary hours against the country, exits from ressourceforløb.

A total over offers of which one is hidden is given as bounds. Persons are never worked out from a share where the
publisher hides them.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from warehouse.formulas.statuses import classified, computed, require, status_of, whole, worst_of_rows
from warehouse.formulas.targets import SMALLEST_SHOWN, hide_small
from warehouse.sums import bounded_sum

_TOTALS = {"low": "total_low", "high": "total_high"}


def offer_mix(parts: pl.DataFrame, *, by: Sequence[str], unit: str = "cases") -> pl.DataFrame:
    """Each offer's share of all offers in its group, in per cent: rows with `value` and `status`, in their order.

    >>> ringsted = pl.DataFrame({"year": [2022] * 5, "offer": ["løntilskud", "praktik", "nytteindsats", "uddannelse",
    ...                          "øvrig"], "value": [6, 82, 12, 17, 213], "status": ["observed"] * 5})
    >>> offer_mix(ringsted, by=["year"]).select("total_low", pl.col("share_pct").round(1)).rows()[:2]
    [(330.0, 1.8), (330.0, 24.8)]

    Source: Ringsted, 17 April 2023. Adds `total_low`, `total_high` (in `unit`), `hidden` (how many parts are),
    `share_pct`, which is suppressed where one of the group is hidden, and the bounds `share_low_pct` and
    `share_high_pct`, which are there for every part that is shown. Raises SumRefused, FormulaError.
    """
    require(parts, columns=[*by, "value", "status"], of="a mix of offers")
    known = classified(parts.rename({"status": "value_status"}), column="value")
    totals = bounded_sum(known.rename({"value_status": "status"}), by=by, unit=unit)
    together = known.join(totals, on=by, how="left", maintain_order="left").rename(_TOTALS)
    together = together.with_columns(
        total=pl.col("total_low"), total_status=worst_of_rows(pl.col("value_status")).over(by)
    )
    found = computed(
        together,
        share_pct=pl.col("value") / pl.col("total") * 100,
        share_low_pct=pl.col("value") / pl.col("total_high") * 100,
        share_high_pct=pl.col("value") / pl.col("total_low") * 100,
    )
    return found.drop("total", "total_status").rename({"value_status": "status"})


def ordinary_hours(frame: pl.DataFrame, *, rounded_to: float = 0.1) -> pl.DataFrame:
    """Persons with ordinary hours and their share, against the country's share, and the group the two imply.

    >>> ringsted = pl.DataFrame({"persons": [40], "share_pct": [15.7], "country_share_pct": [11.6]})
    >>> found = ordinary_hours(ringsted)
    >>> found.select(pl.col("difference_pct_point").round(1), "group_persons").row(0)
    (4.1, 255.0)
    >>> found.select(pl.col("group_low_persons", "group_high_persons").round(1)).row(0)
    (254.0, 255.6)
    >>> country = pl.DataFrame({"persons": [3889], "share_pct": [11.6], "country_share_pct": [11.6]})
    >>> ordinary_hours(country)["group_persons"].item()
    33526.0

    Source: Ringsted, 17 April 2023, third quarter of 2022. Adds `difference_pct_point`, `group_persons`, its bounds by
    the rounding of the share, and `beyond_country_persons`: how many more than at the country's share.
    Raises FormulaError.
    """
    persons, share, country = pl.col("persons"), pl.col("share_pct"), pl.col("country_share_pct")
    lowest = share - rounded_to / 2
    return computed(
        frame,
        difference_pct_point=share - country,
        group_persons=whole(persons / share * 100),
        group_low_persons=persons / (share + rounded_to / 2) * 100,
        group_high_persons=persons / pl.when(lowest > 0).then(lowest) * 100,
        beyond_country_persons=persons - persons / share * country,
    )


def exits(frame: pl.DataFrame, *, by: Sequence[str], smallest_shown: int = SMALLEST_SHOWN) -> pl.DataFrame:
    """Where people went after a course: each outcome's share, the persons it implies, and what the shares sum to.

    >>> holstebro = pl.DataFrame({"area_code": ["661"] * 7, "share_pct": [6.6, 0.0, 6.5, 45.9, 32.8, 1.6, 6.6],
    ...                           "finished_cases": [61] * 7})
    >>> found = exits(holstebro, by=["area_code"])
    >>> found["exits_persons"].to_list(), round(found["shares_sum_pct"][0], 1)
    ([4.0, None, 4.0, 28.0, 20.0, None, 4.0], 100.0)
    >>> exits(holstebro, by=["area_code"], smallest_shown=0)["exits_persons"].to_list()
    [4.0, 0.0, 4.0, 28.0, 20.0, 1.0, 4.0]

    Source: Holstebro, 26 April 2017, item 1; 61 is inferred. Adds `exits_persons` in whole persons, of which those
    below `smallest_shown` are suppressed (0 where the publisher hid none), and `shares_sum_pct`, which is null where one
    share of the group is not known. Raises FormulaError.
    """
    require(frame, columns=by, of="exits")
    counted = computed(frame, exits_persons=whole(pl.col("share_pct") * pl.col("finished_cases") / 100))
    known = (status_of(counted, column="share_pct") == "observed").all()
    summed = pl.when(known.over(by)).then(pl.col("share_pct").sum().over(by))
    shown = hide_small(counted, column="exits_persons", smallest_shown=smallest_shown)
    return shown.with_columns(shares_sum_pct=summed)
