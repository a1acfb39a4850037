"""The marts' contract: every mart, every column, its type, unit and meaning, made from the declarations and from nothing else.

The version says what a reader may lean on: what is lost, renamed or means something else raises the first number, what is
added the second. A test holds it to the contract that was given out (tests/contract).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Boolean, Column, Connection, Double, Integer, Table, Text, insert, select
from sqlalchemy.dialects import postgresql

from warehouse.marts import (
    benchmark,
    benefits,
    block_grant,
    claims,
    investments,
    own_tables,
    revision_profile,
    settled_values,
    star,
    subjects,
    views,
)
from warehouse.marts.declaration import figure_of, hashed_by, mart
from warehouse.schema.core import described, metadata, optional

VERSION = "2.0"

data_dictionary = Table(
    "data_dictionary",
    metadata,
    described("table_name", Text, "The mart, without its schema.", "Tabellens navn uden skema.", primary_key=True),
    described("column_name", Text, "The column.", "Kolonnens navn.", primary_key=True),
    described("position", Integer, "Its place in the mart, from 1.", "Kolonnens plads, fra 1."),
    described("type", Text, "Its type in PostgreSQL.", "Kolonnens type i PostgreSQL."),
    optional(
        "unit",
        Text,
        "Unit of its numbers; null: it counts and measures nothing.",
        "Tallenes enhed; tom: kolonnen tæller og måler ikke noget.",
    ),
    described("nullable", Boolean, "Whether it may be null.", "Om kolonnen kan være tom."),
    described(
        "in_key", Boolean, "Whether it is part of what tells rows apart.", "Om kolonnen er med til at skelne rækkerne."
    ),
    described("description_da", Text, "What it is, Danish.", "Hvad kolonnen er, på dansk."),
    described("description_en", Text, "What it is, English.", "Hvad kolonnen er, på engelsk."),
    described(
        "grain_da",
        Text,
        "What a row of the mart is, and its caveats, Danish.",
        "Hvad en række er, og forbehold, på dansk.",
    ),
    described("grain_en", Text, "The same in English.", "Det samme på engelsk."),
    described(
        "contract_version",
        Text,
        "Version of the marts' contract: its first number rises when something is lost or means something else, its "
        "second when something is added.",
        "Version af aftalen om disse tabeller: første tal stiger, når noget falder bort eller skifter betydning, "
        "andet tal, når noget kommer til.",
    ),
    **mart(
        "One row per column of a mart. What may be read here, with its meaning, and the version of the contract.",
        "Én række pr. kolonne i en tabel i marts. Hvad der kan læses her, hvad det betyder, og hvilken version af aftalen "
        "der gælder.",
        # Left out: it tells of the marts.
        hashed_by=(),
    ),
)

MARTS: tuple[Table, ...] = (
    *star.MARTS,
    *benefits.MARTS,
    *subjects.MARTS,
    *benchmark.MARTS,
    *block_grant.MARTS,
    *own_tables.MARTS,
    *investments.MARTS,
    *claims.MARTS,
    *revision_profile.MARTS,
    *settled_values.MARTS,
    *views.MARTS,
    data_dictionary,
)
"""Every theme's, in the order in which a reader meets them."""

FIGURE_MARTS: tuple[Table, ...] = tuple(table for table in MARTS if figure_of(table))
"""Those that are filled from a figure."""

HASHED: dict[str, tuple[str, ...]] = {table.name: hashed_by(table) for table in MARTS if hashed_by(table)}
"""Those that the checksum of a warehouse covers, each with the columns that part its rows."""

UNITS = ("full_time_persons", "persons", "pct_point", "pct", "dkk", "cases", "years", "ratio")
"""What the name of a column with numbers ends in; the longer of two that fit comes first."""

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


class Entry(NamedTuple):
    """One column of a mart, as `marts.data_dictionary` has it."""

    table_name: str
    column_name: str
    position: int
    type: str
    unit: str | None
    nullable: bool
    in_key: bool
    description_da: str
    description_en: str
    grain_da: str
    grain_en: str
    contract_version: str


def entries() -> list[Entry]:
    """One row per mart and column, in the order in which a reader meets them."""
    return [entry for table in MARTS for entry in entries_of(table)]


def entries_of(table: Table) -> list[Entry]:
    """One row per column of a mart, in its order."""
    return [_entry(table, column, position=position) for position, column in enumerate(table.columns, 1)]


def _entry(table: Table, column: Column[Any], *, position: int) -> Entry:
    return Entry(
        table.name,
        column.name,
        position,
        type_of(column),
        unit_of(column),
        bool(column.nullable),
        column.primary_key,
        column.info["danish"],
        column.comment or "",
        table.info["danish"],
        table.comment or "",
        VERSION,
    )


def type_of(column: Column[Any]) -> str:
    """A column's type as PostgreSQL names it."""
    return str(column.type.compile(dialect=_DIALECT)).lower()


def unit_of(column: Column[Any]) -> str | None:
    """The unit of a column with numbers: the one declared, else the one its name ends in; None where it measures nothing."""
    declared: str | None = column.info.get("unit")
    if declared or not isinstance(column.type, Double | Integer):
        return declared
    ends_in = [unit for unit in UNITS if column.name.endswith(f"_{unit}")]
    return ends_in[0] if ends_in or isinstance(column.type, Double) else None


def write_dictionary(connection: Connection) -> None:
    """Bring `marts.data_dictionary` up to the declarations, within the caller's transaction."""
    wanted = [entry._asdict() for entry in entries()]
    table = data_dictionary
    standing = {(row.table_name, row.column_name): dict(row._mapping) for row in connection.execute(select(table))}
    if standing != {(row["table_name"], row["column_name"]): row for row in wanted}:
        connection.execute(table.delete())
        connection.execute(insert(table), wanted)
