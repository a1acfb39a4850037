"""The records of what happened (`ops`): runs, the outcome of each table, checks, quarantine, backfills."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from warehouse.schema.core import metadata, moment

PARTITION_STATES = ("waiting", "fetched", "done", "failed")

OUTCOMES = ("published", "unchanged", "not_due", "source_late", "quarantined", "failed")

runs = Table(
    "runs",
    metadata,
    Column("run_id", Integer, Identity(), primary_key=True, comment="Our number."),
    Column("kind", Text, nullable=False, comment="nightly, backfill, replay or release."),
    moment("started_at", "When it began, by the run's own clock.", nullable=False),
    moment("ended_at", "When it ended, or was found to have died; null: it runs, or nobody has looked since."),
    Column(
        "outcome",
        Text,
        comment="completed, attention (something quarantined or late), failed, yielded (another was at work), superseded "
        "(a newer one had done it) or died.",
    ),
    Column("publisher_url", Text, nullable=False, comment="Where the publisher was asked."),
    Column("code_version", Text, nullable=False, comment="The version of this product."),
    Column("flow_run", Text, comment="The orchestrator's id for it."),
    schema="ops",
    comment="One row per run of a flow.",
)

table_outcomes = Table(
    "table_outcomes",
    metadata,
    Column("run_id", ForeignKey("ops.runs.run_id"), primary_key=True, comment="The run."),
    Column("table_id", Text, primary_key=True, comment="The publisher's table."),
    Column(
        "outcome", Text, nullable=False, comment="published, unchanged, not_due, source_late, quarantined or failed."
    ),
    moment("seen_at", "When the table was looked at.", nullable=False),
    Column("publisher_updated_on", Date, comment="The publisher's update date at that time."),
    Column("next_release_on", Date, comment="The publisher's announced next release."),
    Column("newest_period", Text, comment="The publisher's newest period at that time."),
    Column(
        "fetched", Boolean, nullable=False, comment="Whether the figures themselves were fetched and read to the end."
    ),
    Column("vintage_id", Integer, comment="The vintage it brought, where it brought one."),
    Column("new", BigInteger, nullable=False, server_default="0", comment="Cells new."),
    Column("revised", BigInteger, nullable=False, server_default="0", comment="Cells revised."),
    Column("withdrawn", BigInteger, nullable=False, server_default="0", comment="Cells withdrawn."),
    Column("unchanged", BigInteger, nullable=False, server_default="0", comment="Cells unchanged."),
    Column("message", Text, nullable=False, server_default="", comment="What a person should know, in a sentence."),
    CheckConstraint(f"outcome in {OUTCOMES!r}", name="outcome_is_known"),
    Index(None, "table_id", "seen_at"),
    schema="ops",
    comment="One row per run and table: exactly one outcome each.",
)

checks = Table(
    "checks",
    metadata,
    Column("run_id", ForeignKey("ops.runs.run_id"), primary_key=True, comment="The run."),
    Column("table_id", Text, primary_key=True, comment="The publisher's table."),
    Column("rule", Text, primary_key=True, comment="Name of the check."),
    Column("sentence", Text, nullable=False, comment="What must be true."),
    Column("blocking", Boolean, nullable=False, comment="Whether a failure stops the table."),
    Column("passed", Boolean, nullable=False, comment="Whether it held."),
    Column("offenders", BigInteger, nullable=False, comment="Rows that broke it."),
    Column("example", Text, comment="The first offender, in words."),
    schema="ops",
    comment="One row per run, table and check: what was held against the load and whether it held.",
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("quarantine_id", Integer, Identity(), primary_key=True, comment="Our number."),
    Column("run_id", ForeignKey("ops.runs.run_id"), nullable=False, comment="The run whose load was stopped."),
    Column("table_id", Text, nullable=False, comment="The publisher's table."),
    Column("publisher_updated_on", Date, comment="The publisher's update date of the load that was stopped."),
    Column("manifest", Text, comment="The archive's list of the answers it was read from."),
    Column("rule", Text, nullable=False, comment="Name of the rule that stopped it, the first of several."),
    Column("message", Text, nullable=False, comment="What stopped it and what to do, in a sentence."),
    Column("rejected", BigInteger, nullable=False, comment="Rejected rows that were kept."),
    moment("stopped_at", "When.", nullable=False),
    moment("released_at", "When a person released it; null: nobody has."),
    Column("released_by", Text, comment="Who released it."),
    Column("release_reason", Text, comment="Why it was released."),
    Column("release_run_id", ForeignKey("ops.runs.run_id"), comment="The run that published it after all."),
    UniqueConstraint("run_id", "table_id"),
    Index(None, "table_id", "stopped_at"),
    schema="ops",
    comment="One row per load that was stopped. The bytes it was read from are in the archive, whole.",
)

rejected_rows = Table(
    "rejected_rows",
    metadata,
    Column("rejected_row_id", Integer, Identity(), primary_key=True, comment="Our number."),
    Column("rule", Text, nullable=False, comment="Name of the rule it broke."),
    Column("cells", JSONB, nullable=False, comment="The row as it was read: column to content."),
    Column(
        "quarantine_id",
        ForeignKey("ops.quarantine.quarantine_id"),
        nullable=False,
        index=True,
        comment="The load it was part of.",
    ),
    schema="ops",
    comment="One row per rejected row and rule of a load that was stopped.",
)

mart_builds = Table(
    "mart_builds",
    metadata,
    Column("table_id", Text, primary_key=True, comment="The publisher's table whose rows were built."),
    Column("recipe", Text, nullable=False, comment="MD5 of what the catalogue said of its benefits and series breaks."),
    schema="ops",
    comment="One row per publisher table: what its rows in the marts were last built from.",
)

figure_builds = Table(
    "figure_builds",
    metadata,
    Column("mart", Text, primary_key=True, comment="The mart, without its schema."),
    Column("rests_on", Text, nullable=False, comment="The code, vintages and assumptions it was last filled from."),
    schema="ops",
    comment="One row per mart of figures: what it was last filled from.",
)

figure_moves = Table(
    "figure_moves",
    metadata,
    Column("run_id", ForeignKey("ops.runs.run_id"), primary_key=True, comment="The run that filled the mart."),
    Column("mart", Text, primary_key=True, comment="The mart, without its schema."),
    Column("rows", BigInteger, nullable=False, comment="Rows it has now."),
    Column("new", BigInteger, nullable=False, comment="Rows that were not there before."),
    Column("moved", BigInteger, nullable=False, comment="Rows whose value is another than before, hidden or shown."),
    Column("gone", BigInteger, nullable=False, comment="Rows that are no longer there."),
    Column("largest_of", Text, comment="The row that moved the most, in words; null: none can be measured."),
    Column("largest_before", Double, comment="Its value before, in the mart's unit."),
    Column("largest_after", Double, comment="Its value now, in the mart's unit."),
    schema="ops",
    comment="One row per run and mart of figures that it filled anew: what moved in it.",
)

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", Integer, Identity(), primary_key=True, comment="Our number."),
    Column("table_id", Text, nullable=False, comment="The table that is in trouble; empty: the run itself."),
    Column("trouble", Text, nullable=False, comment="source_late, quarantined, failed or died."),
    Column(
        "about", Text, nullable=False, comment="What tells this trouble from the next: a release, a load, a first day."
    ),
    Column("run_id", ForeignKey("ops.runs.run_id"), nullable=False, comment="The run that raised it."),
    Column("message", Text, nullable=False, comment="What a person should know."),
    moment("raised_at", "When.", nullable=False),
    moment("told_at", "When it was sent to whom the settings name; null: not yet, the next run tries again."),
    moment("mended_at", "When a run found it gone; null: it lasts. A run that died stays so."),
    Index("ix_alerts_lasting", "table_id", "trouble", "about", unique=True, postgresql_where=text("mended_at is null")),
    schema="ops",
    comment="One row per trouble that a person should look at, however many nights it lasts.",
)

backfills = Table(
    "backfills",
    metadata,
    Column("backfill_id", Integer, Identity(), primary_key=True, comment="Our number."),
    Column("first_period", Text, nullable=False, comment="The first period, as it was asked for."),
    Column("last_period", Text, nullable=False, comment="The last period, as it was asked for."),
    Column("table_ids", ARRAY(Text), nullable=False, comment="The tables that were named; none: all of them."),
    Column("publisher_url", Text, nullable=False, comment="Where the publisher was asked."),
    Column("calls", Integer, nullable=False, server_default="0", comment="Calls made to plan it."),
    moment("started_at", "When it was planned and put on record.", nullable=False),
    moment("ended_at", "When its last partition ended; null: some wait."),
    schema="ops",
    comment="One row per backfill: which periods of which tables were asked for.",
)

backfill_partitions = Table(
    "backfill_partitions",
    metadata,
    Column("backfill_id", ForeignKey("ops.backfills.backfill_id"), primary_key=True, comment="The backfill."),
    Column(
        "partition_no",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="Its place in the order of work: the newest periods first.",
    ),
    Column("table_id", Text, nullable=False, comment="The publisher's table."),
    Column("periods", ARRAY(Text), nullable=False, comment="The periods; none: the table could not be planned."),
    Column(
        "state",
        Text,
        nullable=False,
        comment="waiting, fetched (archived, not published), done (published, or found unchanged) or failed.",
    ),
    Column("planned_calls", Integer, nullable=False, comment="Calls it was planned to take."),
    Column("planned_cells", BigInteger, nullable=False, comment="Cells it was planned to bring."),
    Column("publisher_updated_on", Date, comment="The publisher's update date, as it was last told of."),
    Column("run_id", ForeignKey("ops.runs.run_id"), comment="The run that works at it, or was the last to."),
    Column("manifest", Text, comment="The archive's list of its answers, once they are there."),
    Column("outcome", Text, comment="published, unchanged, quarantined or failed; null: it has not ended."),
    Column("vintage_id", Integer, comment="The vintage it brought, where it brought one."),
    Column(
        "calls", Integer, nullable=False, server_default="0", comment="Calls made for it, those of failed attempts too."
    ),
    Column("cells", BigInteger, nullable=False, server_default="0", comment="Cells it was read to."),
    Column("message", Text, nullable=False, server_default="", comment="Why it failed, in a sentence."),
    moment("started_at", "When its last attempt began."),
    moment("fetched_at", "When its answers were archived."),
    moment("ended_at", "When it ended."),
    CheckConstraint(f"state in {PARTITION_STATES!r}", name="state_is_known"),
    schema="ops",
    comment="One row per partition of a backfill: some periods of one table, and how far they have come.",
)

call_budgets = Table(
    "call_budgets",
    metadata,
    Column("publisher", Text, primary_key=True, comment="Host and port of the publisher."),
    Column("tokens", Double, nullable=False, comment="Calls that may be made at once; below zero: that many wait."),
    moment("counted_at", "When that was so, by the warehouse's clock.", nullable=False),
    schema="ops",
    comment="One row per publisher: the calls that all processes together may still make.",
)
