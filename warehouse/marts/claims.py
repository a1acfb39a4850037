"""The mart of checked claims: a paper's number beside the one it should be, and the verdict; its unit is in a column.

One row per claim of a paper. Filled by `tasks/answers/claims.py`, since a claim may ask for any figure. Source: the
claims files that a person writes.
"""

from __future__ import annotations

from sqlalchemy import Double, Integer, Table, Text

from warehouse.marts.declaration import mart
from warehouse.schema.core import described, metadata, optional

claim_check = Table(
    "claim_check",
    metadata,
    described("document", Text, "The paper.", "Sagsfremstillingen.", primary_key=True),
    described(
        "claim_no", Integer, "Number of the claim in its file.", "Påstandens nummer i sin fil.", primary_key=True
    ),
    described("point", Text, "Item of the agenda.", "Punktet på dagsordenen."),
    described("statement", Text, "What is claimed, Danish.", "Det, der påstås."),
    optional("claimed", Double, "The number in the paper.", "Tallet i sagen.", unit="in column unit"),
    optional(
        "computed",
        Double,
        "The number it should be; null: it cannot be checked.",
        "Det tal, det burde være; tom: det kan ikke kontrolleres.",
        unit="in column unit",
    ),
    optional(
        "difference", Double, "Claimed minus computed.", "Tallet i sagen minus det beregnede.", unit="in column unit"
    ),
    described("unit", Text, "Unit of all three.", "Enhed for alle tre tal."),
    described(
        "verdict",
        Text,
        "holds, holds within rounding, differs or cannot be checked.",
        "holds (holder), holds within rounding (holder inden for afrunding), differs (afviger) eller cannot be checked "
        "(kan ikke kontrolleres).",
    ),
    described("reason", Text, "Why, and which reading would fit.", "Hvorfor, og hvilken læsning der ville passe."),
    **mart(
        "One row per claim of a paper. Checked against the warehouse as it stands.",
        "Én række pr. påstand i en sag. Kontrolleret mod datavarehuset, som det står nu.",
        # Left out: it tells of papers.
        hashed_by=(),
    ),
)

MARTS = (claim_check,)
