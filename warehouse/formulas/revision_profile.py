"""Say how a table's values are revised after their first release, by measure, size of municipality and age in releases.

A revision is the later value minus the first. Releases are the clusters: the municipalities of one release move together,
so that twelve releases are twelve observations of the publisher's habits however many cells they have. docs/revisions.md
has each formula with its source.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from warehouse.formulas import regression
from warehouse.formulas.development import CELL, USED
from warehouse.formulas.release_calendar import FEWEST_RELEASES
from warehouse.formulas.statuses import require

TOO_FEW, ENOUGH = "too few releases", "enough releases"
MUNICIPALITY_CLASSES = {"small": 0, "medium": 20_000, "large": 50_000}
"""Classes of municipalities, each with the inhabitants it begins with."""
COUNTRY_CLASS, UNKNOWN_CLASS = "country", "unknown"
GROUP = ("measure", "unit", "size_class", "age")
_TAKEN = (*CELL, *GROUP, "area_code", "release", "apart", "first", "later", "before_first", "before_later")
_WITHIN_PCT, _WITHIN_PERSONS, _SETTLED_PCT = 1.0, 1.0, 90.0
_PERSONS = ("persons", "full_time_persons", "cases")
COUNTS = ("releases", "cells", "hidden_cells", "not_yet_cells", "withdrawn_cells", "break_cells", "reissued_cells")
NUMBERS = (
    "mean_revision", "mean_error", "bias_p_value", "hac_error", "hac_p_value", "mean_absolute_revision",
    "standard_deviation", "median_revision", "low_revision", "high_revision", "relative_revision_pct",
    "relative_absolute_revision_pct", "changed_pct", "upward_pct", "noise_to_signal", "news_p_value", "noise_p_value",
    "sign_turned_pct", "rank_turned_pct", "settled_pct",
)  # fmt: skip
_SCHEMA = pl.Schema(
    {"measure": pl.String, "unit": pl.String, "size_class": pl.String, "age": pl.Int64}
    | dict.fromkeys(COUNTS, pl.Int64)
    | {"status": pl.String, "settled_at_first": pl.Float64}
    | dict.fromkeys(NUMBERS, pl.Float64)
)


def profile(development: pl.DataFrame) -> pl.DataFrame:
    """One row per measure, size class and age in releases: how values that old differ from what was first released.

    Takes rows as `developed` gives them, with `measure`, `unit`, `size_class` and `area_code`. Counts are cells; revisions
    are in the measure's unit, p-values 0 to 1. Every statistic is null, and `status` says so, where fewer than twelve
    releases have reached the age. `settled_after_releases` is the first age at which nine in ten values are within 1 % or
    1 person of the oldest age's, and stay so. Raises FormulaError.

    Twelve months, each revised from 100 to 110 when the next came:

    >>> development = pl.DataFrame({"measure": "recipients_persons", "unit": "persons", "size_class": "small",
    ...     "area_code": "163", "series_id": 1, "period_id": range(12), "release": range(12), "age": 1, "apart": "observed",
    ...     "first": 100.0, "later": 110.0, "before_first": 90.0, "before_later": 95.0})
    >>> profile(development).select("releases", "mean_revision", "changed_pct", "upward_pct").rows()
    [(12, 10.0, 100.0, 100.0)]
    """
    require(development, columns=_TAKEN, of="profile")
    frame = _settled(_ranked(_turned(development)))
    rows = [_row(dict(zip(GROUP, key, strict=True)), cells) for key, cells in frame.group_by(GROUP)]
    found = pl.DataFrame(rows, schema=_SCHEMA).sort(GROUP)
    return found.join(_settled_after(found), on=["measure", "size_class"], how="left", maintain_order="left").drop(
        "settled_at_first"
    )


def reached(development: pl.DataFrame) -> int:
    """The oldest age that twelve releases have reached with values to compare; 0 where none has.

    >>> reached(pl.DataFrame({"age": 1, "release": range(12), "apart": "observed"}))
    1
    >>> reached(pl.DataFrame({"age": 1, "release": range(11), "apart": "observed"}))
    0
    """
    used = development.filter(pl.col("apart") == USED)
    ages = used.group_by("age").agg(number=pl.col("release").n_unique()).filter(pl.col("number") >= FEWEST_RELEASES)
    oldest = ages["age"].max()
    return oldest if isinstance(oldest, int) else 0


def _turned(frame: pl.DataFrame) -> pl.DataFrame:
    """With `sign_turned`: whether the change from the period before was a rise in one release and a fall in the other."""
    before, after = pl.col("first") - pl.col("before_first"), pl.col("later") - pl.col("before_later")
    return frame.with_columns(sign_turned=before.sign() * after.sign() < 0)


def _ranked(frame: pl.DataFrame) -> pl.DataFrame:
    """With `rank_turned`: whether a municipality's place among all of them is another than it first was."""
    compared = pl.when((pl.col("apart") == USED) & (pl.col("size_class") != COUNTRY_CLASS))
    places = [compared.then(name).rank("min").over("measure", "release", "age") for name in ("first", "later")]
    return frame.with_columns(rank_turned=places[0] != places[1])


