select t.table_id as "table", concat_ws(', ', a.name, p.code, nullif(m.members, '')) as of,
       before.value as before, now.value as after, me.unit
from core.vintages v
join core.tables t using (table_no)
join core.series s on s.series_id = v.largest_revision_series_id
join core.areas a on a.area_id = s.area_id
join core.measures me on me.measure_id = s.measure_id
join core.periods p on p.period_id = v.largest_revision_period_id
cross join lateral (select string_agg(value, ', ' order by key) as members from jsonb_each_text(s.members::jsonb)) m
join core.observations now on now.table_no = v.table_no and now.series_id = s.series_id
  and now.period_id = p.period_id and now.vintage_id = v.vintage_id
join core.observations before on before.table_no = v.table_no and before.series_id = s.series_id
  and before.period_id = p.period_id and before.superseded_by = v.vintage_id
where v.run_id = :run_id and v.largest_revision > 0
order by abs(now.value - before.value) / greatest(abs(before.value), 1) desc, t.table_id
