-- One row per period and line, a line being a measure and members in all areas: the country beside its municipalities.
create unlogged table staging.{name}_lines as
select sums.period_id, named.measure, named.members, sums.country, sums.municipalities_sum, sums.shown, sums.all_shown,
       named.is_total
from (
    select period_id, line, sum(value) filter (where area_kind = 'country') as country,
           sum(value) filter (where area_kind = 'municipality') as municipalities_sum,
           count(value) filter (where area_kind = 'municipality') as shown,
           bool_and(status = 'observed') as all_shown
    from staging.{name} join staging.{name}_series using (series_id)
    where adds_up group by period_id, line
) sums
join (select distinct line, measure, members, is_total from staging.{name}_series) named using (line)
