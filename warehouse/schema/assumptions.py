"""The table of assumptions: every number that was ever taken for granted, and from when to when it stood."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    Table,
    Text,
    text,
)

from warehouse.schema.core import metadata, moment

assumptions = Table(
    "assumptions",
    metadata,
    Column("assumption_id", BigInteger, Identity(), primary_key=True, comment="Our number."),
    Column("name", Text, nullable=False, comment="What is taken for granted, ending in its unit."),
    Column("area_code", ForeignKey("core.areas.code"), comment="The area it holds for; null: anywhere."),
    Column("basis", Text, nullable=False, comment="The variant; two bases are never mixed. Empty: there is but one."),
    Column("valid_from", Date, comment="First day it was given for; null: no beginning is known."),
    Column("valid_to", Date, comment="Last day it was given for; null: no end is known."),
    Column("value", Numeric, nullable=False, comment="The number, in its unit."),
    Column("low", Numeric, comment="The lowest it may be; null: nobody said."),
    Column("high", Numeric, comment="The highest it may be; null: nobody said."),
    Column(
        "unit",
        Text,
        nullable=False,
        comment="persons, full_time_persons, cases, pct, pct_point, dkk, hours, weeks or years.",
    ),
    Column("source", Text, nullable=False, comment="Who says so, and where."),
    Column(
        "evidence",
        Text,
        nullable=False,
        comment="confirmed (read where it was published), likely (second-hand or derived) or inferred.",
    ),
    Column("note", Text, nullable=False, comment="What a reader should know; empty: nothing more."),
    moment("recorded_at", "When the warehouse learnt it.", nullable=False),
    moment("superseded_at", "When it was changed or no longer declared; null: it stands."),
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
