create unlogged table staging.{name}_series as
with sums as (
    {sums}
)
select s.series_id, s.area_id, a.kind as area_kind, m.name as measure, m.unit, m.adds_up, s.members,
       s.members = cast(:root as jsonb) as is_total, dense_rank() over (order by m.measure_id, s.members) as line,
       sums.cells, sums.periods, sums.shown, sums.positive, sums.hidden, sums.low, sums.high, sums.broken, sums.misfits,
       sums.newest_period_id, sums.last_shown_period_id
from sums
join core.series s using (series_id)
join core.measures m using (measure_id)
join core.areas a using (area_id)
