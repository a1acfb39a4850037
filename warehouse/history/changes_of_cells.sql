create unlogged table staging.{name}_changes as
select c.series_id, c.period_id, o.vintage_id as was_vintage_id, o.value as was_value, o.status as was_status, c.value, c.status,
       case when c.status = 'withdrawn' then 'withdrawn'
            when o.series_id is null or o.status = 'withdrawn' then 'new'
            else 'revised' end as change
from staging.{name}_cells c
left join (
    select * from core.observations
    where table_no = :table_no and vintage_id <= :vintage_id and (superseded_by is null or superseded_by > :vintage_id)
) o on o.series_id = c.series_id and o.period_id = c.period_id
left join staging.{name}_ended ended on ended.series_id = c.series_id
where c.status <> 'withdrawn' or c.period_id > coalesce(ended.last_period_id, 0)
