"""The figures that Statistics Denmark's tables give by themselves: public support as a share of the population."""

from __future__ import annotations

from warehouse.figures import population, public_support
from warehouse.figures.model import OF_COUNTRY, Figure, Input

_SOURCE = "Danmarks Statistik, Statistikbanken, table AUK01"
_COUNTED_APART = (
    "Danmarks Statistik tæller andre ydelser med end summen efter Jobindsats, så de to er ikke det samme tal."
)

FROM_STATBANK = (
    Figure(
        name="public_support_share",
        title="Offentligt forsørgede i pct. af alle indbyggere, uden SU",
        title_en="Recipients of public benefits in per cent of all inhabitants, students' grants left out",
        formula="100 x supported_full_time_persons / population_persons; in total, supported = all - students",
        unit="pct",
        source=f"{_SOURCE}, and FOLK1A for the population",
        inputs=(
            *public_support.COUNTED,
            Input("population_persons", population.TABLE, population.MEASURE),
            Input("country_population_persons", population.TABLE, population.MEASURE, area="country"),
        ),
        compute=public_support.of_inhabitants,
        value="share_pct",
        default_item=public_support.WITHOUT_STUDENTS,
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
        inputs=public_support.COUNTED,
        compute=public_support.of_working_age,
        value="share_pct",
        low="share_low_pct",
        high="share_high_pct",
        assumptions=(public_support.WORKING_AGE, f"{OF_COUNTRY}{public_support.WORKING_AGE}"),
        default_item=public_support.WITHOUT_STUDENTS,
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
