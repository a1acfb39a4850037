-- The benefits of the tables that have another vintage than before, and those whose last month was provisional and may be so no
-- longer: of one that has ended it is while no other's next month has come (marts.provisional_as_of), so it stood beside
-- the newest there was.
with newest as (
    select g.name, g.valid_until, max(v.newest_period_id) as period_id
    from core.benefit_groups g
    join unnest(cast(:numbers as integer[]), cast(:vintages as integer[])) before(table_no, vintage_id)
      on before.table_no = g.table_no
    join core.vintages v on v.table_no = g.table_no and v.vintage_id <= before.vintage_id
    group by g.name, g.valid_until
)
select name from core.benefit_groups where table_no = any(:tables)
union
select n.name from newest n join core.periods p on p.period_id = n.period_id
where n.valid_until <= p.last_day and n.period_id = (select max(period_id) from newest)
order by name
