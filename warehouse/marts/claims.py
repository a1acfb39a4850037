"""The mart of checked claims: a paper's number beside the one it should be, and the verdict; its unit is in a column.

One row per claim of a paper. Filled by `tasks/answers/claims.py`, since a claim may ask for any figure. Source: the
claims files that a person writes.
"""

from __future__ import annotations

from sqlalchemy import Column, Double, Integer, Table, Text

from warehouse.marts.declaration import mart
from warehouse.schema.core import metadata, told

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
    **mart(
        "One row per claim of a paper. Checked against the warehouse as it stands.",
        "Én række pr. påstand i en sag. Kontrolleret mod datavarehuset, som det står nu.",
        # Left out: it tells of papers.
        hashed_by=(),
    ),
)

MARTS = (claim_check,)
