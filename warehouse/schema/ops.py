"""The records of what happened (`ops`): runs, the outcome of each table, checks, quarantine, backfills, alerts,
what marts were built of and what moved in them, and calls to publishers.
"""

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

from warehouse.schema.core import MOMENT, described, metadata, optional

PARTITION_STATES = ("waiting", "fetched", "done", "failed")
OUTCOMES = ("published", "unchanged", "not_due", "source_late", "quarantined", "failed")

runs = Table(
    "runs",
    metadata,
    Column("run_id", Integer, Identity(), primary_key=True, comment="Our number."),
    described("kind", Text, "nightly, backfill, replay or release."),
    described("started_at", MOMENT, "When it began, by the run's own clock."),
    optional(
        "ended_at", MOMENT, "When it ended, or was found to have died; null: it runs, or nobody has looked since."
    ),
    optional(
        "outcome",
        Text,
        "completed, attention (something quarantined or late), failed, yielded (another was at work), superseded "
        "(a newer one had done it) or died.",
    ),
    described("publisher_url", Text, "Where the publisher was asked."),
    described("code_version", Text, "The version of this product."),
    optional("flow_run", Text, "The orchestrator's id for it."),
    schema="ops",
    comment="One row per run of a flow.",
)

table_outcomes = Table(
    "table_outcomes",
    metadata,
    described("run_id", ForeignKey("ops.runs.run_id"), "The run.", primary_key=True),
    described("table_id", Text, "The publisher's table.", primary_key=True),
    described("outcome", Text, "published, unchanged, not_due, source_late, quarantined or failed."),
    described("seen_at", MOMENT, "When the table was looked at."),
    optional("publisher_updated_on", Date, "The publisher's update date at that time."),
    optional("next_release_on", Date, "The publisher's announced next release."),
    optional("newest_period", Text, "The publisher's newest period at that time."),
    described("fetched", Boolean, "Whether the figures themselves were fetched and read to the end."),
    optional("vintage_id", Integer, "The vintage it brought, where it brought one."),
    described("new", BigInteger, "Cells new.", server_default="0"),
    described("revised", BigInteger, "Cells revised.", server_default="0"),
    described("withdrawn", BigInteger, "Cells withdrawn.", server_default="0"),
    described("unchanged", BigInteger, "Cells unchanged.", server_default="0"),
    described("message", Text, "What a person should know, in a sentence.", server_default=""),
    CheckConstraint(f"outcome in {OUTCOMES!r}", name="outcome_is_known"),
    Index(None, "table_id", "seen_at"),
    schema="ops",
    comment="One row per run and table: exactly one outcome each.",
)

checks = Table(
    "checks",
    metadata,
    described("run_id", ForeignKey("ops.runs.run_id"), "The run.", primary_key=True),
    described("table_id", Text, "The publisher's table.", primary_key=True),
    described("rule", Text, "Name of the check.", primary_key=True),
    described("sentence", Text, "What must be true."),
    described("blocking", Boolean, "Whether a failure stops the table."),
    described("passed", Boolean, "Whether it held."),
    described("offenders", BigInteger, "Rows that broke it."),
    optional("example", Text, "The first offender, in words."),
    schema="ops",
    comment="One row per run, table and check: what was held against the load and whether it held.",
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("quarantine_id", Integer, Identity(), primary_key=True, comment="Our number."),
    described("run_id", ForeignKey("ops.runs.run_id"), "The run whose load was stopped."),
    described("table_id", Text, "The publisher's table."),
    optional("publisher_updated_on", Date, "The publisher's update date of the load that was stopped."),
    optional("manifest", Text, "The archive's list of the answers it was read from."),
    described("rule", Text, "Name of the rule that stopped it, the first of several."),
    described("message", Text, "What stopped it and what to do, in a sentence."),
    described("rejected", BigInteger, "Rejected rows that were kept."),
    described("stopped_at", MOMENT, "When."),
    optional("released_at", MOMENT, "When a person released it; null: nobody has."),
    optional("released_by", Text, "Who released it."),
    optional("release_reason", Text, "Why it was released."),
    optional("release_run_id", ForeignKey("ops.runs.run_id"), "The run that published it after all."),
    UniqueConstraint("run_id", "table_id"),
    Index(None, "table_id", "stopped_at"),
    schema="ops",
    comment="One row per load that was stopped. The bytes it was read from are in the archive, whole.",
)

rejected_rows = Table(
    "rejected_rows",
    metadata,
    Column("rejected_row_id", Integer, Identity(), primary_key=True, comment="Our number."),
    described("rule", Text, "Name of the rule it broke."),
    described("cells", JSONB, "The row as it was read: column to content."),
    described("quarantine_id", ForeignKey("ops.quarantine.quarantine_id"), "The load it was part of.", index=True),
    schema="ops",
    comment="One row per rejected row and rule of a load that was stopped.",
)

mart_builds = Table(
    "mart_builds",
    metadata,
    described("table_id", Text, "The publisher's table whose rows were built.", primary_key=True),
    described("recipe", Text, "MD5 of what the catalogue said of its benefits and series breaks."),
    schema="ops",
    comment="One row per publisher table: what its rows in the marts were last built from.",
)

