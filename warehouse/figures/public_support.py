"""The figures of public support as Statistics Denmark counts it (AUK01): full-time recipients as a share of the population.

The total is without students' grants, which no committee means by public support. AUK01's types are not all declared, so
the total is the published one less the students, never a sum of types.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from warehouse.danish.reservations import SMALLEST_COUNT
from warehouse.figures import population
from warehouse.figures.model import OF_COUNTRY, Figure, Input
from warehouse.formulas.benefits import against_country, share
from warehouse.formulas.statuses import computed

TABLE = "auk01"
TYPES = "Ydelsestype"
TOTAL = "I alt"
STUDENTS = "SU-modtagere"
WITHOUT_STUDENTS = "I alt uden SU-modtagere"
WORKING_AGE = "working_age_population_persons"
_SOURCE = "Danmarks Statistik, Statistikbanken, table AUK01"
_COUNTED_APART = (
    "Danmarks Statistik tæller andre ydelser med end summen efter Jobindsats, så de to er ikke det samme tal."
)


def _counted(name: str, *, only: str | None = None, area: Literal["own", "country"] = "own") -> Input:
    return Input(name, TABLE, "full_time_persons", item=TYPES, only=only, area=area)


COUNTED = (
    _counted("full_time_persons"),
    _counted("students_full_time_persons", only=STUDENTS),
    _counted("country_full_time_persons", area="country"),
    _counted("country_students_full_time_persons", only=STUDENTS, area="country"),
)


def of_inhabitants(rows: pl.DataFrame) -> pl.DataFrame:
    """Recipients in per cent of all inhabitants, beside the country's."""
    return _against_country(supported(rows), population="population_persons", of_country="country_population_persons")


def of_working_age(rows: pl.DataFrame) -> pl.DataFrame:
    """Recipients in per cent of the population aged 16 to 66, with what its bounds leave open."""
    found = _against_country(supported(rows), population=WORKING_AGE, of_country=f"country_{WORKING_AGE}")
    persons = pl.col("supported_full_time_persons")
    return computed(
        found,
        share_low_pct=persons / pl.col("working_age_population_high_persons") * 100,
        share_high_pct=persons / pl.col("working_age_population_low_persons") * 100,
    )


def supported(rows: pl.DataFrame) -> pl.DataFrame:
    """Each type's recipients, the total without the students: null where either of the two is hidden.

    >>> rows = pl.DataFrame({"item": ["I alt", "Efterløn"], "full_time_persons": [900.0, 30.0],
    ...     "students_full_time_persons": [250.0, 250.0], "country_full_time_persons": [9000.0, 300.0],
    ...     "country_students_full_time_persons": [2500.0, 2500.0]})
    >>> supported(rows).select("item", "supported_full_time_persons", "country_supported_full_time_persons").rows()
    [('I alt uden SU-modtagere', 650.0, 6500.0), ('Efterløn', 30.0, 300.0)]
    """
    in_total = pl.col("item") == TOTAL
    less = rows.with_columns(
        pl.when(in_total).then(f"{area}students_full_time_persons{part}").otherwise(none).alias(f"{area}_less{part}")
        for area in ("", "country_")
        for part, none in (("", pl.lit(0.0)), ("_status", pl.lit("observed")))
        if f"{area}students_full_time_persons{part}" in rows.columns
    )
    found = computed(
        less,
        supported_full_time_persons=pl.col("full_time_persons") - pl.col("_less"),
        country_supported_full_time_persons=pl.col("country_full_time_persons") - pl.col("country__less"),
    )
    named = pl.when(in_total).then(pl.lit(WITHOUT_STUDENTS)).otherwise("item")
    return found.with_columns(item=named).select(pl.exclude("^(country_)?_less.*$"))


def _against_country(rows: pl.DataFrame, *, population: str, of_country: str) -> pl.DataFrame:
    own = share(rows, part="supported_full_time_persons", whole=population)
    country = pl.col("country_supported_full_time_persons") / pl.col(of_country) * 100
    return against_country(computed(own, country_share_pct=country))


_TOLD_OF_MANY = dict.fromkeys(("share_pct", "gap_pct_point"), ("supported_full_time_persons", SMALLEST_COUNT))

FIGURES = (
    Figure(
        name="public_support_share",
        title="Offentligt forsørgede i pct. af alle indbyggere, uden SU",
        title_en="Recipients of public benefits in per cent of all inhabitants, students' grants left out",
        formula="100 x supported_full_time_persons / population_persons; in total, supported = all - students",
        unit="pct",
        source=f"{_SOURCE}, and FOLK1A for the population",
        inputs=(
            *COUNTED,
            Input("population_persons", population.TABLE, population.MEASURE),
            Input("country_population_persons", population.TABLE, population.MEASURE, area="country"),
        ),
        compute=of_inhabitants,
        value="share_pct",
        rests_on=_TOLD_OF_MANY,
        default_item=WITHOUT_STUDENTS,
        columns={
            "supported_full_time_persons": "full_time_persons",
            "population_persons": "persons",
            "country_share_pct": "pct",
            "gap_pct_point": "pct_point",
        },
        caveats=(_COUNTED_APART, "Nævneren er alle indbyggere den 1. i kvartalet, børn og pensionister med."),
    ),
    Figure(
        name="public_support_share_of_working_age",
        title="Offentligt forsørgede i pct. af befolkningen 16-66 år, uden SU",
        title_en="Recipients of public benefits in per cent of the population aged 16 to 66, students' grants left out",
        formula="100 x supported_full_time_persons / working_age_population_persons",
        unit="pct",
        source=f"{_SOURCE}; the population by Jobindsats' shares",
        inputs=COUNTED,
        compute=of_working_age,
        value="share_pct",
        rests_on=_TOLD_OF_MANY,
        low="share_low_pct",
        high="share_high_pct",
        assumptions=(WORKING_AGE, f"{OF_COUNTRY}{WORKING_AGE}"),
        default_item=WITHOUT_STUDENTS,
        columns={
            "supported_full_time_persons": "full_time_persons",
            "working_age_population_persons": "persons",
            "country_share_pct": "pct",
            "gap_pct_point": "pct_point",
        },
        caveats=(
            _COUNTED_APART,
            "Hvilke aldre modtagerne har, vides ikke; kun befolkningen er afgrænset til 16-66 år.",
            "Befolkningen 16-66 år er udledt af afrundede andele; grænserne viser, hvor meget det betyder.",
        ),
    ),
)
