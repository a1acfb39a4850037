"""The marts of figures of a municipality's own tables: activation, ordinary hours, exits and targets, in cases and per cent.

One row per area, period and offer, target group, outcome or target. Source: the tables of one's own folder, by their
contracts.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Text

from warehouse.marts.declaration import figure_mart, key, number
from warehouse.schema.core import optional

activation_mix = figure_mart(
    "activation_mix",
    "One row per area, period and kind of offer. Courses begun, and their mix.",
    "Én række pr. område, periode og type af tilbud. Påbegyndte forløb og deres fordeling.",
    key("offer", "The kind of offer.", "Typen af tilbud.", source="item"),
    number("courses_cases", "Courses begun.", "Antal påbegyndte forløb."),
    number("share_pct", "In per cent of all courses begun.", "I procent af alle påbegyndte forløb.", source="value"),
    figure="activation_mix",
)

ordinary_hours_gap = figure_mart(
    "ordinary_hours_gap",
    "One row per area, period and target group. Recipients with ordinary paid hours, against the country.",
    "Én række pr. område, periode og målgruppe. Ydelsesmodtagere med ordinære løntimer, holdt op mod landet.",
    key("target_group", "The benefit or target group.", "Ydelsen eller målgruppen.", source="item"),
    number(
        "ordinary_hours_persons",
        "Persons with ordinary paid hours.",
        "Antal personer med ordinære løntimer.",
        source="persons",
    ),
    number("ordinary_hours_pct", "In per cent of the group.", "I procent af målgruppen.", source="value"),
    number("country_pct", "The same for the country.", "Det samme for hele landet.", source="country_share_pct"),
    number("gap_pct_point", "Own minus the country's.", "Egen andel minus landets.", source="difference_pct_point"),
    number(
        "base_persons",
        "The group's size that count and share imply.",
        "Målgruppens størrelse, som antal og andel tilsammen giver den.",
        source="group_persons",
    ),
    figure="ordinary_hours",
)

exits = figure_mart(
    "exits",
    "One row per area, period and outcome. What became of those who finished a course.",
    "Én række pr. område, periode og udfald. Hvad der blev af dem, der afsluttede et forløb.",
    key("outcome", "The outcome after the course.", "Udfaldet efter forløbet.", source="item"),
    number("share_pct", "In per cent of those who finished.", "I procent af dem, der afsluttede.", source="value"),
    number("country_pct", "The same for the country.", "Det samme for hele landet.", source="country_share_pct"),
    number(
        "exits_persons",
        "Persons that the share means, of those who finished.",
        "Det antal personer, andelen svarer til, af dem, der afsluttede.",
    ),
    figure="exits",
)

target_followup = figure_mart(
    "target_followup",
    "One row per area, period and target. Whether it is reached, and how many persons decide it.",
    "Én række pr. område, periode og mål. Om målet er nået, og hvor mange personer der afgør det.",
    key("target", "What the target is about.", "Hvad målet handler om.", source="item"),
    optional("kind", Text, "minimum or maximum.", "minimum (mindst) eller maximum (højst)."),
    number("target_pct", "The target.", "Måltallet."),
    number("share_pct", "The share that was reached.", "Den andel, der blev nået.", source="value"),
    optional(
        "reached",
        Boolean,
        "Whether the target is reached; null: it cannot be said.",
        "Om målet er nået; tom: det kan ikke afgøres.",
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
        source="target_persons",
    ),
    number(
        "deciding_persons", "How many persons' difference decides it.", "Hvor mange personers forskel der afgør det."
    ),
    figure="target_followup",
)

MARTS = (activation_mix, ordinary_hours_gap, exits, target_followup)
