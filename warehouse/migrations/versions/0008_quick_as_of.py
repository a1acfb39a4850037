"""Answers as of a moment that read no more of the facts than they tell of, however many tables there are"""

from alembic import op

revision = "0008"
down_revision = "0007"

# By the table's number, which the planner knows when it plans: it leaves out the partitions of all other tables.
FACTS = """
create or replace function core.benchmark_as_of(as_of timestamptz, wanted_area_code text)
returns table (area_code text, area_name text, period text, period_last_day date, kind text, benefit_area text,
               measure text, value double precision, status text, vintage_id integer) language plpgsql stable parallel safe as $$
declare
    wanted smallint := (select t.table_no from core.tables t where t.table_id = 'y30r21');
begin
    perform core.known_moment(as_of);
    return query
    select a.code, a.name, p.code, p.last_day, p.kind, s.members ->> 'Ydelsesgrupper', m.name, o.value, o.status::text,
           o.vintage_id
    from core.observations_as_of(as_of) o
    join core.series s on s.series_id = o.series_id
    join core.measures m on m.measure_id = s.measure_id
    join core.areas a on a.area_id = s.area_id
    join core.periods p on p.period_id = o.period_id
    where o.table_no = wanted and s.table_no = wanted and (wanted_area_code is null or a.code = wanted_area_code);
end
$$
"""

# As in 0002, of several tables at once: a table at a time is a plan at a time.
RECIPIENTS_OF_TABLES = """
create function core.benefit_recipients_of(wanted smallint[], as_of timestamptz, wanted_area_code text default null)
returns setof marts.benefit_recipients language sql stable parallel safe as $$
    select g.benefit_group, g.name, a.code, a.name, a.kind, p.code, p.first_day,
           c.persons, c.persons_status, c.full_time_persons, c.full_time_persons_status,
           c.workforce_pct, c.workforce_pct_status, c.population_pct, c.population_pct_status,
           g.counted and p.last_day >= coalesce(g.valid_from, '-infinity')
                     and p.first_day <= coalesce(g.valid_until, 'infinity'),
           p.last_day < coalesce(g.valid_from, '-infinity'),
           t.table_id, newest.vintage_id, newest.publisher_updated_on, newest.seen_at, b.series_break, b.caveat
    from (
        select s.table_no, s.members, s.area_id, o.period_id,
               max(o.value) filter (where m.name = 'persons') as persons,
               max(o.status::text) filter (where m.name = 'persons') as persons_status,
               max(o.value) filter (where m.name = 'full_time_persons') as full_time_persons,
               max(o.status::text) filter (where m.name = 'full_time_persons') as full_time_persons_status,
               max(o.value) filter (where m.name = 'workforce_pct') as workforce_pct,
               max(o.status::text) filter (where m.name = 'workforce_pct') as workforce_pct_status,
               max(o.value) filter (where m.name = 'population_pct') as population_pct,
               max(o.status::text) filter (where m.name = 'population_pct') as population_pct_status
        from core.observations_as_of(as_of) o
        join core.series s on s.series_id = o.series_id and s.table_no = o.table_no
        join core.measures m on m.measure_id = s.measure_id
        where o.table_no = any(wanted) and s.table_no = any(wanted)
          and (s.table_no, s.members) in (select counted.table_no, counted.members from core.benefit_groups counted)
          and s.area_id = any(array(select area.area_id from core.areas area
                                    where wanted_area_code is null or area.code = wanted_area_code))
        group by s.table_no, s.members, s.area_id, o.period_id
    ) c
    join core.benefit_groups g on g.table_no = c.table_no and g.members = c.members
    join core.tables t on t.table_no = c.table_no
    join core.areas a on a.area_id = c.area_id
    join core.periods p on p.period_id = c.period_id
    join (select distinct on (v.table_no) v.* from core.vintages v where v.table_no = any(wanted) and v.seen_at <= as_of
          order by v.table_no, v.vintage_id desc) newest on newest.table_no = c.table_no
    left join lateral (select * from core.series_breaks b where b.table_no = c.table_no
                       and b.first_period_id <= c.period_id order by b.first_period_id desc limit 1) b on true
$$
"""

