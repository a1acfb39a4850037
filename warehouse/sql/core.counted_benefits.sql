-- By validity and not by what is loaded: a benefit whose table has not come, or was never seen, is lacking from a total.
create or replace view core.counted_benefits as
with breaks as materialized (
    select distinct p.first_day, s.series_break, s.caveat
    from core.series_breaks s join core.periods p on p.period_id = s.first_period_id
    where exists (select from core.benefit_groups g
                  where g.counted and g.table_no = s.table_no and core.is_concerned(g.members, s.members))
), months as (
    select generate_series(min(p.first_day), max(p.first_day), interval '1 month')::date as first_day
    from core.periods p where p.kind = 'M'
)
select m.first_day, g.names, b.series_break, b.caveat as series_break_caveat
from months m
cross join lateral (select array_agg(g.name order by g.name collate "C") as names from core.benefit_groups g
                    where g.counted and m.first_day <= coalesce(g.valid_until, 'infinity')
                      and (m.first_day + interval '1 month')::date > coalesce(g.valid_from, '-infinity')) g
left join lateral (select * from breaks where breaks.first_day <= m.first_day
                   order by breaks.first_day desc, breaks.series_break limit 1) b on true;

comment on view core.counted_benefits is
    'One row per month, from the first that is held to the last: the benefits of which its total is made.';
comment on column core.counted_benefits.first_day is 'First day of the month.';
comment on column core.counted_benefits.names is 'Names of the benefits that are counted and in force, loaded or not.';
comment on column core.counted_benefits.series_break is 'The newest series break of a counted benefit up to the month.';
comment on column core.counted_benefits.series_break_caveat is 'The sentence that a comparison across it carries.';
