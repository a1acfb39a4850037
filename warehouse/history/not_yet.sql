-- Which measures, members and periods nobody has is told first, and is little; then the cells are looked at once more. Joined
-- cell by cell, 50,688 of them took 21 s, for the staging table has no statistics yet; this way 0.4 s (2026-11).
with nowhere as (
    select s.measure_id, s.members, b.period_id
    from staging.{name} b
    join core.series s on s.series_id = b.series_id
    join core.measures m on m.measure_id = s.measure_id and m.name = any(:measures)
    join core.areas a on a.area_id = s.area_id
    group by s.measure_id, s.members, b.period_id
    having case when bool_or(a.kind = 'country') then count(b.value) filter (where a.kind = 'country') = 0
                else count(b.value) = 0 end
)
update staging.{name} b set status = 'not_yet'
from core.series s join nowhere on nowhere.measure_id = s.measure_id and nowhere.members = s.members
where b.series_id = s.series_id and b.period_id = nowhere.period_id and b.status = 'suppressed'
