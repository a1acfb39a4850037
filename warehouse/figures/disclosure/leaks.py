"""Hold what is told against what a publisher's own cells leave possible: a number that leaves less possible is a leak."""

from __future__ import annotations

import polars as pl

from warehouse.catalogue.units import BOUNDS
from warehouse.figures.disclosure.program import LIMITS, QUANTITIES, TERMS, Known, by_bounds, ranges, together, whole
from warehouse.figures.disclosure.relations import without_shown
from warehouse.figures.disclosure.told import SAID, Told
from warehouse.formulas.benefits import LARGEST_HIDDEN

LEAKS = pl.Schema([*SAID.items(), ("possible_low", pl.Float64()), ("possible_high", pl.Float64())])
"""What is told (SAID), beside the least and the greatest that the number may be by the publisher's own cells; of a percentage,
which tells of a count by its base, null."""

_CLOSE = 1e-6


def leaks(known: Known, told: Told) -> pl.DataFrame:
    """The numbers told that leave less possible than the publisher's own cells do: one row each, as LEAKS, sorted.

    By the bounds of the hidden counts alone first, which is enough for most; what fails there, by the linear programme.
    """
    terms, limits = without_shown(told.lines)
    known = _with_all(known, terms)
    suspects = _narrower(limits, by_bounds(known, terms), terms=terms)
    found = _narrower(suspects.select(LIMITS.names()), _possible(known, terms, of=suspects), terms=terms)
    back = {
        end: pl.when("whole").then(pl.col(now) + pl.col("shown"))
        for now, end in (("least", "possible_low"), ("greatest", "possible_high"))
    }
    rows = found.join(_shown(told), on="row").with_columns(**back).join(told.said, on="row")
    return rows.select(LEAKS.names()).sort("row")


def narrowed(known: Known, told: Told, found: pl.DataFrame) -> int:
    """How many hidden counts the leaks that were found narrow, each by itself."""
    terms, limits = without_shown(told.lines.join(found.select("row"), on="row", how="semi"))
    known = _with_all(known, terms)
    counts = pl.col("quantity").str.contains("/", literal=True) | pl.col("quantity").str.starts_with("marts.")
    each = terms.filter(counts).select("quantity").unique().with_columns(row="quantity", weight=pl.lit(1.0))
    each = each.select(TERMS.names())
    if each.is_empty():
        return 0
    more = together(known, Known(pl.DataFrame(schema=QUANTITIES), terms, limits))
    before, after = (whole(ranges(given, each)) for given in (known, more))
    both = before.join(after, on="row", suffix="_told")
    same = (pl.col("least") == pl.col("least_told")) & (pl.col("greatest") == pl.col("greatest_told"))
    return both.filter(~same.fill_null(False)).height


def _with_all(known: Known, terms: pl.DataFrame) -> Known:
    """What is known, with the quantities that only our numbers name: a base nobody bounds, a count of an older version."""
    lacking = terms.select("quantity").unique().join(known.quantities, on="quantity", how="anti")
    version = pl.col("quantity").str.starts_with("marts.")
    wide = lacking.select(
        "quantity", low=pl.lit(0.0), high=pl.when(version).then(float(LARGEST_HIDDEN)).otherwise(BOUNDS["persons"][1])
    )
    return together(known, Known(wide, pl.DataFrame(schema=TERMS), pl.DataFrame(schema=LIMITS)))


def _possible(known: Known, terms: pl.DataFrame, *, of: pl.DataFrame) -> pl.DataFrame:
    """What the publisher's cells leave of each suspect; its bounds where those cells contradict each other."""
    wanted = terms.join(of.select("row"), on="row", how="semi")
    if wanted.is_empty():
        return of.select("row", "least", "greatest")
    found = ranges(known, wanted).join(of.select("row", "least", "greatest"), on="row", suffix="_bound")
    return found.select("row", *(pl.coalesce(end, f"{end}_bound").alias(end) for end in ("least", "greatest")))


def _narrower(limits: pl.DataFrame, possible: pl.DataFrame, *, terms: pl.DataFrame) -> pl.DataFrame:
    """The limits that exclude something possible; of sums of whole numbers, another whole number."""
    is_whole = terms.group_by("row").agg(whole=(pl.col("weight").abs() == 1).all())
    both = limits.join(possible, on="row").join(is_whole, on="row")
    low, high, least, greatest = (pl.col(name) for name in ("low", "high", "least", "greatest"))
    counted = both.with_columns(
        low=pl.when("whole").then((low - _CLOSE).ceil()).otherwise(low),
        high=pl.when("whole").then((high + _CLOSE).floor()).otherwise(high),
        least=pl.when("whole").then((least - _CLOSE).ceil()).otherwise(least),
        greatest=pl.when("whole").then((greatest + _CLOSE).floor()).otherwise(greatest),
    )
    return counted.filter((low > least + _CLOSE) | (high < greatest - _CLOSE))


def _shown(told: Told) -> pl.DataFrame:
    """What the shown cells of each number come to."""
    shown = pl.when(pl.col("status") != "suppressed").then(pl.col("weight") * pl.col("value"))
    return told.lines.group_by("row").agg(shown.sum().alias("shown"))
