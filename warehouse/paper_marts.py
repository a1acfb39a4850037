"""The marts of what committee papers add: a municipality's own tables, targets, investments and claims, declared once.

All but the claims are filled from `warehouse/figures`, as those in `warehouse/figure_marts.py` are.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Double, Integer, Table, Text

from warehouse.mart_columns import BASIS, item, mart, number
from warehouse.schema.core import metadata, told

activation = mart(
    "activation",
    "One row per area, period and kind of offer. Courses begun, and their mix.",
    "Én række pr. område, periode og type af tilbud. Påbegyndte forløb og deres fordeling.",
    item("offer", "The kind of offer.", "Typen af tilbud."),
    number("courses_cases", "Courses begun.", "Antal påbegyndte forløb."),
    number("share_pct", "In per cent of all courses begun.", "I procent af alle påbegyndte forløb."),
)
ordinary_hours = mart(
    "ordinary_hours",
    "One row per area, period and target group. Recipients with ordinary paid hours, against the country.",
    "Én række pr. område, periode og målgruppe. Ydelsesmodtagere med ordinære løntimer, holdt op mod landet.",
    item("target_group", "The benefit or target group.", "Ydelsen eller målgruppen."),
    number("ordinary_hours_persons", "Persons with ordinary paid hours.", "Antal personer med ordinære løntimer."),
    number("ordinary_hours_pct", "In per cent of the group.", "I procent af målgruppen."),
    number("country_pct", "The same for the country.", "Det samme for hele landet."),
    number("gap_pct_point", "Own minus the country's.", "Egen andel minus landets."),
    number(
        "base_persons",
        "The group's size that count and share imply.",
        "Målgruppens størrelse, som antal og andel tilsammen giver den.",
    ),
)
exits = mart(
    "exits",
    "One row per area, period and outcome. What became of those who finished a course.",
    "Én række pr. område, periode og udfald. Hvad der blev af dem, der afsluttede et forløb.",
    item("outcome", "The outcome after the course.", "Udfaldet efter forløbet."),
    number("share_pct", "In per cent of those who finished.", "I procent af dem, der afsluttede."),
    number("country_pct", "The same for the country.", "Det samme for hele landet."),
    number(
        "exits_persons",
        "Persons that the share means, of those who finished.",
        "Det antal personer, andelen svarer til, af dem, der afsluttede.",
    ),
)
target_followup = mart(
    "target_followup",
    "One row per area, period and target. Whether it is reached, and how many persons decide it.",
    "Én række pr. område, periode og mål. Om målet er nået, og hvor mange personer der afgør det.",
    item("target", "What the target is about.", "Hvad målet handler om."),
    Column("kind", Text, **told("minimum or maximum.", "minimum (mindst) eller maximum (højst).")),
    number("target_pct", "The target.", "Måltallet."),
    number("share_pct", "The share that was reached.", "Den andel, der blev nået."),
    Column(
        "reached",
        Boolean,
        **told(
            "Whether the target is reached; null: it cannot be said.", "Om målet er nået; tom: det kan ikke afgøres."
        ),
    ),
    number(
        "finished_cases",
        "Courses that were finished, of which it is a share.",
        "Antal afsluttede forløb, som andelen er af.",
    ),
    number("now_persons", "Persons that the share means.", "Det antal personer, andelen svarer til."),
    number(
        "needed_persons",
        "Fewest (minimum) or most (maximum) persons with which the target is reached.",
        "Det mindste (minimum) eller største (maximum) antal personer, målet er nået med.",
    ),
    number(
        "deciding_persons",
        "How many persons' difference decides it.",
        "Hvor mange personers forskel der afgør det.",
    ),
)
investment_case = mart(
    "investment_case",
    "One row per area, year, case and price of a person. What a place and a course cost, and how many persons break even.",
    "Én række pr. område, år, investering og pris pr. person. Hvad en plads og et forløb koster, og hvor mange personer "
    "der skal til, før udgiften er tjent hjem.",
    item("investment", "The case.", "Investeringen."),
    item("basis", *BASIS),
    number("cost_dkk", "Cost in the year.", "Udgift i året."),
    number("places_persons", "Places at a time.", "Antal pladser ad gangen."),
    number("cost_per_place_dkk", "Cost of a place in a year.", "Udgift pr. plads på et år."),
    number(
        "cost_per_course_low_dkk",
        "Cost of all years over the most courses they may give.",
        "Udgiften i alle år delt med det største antal forløb, de kan give.",
    ),
    number(
        "cost_per_course_high_dkk",
        "Cost of all years over the fewest courses they may give.",
        "Udgiften i alle år delt med det mindste antal forløb, de kan give.",
    ),
    number(
        "saving_per_person_dkk",
        "Net municipal cost of a person that is saved in the year.",
        "Den kommunale nettoudgift, der spares i året pr. person.",
    ),
    number(
        "horizon_years",
        "Years for which a person is off benefit; null by a net price, which is of one year.",
        "Antal år, en person er ude af forsørgelse; tom ved en nettopris, som gælder ét år.",
    ),
    number(
        "discount_rate_pct",
        "Rate by which later years are discounted; null by a net price.",
        "Den rente, senere år tilbagediskonteres med; tom ved en nettopris.",
    ),
    number(
        "break_even_persons",
        "Persons off public support who cover the cost: by a net price the year's, by the ladder that of all years.",
        "Antal personer ude af forsørgelse, der dækker udgiften: ved en nettopris årets, ved refusionstrappen alle års.",
    ),
    number(
        "break_even_low_persons",
        "The same, every assumption at the end that asks for fewest.",
        "Det samme, når alle forudsætninger er sat til det, der kræver færrest.",
    ),
    number(
        "break_even_high_persons",
        "The same, every assumption at the end that asks for most.",
        "Det samme, når alle forudsætninger er sat til det, der kræver flest.",
    ),
)
claim_check = Table(
    "claim_check",
    metadata,
    Column("document", Text, primary_key=True, **told("The paper.", "Sagsfremstillingen.")),
    Column(
        "claim_no",
        Integer,
        primary_key=True,
        **told("Number of the claim in its file.", "Påstandens nummer i sin fil."),
    ),
    Column("point", Text, nullable=False, **told("Item of the agenda.", "Punktet på dagsordenen.")),
    Column("statement", Text, nullable=False, **told("What is claimed, Danish.", "Det, der påstås.")),
    Column("claimed", Double, **told("The number in the paper.", "Tallet i sagen.", unit="in column unit")),
    Column(
        "computed",
        Double,
        **told(
            "The number it should be; null: it cannot be checked.",
            "Det tal, det burde være; tom: det kan ikke kontrolleres.",
            unit="in column unit",
        ),
    ),
    Column(
        "difference",
        Double,
        **told("Claimed minus computed.", "Tallet i sagen minus det beregnede.", unit="in column unit"),
    ),
    Column("unit", Text, nullable=False, **told("Unit of all three.", "Enhed for alle tre tal.")),
    Column(
        "verdict",
        Text,
        nullable=False,
        **told(
            "holds, holds within rounding, differs or cannot be checked.",
            "holds (holder), holds within rounding (holder inden for afrunding), differs (afviger) eller cannot be checked "
            "(kan ikke kontrolleres).",
        ),
    ),
    Column(
        "reason",
        Text,
        nullable=False,
        **told("Why, and which reading would fit.", "Hvorfor, og hvilken læsning der ville passe."),
    ),
    schema="marts",
    **told(
        "One row per claim of a paper. Checked against the warehouse as it stands.",
        "Én række pr. påstand i en sag. Kontrolleret mod datavarehuset, som det står nu.",
    ),
)
