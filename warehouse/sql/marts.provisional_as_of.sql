-- By the months that vintages brought, a table at a time: one that comes later than the others has its own newest month. A benefit
-- that has ended has no next month, so its last is provisional until another benefit's next has come.
create or replace function marts.provisional_as_of(as_of timestamptz)
returns table (benefit_group text, benefit_group_name text, counted boolean, period text, period_first_day date)
language sql stable security definer set search_path = pg_catalog as $$
    with newest as (
        select g.benefit_group, g.name, g.counted, g.valid_until, max(v.newest_period_id) as period_id
        from core.benefit_groups g join core.vintages v on v.table_no = g.table_no
        where v.seen_at <= core.known_moment(as_of) group by g.benefit_group, g.name, g.counted, g.valid_until
    )
    select n.benefit_group, n.name, n.counted, p.code, p.first_day
    from newest n join core.periods p on p.period_id = n.period_id
    where coalesce(n.valid_until > p.last_day, true) or n.period_id = (select max(later.period_id) from newest later)
$$;

comment on function marts.provisional_as_of(timestamptz) is
    'One row per benefit group: its newest month, which is provisional, as it was known at that moment; infinity: now.';
