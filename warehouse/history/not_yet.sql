with raw as (
    select b.series_id, b.period_id, b.value, s.measure_id, s.members, s.area_id, a.kind
    from staging.{name} b
    join core.series s on s.series_id = b.series_id
    join core.measures m on m.measure_id = s.measure_id and m.name = any(:measures)
    join core.areas a on a.area_id = s.area_id
), nowhere as (
    select measure_id, members, period_id from raw group by measure_id, members, period_id
    having case when bool_or(kind = 'country') then count(value) filter (where kind = 'country') = 0
                else count(value) = 0 end
)
update staging.{name} b set status = 'not_yet'
from raw join nowhere using (measure_id, members, period_id)
where b.series_id = raw.series_id and b.period_id = raw.period_id and b.status = 'suppressed'
