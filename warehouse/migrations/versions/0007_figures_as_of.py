"""The benchmark and its savings as they were known at any moment, and the days on which anything became known"""

from alembic import op

revision = "0007"
down_revision = "0006"

# Of the publisher's own table: printed lists, and their signs, are told apart in warehouse/figures/benchmark.py.
FACTS = """
create function core.benchmark_as_of(as_of timestamptz, wanted_area_code text)
returns table (area_code text, area_name text, period text, period_last_day date, kind text, benefit_area text,
               measure text, value double precision, status text, vintage_id integer) language sql stable parallel safe as $$
    select a.code, a.name, p.code, p.last_day, p.kind, s.members ->> 'Ydelsesgrupper', m.name, o.value, o.status::text,
           o.vintage_id
    from core.observations_as_of(as_of) o
    join core.series s on s.series_id = o.series_id
    join core.tables t on t.table_no = o.table_no
    join core.measures m on m.measure_id = s.measure_id
    join core.areas a on a.area_id = s.area_id
    join core.periods p on p.period_id = o.period_id
    where t.table_id = 'y30r21' and (wanted_area_code is null or a.code = wanted_area_code)
$$
"""

RANKING = """
create function marts.benchmark_ranking_as_of(as_of timestamptz, wanted_area_code text default null)
returns table (area_code text, area_name text, period text, period_last_day date, benefit_area text,
               rank double precision, rank_status text, rank_half_a_year_earlier double precision,
               rank_half_a_year_earlier_status text, gap_full_time_persons double precision,
               gap_low_full_time_persons double precision, gap_high_full_time_persons double precision,
               expected_full_time_persons double precision, actual_full_time_persons double precision, vintage_id integer,
               seen_at timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    with facts as materialized (select * from core.benchmark_as_of(as_of, wanted_area_code)),
    listed as (
        select f.area_code, f.area_name, f.period, f.period_last_day, f.kind, f.benefit_area,
               max(f.value) filter (where f.measure = 'rank') as rank,
               max(f.status) filter (where f.measure = 'rank') as rank_status,
               max(f.value) filter (where f.measure = 'expected_full_time_persons') as expected,
               max(f.value) filter (where f.measure = 'actual_full_time_persons') as actual,
               max(f.vintage_id) as vintage_id
        from facts f group by f.area_code, f.area_name, f.period, f.period_last_day, f.kind, f.benefit_area)
    select l.area_code, l.area_name, l.period, l.period_last_day, l.benefit_area, l.rank, l.rank_status,
           e.rank, e.rank_status, l.actual - l.expected, l.actual - l.expected - 10,
           l.actual - l.expected + 10, l.expected, l.actual, l.vintage_id, v.seen_at
    from listed l join core.vintages v on v.vintage_id = l.vintage_id
    left join listed e on e.area_code = l.area_code and e.benefit_area = l.benefit_area and e.kind = l.kind
         and e.period_last_day = (date_trunc('month', l.period_last_day) - interval '5 months' - interval '1 day')::date
$$
"""

