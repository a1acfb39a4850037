"""The four schemas with runs, facts and the first marts"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

SCHEMAS = {
    "ops": "What happened: runs, the outcome of each table, checks, quarantine.",
    "staging": "What is on its way: one unlogged table per load, dropped after use.",
    "core": "The facts: areas, periods, measures, series, vintages and every observation ever published.",
    "marts": "What dashboards and analysts may read. Names and meaning stay; columns are added, not renamed.",
}

FRESHNESS = """
create view marts.freshness as
select t.table_id, t.title, t.title_en, t.retired_on,
       p.code as newest_period, p.last_day as newest_period_last_day,
       v.publisher_updated_on, v.seen_at,
       calendar.newest_period as publisher_newest_period, calendar.next_release_on,
       latest.outcome as last_outcome, latest.seen_at as last_looked_at, latest.message as last_message,
       case when t.retired_on is null or t.retired_on > current_date then
           coalesce(p.code >= calendar.newest_period and current_date <= calendar.next_release_on, false)
       end as is_fresh
from core.tables t
left join lateral (select max(newest_period_id) as period_id from core.vintages where table_no = t.table_no) n on true
left join core.periods p on p.period_id = n.period_id
left join lateral (select publisher_updated_on, seen_at from core.vintages
                   where table_no = t.table_no order by vintage_id desc limit 1) v on true
left join lateral (select newest_period, next_release_on from ops.table_outcomes
                   where table_id = t.table_id and newest_period is not null
                   order by run_id desc limit 1) calendar on true
left join lateral (select outcome, seen_at, message from ops.table_outcomes
                   where table_id = t.table_id order by run_id desc limit 1) latest on true
"""

REVISIONS = """
create view marts.revisions as
select t.table_id, p.code as period, p.last_day as period_last_day, a.code as area_code, a.name as area_name,
       m.name as measure, m.unit, s.members,
       was.value as before_value, was.status as before_status,
       became.value as after_value, became.status as after_status,
       became.value - was.value as change_value,
       v.vintage_id, v.publisher_updated_on, v.seen_at
from core.observations was
join core.observations became on became.table_no = was.table_no and became.series_id = was.series_id
     and became.period_id = was.period_id and became.vintage_id = was.superseded_by
