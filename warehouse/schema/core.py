"""The facts' tables (`core`), declared once, with their comments: the grain of a row is a comment's first sentence.

What happened (`ops`) is in `warehouse/schema/ops.py`, what dashboards may read in `warehouse/marts/benefits.py`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    Enum,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

SCHEMAS = {
    "ops": "What happened: runs, the outcome of each table, checks, quarantine, backfills.",
    "staging": "What is on its way: one unlogged table per load, dropped after use.",
    "core": "The facts: areas, periods, measures, series, vintages and every observation ever published.",
    "marts": "What dashboards and analysts may read. Names and meaning stay; columns are added, not renamed.",
}

STATUSES = ("observed", "suppressed", "not_yet", "withdrawn")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

value_status = Enum(*STATUSES, name="value_status", schema="core", metadata=metadata)


def moment(name: str, comment: str, **options: Any) -> Column[Any]:
    """A column of instants, which are kept with their time zone."""
    return Column(name, DateTime(timezone=True), comment=comment, **options)


def told(english: str, danish: str, *, unit: str | None = None) -> dict[str, Any]:
    """What a table or column of a mart is, for both of its readers: the comment in the database, and the same in Danish.

    A unit is given where the column's name does not end in it.
    """
    return {"comment": english, "info": {"danish": danish} | ({"unit": unit} if unit else {})}


areas = Table(
    "areas",
    metadata,
    Column("area_id", SmallInteger, primary_key=True, autoincrement=False, comment="The official code as a number."),
    Column(
        "code", Text, nullable=False, unique=True, comment="Official code as text, three digits for municipalities."
    ),
    Column("code4", Text, comment="The same with four digits, as registers write it; municipalities only."),
    Column("name", Text, nullable=False, comment="Name as the publisher and Danmarks Statistik spell it."),
    Column("kind", Text, nullable=False, comment="country, region, landsdel, municipality or unknown."),
    Column("parent_code", Text, comment="Code of the area it lies in."),
    Column(
        "nuts3",
        Text,
        comment="NUTS 3 code of the landsdel; NUTS numbers Østjylland and Vestjylland otherwise than DST.",
    ),
    Column("municipality_group", Text, comment="Danmarks Statistik's group of municipalities."),
    Column("valid_from", Date, comment="First day the area exists with this code; null: before any figure we hold."),
    Column("valid_to", Date, comment="Last day the area exists; null: still."),
    schema="core",
    comment="One row per area. The country, regions, landsdele and the 98 municipalities with codes and validity.",
)

periods = Table(
    "periods",
    metadata,
    Column(
        "period_id",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="Kind, year and number: 2026M07 is 1202607.",
    ),
    Column("code", Text, nullable=False, unique=True, comment="The period as the publisher writes it."),
    Column("kind", Text, nullable=False, comment="M, Q, Y, QMAT (four quarters ending in the one named) or MYTD."),
    Column("first_day", Date, nullable=False, comment="First day the value is about."),
    Column("last_day", Date, nullable=False, comment="Last day the value is about."),
    schema="core",
    comment="One row per period. What values are about; periods of different kinds are never compared.",
)

tables = Table(
    "tables",
    metadata,
    Column(
        "table_no",
        SmallInteger,
        primary_key=True,
        autoincrement=False,
        comment="Our number; each table has its partition.",
    ),
    Column("table_id", Text, nullable=False, unique=True, comment="The publisher's id, in lower case."),
    Column("publisher", Text, nullable=False, comment="Which publisher, by the name of its catalogue."),
    Column("title", Text, nullable=False, comment="The publisher's title, Danish."),
    Column("title_en", Text, nullable=False, comment="The same in English, ours."),
    Column("period_kind", Text, nullable=False, comment="Kind of its periods."),
    Column("retired_on", Date, comment="When the publisher stopped it; null: it has not."),
    Column("replaced_by", Text, comment="Id of the table that took over."),
    Column("root_members", JSONB, nullable=False, comment="The members of its total: every breakdown at its root."),
    Column("feeds", Text, comment="What figures take a table of a municipality's own for; null: they name it."),
    Column("declaration", JSONB, nullable=False, comment="The whole declaration, from a catalogue or a contract."),
    schema="core",
    comment="One row per publisher table. Made from the catalogues and from contracts, never edited.",
)

measures = Table(
    "measures",
    metadata,
    Column("measure_id", SmallInteger, Identity(), primary_key=True, comment="Our number."),
    Column("table_no", ForeignKey("core.tables.table_no"), nullable=False, comment="The table it belongs to."),
    Column("name", Text, nullable=False, comment="Our name, ending in its unit."),
    Column("label", Text, nullable=False, comment="The publisher's label, Danish."),
    Column(
        "unit",
        Text,
        nullable=False,
        comment="persons, full_time_persons, cases, pct, pct_point, fraction, ratio, rank, dkk or work_years.",
    ),
    Column(
        "adds_up", Boolean, nullable=False, comment="Whether the parts of a breakdown sum to its total, to within 1."
    ),
    UniqueConstraint("table_no", "name"),
    schema="core",
    comment="One row per measure of a table. Made from the catalogue, never edited.",
)

series = Table(
    "series",
    metadata,
    Column("series_id", Integer, Identity(), primary_key=True, comment="Our number."),
    Column("table_no", ForeignKey("core.tables.table_no"), nullable=False, comment="The table."),
    Column("measure_id", ForeignKey("core.measures.measure_id"), nullable=False, comment="The measure."),
    Column("area_id", ForeignKey("core.areas.area_id"), nullable=False, comment="The area."),
    Column("members", JSONB, nullable=False, comment="Dimension to member, by the names the catalogue keeps."),
    UniqueConstraint("table_no", "measure_id", "area_id", "members"),
    Index(None, "table_no", "area_id"),
    schema="core",
    comment="One row per table, measure, area and members: what a line in a chart would be.",
)

vintages = Table(
    "vintages",
    metadata,
    Column(
        "vintage_id", Integer, Identity(), primary_key=True, comment="Our number; later vintages of a table are larger."
    ),
    Column("table_no", ForeignKey("core.tables.table_no"), nullable=False, comment="The table it is a version of."),
    Column("publisher_updated_on", Date, comment="The publisher's own update date."),
    moment("seen_at", "When we saw it; never before the vintage it follows.", nullable=False),
    Column("content_hash", Text, nullable=False, comment="SHA-256 over all cells of the load, sorted."),
    Column("manifest", Text, nullable=False, comment="The archive's list of the answers it was read from."),
    Column("run_id", ForeignKey("ops.runs.run_id"), nullable=False, comment="The run that published it."),
    Column("new", BigInteger, nullable=False, comment="Cells that were not there before."),
    Column("revised", BigInteger, nullable=False, comment="Cells whose value or status changed."),
    Column("withdrawn", BigInteger, nullable=False, comment="Cells the publisher no longer has."),
    Column("unchanged", BigInteger, nullable=False, comment="Cells that stayed; nothing is written for them."),
    Column("newest_period_id", Integer, comment="The newest period the load held."),
    Column(
        "largest_revision", Double, comment="Largest absolute change of a count among the revised cells, in its unit."
    ),
    Column("largest_revision_series_id", Integer, comment="The series in which it happened."),
    Column("largest_revision_period_id", Integer, comment="The period in which it happened."),
    Column(
        "release_reason",
        Text,
        comment="Why a person published it although a check had stopped it; null: every blocking check held.",
    ),
    Column(
        "backfilled",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="Whether a backfill brought it: a look at some periods, which says nothing of the others.",
    ),
    Index(None, "table_no", "seen_at"),
    schema="core",
    comment="One row per publisher table as we saw it. Nothing published is ever overwritten: a later vintage adds.",
)

observations = Table(
    "observations",
    metadata,
    Column(
        "table_no",
        SmallInteger,
        nullable=False,
        primary_key=True,
        autoincrement=False,
        comment="The table; one partition each.",
    ),
    Column("series_id", Integer, nullable=False, primary_key=True, comment="The series."),
    Column("period_id", Integer, nullable=False, primary_key=True, comment="The period."),
    Column("vintage_id", Integer, nullable=False, primary_key=True, comment="The vintage that brought it."),
    Column("superseded_by", Integer, comment="The vintage that replaced it; null: it is the current one."),
    Column("value", Double, comment="The value in the measure's unit; null unless observed. A null is never a zero."),
    Column(
        "status",
        value_status,
        nullable=False,
        comment="observed, suppressed (small count hidden), not_yet or withdrawn.",
    ),
    CheckConstraint("(value is not null) = (status = 'observed')", name="only_observed_has_a_value"),
    schema="core",
    comment="One row per series, period and vintage that changed it. Current rows have no superseded_by.",
    postgresql_partition_by="LIST (table_no)",
)

Index("ix_observations_replaced", observations.c.superseded_by, postgresql_where=text("superseded_by is not null"))

benefit_groups = Table(
    "benefit_groups",
    metadata,
    Column("benefit_group", Text, primary_key=True, comment="Our id of the benefit."),
    Column("name", Text, nullable=False, comment="Its Danish name."),
    Column("table_no", ForeignKey("core.tables.table_no"), nullable=False, comment="The table that counts it."),
    Column("members", JSONB, nullable=False, comment="The members of that table that are the benefit."),
    Column("counted", Boolean, nullable=False, comment="Whether committee papers count it in a sum over all benefits."),
    Column("benchmark", Text, comment="The group of the ministry's benchmark it is part of."),
    Column("valid_from", Date, comment="First day the benefit was in force."),
    Column("valid_until", Date, comment="Last day the benefit was in force."),
    Column("successor", Text, comment="The benefit that took over."),
    schema="core",
    comment="One row per benefit as committee papers name it. Made from the catalogue, never edited.",
)

series_breaks = Table(
    "series_breaks",
    metadata,
    Column("series_break", Text, primary_key=True, comment="Our id of the break."),
    Column("table_no", ForeignKey("core.tables.table_no"), primary_key=True, comment="The table."),
    Column(
        "first_period_id",
        ForeignKey("core.periods.period_id"),
        nullable=False,
        comment="The first period after the break.",
    ),
    Column("title", Text, nullable=False, comment="What changed, in a few Danish words."),
    Column("caveat", Text, nullable=False, comment="The Danish sentence a comparison across the break carries."),
    Column("source", Text, nullable=False, comment="The act, guide or list that says so."),
    schema="core",
    comment="One row per series break and table. Made from the catalogue, never edited.",
)
