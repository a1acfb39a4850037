"""Learn from how a table's values were revised before how large a revision is unusual, by measure, size class and age.

What is looked at is one step: a value beside what it was a release earlier. Releases are the clusters: of each the largest
step counts. docs/revisions.md has the formula with its source.
"""

from __future__ import annotations

import polars as pl

from warehouse.catalogue.units import LARGE_COUNT
from warehouse.formulas.development import CELL, USED
from warehouse.formulas.release_calendar import FENCE, FEWEST_RELEASES, NEWEST_RELEASES
from warehouse.formulas.statuses import require

NEVER_UNUSUAL_PCT = 1.0
"""What is within 1 % is called settled, and never unusual."""
GROUP = ("measure", "size_class", "age")
_TAKEN = (*CELL, *GROUP, "release", "apart", "first", "later")


def usual_revisions(development: pl.DataFrame) -> pl.DataFrame:
    """One row per measure, size class and age of which twelve releases are known: a larger step than `usual_pct` is unusual.

    Takes rows as `developed` gives them, with `measure` and `size_class`. Only values of 50 and more are looked at, since
    a few persons are many per cent of few; what is set apart is not. `usual_pct` is the upper fence of the largest steps of
    the newest 24 releases, rounded up to a tenth, and 1 at least; `releases` is how many there are. Raises FormulaError.

    Twelve months, each revised from 100 to 110 when the next came:

    >>> development = pl.DataFrame({"measure": "recipients_persons", "size_class": "small", "series_id": 1,
    ...     "period_id": range(12), "release": range(12), "age": 1, "apart": "observed", "first": 100.0, "later": 110.0})
    >>> usual_revisions(development).rows()
    [('recipients_persons', 'small', 1, 10.0, 12)]
    """
    require(development, columns=_TAKEN, of="usual_revisions")
    largest = _steps(development).group_by(*GROUP, "release").agg(pl.col("step_pct").max())
    newest = largest.filter(pl.col("release").rank("ordinal", descending=True).over(GROUP) <= NEWEST_RELEASES)
    lower, upper = (pl.col("step_pct").quantile(share, "linear") for share in (0.25, 0.75))
    fence = upper + FENCE * (upper - lower)
    tenths = ((10 * fence - 1e-6).ceil() / 10).round(1).clip(lower_bound=NEVER_UNUSUAL_PCT)
    found = newest.group_by(GROUP).agg(usual_pct=tenths, releases=pl.len().cast(pl.Int64))
    return found.filter(pl.col("releases") >= FEWEST_RELEASES).sort(GROUP)


def _steps(development: pl.DataFrame) -> pl.DataFrame:
    """The large values that are compared, with the size of their last step in per cent of what it started from."""
    used = development.filter(pl.col("apart") == USED)
    before = used.select(*CELL, pl.col("age") + 1, before="later")
    began = pl.when(pl.col("age") == 1).then("first").otherwise("before")
    stepped = used.join(before, on=[*CELL, "age"], how="left").with_columns(began=began)
    large = stepped.filter(pl.col("began") >= LARGE_COUNT)
    return large.with_columns(step_pct=100 * (pl.col("later") - pl.col("began")).abs() / pl.col("began"))
