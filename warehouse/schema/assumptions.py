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

from warehouse.schema.core import MOMENT, described, metadata

assumptions = Table(
    "assumptions",
    metadata,
    Column("assumption_id", BigInteger, Identity(), primary_key=True, comment="Our number."),
    described("name", Text, "What is taken for granted, ending in its unit."),
    described("area_code", ForeignKey("core.areas.code"), "The area it holds for; null: anywhere.", nullable=True),
    described("basis", Text, "The variant; two bases are never mixed. Empty: there is but one."),
    described("valid_from", Date, "First day it was given for; null: no beginning is known.", nullable=True),
    described("valid_to", Date, "Last day it was given for; null: no end is known.", nullable=True),
    described("value", Numeric, "The number, in its unit."),
    described("low", Numeric, "The lowest it may be; null: nobody said.", nullable=True),
    described("high", Numeric, "The highest it may be; null: nobody said.", nullable=True),
    described("unit", Text, "persons, full_time_persons, cases, pct, pct_point, dkk, hours, weeks or years."),
    described("source", Text, "Who says so, and where."),
    described(
        "evidence", Text, "confirmed (read where it was published), likely (second-hand or derived) or inferred."
    ),
    described("note", Text, "What a reader should know; empty: nothing more."),
    described("recorded_at", MOMENT, "When the warehouse learnt it."),
    described("superseded_at", MOMENT, "When it was changed or no longer declared; null: it stands.", nullable=True),
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
