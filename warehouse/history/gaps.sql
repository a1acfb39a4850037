-- One row per hidden count between large ones; at an end of its series, beside a large one.
create unlogged table staging.{name}_gaps as
select series_id, period_id, value, status, area_id, measure, earlier, later
from (
    select series_id, period_id, value, status, area_id, measure,
           lag(value) over in_time as earlier, lead(value) over in_time as later
    from staging.{name} join staging.{name}_series using (series_id)
    where unit in ({counts}) and hidden > 0 and high >= {large}
    window in_time as (partition by series_id order by period_id)
) cells
where status = 'suppressed' and least(earlier, later) >= {large}
