-- What is published, or expected, of a count that is hidden.
select s.table_id, s.period, s.area_code, s.measure, s.published_value, s.settled_value, s.settled_low_value, s.settled_high_value,
       series.series_id || '/' || o.period_id as quantity
from marts.settled_values s
join core.tables t on t.table_id = s.table_id
join core.measures m on m.table_no = t.table_no and m.name = s.measure
join core.areas a on a.code = s.area_code
join core.series series on series.table_no = t.table_no and series.measure_id = m.measure_id
     and series.area_id = a.area_id and series.members = t.root_members
join core.periods p on p.code = s.period
join core.observations o on o.table_no = t.table_no and o.series_id = series.series_id and o.period_id = p.period_id
where o.superseded_by is null and o.status = 'suppressed'
  and (cast(:area_code as text) is null or s.area_code = :area_code)
