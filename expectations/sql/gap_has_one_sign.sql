with levels as (
    select b.period_id, b.area_id, s.members, {levels}
    from load b join core.series s on s.series_id = b.series_id
    where b.area_kind = 'municipality' group by b.period_id, b.area_id, s.members
), counted as (
    select *, abs(gap_full_time_persons - (actual_full_time_persons - expected_full_time_persons)) <= {rounded_to}
                  as is_counted,
           abs(gap_full_time_persons + (actual_full_time_persons - expected_full_time_persons)) <= {rounded_to}
                  as is_reversed
    from levels where num_nulls({gap}) = 0
), told as (select count(*) filter (where is_counted) >= count(*) filter (where is_reversed) as as_counted from counted)
select p.code as period, a.name as area, counted.members, {gap}
from counted cross join told
join core.periods p on p.period_id = counted.period_id
join core.areas a on a.area_id = counted.area_id
where not case when told.as_counted then is_counted else is_reversed end
