create unlogged table staging.{name}_changes as
select coalesce(s.series_id, o.series_id) as series_id, coalesce(s.period_id, o.period_id) as period_id,
       o.vintage_id as was_vintage_id, o.value as was_value, o.status as was_status, s.value,
       coalesce(s.status, 'withdrawn') as status,
       case when s.series_id is null then 'withdrawn'
            when o.series_id is null or o.status = 'withdrawn' then 'new'
            else 'revised' end as change
from staging.{name} s
full join (
    select * from core.observations
    where table_no = :table_no and superseded_by is null
) o on o.series_id = s.series_id and o.period_id = s.period_id
left join staging.{name}_ended ended on ended.series_id = o.series_id
where o.series_id is null
   or (s.series_id is null and o.status <> 'withdrawn' and o.period_id <> all(cast(:partial as integer[]))
       and o.period_id > coalesce(ended.last_period_id, 0)
       and o.period_id in (select period_id from staging.{name}_periods))
   or (s.series_id is not null and (s.value, s.status) is distinct from (o.value, o.status))
