"""Declare a mart once: its table with comments in both languages, what fills its columns, how its rows are parted.

A mart of a figure holds the figure's rows for every area as they stand now; what the figure said at another moment is
asked of the figure itself. Whatever lists marts, or columns of marts, reads it from here through
`warehouse/marts/contract.py`: the filling, the data dictionary, the exports and the checksum.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, Date, Double, Integer, Table, Text

from warehouse.schema.core import described, metadata, optional

BASIS = (
    "Which assumption on record was used: figures on different bases are never mixed.",
    "Hvilken registreret forudsætning der er brugt: tal på forskellige grundlag blandes aldrig.",
)


def mart(
    english: str, danish: str, *, hashed_by: tuple[str, ...], years_by: str | None = None, figure: str = ""
) -> dict[str, Any]:
    """What any mart says of itself, as arguments of its Table.

    `hashed_by` are the columns that part its rows for the checksum of a warehouse; none: the checksum leaves it out.
    A mart that grows with every month or night names the column of days that parts it into years in exports.
    """
    info = {"danish": danish, "hashed_by": hashed_by, "years_by": years_by, "figure": figure}
    return {"schema": "marts", "comment": english, "info": info}


def figure_mart(
    name: str,
    english: str,
    danish: str,
    *columns: Column[Any],
    figure: str,
    years_by: str | None = None,
    hashed_by: tuple[str, ...] = ("period",),
) -> Table:
    """The mart of one figure: what tells its rows apart, its own columns, and what a row rests on.

    Each of its own columns is filled from the figure's column of the same name, or from its `source`.
    """
    for column in columns:
        column.info.setdefault("source", column.name)
    return Table(
        name,
        metadata,
        described("area_code", Text, "Official code of the area.", "Områdets officielle kode.", primary_key=True),
        described("area_name", Text, "Name of the area.", "Områdets navn."),
        described(
            "period",
            Text,
            "The period the value is about, as the publisher writes it.",
            "Perioden, tallet handler om, som kilden skriver den.",
            primary_key=True,
        ),
        described("period_last_day", Date, "Its last day.", "Periodens sidste dag."),
        *columns,
        described(
            "caveats",
            Text,
            "What a reader must know, Danish; empty: nothing more.",
            "Hvad læseren skal vide; tom: intet særligt.",
        ),
        described(
            "vintages",
            ARRAY(Integer),
            "Numbers of the vintages that brought the row's inputs.",
            "Numre på de udgaver, tallene bag rækken kom med.",
        ),
        described(
            "assumptions",
            ARRAY(BigInteger),
            "Numbers of the assumptions it uses (core.assumptions).",
            "Numre på de forudsætninger, rækken bruger (core.assumptions).",
        ),
        **mart(english, danish, hashed_by=hashed_by, years_by=years_by, figure=figure),
    )


def key(name: str, english: str, danish: str, *, source: str | None = None) -> Column[Any]:
    """What rows of the same area and period are told apart by."""
    return _filled_from(source, described(name, Text, english, danish, primary_key=True))


def number(name: str, english: str, danish: str, *, unit: str | None = None, source: str | None = None) -> Column[Any]:
    """A computed number, which is null where it cannot be computed."""
    said = (
        f"{english} Null where an input is hidden or missing; never a zero then.",
        f"{danish} Tom, hvis et af tallene bag er skjult eller mangler; så er det aldrig nul.",
    )
    return _filled_from(source, optional(name, Double, *said, unit=unit))


def _filled_from(source: str | None, column: Column[Any]) -> Column[Any]:
    if source is not None:
        column.info["source"] = source
    return column


def figure_of(table: Table) -> str:
    """The name of the figure that fills a mart; empty where something else does."""
    name: str = table.info["figure"]
    return name


def sources_of(table: Table) -> dict[str, str]:
    """Of a figure's mart: its own columns in their order, each with the figure's column that fills it."""
    return {column.name: column.info["source"] for column in table.columns if "source" in column.info}


def value_of(table: Table) -> str:
    """Of a figure's mart: the column that holds what the figure comes to."""
    return next(column for column, source in sources_of(table).items() if source == "value")


def rests_on(table: Table) -> dict[str, tuple[str, int]]:
    """The published shares of a mart, each with the column of persons that must be how many for people to be told it."""
    return {column.name: column.info["rests_on"] for column in table.columns if "rests_on" in column.info}


def hashed_by(table: Table) -> tuple[str, ...]:
    """The columns that part a mart's rows for the checksum; none: the checksum leaves the mart out."""
    columns: tuple[str, ...] = table.info["hashed_by"]
    return columns


def years_by(table: Table) -> str | None:
    """The column of days that parts a mart into years in exports; None: it is exported whole."""
    column: str | None = table.info["years_by"]
    return column
