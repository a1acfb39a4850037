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
), stands as (
    select max(newest_period_id) as newest from core.vintages where table_no = {table_no}
)
select medians.measure, medians.unit, medians.ratio, coalesce(p.code, 'all that stand') as period from (
    select measure, unit, null as period_id, percentile_cont(0.5) within group (order by ratio) as ratio
    from ratios group by measure, unit
    union all
    select b.measure, b.unit, b.period_id, percentile_cont(0.5) within group (order by b.value / o.value) as ratio
    from stands join load b on b.period_id > stands.newest and b.value > 0
    join core.observations o on o.table_no = {table_no} and o.superseded_by is null and o.series_id = b.series_id
                            and o.period_id = stands.newest and o.value > 0
    group by b.measure, b.unit, b.period_id having count(*) >= {fewest}
) medians left join core.periods p using (period_id) where {near}
