"""The mart of how tables are revised, by measure, size of municipality and age in releases.

Filled table by table from every version the warehouse keeps (warehouse/marts/fill_profiles.py); docs/revisions.md has
each formula with its source.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Double, Integer, Table, Text

from warehouse.marts.declaration import mart
from warehouse.schema.core import described, metadata, optional

_TOO_FEW = (
    " Null where twelve releases have not reached the age.",
    " Tom, hvis færre end tolv udgivelser er så gamle.",
)


def _count(name: str, english: str, danish: str) -> Column[Any]:
    return described(name, Integer, english, danish)


def _statistic(name: str, english: str, danish: str) -> Column[Any]:
    """A statistic in the measure's unit, or in per cent where its name says so."""
    unit = None if name.endswith("_pct") else "in column unit"
    return optional(name, Double, english + _TOO_FEW[0], danish + _TOO_FEW[1], unit=unit)


revision_profile = Table(
    "revision_profile",
    metadata,
    described("table_id", Text, "The publisher's table.", "Tabellen hos kilden.", primary_key=True),
    described("measure", Text, "Our name of the measure.", "Målets navn i datavarehuset.", primary_key=True),
    described(
        "size_class",
        Text,
        "small (under 20,000 inhabitants), medium, large (50,000 and more), unknown or country.",
        "small (under 20.000 indbyggere), medium, large (50.000 og flere), unknown (ukendt) eller country (hele landet).",
        primary_key=True,
    ),
    described(
        "age_releases",
        Integer,
        "How many releases after the first the later value is of.",
        "Hvor mange udgivelser efter den første det senere tal er fra.",
        primary_key=True,
    ),
    described("unit", Text, "Unit of the measure.", "Målets enhed."),
    described(
        "status",
        Text,
        "enough releases or too few releases: of fewer than twelve nothing is said.",
        "enough releases (nok) eller too few releases (for få): af færre end tolv udgivelser siges intet.",
    ),
    _count("releases", "Releases that reached the age.", "Antal udgivelser, der er blevet så gamle."),
    _count("cells", "Values that are compared.", "Antal tal, der sammenlignes."),
    _count("hidden_cells", "Not used: hidden in one of the two.", "Ikke brugt: skjult i en af de to."),
    _count(
        "not_yet_cells", "Not used: not there yet in one of the two.", "Ikke brugt: endnu ikke opgjort i en af de to."
    ),
    _count("withdrawn_cells", "Not used: withdrawn or lacking.", "Ikke brugt: trukket tilbage eller mangler."),
    _count("break_cells", "Not used: across a series break.", "Ikke brugt: hen over et databrud."),
    _count("reissued_cells", "Not used: replaced between releases.", "Ikke brugt: erstattet mellem to udgivelser."),
    optional(
        "settled_after_releases",
        Integer,
        "The first age at which nine in ten values stay within 1 % or 1 person; null: not known.",
        "Den første alder, hvor ni af ti tal er inden for 1 % eller 1 person og bliver der; tom: vides ikke.",
    ),
    _statistic("mean_revision", "Mean of later minus first.", "Gennemsnit af senere minus første."),
    _statistic("mean_error", "Its error, releases as clusters.", "Dets usikkerhed med udgivelser som klynger."),
    _statistic("hac_error", "The same, for releases that follow each other.", "Det samme for udgivelser i rækkefølge."),
    _statistic("bias_p_value_pct", "Chance of such a mean without bias.", "Sandsynlighed for det uden skævhed."),
    _statistic("hac_p_value_pct", "The same by the second error.", "Det samme efter den anden usikkerhed."),
    _statistic("mean_absolute_revision", "Mean size of a revision.", "Gennemsnitlig størrelse af en ændring."),
    _statistic("standard_deviation", "Spread of the revisions.", "Ændringernes spredning."),
    _statistic("median_revision", "The middle revision.", "Den midterste ændring."),
    _statistic("low_revision", "The 10th percentile.", "Ti procent er lavere."),
    _statistic("high_revision", "The 90th percentile.", "Ti procent er højere."),
    _statistic("relative_revision_pct", "Revisions of all that stands.", "Ændringerne af alt, der står."),
    _statistic("relative_absolute_revision_pct", "The same of their sizes.", "Det samme af deres størrelser."),
    _statistic("changed_pct", "Share of values that changed.", "Andel af tal, der blev ændret."),
    _statistic("upward_pct", "Share of values that rose.", "Andel af tal, der steg."),
    _statistic("noise_to_signal_pct", "Spread of revisions to that of values.", "Ændringernes spredning af tallenes."),
    _statistic("news_p_value_pct", "Chance of it where revisions are news.", "Sandsynlighed for det, hvis det er nyt."),
    _statistic(
        "noise_p_value_pct", "Chance of it where revisions are noise.", "Sandsynlighed for det, hvis det er støj."
    ),
    _statistic(
        "sign_turned_pct", "Share whose rise became a fall, or so.", "Andel, hvor stigning blev fald, eller omvendt."
    ),
    _statistic("rank_turned_pct", "Share whose place is another.", "Andel, der har fået en anden plads."),
    _statistic("settled_pct", "Share that has settled.", "Andel, der er faldet på plads."),
    **mart(
        "One row per publisher table, measure, size of municipality and age in releases. How values that old differ from what "
        "was first released; only of totals, and of first releases that were seen.",
        "Én række pr. tabel hos kilden, mål, kommunestørrelse og alder i udgivelser. Hvordan så gamle tal afviger fra det, der "
        "først blev udgivet; kun for totaler, og kun hvor den første udgivelse blev set.",
        # Left out: it is computed of vintages and facts, which are in the checksum themselves.
        hashed_by=(),
    ),
)

MARTS = (revision_profile,)
