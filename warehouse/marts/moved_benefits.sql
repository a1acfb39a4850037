-- The benefits of some tables, which have a new vintage, and those whose last month may be provisional no longer: of one that
-- has ended it is until another's next month has come (marts.provisional_as_of), so it stood beside the newest there was.
with newest as (
    select g.name, g.table_no, g.valid_until, p.period_id, p.last_day
    from core.benefit_groups g
    join lateral (select max(v.newest_period_id) as period_id from core.vintages v where v.table_no = g.table_no) v on true
    left join core.periods p on p.period_id = v.period_id
), others as (
    select max(period_id) as period_id from newest where table_no <> all(:tables)
)
select distinct newest.name from newest cross join others
where newest.table_no = any(:tables) or (newest.valid_until <= newest.last_day and newest.period_id >= others.period_id)
order by newest.name
