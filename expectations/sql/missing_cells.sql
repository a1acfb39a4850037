select p.code as period, a.name as area, m.name as measure, s.members, gone.was_value as published_value
from changes gone
join core.series s on s.series_id = gone.series_id
join core.measures m on m.measure_id = s.measure_id
join core.areas a on a.area_id = s.area_id
join core.periods p on p.period_id = gone.period_id
where gone.{lost} and gone.was_status = 'observed'
  and gone.period_id in ({asked}) and gone.series_id not in ({ended})
  and (select count(*) from changes c where c.{lost} and c.was_status = 'observed'
         and c.period_id in ({asked}) and c.series_id not in ({ended}))
    > {share} * (select count(*) filter (where c.was_status = 'observed') - count(c.value)
                   + (select coalesce(sum(shown), 0) from series where series_id not in ({ended}))
                 from changes c where c.series_id not in ({ended}))
