create unlogged table staging.{name}_series as
with sums as (
    select series_id, count(*) as cells, count(value) as shown, count(*) filter (where value > 0) as positive,
           count(*) filter (where status = 'suppressed') as hidden, min(value) as low, max(value) as high,
           coalesce(bool_or(value <> round(value)), false) as broken, max(period_id) as newest_period_id,
           count(*) filter (where (value is not null) <> (status = 'observed')) as misfits,
           bit_count(bit_or(set_bit(cast(repeat('0', {periods}) as bit({periods})), bit, 1))) as periods
    from staging.{name}
    join staging.{name}_periods using (period_id)
    group by series_id
)
select s.series_id, s.area_id, a.kind as area_kind, m.name as measure, m.unit, m.adds_up, s.members,
       s.members = cast(:root as jsonb) as is_total, dense_rank() over (order by m.measure_id, s.members) as line,
       sums.cells, sums.periods, sums.shown, sums.positive, sums.hidden, sums.low, sums.high, sums.broken, sums.misfits,
       sums.newest_period_id
from sums
join core.series s using (series_id)
join core.measures m using (measure_id)
join core.areas a using (area_id)
