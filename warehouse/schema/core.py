"""The tables of facts and assumptions (`core`), declared once, with comments whose first sentence is the grain of a row.

What happened (`ops`) is in `warehouse/schema/ops.py`, what dashboards may read in `warehouse/marts/contract.py`.
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
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from warehouse.schema.statuses import STATUSES

SCHEMAS = {
    "ops": "What happened: runs, the outcome of each table, checks, quarantine, backfills.",
    "staging": "What is on its way: one unlogged table per load, dropped after use.",
    "core": "The facts: areas, periods, measures, series, vintages and every observation ever published.",
    "marts": "What dashboards and analysts may read. Names and meaning stay; columns are added, not renamed.",
}

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
MOMENT = DateTime(timezone=True)


def described(
    name: str,
    kind: Any,
    english: str,
    danish: str | None = None,
    *,
    nullable: bool = False,
    unit: str | None = None,
    **options: Any,
) -> Column[Any]:
    """A column with what it is: the comment in the database and, in a mart, the same in Danish.

    `kind` is its type, or the foreign key it takes its type from. A unit is given where a number's name does not end in it.
    """
    info = {"danish": danish} if danish else {}
    info |= {"unit": unit} if unit else {}
    return Column(name, kind, nullable=nullable, comment=english, info=info, **options)


def optional(name: str, kind: Any, english: str, danish: str | None = None, **options: Any) -> Column[Any]:
    """A column that may be null; its comment says what a null means."""
    return described(name, kind, english, danish, nullable=True, **options)


areas = Table(
    "areas",
    metadata,
    described("area_id", SmallInteger, "The official code as a number.", primary_key=True, autoincrement=False),
    described("code", Text, "Official code as text, three digits for municipalities.", unique=True),
    optional("code4", Text, "The same with four digits, as registers write it; municipalities only."),
    described("name", Text, "Name as the publisher and Danmarks Statistik spell it."),
    described("kind", Text, "country, region, landsdel, municipality or unknown."),
    optional("parent_code", Text, "Code of the area it lies in."),
    optional("nuts3", Text, "NUTS 3 code of the landsdel; NUTS numbers Østjylland and Vestjylland otherwise than DST."),
    optional("municipality_group", Text, "Danmarks Statistik's group of municipalities."),
    optional("valid_from", Date, "First day the area exists with this code; null: before any figure we hold."),
    optional("valid_to", Date, "Last day the area exists; null: still."),
    schema="core",
    comment="One row per area. The country, regions, landsdele and the 98 municipalities with codes and validity.",
)

periods = Table(
    "periods",
    metadata,
    described(
        "period_id", Integer, "Kind, year and number: 2026M07 is 1202607.", primary_key=True, autoincrement=False
    ),
    described("code", Text, "The period as the publisher writes it.", unique=True),
    described("kind", Text, "M, Q, Y, QMAT (four quarters ending in the one named) or MYTD."),
    described("first_day", Date, "First day the value is about."),
    described("last_day", Date, "Last day the value is about."),
    schema="core",
    comment="One row per period. What values are about; periods of different kinds are never compared.",
)

tables = Table(
    "tables",
    metadata,
    described(
        "table_no", SmallInteger, "Our number; each table has its partition.", primary_key=True, autoincrement=False
    ),
    described("table_id", Text, "The publisher's id, in lower case.", unique=True),
    described("publisher", Text, "Which publisher, by the name of its catalogue."),
    described("title", Text, "The publisher's title, Danish."),
    described("title_en", Text, "The same in English, ours."),
    described("period_kind", Text, "Kind of its periods."),
    optional("retired_on", Date, "When the publisher stopped it; null: it has not."),
    optional("replaced_by", Text, "Id of the table that took over."),
    described("root_members", JSONB, "The members of its total: every breakdown at its root."),
    optional("feeds", Text, "What figures take a table of a municipality's own for; null: they name it."),
    described("declaration", JSONB, "The whole declaration, from a catalogue or a contract."),
    schema="core",
    comment="One row per publisher table. Made from the catalogues and from contracts, never edited.",
)

measures = Table(
    "measures",
    metadata,
    Column("measure_id", SmallInteger, Identity(), primary_key=True, comment="Our number."),
    described("table_no", ForeignKey("core.tables.table_no"), "The table it belongs to."),
    described("name", Text, "Our name, ending in its unit."),
    described("label", Text, "The publisher's label, Danish."),
    described(
        "unit", Text, "persons, full_time_persons, cases, pct, pct_point, fraction, ratio, rank, dkk or work_years."
    ),
    described("adds_up", Boolean, "Whether the parts of a breakdown sum to its total, to within 1."),
    UniqueConstraint("table_no", "name"),
    schema="core",
    comment="One row per measure of a table. Made from the catalogue, never edited.",
)

series = Table(
    "series",
    metadata,
    Column("series_id", Integer, Identity(), primary_key=True, comment="Our number."),
    described("table_no", ForeignKey("core.tables.table_no"), "The table."),
    described("measure_id", ForeignKey("core.measures.measure_id"), "The measure."),
    described("area_id", ForeignKey("core.areas.area_id"), "The area."),
    described("members", JSONB, "Dimension to member, by the names the catalogue keeps."),
    UniqueConstraint("table_no", "measure_id", "area_id", "members"),
    Index(None, "table_no", "area_id"),
    Index(None, "area_id"),
    schema="core",
    comment="One row per table, measure, area and members: what a line in a chart would be.",
)

vintages = Table(
    "vintages",
    metadata,
    Column(
        "vintage_id", Integer, Identity(), primary_key=True, comment="Our number; later vintages of a table are larger."
    ),
    described("table_no", ForeignKey("core.tables.table_no"), "The table it is a version of."),
    optional("publisher_updated_on", Date, "The publisher's own update date."),
    described("seen_at", MOMENT, "When we saw it; never before the vintage it follows."),
    described("content_hash", Text, "SHA-256 over all cells of the load, sorted."),
    described("manifest", Text, "The archive's list of the answers it was read from."),
    described("run_id", ForeignKey("ops.runs.run_id"), "The run that published it."),
    described("new", BigInteger, "Cells that were not there before."),
    described("revised", BigInteger, "Cells whose value or status changed."),
    described("withdrawn", BigInteger, "Cells the publisher no longer has."),
    described("unchanged", BigInteger, "Cells that stayed; nothing is written for them."),
    optional("newest_period_id", Integer, "The newest period the load held."),
    optional("largest_revision", Double, "Largest absolute change of a count among the revised cells, in its unit."),
    optional("largest_revision_series_id", Integer, "The series in which it happened."),
    optional("largest_revision_period_id", Integer, "The period in which it happened."),
    optional(
        "release_reason",
        Text,
        "Why a person published it although a check had stopped it; null: every blocking check held.",
    ),
    described(
        "backfilled",
        Boolean,
        "Whether a backfill brought it: a look at some periods, which says nothing of the others.",
        server_default=text("false"),
    ),
    Index(None, "table_no", "seen_at"),
    schema="core",
    comment="One row per publisher table as we saw it. Nothing published is ever overwritten: a later vintage adds.",
)

observations = Table(
    "observations",
    metadata,
    described("table_no", SmallInteger, "The table; one partition each.", primary_key=True, autoincrement=False),
    described("series_id", Integer, "The series.", primary_key=True),
    described("period_id", Integer, "The period.", primary_key=True),
    described("vintage_id", Integer, "The vintage that brought it.", primary_key=True),
    optional("superseded_by", Integer, "The vintage that replaced it; null: it is the current one."),
    optional("value", Double, "The value in the measure's unit; null unless observed. A null is never a zero."),
    described("status", value_status, "observed, suppressed (small count hidden), not_yet or withdrawn."),
    CheckConstraint("(value is not null) = (status = 'observed')", name="only_observed_has_a_value"),
    schema="core",
    comment="One row per series, period and vintage that changed it. Current rows have no superseded_by.",
    postgresql_partition_by="LIST (table_no)",
)

Index("ix_observations_replaced", observations.c.superseded_by, postgresql_where=text("superseded_by is not null"))

benefit_groups = Table(
    "benefit_groups",
    metadata,
    described("benefit_group", Text, "Our id of the benefit.", primary_key=True),
    described("name", Text, "Its Danish name."),
    described("table_no", ForeignKey("core.tables.table_no"), "The table that counts it."),
    described("members", JSONB, "The members of that table that are the benefit."),
    described("counted", Boolean, "Whether committee papers count it in a sum over all benefits."),
    optional("benchmark", Text, "The group of the ministry's benchmark it is part of."),
    optional("valid_from", Date, "First day the benefit was in force."),
    optional("valid_until", Date, "Last day the benefit was in force."),
    optional("successor", Text, "The benefit that took over."),
    schema="core",
    comment="One row per benefit as committee papers name it. Made from the catalogue, never edited.",
)

series_breaks = Table(
    "series_breaks",
    metadata,
    described("series_break", Text, "Our id of the break.", primary_key=True),
    described("table_no", ForeignKey("core.tables.table_no"), "The table.", primary_key=True),
    described("first_period_id", ForeignKey("core.periods.period_id"), "The first period after the break."),
    described("title", Text, "What changed, in a few Danish words."),
    described("caveat", Text, "The Danish sentence a comparison across the break carries."),
    described("source", Text, "The act, guide or list that says so."),
    optional(
        "members",
        JSONB(none_as_null=True),
        "The names of the members it concerns, as a list; null: every series of the table.",
    ),
    schema="core",
    comment="One row per series break and table. Made from the catalogue, never edited.",
)

assumptions = Table(
    "assumptions",
    metadata,
    Column("assumption_id", BigInteger, Identity(), primary_key=True, comment="Our number."),
    described("name", Text, "What is taken for granted, ending in its unit."),
    optional("area_code", ForeignKey("core.areas.code"), "The area it holds for; null: anywhere."),
    described("basis", Text, "The variant; two bases are never mixed. Empty: there is but one."),
    optional("valid_from", Date, "First day it was given for; null: no beginning is known."),
    optional("valid_to", Date, "Last day it was given for; null: no end is known."),
    described("value", Numeric, "The number, in its unit."),
    optional("low", Numeric, "The lowest it may be; null: nobody said."),
    optional("high", Numeric, "The highest it may be; null: nobody said."),
    described("unit", Text, "persons, full_time_persons, cases, pct, pct_point, dkk, hours, weeks or years."),
    described("source", Text, "Who says so, and where."),
    described(
        "evidence", Text, "confirmed (read where it was published), likely (second-hand or derived) or inferred."
    ),
    described("note", Text, "What a reader should know; empty: nothing more."),
    described("recorded_at", MOMENT, "When the warehouse learnt it."),
    optional("superseded_at", MOMENT, "When it was changed or no longer declared; null: it stands."),
    CheckConstraint("low <= value and value <= high", name="bounds_hold_the_value"),
    CheckConstraint("valid_from <= valid_to", name="begins_before_it_ends"),
    CheckConstraint("recorded_at < superseded_at", name="stood_for_a_while"),
    CheckConstraint("evidence in ('confirmed', 'likely', 'inferred')", name="evidence_is_known"),
    Index(
        "ix_assumptions_standing",
        "name",
        "area_code",
        "basis",
        "valid_from",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("superseded_at is null"),
    ),
    schema="core",
    comment="One row per assumption and time it stood. What figures take for granted; never edited, only closed.",
)
