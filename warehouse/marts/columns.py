"""What the marts of derived figures have in common: what a row is about, its numbers, and what it rests on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, Date, Double, Integer, Table, Text

from warehouse.schema.core import metadata, told


def number(name: str, english: str, danish: str, *, unit: str | None = None) -> Column[Any]:
    """A computed number, which is null where it cannot be computed."""
    said = (
        f"{english} Null where an input is hidden or missing; never a zero then.",
        f"{danish} Tom, hvis et af tallene bag er diskretioneret eller mangler; så er det aldrig nul.",
    )
    return Column(name, Double, **told(*said, unit=unit))


def mart(name: str, english: str, danish: str, *columns: Column[Any]) -> Table:
    """A mart of one figure: what tells its rows apart, its own columns, and what a row rests on."""
    return Table(
        name,
        metadata,
        Column("area_code", Text, primary_key=True, **told("Official code of the area.", "Områdets officielle kode.")),
        Column("area_name", Text, nullable=False, **told("Name of the area.", "Områdets navn.")),
        Column(
            "period",
            Text,
            primary_key=True,
            **told(
                "The period the value is about, as the publisher writes it.",
                "Perioden, tallet handler om, som kilden skriver den.",
            ),
        ),
        Column("period_last_day", Date, nullable=False, **told("Its last day.", "Periodens sidste dag.")),
        *columns,
        Column(
            "caveats",
            Text,
            nullable=False,
            **told(
                "What a reader must know, Danish; empty: nothing more.",
                "Hvad læseren skal vide; tom: intet særligt.",
            ),
        ),
        Column(
            "vintages",
            ARRAY(Integer),
            nullable=False,
            **told(
                "Numbers of the vintages that brought the row's inputs.",
                "Numre på de udgaver, tallene bag rækken kom med.",
            ),
        ),
        Column(
            "assumptions",
            ARRAY(BigInteger),
            nullable=False,
            **told(
                "Numbers of the assumptions it uses (core.assumptions).",
                "Numre på de forudsætninger, rækken bruger (core.assumptions).",
            ),
        ),
        schema="marts",
        **told(english, danish),
    )


def item(name: str, english: str, danish: str) -> Column[Any]:
    """What rows of the same area and period are told apart by."""
    return Column(name, Text, primary_key=True, **told(english, danish))


BASIS = (
    "Which assumption on record was used: figures on different bases are never mixed.",
    "Hvilken registreret forudsætning der er brugt: tal på forskellige grundlag blandes aldrig.",
)
