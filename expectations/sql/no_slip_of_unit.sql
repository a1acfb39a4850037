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
)
select measure, unit, ratio from (
    select measure, unit, percentile_cont(0.5) within group (order by ratio) as ratio from ratios group by measure, unit
) medians where {near}
