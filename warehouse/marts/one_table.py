"""The observations of one table as they stand, as rows that can be exported like a mart's.

Source: the facts (core), so that any table that is recorded can be handed on, whether a mart has its figures or not.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, Double, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from warehouse.catalogue.model import Table as Declared
from warehouse.catalogue.publishers import credits_here
from warehouse.database.sql_files import read_sql
from warehouse.marts.declaration import mart
from warehouse.schema.core import MOMENT, described, optional


def observations_of(table: Declared) -> Table:
    """One row per period, area, measure and members of a table, withdrawn ones among them; its name is the table's id."""
    said = mart(
        "One row per period, area, measure and members: what stands now.",
        "Én række pr. periode, område, mål og fordeling: det, der gælder nu.",
        hashed_by=(),
    )
    rows = {"rows": read_sql(__package__, "one_table"), "asked": {"table_id": table.id}}
    info = said["info"] | rows | {"source": credits_here().get(table.id, table.subject)}
    return Table(table.id, MetaData(), *_key(), *_content(), comment=said["comment"], info=info)


def _key() -> tuple[Column[Any], ...]:
    """What tells rows apart, and what it is called."""
    return (
        described("period", Text, "The period the value is about.", "Perioden, tallet handler om.", primary_key=True),
        described("period_last_day", Date, "The last day of that period.", "Periodens sidste dag."),
        described("area_code", Text, "Official code of the area.", "Områdets officielle kode.", primary_key=True),
        described("area_name", Text, "Name of the area.", "Områdets navn."),
        described("measure", Text, "Our name of the measure.", "Målets navn i datavarehuset.", primary_key=True),
        described("unit", Text, "Unit of the value.", "Tallets enhed."),
        described("members", JSONB, "Dimension to member.", "Fordelingen: dimension og kategori.", primary_key=True),
    )


def _content() -> tuple[Column[Any], ...]:
    """What stands, and since which vintage."""
    statuses = (
        "observed, suppressed, not_yet or withdrawn.",
        "observed (oplyst), suppressed (skjult), not_yet (endnu ikke opgjort) eller withdrawn (trukket tilbage).",
    )
    value = ("The value; null unless observed.", "Tallet; tom, hvis det ikke er oplyst.")
    return (
        optional("value", Double, *value, unit="in column unit"),
        described("status", Text, *statuses),
        described("vintage_id", Integer, "The vintage that brought it.", "Den udgave, tallet kom med."),
        optional("publisher_updated_on", Date, "The publisher's date of it.", "Kildens opdateringsdato for udgaven."),
        described("seen_at", MOMENT, "When we saw it.", "Hvornår vi så den."),
    )
