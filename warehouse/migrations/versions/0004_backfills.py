"""Backfills and their ledger; the budget of calls; vintages that a backfill brought"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# A backfill's vintage counts from the night on that has looked at the whole table since, and found it so.
FRESHNESS = """
create or replace view marts.freshness as
select t.table_id, t.title, t.title_en, t.retired_on,
       p.code as newest_period, p.last_day as newest_period_last_day,
       v.publisher_updated_on, v.seen_at,
       calendar.newest_period as publisher_newest_period, calendar.next_release_on,
       latest.outcome as last_outcome, latest.seen_at as last_looked_at, latest.message as last_message,
       case when t.retired_on is null or t.retired_on > current_date then
           coalesce(whole.code >= calendar.newest_period and current_date <= calendar.next_release_on, false)
       end as is_fresh,
       whole.code as newest_whole_period
from core.tables t
left join lateral (select max(seen_at) as at from ops.table_outcomes where table_id = t.table_id and fetched) looked on true
left join lateral (select max(newest_period_id) as period_id,
                          max(newest_period_id) filter (where not backfilled or seen_at <= looked.at) as whole_period_id
                   from core.vintages where table_no = t.table_no) n on true
left join core.periods p on p.period_id = n.period_id
left join core.periods whole on whole.period_id = n.whole_period_id
left join lateral (select publisher_updated_on, seen_at from core.vintages
                   where table_no = t.table_no and (not backfilled or seen_at <= looked.at)
                   order by vintage_id desc limit 1) v on true
left join lateral (select newest_period, next_release_on from ops.table_outcomes
                   where table_id = t.table_id and newest_period is not null
                   order by run_id desc limit 1) calendar on true
left join lateral (select outcome, seen_at, message from ops.table_outcomes
                   where table_id = t.table_id order by run_id desc limit 1) latest on true
"""
COMMENTS = {
    "schema ops": "What happened: runs, the outcome of each table, checks, quarantine, backfills.",
    "column marts.freshness.publisher_updated_on": "The publisher''s date of our newest vintage; one that a backfill "
    "brought is left out until a night has looked at the whole table.",
    "column marts.freshness.newest_whole_period": "The newest period that a night has looked at: one that only a "
    "backfill brought is left out.",
    "column marts.freshness.is_fresh": "Whether a night brought the publisher''s newest period and its next release is not "
    "past; null for a retired table.",
}


def upgrade() -> None:
    op.add_column(
        "vintages",
        sa.Column(
            "backfilled",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("false"),
            comment="Whether a backfill brought it: a look at some periods, which says nothing of the others.",
        ),
        schema="core",
    )
    op.create_table(
        "backfills",
        sa.Column("backfill_id", sa.Integer(), sa.Identity(always=False), nullable=False, comment="Our number."),
        sa.Column("first_period", sa.Text(), nullable=False, comment="The first period, as it was asked for."),
        sa.Column("last_period", sa.Text(), nullable=False, comment="The last period, as it was asked for."),
        sa.Column(
            "table_ids", sa.ARRAY(sa.Text()), nullable=False, comment="The tables that were named; none: all of them."
        ),
        sa.Column("publisher_url", sa.Text(), nullable=False, comment="Where the publisher was asked."),
        sa.Column("calls", sa.Integer(), nullable=False, server_default="0", comment="Calls made to plan it."),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was planned and put on record.",
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When its last partition ended; null: some wait.",
        ),
        sa.PrimaryKeyConstraint("backfill_id", name=op.f("pk_backfills")),
        schema="ops",
        comment="One row per backfill: which periods of which tables were asked for.",
    )
    op.create_table(
        "backfill_partitions",
        sa.Column("backfill_id", sa.Integer(), nullable=False, comment="The backfill."),
        sa.Column(
            "partition_no",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Its place in the order of work: the newest periods first.",
        ),
        sa.Column("table_id", sa.Text(), nullable=False, comment="The publisher's table."),
        sa.Column(
            "periods",
            sa.ARRAY(sa.Text()),
            nullable=False,
            comment="The periods; none: the table could not be planned.",
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="waiting, fetched (archived, not published), done (published, or found unchanged) or failed.",
        ),
        sa.Column("planned_calls", sa.Integer(), nullable=False, comment="Calls it was planned to take."),
        sa.Column("planned_cells", sa.BigInteger(), nullable=False, comment="Cells it was planned to bring."),
        sa.Column(
            "publisher_updated_on",
            sa.Date(),
            nullable=True,
            comment="The publisher's update date, as it was last told of.",
        ),
        sa.Column("run_id", sa.Integer(), nullable=True, comment="The run that works at it, or was the last to."),
        sa.Column("manifest", sa.Text(), nullable=True, comment="The archive's list of its answers, once they are there."),
        sa.Column(
            "outcome",
            sa.Text(),
            nullable=True,
            comment="published, unchanged, quarantined or failed; null: it has not ended.",
        ),
        sa.Column("vintage_id", sa.Integer(), nullable=True, comment="The vintage it brought, where it brought one."),
        sa.Column(
            "calls",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="Calls made for it, those of failed attempts too.",
        ),
        sa.Column("cells", sa.BigInteger(), nullable=False, server_default="0", comment="Cells it was read to."),
        sa.Column(
            "message", sa.Text(), nullable=False, server_default="", comment="Why it failed, in a sentence."
        ),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), nullable=True, comment="When its last attempt began."
        ),
        sa.Column(
            "fetched_at", sa.DateTime(timezone=True), nullable=True, comment="When its answers were archived."
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="When it ended."),
        sa.CheckConstraint(
            "state in ('waiting', 'fetched', 'done', 'failed')", name=op.f("ck_backfill_partitions_state_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["backfill_id"], ["ops.backfills.backfill_id"], name=op.f("fk_backfill_partitions_backfill_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["ops.runs.run_id"], name=op.f("fk_backfill_partitions_run_id")),
        sa.PrimaryKeyConstraint("backfill_id", "partition_no", name=op.f("pk_backfill_partitions")),
        schema="ops",
        comment="One row per partition of a backfill: some periods of one table, and how far they have come.",
    )
    op.create_table(
        "call_budgets",
        sa.Column("publisher", sa.Text(), nullable=False, comment="Host and port of the publisher."),
        sa.Column(
            "tokens",
            sa.Double(),
            nullable=False,
            comment="Calls that may be made at once; below zero: that many wait.",
        ),
        sa.Column(
            "counted_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When that was so, by the warehouse's clock.",
        ),
        sa.PrimaryKeyConstraint("publisher", name=op.f("pk_call_budgets")),
        schema="ops",
        comment="One row per publisher: the calls that all processes together may still make.",
    )
    op.execute(FRESHNESS)
    for thing, comment in COMMENTS.items():
        op.execute(f"comment on {thing} is '{comment}'")


def downgrade() -> None:
    raise RuntimeError("a warehouse never forgets: this migration is not undone")
