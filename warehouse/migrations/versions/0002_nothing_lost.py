"""As-of functions, benefit groups, series breaks, and quarantine by load with its release"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

KNOWN_MOMENT = """
create function core.known_moment(as_of timestamptz) returns timestamptz language plpgsql immutable parallel safe as $$
begin
    if as_of is null then
        raise exception 'as of when? A moment is needed, and null is none' using errcode = 'null_value_not_allowed';
    end if;
    return as_of;
end
$$
"""

OBSERVATIONS_AS_OF = """
create function core.observations_as_of(as_of timestamptz)
returns table (table_no smallint, series_id integer, period_id integer, value double precision, status core.value_status,
               vintage_id integer, publisher_updated_on date, seen_at timestamptz, superseded_at timestamptz)
language sql stable parallel safe as $$
    select o.table_no, o.series_id, o.period_id, o.value, o.status, v.vintage_id, v.publisher_updated_on, v.seen_at,
           following.seen_at
    from core.observations o
    join core.vintages v on v.vintage_id = o.vintage_id
    left join core.vintages following on following.vintage_id = o.superseded_by
    where v.seen_at <= core.known_moment(as_of) and (following.seen_at is null or following.seen_at > as_of)
$$
"""

RECIPIENTS_OF_TABLE = """
create function core.benefit_recipients_of(wanted_table_no smallint, as_of timestamptz, wanted_area_code text default null)
returns setof marts.benefit_recipients language sql stable parallel safe as $$
    select g.benefit_group, g.name, a.code, a.name, a.kind, p.code, p.first_day,
           max(o.value) filter (where m.name = 'persons'),
           max(o.status::text) filter (where m.name = 'persons'),
           max(o.value) filter (where m.name = 'full_time_persons'),
           max(o.status::text) filter (where m.name = 'full_time_persons'),
           max(o.value) filter (where m.name = 'workforce_pct'),
           max(o.status::text) filter (where m.name = 'workforce_pct'),
           max(o.value) filter (where m.name = 'population_pct'),
           max(o.status::text) filter (where m.name = 'population_pct'),
           g.counted and p.last_day >= coalesce(g.valid_from, '-infinity')
                     and p.first_day <= coalesce(g.valid_until, 'infinity'),
           p.last_day < coalesce(g.valid_from, '-infinity'),
           t.table_id, newest.vintage_id, newest.publisher_updated_on, newest.seen_at, b.series_break, b.caveat
    from core.observations_as_of(as_of) o
    join core.series s on s.series_id = o.series_id
    join core.benefit_groups g on g.table_no = s.table_no and g.members = s.members
    join core.tables t on t.table_no = s.table_no
    join core.measures m on m.measure_id = s.measure_id
    join core.areas a on a.area_id = s.area_id
    join core.periods p on p.period_id = o.period_id
    join lateral (select * from core.vintages v where v.table_no = wanted_table_no and v.seen_at <= as_of
                  order by v.vintage_id desc limit 1) newest on true
    left join lateral (select * from core.series_breaks b where b.table_no = wanted_table_no
                       and b.first_period_id <= p.period_id order by b.first_period_id desc limit 1) b on true
    where o.table_no = wanted_table_no and s.table_no = wanted_table_no
      and (wanted_area_code is null or a.code = wanted_area_code)
    group by g.benefit_group, a.area_id, p.period_id, t.table_no, newest.vintage_id, newest.publisher_updated_on,
             newest.seen_at, b.series_break, b.caveat
$$
"""

# For readers who may not see core: it runs with its owner's rights, and finds nothing but what it names.
RECIPIENTS_AS_OF = """
create function marts.benefit_recipients_as_of(as_of timestamptz, wanted_area_code text default null)
returns setof marts.benefit_recipients language plpgsql stable security definer set search_path = pg_catalog as $$
begin
    perform core.known_moment(as_of);
    return query select r.* from (select distinct table_no from core.benefit_groups) g,
        lateral core.benefit_recipients_of(g.table_no, as_of, wanted_area_code) r;
end
$$
"""

SERIES_BREAKS = """
create view marts.series_breaks as
select b.series_break, t.table_id, t.title as table_title, p.code as first_period, p.first_day as first_period_first_day,
       b.title, b.caveat, b.source
from core.series_breaks b
join core.tables t on t.table_no = b.table_no
join core.periods p on p.period_id = b.first_period_id
"""

MART_RECIPES = """
create view ops.mart_recipes as
select t.table_id,
       md5(concat((select string_agg(g::text, '|' order by g.benefit_group) from core.benefit_groups g
                   where g.table_no = t.table_no),
                  (select string_agg(b::text, '|' order by b.series_break) from core.series_breaks b
                   where b.table_no = t.table_no))) as recipe
