-- One row per period, area and measure of which all is shown and the parts do not make their total, beyond sums of decimals.
create unlogged table staging.{name}_parts as
select period_id, area_id, measure, sum(value) filter (where is_total) as total,
       sum(value) filter (where not is_total) as parts_sum, count(*) filter (where not is_total) as parts
from staging.{name} join staging.{name}_series using (series_id)
where adds_up and area_kind <> 'unknown' and exists (select from staging.{name}_series where not is_total)
group by period_id, area_id, measure
having bool_and(status = 'observed')
   and abs(sum(value) filter (where is_total) - sum(value) filter (where not is_total)) > {noise}
