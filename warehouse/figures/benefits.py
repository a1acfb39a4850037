"""The figures of benefits: totals that name their members, changes over a year, and published shares against the country's.

A sum over benefits takes those that the papers count and that were in force, loaded or not. The database adds them up
(warehouse/sql/marts.total_of.sql): a hidden part makes it a pair of bounds, and where a part lacks there is no total.
"""

from __future__ import annotations

import polars as pl

from warehouse.danish.reservations import SMALLEST_BASE, SMALLEST_COUNT
from warehouse.figures.model import COUNTED, RECIPIENTS, Figure, Input
from warehouse.formulas.benefits import against_country, change

FULL_TIME = "recipients_full_time_persons"
SOURCE = "Jobindsats.dk / STAR, the benefits' own tables"
_A_YEAR = 12


def added_up(rows: pl.DataFrame) -> pl.DataFrame:
    """The totals as `marts.total_of` adds them up, which also says what lacks: nothing is left to compute."""
    return rows


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
            Input("full_time_persons", RECIPIENTS, FULL_TIME),
        ),
        compute=against_country,
        value="share_pct",
        rests_on=dict.fromkeys(("share_pct", "gap_pct_point"), ("full_time_persons", SMALLEST_COUNT)),
        columns={"country_share_pct": "pct", "gap_pct_point": "pct_point", "full_time_persons": "full_time_persons"},
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
        compute=added_up,
        value="total_full_time_persons",
        low="low",
        high="high",
        columns={
            "parts": "count",
            "parts_expected": "count",
            "missing": "text",
            "hidden": "text",
            "provisional": "boolean",
        },
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
        rests_on={"change_pct": ("full_time_persons_year_earlier", SMALLEST_BASE)},
        columns={
            "full_time_persons": "full_time_persons",
            "full_time_persons_year_earlier": "full_time_persons",
            "change_pct": "pct",
        },
    ),
    _share("workforce", title="arbejdsstyrken", measure="share_of_workforce_pct"),
    _share("population", title="befolkningen", measure="share_of_population_pct"),
)
