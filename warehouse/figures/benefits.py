"""The figures of benefits: totals that name their members, changes over a year, and published shares against the country's.

A sum over benefits takes those that the papers count and that were in force. A hidden part makes it a pair of bounds; a
hidden count is never worked out from a total.
"""

from __future__ import annotations

import polars as pl

from warehouse.figures.model import COUNTED, RECIPIENTS, Figure, Input
from warehouse.formulas.benefits import against_country, bounded_sum, change

FULL_TIME = "recipients_full_time_persons"
SOURCE = "Jobindsats.dk / STAR, the benefits' own tables"
_GRAIN = ("area_code", "period_id")
_A_YEAR = 12


def total(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per area x period: full-time persons over all counted benefits, null where a part is hidden or missing.

    A part that is missing altogether leaves no upper bound.

    >>> parts = pl.DataFrame({"area_code": ["163"] * 2, "period_id": [1202310] * 2, "item": ["a", "b"],
    ...     "full_time_persons": [2880.0, None], "full_time_persons_status": ["observed", "suppressed"],
    ...     "parts_expected": [2, 2], "vintages": [[1], [2]], "caveats": [[], []], "assumptions": [[], []]})
    >>> parts = parts.with_columns(period=pl.lit("2023M10"), day=pl.lit(None))
    >>> total(parts).select("total_full_time_persons", "low", "high", "hidden").row(0)
    (None, 2880.0, 2882.0, 1)
    """
    parts = rows.select(*_GRAIN, value="full_time_persons", status="full_time_persons_status")
    sums = bounded_sum(parts, by=_GRAIN, unit="full_time_persons")
    about = rows.group_by(_GRAIN).agg(
        pl.col("period", "day", "parts_expected").first(),
        pl.col("item").n_unique().alias("parts"),
        pl.lit("").alias("item"),
        pl.lit("").alias("basis"),
        *(pl.col(name).explode().drop_nulls().unique().sort() for name in ("caveats", "assumptions", "vintages")),
    )
    whole = pl.col("parts") == pl.col("parts_expected")
    status = (pl.when(~whole).then(pl.lit("missing")).when(pl.col("hidden") > 0).then(pl.lit("suppressed"))).otherwise(
        pl.when(pl.col("low").is_null()).then(pl.lit("missing")).otherwise(pl.lit("observed"))
    )
    found = about.join(sums, on=_GRAIN, how="left").with_columns(total_full_time_persons_status=status)
    shown = pl.when(pl.col("total_full_time_persons_status") == "observed").then(pl.col("low"))
    high = pl.when(whole).then(pl.col("high"))
    return found.with_columns(total_full_time_persons=shown, high=high).sort(_GRAIN)


def year_on_year(rows: pl.DataFrame) -> pl.DataFrame:
    """Full-time persons more than in the same month a year earlier, and in per cent of that month's."""
    return change(rows, of="full_time_persons")


def _share(of: str, *, title: str, measure: str) -> Figure:
    """A published share of the workforce or the population, beside the country's."""
    return Figure(
        name=f"share_of_{of}",
        title=f"Fuldtidspersoner i pct. af {title} (16-66 år)",
        title_en=f"Full-time persons in per cent of the {of}",
        formula="share_pct as published; gap = share_pct - country_share_pct",
        unit="pct",
        source=SOURCE,
        inputs=(
            Input("share_pct", RECIPIENTS, measure),
            Input("country_share_pct", RECIPIENTS, measure, area="country"),
        ),
        compute=against_country,
        value="share_pct",
        columns={"country_share_pct": "pct", "gap_pct_point": "pct_point"},
    )


FIGURES = (
    Figure(
        name="total_recipients",
        title="Ydelsesmodtagere i alt, fuldtidspersoner",
        title_en="Recipients of all counted benefits",
        formula="sum over the counted benefits in force of full-time persons",
        unit="full_time_persons",
        source=SOURCE,
        inputs=(Input("full_time_persons", RECIPIENTS, FULL_TIME, item=COUNTED),),
        compute=total,
        value="total_full_time_persons",
        low="low",
        high="high",
        columns={"parts": "count", "parts_expected": "count"},
        caveats=("Summen omfatter de ydelser, som er i kraft og tælles med i docs/assumptions.md.",),
    ),
    Figure(
        name="year_on_year",
        title="Ændring fra samme måned året før",
        title_en="Change from the same month a year earlier",
        formula="full_time_persons - full_time_persons_year_earlier",
        unit="full_time_persons",
        source=SOURCE,
        inputs=(
            Input("full_time_persons", RECIPIENTS, FULL_TIME),
            Input("full_time_persons_year_earlier", RECIPIENTS, FULL_TIME, earlier=_A_YEAR),
        ),
        compute=year_on_year,
        value="change",
        columns={
            "full_time_persons": "full_time_persons",
            "full_time_persons_year_earlier": "full_time_persons",
            "change_pct": "pct",
        },
    ),
    _share("workforce", title="arbejdsstyrken", measure="share_of_workforce_pct"),
    _share("population", title="befolkningen", measure="share_of_population_pct"),
)
