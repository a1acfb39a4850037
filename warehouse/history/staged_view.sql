-- A whole load, of which only what differs was written: what stood with the vintage that it was compared with, in the periods
-- that came, and what came otherwise. What is published meanwhile does not move it.
create view staging.{name} as
select o.series_id, o.period_id, o.value, o.status
from core.observations o
where o.table_no = {table_no} and o.vintage_id <= {vintage_id}
  and (o.superseded_by is null or o.superseded_by > {vintage_id}) and o.status <> 'withdrawn'
  and o.period_id in ({periods})
  and not exists (select from staging.{name}_cells c where c.series_id = o.series_id and c.period_id = o.period_id)
union all
select series_id, period_id, value, status from staging.{name}_cells where status <> 'withdrawn'
