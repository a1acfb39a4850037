select p.code as period, p.last_day as period_last_day, a.code as area_code, a.name as area_name, m.name as measure, m.unit,
       s.members, o.value, o.status::text as status, o.vintage_id, v.publisher_updated_on, v.seen_at
from core.observations o
join core.series s on s.series_id = o.series_id
join core.measures m on m.measure_id = s.measure_id
join core.areas a on a.area_id = s.area_id
join core.periods p on p.period_id = o.period_id
join core.vintages v on v.vintage_id = o.vintage_id
where o.superseded_by is null and o.table_no = (select table_no from core.tables where table_id = :table_id)