# What stands in the mart is what the same function gives for a table as of any moment since its newest vintage.
RECIPIENTS = """
create or replace function marts.benefit_recipients_as_of(as_of timestamptz, wanted_area_code text default null)
returns setof marts.benefit_recipients language plpgsql stable security definer set search_path = pg_catalog as $$
declare
    standing text[];
    others smallint[];
begin
    perform core.known_moment(as_of);
    select array_agg(g.table_id) filter (where g.stands), array_agg(g.table_no) filter (where not g.stands)
    into standing, others
    from (
        select t.table_id, t.table_no,
               coalesce(mart.vintage_id = newest.vintage_id and newest.seen_at <= as_of and built.recipe = recipe.recipe,
                        false) as stands
        from core.tables t
        join lateral (select v.vintage_id, v.seen_at from core.vintages v where v.table_no = t.table_no
                      order by v.vintage_id desc limit 1) newest on true
        left join lateral (select min(r.vintage_id) as vintage_id from marts.benefit_recipients r
                           where r.table_id = t.table_id) mart on true
        left join ops.mart_builds built on built.table_id = t.table_id
        left join ops.mart_recipes recipe on recipe.table_id = t.table_id
        where t.table_no in (select b.table_no from core.benefit_groups b)
    ) g;
    return query select r.* from marts.benefit_recipients r
                 where r.table_id = any(standing) and (wanted_area_code is null or r.area_code = wanted_area_code);
    if others is not null then
        return query select r.* from core.benefit_recipients_of(others, as_of, wanted_area_code) r;
    end if;
end
$$
"""

# The rows of marts.revisions that are of a benefit: a view cannot be told which tables it need not look at. What a row became
# is the next of its cell by vintage, so that an area's rows are read once, however much was revised elsewhere.
REVISIONS = """
create function marts.benefit_revisions_as_of(as_of timestamptz, wanted_area_code text default null,
                                              wanted_measure text default null)
returns setof marts.revisions language plpgsql stable security definer set search_path = pg_catalog as $$
declare
    wanted smallint[] := (select array_agg(distinct b.table_no) from core.benefit_groups b);
    places smallint[] := (select array_agg(a.area_id) from core.areas a
                          where wanted_area_code is null or a.code = wanted_area_code);
begin
    perform core.known_moment(as_of);
    return query
    with counted as materialized (
        select s.series_id, s.table_no, s.area_id, s.measure_id, s.members, g.benefit_group
        from core.series s
        join core.benefit_groups g on g.table_no = s.table_no and g.members = s.members
        join core.measures m on m.measure_id = s.measure_id
        where s.table_no = any(wanted) and s.area_id = any(places) and (wanted_measure is null or m.name = wanted_measure)
    ), cells as (
        select c.*, o.period_id, o.superseded_by, o.value as before_value, o.status::text as before_status,
               lead(o.value) over cell as after_value, lead(o.status::text) over cell as after_status
        from counted c join core.observations o on o.table_no = c.table_no and o.series_id = c.series_id
        where o.table_no = any(wanted)
        window cell as (partition by o.series_id, o.period_id order by o.vintage_id)
    )
    select t.table_id, p.code, p.last_day, a.code, a.name, m.name, m.unit, c.members, c.before_value, c.before_status,
           c.after_value, c.after_status, c.after_value - c.before_value, v.vintage_id, v.publisher_updated_on, v.seen_at,
           c.benefit_group
    from cells c
    join core.tables t on t.table_no = c.table_no
    join core.measures m on m.measure_id = c.measure_id
    join core.areas a on a.area_id = c.area_id
    join core.periods p on p.period_id = c.period_id
    join core.vintages v on v.vintage_id = c.superseded_by
    where v.seen_at <= as_of;
end
$$
"""

COMMENTS = {
    "function core.benefit_recipients_of(smallint[], timestamptz, text)": "One row per benefit group of the tables, area and "
    "month, as the warehouse would have answered at that moment; infinity: now.",
    "function marts.benefit_revisions_as_of(timestamptz, text, text)": "The rows of marts.revisions that are of a benefit group and were "
    "known at that moment; infinity: now.",
}


def upgrade() -> None:
    op.drop_index("ix_benefit_recipients_table_id", "benefit_recipients", schema="marts")
    op.create_index(
        "ix_benefit_recipients_table_id_vintage_id", "benefit_recipients", ["table_id", "vintage_id"], schema="marts"
    )
    for statement in (FACTS, RECIPIENTS_OF_TABLES, RECIPIENTS, REVISIONS):
        op.execute(statement)
    op.execute("drop function core.benefit_recipients_of(smallint, timestamptz, text)")
    for thing, comment in COMMENTS.items():
        op.execute("comment on {} is '{}'".format(thing, comment.replace("'", "''")))


def downgrade() -> None:
    raise RuntimeError("a warehouse never forgets: this migration is not undone")
