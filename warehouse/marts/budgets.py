"""The mart of budget follow-up, in full-time persons and DKK.

One row per municipality, month, budgeted benefit and basis of the year's end. Source: a municipality's own budget, by its
contract, and the benefits' own tables.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Double, Integer

from warehouse.marts.declaration import figure_mart, key, number
from warehouse.schema.core import described, optional


def _bound(name: str, english: str, danish: str, *, source: str | None = None) -> Column[Any]:
    """An end of what a number lies between, which is there where parts of it are hidden."""
    column = optional(
        name, Double, f"{english} Null where a part is missing.", f"{danish} Tom, hvis en del af tallene mangler."
    )
    column.info["source"] = source or name
    return column


budget_followup = figure_mart(
    "budget_followup",
    "One row per municipality, month, budgeted benefit and basis. The year so far against the municipality's own budget, "
    "volume times price, and what the year will end at. A year is the mean of its twelve months.",
    "Én række pr. kommune, måned, budgetteret ydelse og grundlag. Året til dato mod kommunens eget budget, antal gange pris, "
    "og hvad året ender på. Et år er gennemsnittet af sine tolv måneder.",
    key(
        "benefit_group_name",
        "The benefit; I alt is the sum of those budgeted for the year.",
        "Ydelsen; I alt er summen af dem, der er budgetteret i året.",
        source="item",
    ),
    key(
        "basis",
        "What the months to come are taken to be: as_it_stands (the newest month), last_years_course (the newest month, moved "
        "as last year's months moved after it) or settled_month (what the newest month is expected to settle at).",
        "Hvad de kommende måneder regnes som: as_it_stands (den nyeste måned), last_years_course (den nyeste måned, ændret som "
        "sidste års måneder ændrede sig derefter) eller settled_month (det, den nyeste måned ventes at ende på).",
    ),
    number("full_time_persons", "Counted in the month.", "Antallet i måneden."),
    number("average_full_time_persons", "Mean of the year so far.", "Gennemsnit for året til dato."),
    _bound(
        "average_low_full_time_persons",
        "The least it can be, where months of it are hidden.",
        "Det mindste, gennemsnittet kan være, hvor måneder er skjult.",
    ),
    _bound(
        "average_high_full_time_persons",
        "The most it can be, where months of it are hidden.",
        "Det højeste, gennemsnittet kan være, hvor måneder er skjult.",
    ),
    described(
        "months", Integer, "How many months of the year so far are known.", "Hvor mange af årets måneder der er kendt."
    ),
    described("months_expected", Integer, "How many months that should be.", "Hvor mange måneder det burde være."),
    number(
        "budget_average_full_time_persons",
        "Mean of the budget over the same months.",
        "Budgettets gennemsnit for de samme måneder.",
    ),
    number("gap_full_time_persons", "Mean so far minus budget.", "Gennemsnit til dato minus budget."),
    number(
        "price_dkk",
        "Budgeted price of a full-time person in a year.",
        "Budgetteret pris for en fuldtidsperson i et år.",
    ),
    number("spent_dkk", "Volume times price so far.", "Antal gange pris til dato."),
    number("budget_spent_dkk", "The same of the budget.", "Det samme efter budgettet."),
    number("gap_dkk", "Cost so far minus budget.", "Udgift til dato minus budget."),
    number("budget_year_full_time_persons", "Mean of the year's budget.", "Årets budget i gennemsnit."),
    number(
        "year_end_full_time_persons", "What the year will end at.", "Hvad året ender på i gennemsnit.", source="value"
    ),
    _bound(
        "year_end_low_full_time_persons",
        "The least that is: hidden months are none, a settled month is at the low end of its band.",
        "Det mindste, det er: skjulte måneder regnes som ingen, og den ventede måned ligger lavest i sit bånd.",
        source="low",
    ),
    _bound(
        "year_end_high_full_time_persons",
        "The most that is: hidden months are two, a settled month is at the high end of its band.",
        "Det højeste, det er: skjulte måneder regnes som to, og den ventede måned ligger højest i sit bånd.",
        source="high",
    ),
    number(
        "year_end_gap_full_time_persons", "Year's end minus the year's budget.", "Årets slutning minus årets budget."
    ),
    number("budget_year_dkk", "The year's budget in money.", "Årets budget i kroner."),
    number("year_end_dkk", "What the year will cost.", "Hvad året kommer til at koste."),
    number("year_end_gap_dkk", "Year's cost minus the year's budget.", "Årets udgift minus årets budget."),
    described(
        "parts", Integer, "How many benefits are whole so far.", "Hvor mange ydelser der er kendt fuldt ud til dato."
    ),
    described("parts_expected", Integer, "How many benefits it should have.", "Hvor mange ydelser der burde være."),
    described(
        "provisional",
        Boolean,
        "Whether the month is provisional: the publisher mostly revises it.",
        "Om måneden er foreløbig: kilden retter den normalt.",
    ),
    figure="budget_followup",
    years_by="period_last_day",
    # Left out: it reads marts.settled_values, which is left out itself; what both rest on is in the checksum.
    hashed_by=(),
)

MARTS = (budget_followup,)
