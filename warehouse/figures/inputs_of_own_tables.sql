-- A municipality names its own breakdowns: the members of all of them tell rows apart, in the order its contract has now,
-- whatever it had then. What has any member at its total is no part; what was withdrawn is not read.
select a.code as area_code, o.period_id,
       case when cast(:item as text) is null then '' else coalesce((
           select string_agg(m.value, ', ' order by b.ordinality nulls last, m.key)
           from jsonb_each_text(s.members) m
           left join jsonb_array_elements(t.declaration -> 'breakdowns') with ordinality b
             on b.value ->> 'dimension' = m.key), m.label) end as item,
       o.value, o.status::text as status, o.vintage_id
from core.observations_as_of(coalesce(cast(:as_of as timestamptz), 'infinity')) o
join core.series s on s.series_id = o.series_id
join core.measures m on m.measure_id = s.measure_id
join core.tables t on t.table_no = s.table_no
join core.areas a on a.area_id = s.area_id
where o.table_no = any(:tables) and cast(:measure as text) in (m.name, '*' || m.unit)
  and a.code = any(coalesce(:areas, array[a.code])) and o.status <> 'withdrawn'
  and case when cast(:item as text) is null then s.members = t.root_members
           else not exists (select from jsonb_each_text(s.members) part where t.root_members ->> part.key = part.value) end