def _settled(frame: pl.DataFrame) -> pl.DataFrame:
    """With `settled`: whether a value is near the oldest age's and stays so; null where that is not known."""
    end = pl.when((pl.col("age") == reached(frame)) & (pl.col("apart") == USED)).then("later")
    known = frame.sort(*CELL, "age").with_columns(end=end.max().over(CELL))
    persons = pl.when(pl.col("unit").is_in(_PERSONS)).then(_WITHIN_PERSONS).otherwise(0.0)
    within = pl.max_horizontal(persons, pl.col("end").abs() * _WITHIN_PCT / 100) + 1e-9
    near = {name: (pl.col(name) - pl.col("end")).abs() <= within for name in ("first", "later")}
    young = pl.col("age") <= reached(frame)
    stays = pl.when(young).then(near["later"]).otherwise(pl.lit(value=True)).fill_null(value=True)
    rows = known.with_columns(stays=stays.cum_min(reverse=True).over(CELL))
    of_these = pl.when(young & pl.col("end").is_not_null())
    return rows.with_columns(
        settled=of_these.then("stays"), settled_at_first=of_these.then(pl.col("stays") & near["first"])
    )


def _row(of: dict[str, Any], cells: pl.DataFrame) -> dict[str, Any]:
    """A row of the profile: how many cells there are and how they are set apart, and statistics where they suffice."""
    used = cells.filter(pl.col("apart") == USED).sort("release", "area_code")
    apart = {name: int((cells["apart"] == status).sum()) for name, status in _APART.items()}
    apart["withdrawn_cells"] += int((cells["apart"] == "missing").sum())
    releases = used["release"].n_unique()
    row = of | apart | {"releases": releases, "cells": used.height, "status": TOO_FEW}
    return row | ({"status": ENOUGH} | _statistics(used) if releases >= FEWEST_RELEASES else {})


_APART = {
    "hidden_cells": "suppressed",
    "not_yet_cells": "not_yet",
    "withdrawn_cells": "withdrawn",
    "break_cells": "break",
    "reissued_cells": "reissue",
}


def _statistics(used: pl.DataFrame) -> dict[str, float | None]:
    first, later = used["first"].to_numpy(), used["later"].to_numpy()
    revision, releases = later - first, used["release"].to_numpy()
    mean = regression.mean(revision, releases=releases)
    news = regression.line(revision, first, releases=releases)
    noise = regression.line(revision, later, releases=releases)
    level, spread = np.abs(later).sum(), later.std(ddof=1)
    numbers = {
        "mean_revision": mean.value,
        "mean_error": mean.error,
        "bias_p_value": mean.p_value,
        "hac_error": mean.hac_error,
        "hac_p_value": mean.hac_p_value,
        "mean_absolute_revision": np.abs(revision).mean(),
        "standard_deviation": revision.std(ddof=1),
        **dict(zip(_PERCENTILES, np.quantile(revision, [0.5, 0.1, 0.9]), strict=True)),
        "relative_revision_pct": 100 * revision.sum() / level if level else None,
        "relative_absolute_revision_pct": 100 * np.abs(revision).sum() / level if level else None,
        "changed_pct": 100 * (revision != 0).mean(),
        "upward_pct": 100 * (revision > 0).mean(),
        "noise_to_signal": revision.std(ddof=1) / spread if spread else None,
        "news_p_value": news and news.joint_p_value,
        "noise_p_value": noise and noise.joint_p_value,
        **{f"{name}_pct": _share(used[name]) for name in ("sign_turned", "rank_turned", "settled")},
        "settled_at_first": _share(used["settled_at_first"]),
    }
    return {name: None if value is None or np.isnan(value) else float(value) for name, value in numbers.items()}


_PERCENTILES = ("median_revision", "low_revision", "high_revision")


def _share(flags: pl.Series) -> float | None:
    """How many in a hundred of those that are known; None where none is."""
    share = flags.cast(pl.Float64).mean()
    return 100 * share if isinstance(share, float) else None


def _settled_after(rows: pl.DataFrame) -> pl.DataFrame:
    """The first age at which nine in ten values have settled, 0 where they have at once; null where too little is known."""
    ages = pl.when(pl.col("settled_pct") >= _SETTLED_PCT).then("age")
    at_once = (pl.col("settled_at_first") >= _SETTLED_PCT).any()
    after = pl.when(at_once).then(0).otherwise(ages.min())
    return rows.group_by("measure", "size_class").agg(settled_after_releases=after.cast(pl.Int64))