figure_builds = Table(
    "figure_builds",
    metadata,
    described("mart", Text, "The mart, without its schema.", primary_key=True),
    described("rests_on", Text, "The code, vintages and assumptions it was last filled from."),
    schema="ops",
    comment="One row per mart of figures: what it was last filled from.",
)

figure_moves = Table(
    "figure_moves",
    metadata,
    described("run_id", ForeignKey("ops.runs.run_id"), "The run that filled the mart.", primary_key=True),
    described("mart", Text, "The mart, without its schema.", primary_key=True),
    described("rows", BigInteger, "Rows it has now."),
    described("new", BigInteger, "Rows that were not there before."),
    described("moved", BigInteger, "Rows whose value is another than before, hidden or shown."),
    described("gone", BigInteger, "Rows that are no longer there."),
    optional("largest_of", Text, "The row that moved the most, in words; null: none can be measured."),
    optional("largest_before", Double, "Its value before, in the mart's unit."),
    optional("largest_after", Double, "Its value now, in the mart's unit."),
    schema="ops",
    comment="One row per run and mart of figures that it filled anew: what moved in it.",
)

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", Integer, Identity(), primary_key=True, comment="Our number."),
    described("table_id", Text, "The table that is in trouble; empty: the run itself."),
    described(
        "trouble", Text, "source_late, quarantined, failed, died, or threshold: a municipality's limit is crossed."
    ),
    described("about", Text, "What tells this trouble from the next: a release, a load, a first day, a limit's terms."),
    described("run_id", ForeignKey("ops.runs.run_id"), "The run that raised it."),
    described("message", Text, "What a person should know."),
    described("raised_at", MOMENT, "When."),
    optional("told_at", MOMENT, "When it was sent to whom the settings name; null: not yet, the next run tries again."),
    optional("mended_at", MOMENT, "When a run found it gone; null: it lasts. A run that died stays so."),
    Index("ix_alerts_lasting", "table_id", "trouble", "about", unique=True, postgresql_where=text("mended_at is null")),
    schema="ops",
    comment="One row per trouble that a person should look at, however many nights it lasts.",
)

backfills = Table(
    "backfills",
    metadata,
    Column("backfill_id", Integer, Identity(), primary_key=True, comment="Our number."),
    described("first_period", Text, "The first period, as it was asked for."),
    described("last_period", Text, "The last period, as it was asked for."),
    described("table_ids", ARRAY(Text), "The tables that were named; none: all of them."),
    described("publisher_url", Text, "Where the publisher was asked."),
    described("calls", Integer, "Calls made to plan it.", server_default="0"),
    described("started_at", MOMENT, "When it was planned and put on record."),
    optional("ended_at", MOMENT, "When its last partition ended; null: some wait."),
    schema="ops",
    comment="One row per backfill: which periods of which tables were asked for.",
)

backfill_partitions = Table(
    "backfill_partitions",
    metadata,
    described("backfill_id", ForeignKey("ops.backfills.backfill_id"), "The backfill.", primary_key=True),
    described(
        "partition_no",
        Integer,
        "Its place in the order of work: the newest periods first.",
        primary_key=True,
        autoincrement=False,
    ),
    described("table_id", Text, "The publisher's table."),
    described("periods", ARRAY(Text), "The periods; none: the table could not be planned."),
    described(
        "state", Text, "waiting, fetched (archived, not published), done (published, or found unchanged) or failed."
    ),
    described("planned_calls", Integer, "Calls it was planned to take."),
    described("planned_cells", BigInteger, "Cells it was planned to bring."),
    optional("publisher_updated_on", Date, "The publisher's update date, as it was last told of."),
    optional("run_id", ForeignKey("ops.runs.run_id"), "The run that works at it, or was the last to."),
    optional("manifest", Text, "The archive's list of its answers, once they are there."),
    optional("outcome", Text, "published, unchanged, quarantined or failed; null: it has not ended."),
    optional("vintage_id", Integer, "The vintage it brought, where it brought one."),
    described("calls", Integer, "Calls made for it, those of failed attempts too.", server_default="0"),
    described("cells", BigInteger, "Cells it was read to.", server_default="0"),
    described("message", Text, "Why it failed, in a sentence.", server_default=""),
    optional("started_at", MOMENT, "When its last attempt began."),
    optional("fetched_at", MOMENT, "When its answers were archived."),
    optional("ended_at", MOMENT, "When it ended."),
    CheckConstraint(f"state in {PARTITION_STATES!r}", name="state_is_known"),
    schema="ops",
    comment="One row per partition of a backfill: some periods of one table, and how far they have come.",
)

call_budgets = Table(
    "call_budgets",
    metadata,
    described("publisher", Text, "Host and port of the publisher.", primary_key=True),
    described("tokens", Double, "Calls that may be made at once; below zero: that many wait."),
    described("counted_at", MOMENT, "When that was so, by the warehouse's clock."),
    schema="ops",
    comment="One row per publisher: the calls that all processes together may still make.",
)