join core.series s on s.series_id = was.series_id
join core.tables t on t.table_no = was.table_no
join core.measures m on m.measure_id = s.measure_id
join core.areas a on a.area_id = s.area_id
join core.periods p on p.period_id = was.period_id
join core.vintages v on v.vintage_id = was.superseded_by
where was.superseded_by is not null
"""

COMMENTS = {
    "view marts.freshness": "One row per publisher table: what the warehouse covers against the publisher's calendar. "
    "Computed from coverage, never from when a run ended.",
    "column marts.freshness.table_id": "The publisher's table.",
    "column marts.freshness.title": "The publisher's title, Danish.",
    "column marts.freshness.title_en": "The same in English.",
    "column marts.freshness.retired_on": "When the publisher stopped the table; null: it has not.",
    "column marts.freshness.newest_period": "The newest period the warehouse holds.",
    "column marts.freshness.newest_period_last_day": "The last day of that period.",
    "column marts.freshness.publisher_updated_on": "The publisher's date of our newest vintage.",
    "column marts.freshness.seen_at": "When we saw that vintage.",
    "column marts.freshness.publisher_newest_period": "The publisher's newest period when it was last asked.",
    "column marts.freshness.next_release_on": "The next release the publisher announced.",
    "column marts.freshness.last_outcome": "Outcome of the last run.",
    "column marts.freshness.last_looked_at": "When the table was last looked at.",
    "column marts.freshness.last_message": "What the last run said of it.",
    "column marts.freshness.is_fresh": "Whether we hold the publisher's newest period and its next release is not past; "
    "null for a retired table.",
    "view marts.revisions": "One row per observation that a later vintage changed: before, after and when it was seen.",
    "column marts.revisions.table_id": "The publisher's table.",
    "column marts.revisions.period": "The period the value is about.",
    "column marts.revisions.period_last_day": "The last day of that period.",
    "column marts.revisions.area_code": "Official code of the area.",
    "column marts.revisions.area_name": "Name of the area.",
    "column marts.revisions.measure": "Our name of the measure, ending in its unit.",
    "column marts.revisions.unit": "Unit of before, after and change.",
    "column marts.revisions.members": "Dimension to member.",
    "column marts.revisions.before_value": "The value that was replaced; null unless observed.",
    "column marts.revisions.before_status": "Its status.",
    "column marts.revisions.after_value": "The value that replaced it; null unless observed.",
    "column marts.revisions.after_status": "Its status.",
    "column marts.revisions.change_value": "After minus before; null where either is not observed.",
    "column marts.revisions.vintage_id": "The vintage that brought the change.",
    "column marts.revisions.publisher_updated_on": "The publisher's date of that vintage.",
    "column marts.revisions.seen_at": "When we saw it.",
    "table ops.schema_version": "One row: the migration this schema stands at.",
    "column ops.schema_version.version_num": "Revision of the newest migration that was run.",
    "type core.value_status": "What a value is: observed, suppressed, not_yet or withdrawn.",
}


def upgrade() -> None:
    for name, comment in SCHEMAS.items():
        op.execute(f"create schema if not exists {name}")
        op.execute(f"comment on schema {name} is '{comment}'")
    op.create_table(
        "areas",
        sa.Column(
            "area_id", sa.SmallInteger(), autoincrement=False, nullable=False, comment="The official code as a number."
        ),
        sa.Column("code", sa.Text(), nullable=False, comment="Official code as text, three digits for municipalities."),
        sa.Column(
            "code4",
            sa.Text(),
            nullable=True,
            comment="The same with four digits, as registers write it; municipalities only.",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="Name as the publisher and Danmarks Statistik spell it."),
        sa.Column("kind", sa.Text(), nullable=False, comment="country, region, landsdel, municipality or unknown."),
        sa.Column("parent_code", sa.Text(), nullable=True, comment="Code of the area it lies in."),
        sa.Column(
            "nuts3",
            sa.Text(),
            nullable=True,
            comment="NUTS 3 code of the landsdel; NUTS numbers Østjylland and Vestjylland otherwise than DST.",
        ),
        sa.Column(
            "municipality_group", sa.Text(), nullable=True, comment="Danmarks Statistik's group of municipalities."
        ),
        sa.Column(
            "valid_from",
            sa.Date(),
            nullable=True,
            comment="First day the area exists with this code; null: before any figure we hold.",
        ),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="Last day the area exists; null: still."),
        sa.PrimaryKeyConstraint("area_id", name=op.f("pk_areas")),
        sa.UniqueConstraint("code", name=op.f("uq_areas_code")),
        schema="core",
        comment="One row per area. The country, regions, landsdele and the 98 municipalities with codes and validity.",
    )
    op.create_table(
        "observations",
        sa.Column(
            "table_no", sa.SmallInteger(), autoincrement=False, nullable=False, comment="The table; one partition each."
        ),
        sa.Column("series_id", sa.Integer(), nullable=False, comment="The series."),
        sa.Column("period_id", sa.Integer(), nullable=False, comment="The period."),
        sa.Column("vintage_id", sa.Integer(), nullable=False, comment="The vintage that brought it."),
        sa.Column(
            "superseded_by",
            sa.Integer(),
            nullable=True,
            comment="The vintage that replaced it; null: it is the current one.",
        ),
        sa.Column(
            "value",
            sa.Double(),
            nullable=True,
            comment="The value in the measure's unit; null unless observed. A null is never a zero.",
        ),
        sa.Column(
            "status",
            sa.Enum("observed", "suppressed", "not_yet", "withdrawn", name="value_status", schema="core"),
            nullable=False,
            comment="observed, suppressed (small count hidden), not_yet or withdrawn.",
        ),
        sa.CheckConstraint(
            "(value is not null) = (status = 'observed')", name=op.f("ck_observations_only_observed_has_a_value")
        ),
        sa.PrimaryKeyConstraint("table_no", "series_id", "period_id", "vintage_id", name=op.f("pk_observations")),
        schema="core",
        comment="One row per series, period and vintage that changed it. Current rows have no superseded_by.",
        postgresql_partition_by="LIST (table_no)",
    )
    op.create_index(
        "ix_observations_replaced",
        "observations",
        ["superseded_by"],
        unique=False,
        schema="core",
        postgresql_where=sa.text("superseded_by is not null"),
    )
    op.create_table(
        "periods",
        sa.Column(
            "period_id",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Kind, year and number: 2026M07 is 1202607.",
        ),
        sa.Column("code", sa.Text(), nullable=False, comment="The period as the publisher writes it."),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="M, Q, Y, QMAT (four quarters ending in the one named) or MYTD."
        ),
        sa.Column("first_day", sa.Date(), nullable=False, comment="First day the value is about."),
        sa.Column("last_day", sa.Date(), nullable=False, comment="Last day the value is about."),
        sa.PrimaryKeyConstraint("period_id", name=op.f("pk_periods")),
        sa.UniqueConstraint("code", name=op.f("uq_periods_code")),
        schema="core",
        comment="One row per period. What values are about; periods of different kinds are never compared.",
    )
    op.create_table(
        "tables",
        sa.Column(
            "table_no",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="Our number; each table has its partition.",
        ),
        sa.Column("table_id", sa.Text(), nullable=False, comment="The publisher's id, in lower case."),
        sa.Column("publisher", sa.Text(), nullable=False, comment="Which publisher, by the name of its catalogue."),
        sa.Column("title", sa.Text(), nullable=False, comment="The publisher's title, Danish."),
        sa.Column("title_en", sa.Text(), nullable=False, comment="The same in English, ours."),
        sa.Column("period_kind", sa.Text(), nullable=False, comment="Kind of its periods."),
        sa.Column("retired_on", sa.Date(), nullable=True, comment="When the publisher stopped it; null: it has not."),
        sa.Column("replaced_by", sa.Text(), nullable=True, comment="Id of the table that took over."),
        sa.PrimaryKeyConstraint("table_no", name=op.f("pk_tables")),
        sa.UniqueConstraint("table_id", name=op.f("uq_tables_table_id")),
        schema="core",
        comment="One row per publisher table in the catalogue. Made from the catalogue, never edited.",
    )
    op.create_table(
        "benefit_recipients",
        sa.Column("benefit_group", sa.Text(), nullable=False, comment="Our id of the benefit."),
        sa.Column("benefit_group_name", sa.Text(), nullable=False, comment="Its Danish name."),
        sa.Column("area_code", sa.Text(), nullable=False, comment="Official code of the area."),
        sa.Column("area_name", sa.Text(), nullable=False, comment="Name of the area."),
        sa.Column("area_kind", sa.Text(), nullable=False, comment="country, municipality or unknown."),
        sa.Column("period", sa.Text(), nullable=False, comment="The month, as 2026M07."),
        sa.Column("period_first_day", sa.Date(), nullable=False, comment="First day of the month."),
        sa.Column(
            "recipients_persons",
            sa.Double(),
            nullable=True,
            comment="Persons who received the benefit in the month. Null unless observed; a null is never a zero.",
        ),
        sa.Column(
            "recipients_persons_status",
            sa.Text(),
            nullable=True,
            comment="Status of recipients_persons: observed, suppressed, not_yet or withdrawn.",
        ),
        sa.Column(
            "recipients_full_time_persons",
            sa.Double(),
            nullable=True,
            comment="The month's benefit volume as persons on the benefit all month. Null unless observed; a null is never a zero.",
        ),
        sa.Column(
            "recipients_full_time_persons_status",
            sa.Text(),
            nullable=True,
            comment="Status of recipients_full_time_persons: observed, suppressed, not_yet or withdrawn.",
        ),
        sa.Column(
            "share_of_workforce_pct",
            sa.Double(),
            nullable=True,
            comment="Full-time persons in per cent of the workforce aged 16 to 66. Null unless observed; a null is never a zero.",
        ),
        sa.Column(
            "share_of_workforce_pct_status",
            sa.Text(),
            nullable=True,
            comment="Status of share_of_workforce_pct: observed, suppressed, not_yet or withdrawn.",
        ),
        sa.Column(
            "share_of_population_pct",
            sa.Double(),
            nullable=True,
            comment="Full-time persons in per cent of the population aged 16 to 66. Null unless observed; a null is never a zero.",
        ),
        sa.Column(
            "share_of_population_pct_status",
            sa.Text(),
            nullable=True,
            comment="Status of share_of_population_pct: observed, suppressed, not_yet or withdrawn.",
        ),
        sa.Column(
            "counted_in_total",
            sa.Boolean(),
            nullable=False,
            comment="Whether the row belongs in a sum over all benefits: the papers count it and the benefit was in force.",
        ),
        sa.Column(
            "back_cast",
            sa.Boolean(),
            nullable=False,
            comment="The month lies before the benefit existed: the publisher's back-cast.",
        ),
        sa.Column("table_id", sa.Text(), nullable=False, comment="The publisher's table it comes from."),
        sa.Column(
            "vintage_id", sa.Integer(), nullable=False, comment="The table's newest vintage, on which the row rests."
        ),
        sa.Column("publisher_updated_on", sa.Date(), nullable=True, comment="The publisher's date of that vintage."),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, comment="When we saw that vintage."),
        sa.PrimaryKeyConstraint("benefit_group", "area_code", "period", name=op.f("pk_benefit_recipients")),
        schema="marts",
        comment="One row per benefit group, area and month, as the newest vintage has it. Never sum over rows with a hidden count as if it were zero, and sum over benefits only where counted_in_total.",
    )
    op.create_index(
        op.f("ix_benefit_recipients_area_code_period"),
        "benefit_recipients",
        ["area_code", "period"],
        unique=False,
        schema="marts",
    )
    op.create_index(
        op.f("ix_benefit_recipients_table_id"), "benefit_recipients", ["table_id"], unique=False, schema="marts"
    )
    op.create_table(
        "runs",
        sa.Column("run_id", sa.Integer(), sa.Identity(always=False), nullable=False, comment="Our number."),
        sa.Column("kind", sa.Text(), nullable=False, comment="nightly, backfill, replay."),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), nullable=False, comment="When it began, by the run's own clock."
        ),
        sa.Column(
            "ended_at", sa.DateTime(timezone=True), nullable=True, comment="When it ended; null: it runs, or it died."
        ),
        sa.Column(
            "outcome",
            sa.Text(),
            nullable=True,
            comment="completed, attention (something quarantined or late) or failed.",
        ),
        sa.Column("publisher_url", sa.Text(), nullable=False, comment="Where the publisher was asked."),
        sa.Column("code_version", sa.Text(), nullable=False, comment="The version of this product."),
        sa.Column("flow_run", sa.Text(), nullable=True, comment="The orchestrator's id for it."),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_runs")),
        schema="ops",
        comment="One row per run of a flow.",
    )
    op.create_table(
        "measures",
        sa.Column("measure_id", sa.SmallInteger(), sa.Identity(always=False), nullable=False, comment="Our number."),
        sa.Column("table_no", sa.SmallInteger(), nullable=False, comment="The table it belongs to."),
        sa.Column("name", sa.Text(), nullable=False, comment="Our name, ending in its unit."),
        sa.Column("label", sa.Text(), nullable=False, comment="The publisher's label, Danish."),
        sa.Column(
            "unit",
            sa.Text(),
            nullable=False,
            comment="persons, full_time_persons, cases, pct, pct_point, fraction, ratio or rank.",
        ),
        sa.Column(
            "adds_up",
            sa.Boolean(),
            nullable=False,
            comment="Whether the parts of a breakdown sum to its total, to within 1.",
        ),
        sa.ForeignKeyConstraint(["table_no"], ["core.tables.table_no"], name=op.f("fk_measures_table_no")),
        sa.PrimaryKeyConstraint("measure_id", name=op.f("pk_measures")),
        sa.UniqueConstraint("table_no", "name", name=op.f("uq_measures_table_no_name")),
        schema="core",
        comment="One row per measure of a table. Made from the catalogue, never edited.",
    )
    op.create_table(
        "vintages",
        sa.Column(
            "vintage_id",
            sa.Integer(),
            sa.Identity(always=False),
            nullable=False,
            comment="Our number; later vintages of a table are larger.",
        ),
        sa.Column("table_no", sa.SmallInteger(), nullable=False, comment="The table it is a version of."),
        sa.Column("publisher_updated_on", sa.Date(), nullable=True, comment="The publisher's own update date."),
        sa.Column(
            "seen_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When we saw it; never before the vintage it follows.",
        ),
        sa.Column("content_hash", sa.Text(), nullable=False, comment="SHA-256 over all cells of the load, sorted."),
        sa.Column("manifest", sa.Text(), nullable=False, comment="The archive's list of the answers it was read from."),
        sa.Column("run_id", sa.Integer(), nullable=False, comment="The run that published it."),
        sa.Column("new", sa.BigInteger(), nullable=False, comment="Cells that were not there before."),
        sa.Column("revised", sa.BigInteger(), nullable=False, comment="Cells whose value or status changed."),
        sa.Column("withdrawn", sa.BigInteger(), nullable=False, comment="Cells the publisher no longer has."),
        sa.Column(
            "unchanged", sa.BigInteger(), nullable=False, comment="Cells that stayed; nothing is written for them."
        ),
        sa.Column("newest_period_id", sa.Integer(), nullable=True, comment="The newest period the load held."),
        sa.Column(
            "largest_revision",
            sa.Double(),
            nullable=True,
            comment="Largest absolute change of a count among the revised cells, in its unit.",
        ),
        sa.Column(
            "largest_revision_series_id", sa.Integer(), nullable=True, comment="The series in which it happened."
        ),
        sa.Column(
            "largest_revision_period_id", sa.Integer(), nullable=True, comment="The period in which it happened."
        ),
        sa.ForeignKeyConstraint(["run_id"], ["ops.runs.run_id"], name=op.f("fk_vintages_run_id")),
        sa.ForeignKeyConstraint(["table_no"], ["core.tables.table_no"], name=op.f("fk_vintages_table_no")),
        sa.PrimaryKeyConstraint("vintage_id", name=op.f("pk_vintages")),
        schema="core",
        comment="One row per publisher table as we saw it. Nothing published is ever overwritten: a later vintage adds.",
    )
    op.create_index(
        op.f("ix_vintages_table_no_seen_at"), "vintages", ["table_no", "seen_at"], unique=False, schema="core"
    )
    op.create_table(
        "checks",
        sa.Column("run_id", sa.Integer(), nullable=False, comment="The run."),
        sa.Column("table_id", sa.Text(), nullable=False, comment="The publisher's table."),
        sa.Column("rule", sa.Text(), nullable=False, comment="Name of the check."),
        sa.Column("sentence", sa.Text(), nullable=False, comment="What must be true."),
        sa.Column("blocking", sa.Boolean(), nullable=False, comment="Whether a failure stops the table."),
        sa.Column("passed", sa.Boolean(), nullable=False, comment="Whether it held."),
        sa.Column("offenders", sa.BigInteger(), nullable=False, comment="Rows that broke it."),
        sa.Column("example", sa.Text(), nullable=True, comment="The first offender, in words."),
        sa.ForeignKeyConstraint(["run_id"], ["ops.runs.run_id"], name=op.f("fk_checks_run_id")),
        sa.PrimaryKeyConstraint("run_id", "table_id", "rule", name=op.f("pk_checks")),
        schema="ops",
        comment="One row per run, table and check: what was held against the load and whether it held.",
    )
    op.create_table(
        "quarantine",
        sa.Column("quarantine_id", sa.Integer(), sa.Identity(always=False), nullable=False, comment="Our number."),
        sa.Column("run_id", sa.Integer(), nullable=False, comment="The run."),
        sa.Column("table_id", sa.Text(), nullable=False, comment="The publisher's table."),
        sa.Column(
            "publisher_updated_on",
            sa.Date(),
            nullable=True,
            comment="The publisher's update date of the load that was stopped.",
        ),
        sa.Column("manifest", sa.Text(), nullable=True, comment="The archive's list of the answers it was read from."),
        sa.Column("rule", sa.Text(), nullable=False, comment="Name of the rule that stopped it."),
        sa.Column(
            "cells",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="A rejected row as it was read: column to content.",
        ),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False, comment="When."),
        sa.ForeignKeyConstraint(["run_id"], ["ops.runs.run_id"], name=op.f("fk_quarantine_run_id")),
        sa.PrimaryKeyConstraint("quarantine_id", name=op.f("pk_quarantine")),
        schema="ops",
        comment="One row per rejected row and rule. The bytes they were read from are in the archive, whole.",
    )
    op.create_index(
        op.f("ix_quarantine_table_id_stopped_at"), "quarantine", ["table_id", "stopped_at"], unique=False, schema="ops"
    )
    op.create_table(
        "table_outcomes",
        sa.Column("run_id", sa.Integer(), nullable=False, comment="The run."),
        sa.Column("table_id", sa.Text(), nullable=False, comment="The publisher's table."),
        sa.Column(
            "outcome",
            sa.Text(),
            nullable=False,
            comment="published, unchanged, not_due, source_late, quarantined or failed.",
        ),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, comment="When the table was looked at."),
        sa.Column(
            "publisher_updated_on", sa.Date(), nullable=True, comment="The publisher's update date at that time."
        ),
        sa.Column("next_release_on", sa.Date(), nullable=True, comment="The publisher's announced next release."),
        sa.Column("newest_period", sa.Text(), nullable=True, comment="The publisher's newest period at that time."),
        sa.Column(
            "fetched",
            sa.Boolean(),
            nullable=False,
            comment="Whether the figures themselves were fetched and read to the end.",
        ),
        sa.Column("vintage_id", sa.Integer(), nullable=True, comment="The vintage it brought, where it brought one."),
        sa.Column("new", sa.BigInteger(), server_default="0", nullable=False, comment="Cells new."),
        sa.Column("revised", sa.BigInteger(), server_default="0", nullable=False, comment="Cells revised."),
        sa.Column("withdrawn", sa.BigInteger(), server_default="0", nullable=False, comment="Cells withdrawn."),
        sa.Column("unchanged", sa.BigInteger(), server_default="0", nullable=False, comment="Cells unchanged."),
        sa.Column(
            "message", sa.Text(), server_default="", nullable=False, comment="What a person should know, in a sentence."
        ),
        sa.CheckConstraint(
            "outcome in ('published', 'unchanged', 'not_due', 'source_late', 'quarantined', 'failed')",
            name=op.f("ck_table_outcomes_outcome_is_known"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["ops.runs.run_id"], name=op.f("fk_table_outcomes_run_id")),
        sa.PrimaryKeyConstraint("run_id", "table_id", name=op.f("pk_table_outcomes")),
        schema="ops",
        comment="One row per run and table: exactly one outcome each.",
    )
    op.create_index(
        op.f("ix_table_outcomes_table_id_seen_at"),
        "table_outcomes",
        ["table_id", "seen_at"],
        unique=False,
        schema="ops",
    )
    op.create_table(
        "series",
        sa.Column("series_id", sa.Integer(), sa.Identity(always=False), nullable=False, comment="Our number."),
        sa.Column("table_no", sa.SmallInteger(), nullable=False, comment="The table."),
        sa.Column("measure_id", sa.SmallInteger(), nullable=False, comment="The measure."),
        sa.Column("area_id", sa.SmallInteger(), nullable=False, comment="The area."),
        sa.Column(
            "members",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Dimension to member, by the names the catalogue keeps.",
        ),
        sa.ForeignKeyConstraint(["area_id"], ["core.areas.area_id"], name=op.f("fk_series_area_id")),
        sa.ForeignKeyConstraint(["measure_id"], ["core.measures.measure_id"], name=op.f("fk_series_measure_id")),
        sa.ForeignKeyConstraint(["table_no"], ["core.tables.table_no"], name=op.f("fk_series_table_no")),
        sa.PrimaryKeyConstraint("series_id", name=op.f("pk_series")),
        sa.UniqueConstraint(
            "table_no", "measure_id", "area_id", "members", name=op.f("uq_series_table_no_measure_id_area_id_members")
        ),
        schema="core",
        comment="One row per table, measure, area and members: what a line in a chart would be.",
    )
    op.create_index(op.f("ix_series_table_no_area_id"), "series", ["table_no", "area_id"], unique=False, schema="core")
    op.execute(FRESHNESS)
    op.execute(REVISIONS)
    for thing, comment in COMMENTS.items():
        op.execute("comment on {} is '{}'".format(thing, comment.replace("'", "''")))


def downgrade() -> None:
    raise RuntimeError("the first migration is not undone: a warehouse never forgets")