from core.tables t
"""

COMMENTS = {
    "view ops.mart_recipes": "One row per publisher table: what the catalogue says now of its benefits and series breaks.",
    "column ops.mart_recipes.table_id": "The publisher's table.",
    "column ops.mart_recipes.recipe": "MD5 of its rows in core.benefit_groups and core.series_breaks.",
    "function core.known_moment(timestamptz)": "The moment itself; an error where it is null, so that no question "
    "without a moment is answered with nothing.",
    "function core.observations_as_of(timestamptz)": "One row per series and period, as the warehouse would have "
    "answered at that moment, with the vintage it rests on. A moment after the newest vintage gives what stands.",
    "function core.benefit_recipients_of(smallint, timestamptz, text)": "One row per benefit group of a table, area and "
    "month, as it was known at a moment: what marts.benefit_recipients is filled from.",
    "function marts.benefit_recipients_as_of(timestamptz, text)": "One row per benefit group, area and month, as "
    "marts.benefit_recipients would have had it at that moment; for one area where its code is given.",
    "view marts.series_breaks": "One row per series break and publisher table: from which period on figures are not "
    "comparable with those before it. A comparison across it carries the caveat; a line is never drawn through it.",
    "column ops.runs.kind": "nightly, backfill, replay or release.",
    "column ops.runs.ended_at": "When it ended, or was found to have died; null: it runs, or nobody has looked since.",
    "column ops.runs.outcome": "completed, attention (something quarantined or late), failed, yielded (another was at "
    "work) or died.",
    "column marts.series_breaks.series_break": "Our id of the break.",
    "column marts.series_breaks.table_id": "The publisher's table.",
    "column marts.series_breaks.table_title": "Its title, Danish.",
    "column marts.series_breaks.first_period": "The first period after the break.",
    "column marts.series_breaks.first_period_first_day": "The first day of that period.",
    "column marts.series_breaks.title": "What changed, in a few Danish words.",
    "column marts.series_breaks.caveat": "The Danish sentence a comparison across the break carries.",
    "column marts.series_breaks.source": "The act, guide or list that says so.",
}


def upgrade() -> None:
    op.create_table(
        "benefit_groups",
        sa.Column("benefit_group", sa.Text(), nullable=False, comment="Our id of the benefit."),
        sa.Column("name", sa.Text(), nullable=False, comment="Its Danish name."),
        sa.Column("table_no", sa.SmallInteger(), nullable=False, comment="The table that counts it."),
        sa.Column(
            "members",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The members of that table that are the benefit.",
        ),
        sa.Column(
            "counted",
            sa.Boolean(),
            nullable=False,
            comment="Whether committee papers count it in a sum over all benefits.",
        ),
        sa.Column("benchmark", sa.Text(), nullable=True, comment="The group of the ministry's benchmark it is part of."),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="First day the benefit was in force."),
        sa.Column("valid_until", sa.Date(), nullable=True, comment="Last day the benefit was in force."),
        sa.Column("successor", sa.Text(), nullable=True, comment="The benefit that took over."),
        sa.ForeignKeyConstraint(["table_no"], ["core.tables.table_no"], name=op.f("fk_benefit_groups_table_no")),
        sa.PrimaryKeyConstraint("benefit_group", name=op.f("pk_benefit_groups")),
        schema="core",
        comment="One row per benefit as committee papers name it. Made from the catalogue, never edited.",
    )
    op.create_table(
        "series_breaks",
        sa.Column("series_break", sa.Text(), nullable=False, comment="Our id of the break."),
        sa.Column("table_no", sa.SmallInteger(), nullable=False, comment="The table."),
        sa.Column("first_period_id", sa.Integer(), nullable=False, comment="The first period after the break."),
        sa.Column("title", sa.Text(), nullable=False, comment="What changed, in a few Danish words."),
        sa.Column(
            "caveat", sa.Text(), nullable=False, comment="The Danish sentence a comparison across the break carries."
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="The act, guide or list that says so."),
        sa.ForeignKeyConstraint(
            ["first_period_id"], ["core.periods.period_id"], name=op.f("fk_series_breaks_first_period_id")
        ),
        sa.ForeignKeyConstraint(["table_no"], ["core.tables.table_no"], name=op.f("fk_series_breaks_table_no")),
        sa.PrimaryKeyConstraint("series_break", "table_no", name=op.f("pk_series_breaks")),
        schema="core",
        comment="One row per series break and table. Made from the catalogue, never edited.",
    )
    op.add_column(
        "benefit_recipients",
        sa.Column(
            "series_break",
            sa.Text(),
            comment="The newest series break at or before the month. Rows with different breaks are not comparable "
            "without its caveat.",
        ),
        schema="marts",
    )
    op.add_column(
        "benefit_recipients",
        sa.Column(
            "series_break_caveat",
            sa.Text(),
            comment="The Danish sentence that a comparison of this row with an earlier one carries; null: no break.",
        ),
        schema="marts",
    )
    op.add_column(
        "vintages",
        sa.Column(
            "release_reason",
            sa.Text(),
            comment="Why a person published it although a check had stopped it; null: every blocking check held.",
        ),
        schema="core",
    )
    op.create_table(
        "mart_builds",
        sa.Column("table_id", sa.Text(), nullable=False, comment="The publisher's table whose rows were built."),
        sa.Column(
            "recipe",
            sa.Text(),
            nullable=False,
            comment="MD5 of what the catalogue said of its benefits and series breaks.",
        ),
        sa.PrimaryKeyConstraint("table_id", name=op.f("pk_mart_builds")),
        schema="ops",
        comment="One row per publisher table: what its rows in the marts were last built from.",
    )
    for statement in (KNOWN_MOMENT, OBSERVATIONS_AS_OF, RECIPIENTS_OF_TABLE, RECIPIENTS_AS_OF, SERIES_BREAKS, MART_RECIPES):
        op.execute(statement)
    _quarantine_by_load()
    for thing, comment in COMMENTS.items():
        op.execute("comment on {} is '{}'".format(thing, comment.replace("'", "''")))


def _quarantine_by_load() -> None:
    op.execute("alter table ops.quarantine rename to rejected_rows")
    op.execute("alter table ops.rejected_rows rename column quarantine_id to rejected_row_id")
    op.execute("alter table ops.rejected_rows rename constraint pk_quarantine to pk_rejected_rows")
    op.execute("drop index ops.ix_quarantine_table_id_stopped_at")
    op.create_table(
        "quarantine",
        sa.Column("quarantine_id", sa.Integer(), sa.Identity(always=False), nullable=False, comment="Our number."),
        sa.Column("run_id", sa.Integer(), nullable=False, comment="The run whose load was stopped."),
        sa.Column("table_id", sa.Text(), nullable=False, comment="The publisher's table."),
        sa.Column(
            "publisher_updated_on",
            sa.Date(),
            nullable=True,
            comment="The publisher's update date of the load that was stopped.",
        ),
        sa.Column("manifest", sa.Text(), nullable=True, comment="The archive's list of the answers it was read from."),
        sa.Column("rule", sa.Text(), nullable=False, comment="Name of the rule that stopped it, the first of several."),
        sa.Column("message", sa.Text(), nullable=False, comment="What stopped it and what to do, in a sentence."),
        sa.Column("rejected", sa.BigInteger(), nullable=False, comment="Rejected rows that were kept."),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False, comment="When."),
        sa.Column(
            "released_at", sa.DateTime(timezone=True), nullable=True, comment="When a person released it; null: nobody has."
        ),
        sa.Column("released_by", sa.Text(), nullable=True, comment="Who released it."),
        sa.Column("release_reason", sa.Text(), nullable=True, comment="Why it was released."),
        sa.Column("release_run_id", sa.Integer(), nullable=True, comment="The run that published it after all."),
        sa.ForeignKeyConstraint(["run_id"], ["ops.runs.run_id"], name=op.f("fk_quarantine_run_id")),
        sa.ForeignKeyConstraint(["release_run_id"], ["ops.runs.run_id"], name=op.f("fk_quarantine_release_run_id")),
        sa.PrimaryKeyConstraint("quarantine_id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("run_id", "table_id", name=op.f("uq_quarantine_run_id_table_id")),
        schema="ops",
        comment="One row per load that was stopped. The bytes it was read from are in the archive, whole.",
    )
    op.create_index(
        op.f("ix_quarantine_table_id_stopped_at"), "quarantine", ["table_id", "stopped_at"], unique=False, schema="ops"
    )
    op.execute(
        "insert into ops.quarantine (run_id, table_id, publisher_updated_on, manifest, rule, message, rejected, stopped_at) "
        "select r.run_id, r.table_id, min(r.publisher_updated_on), min(r.manifest), min(r.rule), coalesce(min(o.message), ''), "
        "count(*), min(r.stopped_at) from ops.rejected_rows r left join ops.table_outcomes o using (run_id, table_id) "
        "group by r.run_id, r.table_id"
    )
    op.execute("alter table ops.rejected_rows add column quarantine_id integer")
    op.execute(
        "update ops.rejected_rows r set quarantine_id = q.quarantine_id from ops.quarantine q "
        "where q.run_id = r.run_id and q.table_id = r.table_id"
    )
    for column in ("run_id", "table_id", "publisher_updated_on", "manifest", "stopped_at"):
        op.drop_column("rejected_rows", column, schema="ops")
    op.execute("alter table ops.rejected_rows alter column quarantine_id set not null")
    op.execute(
        "alter table ops.rejected_rows add constraint fk_rejected_rows_quarantine_id foreign key (quarantine_id) "
        "references ops.quarantine (quarantine_id)"
    )
    op.create_index(op.f("ix_rejected_rows_quarantine_id"), "rejected_rows", ["quarantine_id"], unique=False, schema="ops")
    for thing, comment in {
        "table ops.rejected_rows": "One row per rejected row and rule of a load that was stopped.",
        "column ops.rejected_rows.rejected_row_id": "Our number.",
        "column ops.rejected_rows.quarantine_id": "The load it was part of.",
        "column ops.rejected_rows.rule": "Name of the rule it broke.",
        "column ops.rejected_rows.cells": "The row as it was read: column to content.",
        "column ops.runs.kind": "nightly, backfill, replay, release.",
    }.items():
        op.execute(f"comment on {thing} is '{comment}'")


def downgrade() -> None:
    raise RuntimeError("a warehouse never forgets: this migration is not undone")