# Which price applies is said in warehouse/assumed.py and figures/joining.py: where an area has any of its own, those that
# hold anywhere are left out; of one basis, one given for the day comes before the newest of earlier days.
SAVINGS = """
create function marts.savings_as_of(as_of timestamptz, wanted_area_code text default null)
returns table (area_code text, area_name text, period text, period_last_day date, benefit_area text, basis text,
               fewer_full_time_persons double precision, net_unit_cost_dkk double precision, saving_dkk double precision,
               saving_low_dkk double precision, saving_high_dkk double precision, vintage_id integer,
               seen_at timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    select g.area_code, g.area_name, g.period, g.period_last_day, g.benefit_area, price.basis, -g.gap_full_time_persons,
           price.value, -g.gap_full_time_persons * price.value,
           least(-g.gap_low_full_time_persons * price.value, -g.gap_high_full_time_persons * price.value),
           greatest(-g.gap_low_full_time_persons * price.value, -g.gap_high_full_time_persons * price.value),
           g.vintage_id, g.seen_at
    from marts.benchmark_ranking_as_of(as_of, wanted_area_code) g
    join lateral (
        select distinct on (offered.basis) offered.basis, offered.value from (
            select a.basis, a.value::double precision as value, a.valid_to, a.area_code is null as anywhere,
                   bool_or(a.area_code is not null) over () as has_own
            from core.assumptions a
            where a.name = 'net_unit_cost_dkk' and (a.area_code is null or a.area_code = g.area_code)
              and a.recorded_at <= as_of and (a.superseded_at is null or a.superseded_at > as_of)
              and (a.valid_from is null or a.valid_from <= g.period_last_day)) offered
        where not (offered.anywhere and offered.has_own)
        order by offered.basis, coalesce(offered.valid_to < g.period_last_day, false), offered.valid_to desc nulls first
    ) price on not price.basis like 'sygedagpenge%' or g.benefit_area = 'Sygedagpenge mv.'
$$
"""

KNOWN = """
create view marts.known_moments as
select v.vintage_id, t.table_id, t.title as table_title, v.publisher_updated_on, v.seen_at
from core.vintages v join core.tables t using (table_no)
"""

# As in 0006, with the benefit at its end: so it is replaced, and keeps its readers.
REVISIONS = """
create or replace view marts.revisions as
select t.table_id, p.code as period, p.last_day as period_last_day, a.code as area_code, a.name as area_name,
       m.name as measure, m.unit, s.members,
       was.value as before_value, was.status::text as before_status,
       became.value as after_value, became.status::text as after_status,
       became.value - was.value as change_value,
       v.vintage_id, v.publisher_updated_on, v.seen_at, g.benefit_group
from core.observations was
join core.observations became on became.table_no = was.table_no and became.series_id = was.series_id
     and became.period_id = was.period_id and became.vintage_id = was.superseded_by
join core.series s on s.series_id = was.series_id
join core.tables t on t.table_no = was.table_no
join core.measures m on m.measure_id = s.measure_id
join core.areas a on a.area_id = s.area_id
join core.periods p on p.period_id = was.period_id
join core.vintages v on v.vintage_id = was.superseded_by
left join core.benefit_groups g on g.table_no = s.table_no and g.members = s.members
where was.superseded_by is not null
"""

COMMENTS = {
    "column marts.revisions.benefit_group": "The benefit group in marts.benefit_recipients that it is a count of; null for others.",
    "function core.benchmark_as_of(timestamptz, text)": "One row per area, period, group of benefits and measure of table "
    "y30r21, as the warehouse would have answered at that moment.",
    "function marts.benchmark_ranking_as_of(timestamptz, text)": "One row per municipality, four quarters and group of benefits "
    "of table y30r21, as the warehouse would have answered at that moment; infinity: now. Printed lists are not among them.",
    "function marts.savings_as_of(timestamptz, text)": "One row per municipality, four quarters, group of benefits and price, as "
    "the warehouse would have answered at that moment, with the prices on record then. Printed lists are not among them.",
    "view marts.known_moments": "One row per vintage of a publisher table: when something became known. At these moments, and at "
    "no other, answers as of a moment change.",
    "column marts.known_moments.vintage_id": "Our number of the vintage.",
    "column marts.known_moments.table_id": "The publisher's table.",
    "column marts.known_moments.table_title": "Its title.",
    "column marts.known_moments.publisher_updated_on": "The publisher's date of it; null where it gave none.",
    "column marts.known_moments.seen_at": "When we saw it.",
}


def upgrade() -> None:
    for statement in (FACTS, RANKING, SAVINGS, KNOWN, REVISIONS):
        op.execute(statement)
    for thing, comment in COMMENTS.items():
        op.execute("comment on {} is '{}'".format(thing, comment.replace("'", "''")))


def downgrade() -> None:
    raise RuntimeError("a warehouse never forgets: this migration is not undone")
