"""Series as release after release shows them, as the warehouse keeps them: every version of every cell, and the vintages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from tests.standin import benefits, noise, revisions
from tests.standin.benefit_levels import BY_NAME
from tests.standin.noise import Floats, Whole
from warehouse.periods import Period, PeriodKind

MEASURE, UNIT = "full_time_persons", "full_time_persons"
Shown = Callable[[int], Floats]
"""What the release whose newest month has a number shows: area x month, the newest last; older ones stay as they were."""
WINDOW = 14
"""Months that are told anew by a release: more than any age that is looked at."""


@dataclass(frozen=True)
class Revised:
    """Every version of every cell, and the vintages that brought them."""

    observations: pl.DataFrame
    vintages: pl.DataFrame


def period_id(month: int) -> int:
    """The number that the warehouse stores for a month counted from year 0."""
    return Period(PeriodKind.MONTH, month // 12, month % 12 + 1).key


def kept(shown: Shown, *, first: int, newest: Sequence[int]) -> Revised:
    """What a warehouse keeps that sees each of the releases, the first of which finds it empty."""
    changes = list(_changes(shown, first, newest))
    cells = pl.concat([_versions(*rows, vintage=vintage) for vintage, rows in enumerate(changes, 1)])
    vintages = pl.DataFrame(
        {"vintage_id": range(1, len(newest) + 1), "newest_period_id": [period_id(month) for month in newest]},
        schema={"vintage_id": pl.Int32, "newest_period_id": pl.Int32},
    )
    return Revised(cells, vintages.with_columns(backfilled=pl.lit(value=False)))


def _changes(shown: Shown, first: int, newest: Sequence[int]) -> Iterator[tuple[Whole, Whole, Floats]]:
    """Series, period and value of what each release changes."""
    periods = np.array([period_id(month) for month in range(first, newest[-1] + 1)])
    stands: Floats = np.empty((0, 0))
    for month in newest:
        now = shown(month)
        stands = stands if stands.size else np.full((len(now), len(periods)), np.nan)
        following = stands.copy()
        end = month - first + 1
        following[:, max(end - now.shape[1], 0) : end] = now[:, -end:]
        series, column = np.nonzero(~((following == stands) | np.isnan(following)))
        yield series, periods[column], following[series, column]
        stands = following


def _versions(series: Whole, periods: Whole, values: Floats, *, vintage: int) -> pl.DataFrame:
    schema = pl.Schema({"series_id": pl.Int32, "period_id": pl.Int32, "value": pl.Float64})
    found = pl.DataFrame({"series_id": series, "period_id": periods, "value": values}).cast(schema)
    return found.with_columns(status=pl.lit("observed"), vintage_id=pl.lit(vintage, dtype=pl.Int32))


def of_standin(benefit: str, *, first: int, newest: Sequence[int], seed: int = 1) -> Revised:
    """Full-time persons on a benefit of the synthetic Denmark: series 0 is the sum of the 98 municipalities after it."""
    of, months = BY_NAME[benefit], np.arange(first, newest[-1] + 1)
    final = benefits.full_time_persons(of, months, seed=seed)
    key = noise.key(seed, "revision", of.name) >> 1

    def shown(month: int) -> Floats:
        young = (months <= month) & (months > month - WINDOW)
        cells = revisions.as_published(
            final[:, young], months[young], newest=month, key=key, late=of.late, drift=of.drift
        )
        return np.vstack([cells.sum(axis=0), cells]).astype(np.float64)

    return kept(shown, first=first, newest=newest)


def classed(development: pl.DataFrame, *, large: int = 50) -> pl.DataFrame:
    """Rows of `developed` with measure, unit, area and class: the country is series 0, of the others the last are large."""
    size = pl.when(pl.col("series_id") == 0).then(pl.lit("country"))
    return development.with_columns(
        measure=pl.lit(MEASURE),
        unit=pl.lit(UNIT),
        area_code=pl.format("{}", "series_id"),
        size_class=size.when(pl.col("series_id") > large).then(pl.lit("large")).otherwise(pl.lit("small")),
    )
