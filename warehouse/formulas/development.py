"""Follow each value from its first release on: what it was when it was first released, and what so many releases later.

A release is a vintage that brings a newer period; what replaces one without bringing a newer period is a reissue. The age of
a value is how many periods the table has gone on since, so that a release that was not seen leaves a gap and shifts nothing.
A first release is taken only where it was seen: the table was held before, without the period.
"""

from __future__ import annotations

import polars as pl

from warehouse.formulas.statuses import require, worst

AGES = 12
"""How many releases a value is followed for: a year of a monthly table."""

CELL = ("series_id", "period_id")
USED = "observed"
"""What `apart` says of a row that is compared."""


def releases(vintages: pl.DataFrame) -> pl.DataFrame:
    """The vintages of a table, with `kind`: release, reissue, backfill, or first load (what was held when nights began).

    Takes one row per vintage: `vintage_id` in the order of time, `newest_period_id`, `backfilled`. Raises FormulaError.

    >>> vintages = pl.DataFrame({"vintage_id": [1, 2, 3, 4], "newest_period_id": [10, 11, 11, 5],
    ...                          "backfilled": [False, False, False, True]})
    >>> releases(vintages)["kind"].to_list()
    ['first load', 'release', 'reissue', 'backfill']
    """
    require(vintages, columns=("vintage_id", "newest_period_id", "backfilled"), of="releases")
    ordered = vintages.sort("vintage_id")
    before = pl.col("newest_period_id").cum_max().shift(1)
    begun = (~pl.col("backfilled")).cast(pl.Int32).cum_sum()
    backfill, first = pl.col("backfilled") & (begun > 0), begun <= 1
    kind = pl.when(backfill).then(pl.lit("backfill")).when(first).then(pl.lit("first load"))
    newer = pl.col("newest_period_id") > before
    return ordered.with_columns(kind=kind.when(newer).then(pl.lit("release")).otherwise(pl.lit("reissue")))


def developed(
    observations: pl.DataFrame, vintages: pl.DataFrame, *, breaks: tuple[int, ...] = (), ages: int = AGES
) -> pl.DataFrame:
    """One row per series, period whose first release was seen, and age from 1: `first` and `later`, as they were released.

    Takes every version of every cell (`series_id`, `period_id`, `vintage_id`, `value`, `status`), the table's vintages as
    `releases` takes them, and the first period after each of its series breaks. `release` numbers the first releases in
    their order. `apart` says why a row is not compared: the worse status of the two, `break` (a series break lies between
    the period and the later release) or `reissue` (the value was replaced between releases); else it is `observed`.
    `before_first` and `before_later` are the period before in the same two releases. Raises FormulaError.

    October was released as 264, and as 272 when November came:

    >>> vintages = pl.DataFrame({"vintage_id": [1, 2, 3], "newest_period_id": [9, 10, 11], "backfilled": False})
    >>> cells = pl.DataFrame({"series_id": 1, "period_id": [9, 10, 10, 11], "vintage_id": [1, 2, 3, 3],
    ...                       "value": [250.0, 264.0, 272.0, 280.0], "status": "observed"})
    >>> developed(cells, vintages, ages=1).select("period_id", "age", "first", "later", "apart").rows()
    [(10, 1, 264.0, 272.0, 'observed')]
    """
    require(observations, columns=(*CELL, "vintage_id", "value", "status"), of="developed")
    known = releases(vintages)
    paths = _paths(known, periods=observations["period_id"], ages=ages)
    cells = observations.select(CELL).unique().join(paths, on="period_id").sort(*CELL, "age")
    for name, period, vintage in (
        ("first", "period_id", "vintage_id"),
        ("later", "period_id", "later_vintage"),
        ("before_first", "before_id", "vintage_id"),
        ("before_later", "before_id", "later_vintage"),
    ):
        cells = _as_released(cells, observations, name=name, period=period, vintage=vintage)
    reissued = _reissued(observations, known)
    return _set_apart(cells, reissued=reissued, breaks=breaks)


def _paths(known: pl.DataFrame, *, periods: pl.Series, ages: int) -> pl.DataFrame:
    """The vintage of each first release that was seen, beside those of the releases that followed, by age."""
    every = pl.concat([periods, known["newest_period_id"].cast(periods.dtype)]).unique().sort()
    place = pl.DataFrame({"period_id": every, "before_id": every.shift(1), "release": range(len(every))})
    seen = known.filter(pl.col("kind") == "release").select("vintage_id", period_id="newest_period_id")
    of_first = seen.join(place, on="period_id")
    reached = of_first.select(reached="release", reached_id="period_id", later_vintage="vintage_id")
    followed = pl.DataFrame({"age": range(1, ages + 1)}, schema={"age": pl.Int64})
    aged = of_first.join(followed, how="cross").with_columns(reached=pl.col("release") + pl.col("age"))
    return aged.join(reached, on="reached").drop("reached")


def _as_released(
    cells: pl.DataFrame, observations: pl.DataFrame, *, name: str, period: str, vintage: str
) -> pl.DataFrame:
    """Cells with a value and its status as it stood after a release."""
    versions = observations.select(
        "series_id",
        pl.col("period_id").alias(period),
        pl.col("vintage_id").alias(vintage),
        pl.col("value").alias(name),
        pl.col("status").alias(f"{name}_status"),
    )
    return cells.sort(vintage).join_asof(
        versions.sort(vintage), on=vintage, by=["series_id", period], check_sortedness=False
    )


def _reissued(observations: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The newest reissue of each cell up to any version of it."""
    reissues = known.filter(pl.col("kind") == "reissue")
    touched = observations.join(reissues, on="vintage_id", how="semi")
    return touched.select(*CELL, later_vintage="vintage_id", reissue="vintage_id")


def _set_apart(cells: pl.DataFrame, *, reissued: pl.DataFrame, breaks: tuple[int, ...]) -> pl.DataFrame:
    """Cells with `apart`, and no period before to compare with where a series break lies between the two."""
    found = cells.sort("later_vintage").join_asof(
        reissued.sort("later_vintage"), on="later_vintage", by=CELL, check_sortedness=False
    )
    crossed = [(pl.col("period_id") < each) & (pl.col("reached_id") >= each) for each in breaks]
    statuses = (pl.col(f"{name}_status").fill_null("missing") for name in ("first", "later"))
    apart = (
        pl.when(pl.any_horizontal(pl.lit(False), *crossed))
        .then(pl.lit("break"))
        .when(pl.col("reissue") > pl.col("vintage_id"))
        .then(pl.lit("reissue"))
        .otherwise(worst(statuses))
    )
    joined = ~pl.col("period_id").is_in(list(breaks))
    return found.with_columns(
        apart.alias("apart"), *(pl.when(joined).then(name).alias(name) for name in ("before_first", "before_later"))
    ).sort(*CELL, "age")
