"""The mart of settled values: what the newest values are expected to come to, beside what is published.

Filled table by table (warehouse/marts/fill_profiles.py); docs/revisions.md has each formula with its source.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, Double, Integer, Table, Text

from warehouse.marts.declaration import mart
from warehouse.schema.core import described, metadata, optional


def _expected(name: str, english: str, danish: str) -> Column[Any]:
    said = (f"{english} Null where too few releases were seen.", f"{danish} Tom, hvis for få udgivelser er set.")
    return optional(name, Double, *said, unit="in column unit")


settled_values = Table(
    "settled_values",
    metadata,
    described("table_id", Text, "The publisher's table.", "Tabellen hos kilden.", primary_key=True),
    described("measure", Text, "Our name of the measure.", "Målets navn i datavarehuset.", primary_key=True),
    described("area_code", Text, "Official code of the area.", "Områdets officielle kode.", primary_key=True),
    described("period", Text, "The period the value is about.", "Perioden, tallet handler om.", primary_key=True),
    described("area_name", Text, "Name of the area.", "Områdets navn."),
    described("period_last_day", Date, "The last day of that period.", "Periodens sidste dag."),
    described("unit", Text, "Unit of the measure.", "Målets enhed."),
    described("age_releases", Integer, "Releases since its first.", "Antal udgivelser siden den første."),
    described(
        "status",
        Text,
        "enough releases or too few releases: of fewer than twelve nothing is expected.",
        "enough releases (nok) eller too few releases (for få): af færre end tolv udgivelser ventes intet.",
    ),
    described("published_value", Double, "What is published.", "Det tal, der er udgivet.", unit="in column unit"),
    _expected("settled_value", "What it is expected to come to.", "Det, tallet ventes at ende på."),
    _expected("settled_low_value", "Low end of the band of 80 %.", "Nederste ende af båndet på 80 %."),
    _expected("settled_high_value", "High end of the band of 80 %.", "Øverste ende af båndet på 80 %."),
    optional(
        "further_releases",
        Integer,
        "After how many more releases that is; null: nothing is expected.",
        "Efter hvor mange udgivelser mere det er; tom: intet ventes.",
    ),
    optional(
        "coverage_pct",
        Double,
        "How often such a band held the end in the newest releases, tried with what was known before; null: not tried.",
        "Hvor ofte sådan et bånd ramte i de nyeste udgivelser, prøvet med det, der var kendt før; tom: ikke prøvet.",
    ),
    optional(
        "coverage_releases",
        Integer,
        "In how many releases that was tried; null: in none.",
        "I hvor mange udgivelser det er prøvet; tom: i ingen.",
    ),
    described("period_first_day", Date, "The first day of that period.", "Periodens første dag."),
    **mart(
        "One row per publisher table, measure, area and young period. What a value is expected to come to once late "
        "registrations are in; never in place of what is published. Only of totals.",
        "Én række pr. tabel hos kilden, mål, område og ung periode. Hvad tallet ventes at ende på, når sene registreringer "
        "er med; aldrig i stedet for det udgivne tal. Kun for totaler.",
        # Left out: it is computed of vintages and facts, which are in the checksum themselves.
        hashed_by=(),
    ),
)

MARTS = (settled_values,)
