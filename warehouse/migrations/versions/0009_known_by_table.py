"""Revisions of each benefit that counts a series, and counts as of a moment that ask for a vintage once per table"""

from alembic import op

revision = "0009"
down_revision = "0008"

# Of a table, what was known at a moment is what its newest vintage then had: vintages of a table follow one another in time.
RECIPIENTS_OF_TABLES = """
create or replace function core.benefit_recipients_of(wanted smallint[], as_of timestamptz, wanted_area_code text default null)
returns setof marts.benefit_recipients language sql stable parallel safe as $$
    with newest as materialized (
        select distinct on (v.table_no) v.table_no, v.vintage_id, v.publisher_updated_on, v.seen_at, t.table_id
        from core.vintages v join core.tables t on t.table_no = v.table_no
        where v.table_no = any(wanted) and v.seen_at <= as_of order by v.table_no, v.vintage_id desc
    ), counted as materialized (
        select s.series_id, s.table_no, s.area_id, m.name as measure, g.benefit_group, newest.vintage_id
        from core.series s
        join core.benefit_groups g on g.table_no = s.table_no and g.members = s.members
        join core.measures m on m.measure_id = s.measure_id
        join newest on newest.table_no = s.table_no
        where s.table_no = any(wanted)
          and s.area_id = any(array(select area.area_id from core.areas area
                                    where wanted_area_code is null or area.code = wanted_area_code))
    ), cells as materialized (
        select c.table_no, c.benefit_group, c.area_id, o.period_id,
               max(o.value) filter (where c.measure = 'persons') as persons,
               max(o.status) filter (where c.measure = 'persons') as persons_status,
               max(o.value) filter (where c.measure = 'full_time_persons') as full_time_persons,
               max(o.status) filter (where c.measure = 'full_time_persons') as full_time_persons_status,
               max(o.value) filter (where c.measure = 'workforce_pct') as workforce_pct,
               max(o.status) filter (where c.measure = 'workforce_pct') as workforce_pct_status,
               max(o.value) filter (where c.measure = 'population_pct') as population_pct,
               max(o.status) filter (where c.measure = 'population_pct') as population_pct_status
        from counted c join core.observations o on o.table_no = c.table_no and o.series_id = c.series_id
        where o.table_no = any(wanted) and o.vintage_id <= c.vintage_id
          and (o.superseded_by is null or o.superseded_by > c.vintage_id)
        group by c.table_no, c.benefit_group, c.area_id, o.period_id
    )
    select g.benefit_group, g.name, a.code, a.name, a.kind, p.code, p.first_day,
           c.persons, c.persons_status::text, c.full_time_persons, c.full_time_persons_status::text,
           c.workforce_pct, c.workforce_pct_status::text, c.population_pct, c.population_pct_status::text,
           g.counted and p.last_day >= coalesce(g.valid_from, '-infinity')
                     and p.first_day <= coalesce(g.valid_until, 'infinity'),
           p.last_day < coalesce(g.valid_from, '-infinity'),
           newest.table_id, newest.vintage_id, newest.publisher_updated_on, newest.seen_at, b.series_break, b.caveat
    from cells c
    join core.benefit_groups g on g.benefit_group = c.benefit_group
    join newest on newest.table_no = c.table_no
    join core.areas a on a.area_id = c.area_id
    join core.periods p on p.period_id = c.period_id
    left join lateral (select * from core.series_breaks b where b.table_no = c.table_no
                       and b.first_period_id <= c.period_id order by b.first_period_id desc limit 1) b on true
$$
"""

# The rows of marts.revisions that are of a benefit: a view cannot be told which tables it need not look at. What a row became
# is the next of its cell by vintage, so that an area's rows are read once, however much was revised elsewhere.
REVISIONS = """
create or replace function marts.benefit_revisions_as_of(as_of timestamptz, wanted_area_code text default null,
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
        window cell as (partition by c.benefit_group, o.series_id, o.period_id order by o.vintage_id)
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


# Rows of the marts have the names of areas in them.
MART_RECIPES = """
create or replace view ops.mart_recipes as
select t.table_id,
       md5(concat((select string_agg(g::text, '|' order by g.benefit_group) from core.benefit_groups g
                   where g.table_no = t.table_no),
                  (select string_agg(b::text, '|' order by b.series_break) from core.series_breaks b
                   where b.table_no = t.table_no),
                  (select string_agg(concat_ws('|', a.code, a.name, a.kind), '|' order by a.area_id)
                   from core.areas a))) as recipe
from core.tables t
"""

COMMENTS = {
    "view ops.mart_recipes": "One row per publisher table: what the catalogue says now of its benefits, series breaks and areas.",
    "column ops.mart_recipes.recipe": "MD5 of its rows in core.benefit_groups and core.series_breaks, and of core.areas.",
    "view marts.known_moments": "One row per vintage of a publisher table: when something became known. At these moments "
    "answers as of a moment change; savings do too when a price is recorded.",
}


def upgrade() -> None:
    op.execute(RECIPIENTS_OF_TABLES)
    op.execute(REVISIONS)
    op.execute(MART_RECIPES)
    for thing, comment in COMMENTS.items():
        op.execute(f"comment on {thing} is '{comment}'")


def downgrade() -> None:
    raise RuntimeError("a warehouse never forgets: this migration is not undone")
