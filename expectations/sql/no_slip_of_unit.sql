with moved as (
    select measure, unit, changes.value / nullif(was_value, 0) as ratio
    from changes join series using (series_id) where changes.value > 0
), counted as (
    select measure, unit,
           cast(sum(positive) as bigint) - (select count(*) from moved where moved.measure = series.measure) as same,
           (select count(ratio) from moved where moved.measure = series.measure and ratio > 0) as different
    from series group by measure, unit
), ratios as (
    select measure, unit, ratio from moved join counted using (measure, unit) where ratio > 0 and different >= same
    union all
    select measure, unit, 1 from counted cross join lateral generate_series(1, same) where different >= same
), fresh as materialized (
    select p.period_id, p.first_day
    from (select period_id, count(*) as cells from changes where change = 'new' group by period_id) came
    join periods using (period_id, cells) join core.periods p using (period_id)
), standing as materialized (
    select distinct o.period_id, p.first_day
    from core.observations o join core.periods p using (period_id)
    where o.table_no = {table_no} and o.superseded_by is null and o.status <> 'withdrawn' and exists (select from fresh)
), beside as materialized (
    select fresh.period_id, near.period_id as stands
    from fresh cross join lateral (
        select standing.period_id, standing.first_day from standing
        order by standing.period_id > fresh.period_id, abs(standing.period_id - fresh.period_id) limit 1
    ) near
    where fresh.period_id > (select max(period_id) from standing) or abs(fresh.first_day - near.first_day) <= {days}
)
select medians.measure, medians.unit, medians.ratio, coalesce(p.code, 'all that stand') as period from (
    select measure, unit, null as period_id, percentile_cont(0.5) within group (order by ratio) as ratio
    from ratios group by measure, unit
    union all
    select s.measure, s.unit, b.period_id, percentile_cont(0.5) within group (order by b.value / o.value) as ratio
    from beside join changes b on b.period_id = beside.period_id and b.value > 0
    join series s on s.series_id = b.series_id
    join core.observations o on o.table_no = {table_no} and o.superseded_by is null and o.series_id = b.series_id
                            and o.period_id = beside.stands and o.value > 0
    group by s.measure, s.unit, b.period_id having count(*) >= {fewest}
) medians left join core.periods p using (period_id) where {near}
