"""What the cells of a load come to, answer by answer while it is read: by series, by period, by line and by area.

A cell here has its series' number and what it is of: period_id, area_id, members, measure, value, status, series_id. Of a load
that is staged whole the warehouse makes the same sums (`sums_of_series.sql`, `lines.sql`, `parts.sql`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from warehouse.areas import all_areas

_TOTALS = ("cells", "shown", "positive", "hidden", "misfits")
_VALUE, _STATUS = pl.col("value"), pl.col("status")
NOISE = 0.5
"""Sums that differ by less are the same: rounding alone takes at least 1."""
_COUNT = pl.len().cast(pl.Int64)


@dataclass
class Sums:
    """The sums of the answers so far; `adds_up` are the measures whose parts make their total, `root` the members of totals."""

    adds_up: Collection[str]
    root: str
    series: list[pl.DataFrame] = field(default_factory=list)
    periods: list[pl.DataFrame] = field(default_factory=list)
    lines: list[pl.DataFrame] = field(default_factory=list)
    parts: list[pl.DataFrame] = field(default_factory=list)

    def add(self, cells: pl.DataFrame) -> None:
        """Add the cells of one answer."""
        self.series.append(by_series(cells))
        self.periods.append(cells.group_by("period_id").agg(cells=_COUNT))
        adding = cells.filter(pl.col("measure").is_in(list(self.adds_up)))
        self.lines.append(by_line(adding))
        self.parts.append(by_area(adding, root=self.root))

    def of_series(self) -> pl.DataFrame:
        """What the cells of each series come to; one row per series."""
        low, high = pl.col("low").min(), pl.col("high").max()
        newest = (pl.col(name).max() for name in ("newest_period_id", "last_shown_period_id"))
        totals = (pl.col(name).sum() for name in _TOTALS)
        found = pl.concat(self.series).group_by("series_id")
        return found.agg(*totals, low, high, pl.col("broken").any(), *newest)

    def of_periods(self) -> pl.DataFrame:
        """How many cells each period has; one row per period, in order."""
        return pl.concat(self.periods).group_by("period_id").agg(pl.col("cells").sum()).sort("period_id")

    def of_lines(self) -> pl.DataFrame:
        """The country beside its municipalities; one row per period, measure and members."""
        found = pl.concat(self.lines).group_by("period_id", "measure", "members")
        country, others, shown = (_sum(name) for name in ("country", "municipalities_sum", "shown"))
        sums = found.agg(country, others, shown, pl.col("all_shown").all())
        return sums.with_columns(is_total=pl.col("members") == self.root)

    def of_parts(self) -> pl.DataFrame:
        """Where all is shown and the parts do not make their total; one row per period, area and measure."""
        found = pl.concat(self.parts).group_by("period_id", "area_id", "measure")
        sums = found.agg(_sum("total"), _sum("parts_sum"), pl.col("parts").sum(), pl.col("all_shown").all())
        other = pl.col("all_shown") & (pl.col("parts") > 0) & ((pl.col("total") - pl.col("parts_sum")).abs() > NOISE)
        return sums.filter(other).drop("all_shown")


def by_series(cells: pl.DataFrame) -> pl.DataFrame:
    """What the cells of each series come to in one answer; one row per series."""
    return cells.group_by("series_id").agg(
        cells=_COUNT,
        shown=_VALUE.count().cast(pl.Int64),
        positive=(_VALUE > 0).sum().cast(pl.Int64),
        hidden=(_STATUS == "suppressed").sum().cast(pl.Int64),
        misfits=(_VALUE.is_not_null() != (_STATUS == "observed")).sum().cast(pl.Int64),
        low=_VALUE.min(),
        high=_VALUE.max(),
        broken=(_VALUE.floor() != _VALUE).any(),
        newest_period_id=pl.col("period_id").max(),
        last_shown_period_id=pl.col("period_id").filter(_VALUE.is_not_null()).max(),
    )


def by_line(cells: pl.DataFrame) -> pl.DataFrame:
    """The country and its municipalities in one answer; one row per period, measure and members."""
    municipal = pl.col("area_id").is_in(_areas("municipality"))
    return cells.group_by("period_id", "measure", "members").agg(
        country=_sum_of(pl.col("area_id").is_in(_areas("country"))),
        municipalities_sum=_sum_of(municipal),
        shown=_VALUE.filter(municipal).count().cast(pl.Int64),
        all_shown=(_STATUS == "observed").all(),
    )


def by_area(cells: pl.DataFrame, *, root: str) -> pl.DataFrame:
    """Totals and parts in one answer; one row per period, area and measure. Who has no area is left out."""
    is_total = pl.col("members") == root
    known = cells.filter(~pl.col("area_id").is_in(_areas("unknown")))
    return known.group_by("period_id", "area_id", "measure").agg(
        total=_sum_of(is_total),
        parts_sum=_sum_of(~is_total),
        parts=(~is_total).sum().cast(pl.Int64),
        all_shown=(_STATUS == "observed").all(),
    )


def _sum_of(which: pl.Expr) -> pl.Expr:
    """The sum of some values, and none where there are none: the sum of nothing is not 0."""
    values = _VALUE.filter(which)
    return pl.when(values.count() > 0).then(values.sum())


def _sum(name: str) -> pl.Expr:
    """The sum of sums, and none where there are none."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)


@cache
def _areas(kind: str) -> list[int]:
    """The numbers of the areas of a kind."""
    return [area.key for area in all_areas() if area.kind == kind]
