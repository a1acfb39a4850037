-- Cells that bind hidden counts: rows of tables in which a count is hidden, and, where it is of a benefit or in full-time
-- persons, what bounds it beside: every benefit, and the rates of the workforce and the population. `is true` keeps each set of
-- places a hashed one that is looked into once per cell: as a join it is taken for a few rows, and takes minutes. Tables are
-- named by number, so that all other partitions are left out of the plan.
with hidden as materialized (
    select s.table_no, s.area_id, o.period_id, bool_or(m.name ~ 'full_time_persons$' or g.benefit_group is not null) as of_benefits
    from {observations} o
    join core.series s on s.table_no = o.table_no and s.series_id = o.series_id
    join core.measures m on m.measure_id = s.measure_id
    join core.tables t on t.table_no = s.table_no
    {join} core.benefit_groups g on g.table_no = s.table_no and g.members = s.members
    where o.table_no = any(:tables) and o.status = 'suppressed' and m.unit = any(:units) and t.publisher = any(:publishers)
      and (cast(:area_code as text) is null or s.area_id = (select a.area_id from core.areas a where a.code = :area_code))
      and (cast(:vintages as integer[]) is null
           or (s.area_id, o.period_id) in (
               select moved.area_id, o.period_id from core.observations o
               join core.series moved on moved.table_no = o.table_no and moved.series_id = o.series_id
               where o.table_no = any(:changed) and o.vintage_id = any(:vintages)) is true)
    group by s.table_no, s.area_id, o.period_id
)
select t.table_id, (select count(*) from jsonb_object_keys(t.root_members)) as breakdowns, m.name as measure, m.unit, m.adds_up,
       s.members::text as members, s.members = t.root_members as is_total, a.code as area_code, p.code as period, o.period_id,
       s.series_id || '/' || o.period_id as quantity, o.value, o.status::text as status, v.publisher_updated_on as updated_on,
       g.benefit_group, g.name as benefit,
       p.last_day >= coalesce(g.valid_from, '-infinity') and p.first_day <= coalesce(g.valid_until, 'infinity') as in_force,
       g.counted, (t.declaration ->> 'least_count')::bigint as least_count
from core.series s
join core.tables t on t.table_no = s.table_no
join core.measures m on m.measure_id = s.measure_id
join core.areas a on a.area_id = s.area_id
join {observations} o on o.table_no = s.table_no and o.series_id = s.series_id
join core.periods p on p.period_id = o.period_id
join core.vintages v on v.vintage_id = o.vintage_id
left join core.benefit_groups g on g.table_no = s.table_no and g.members = s.members
where o.table_no = any(:tables) and s.area_id = any(array(select hidden.area_id from hidden)) and m.unit = any(:units || array['pct'])
  and t.publisher = any(:publishers)
  and ((s.table_no, s.area_id, o.period_id) in (select h.table_no, h.area_id, h.period_id from hidden h) is true
       or (s.area_id, o.period_id) in (select h.area_id, h.period_id from hidden h where h.of_benefits) is true
          and (g.benefit_group is not null
               or s.members = t.root_members and m.name ~ '(workforce_pct|population_pct|full_time_persons)$'))
