select series_id, count(*) as cells, count(value) as shown, count(*) filter (where value > 0) as positive,
       count(*) filter (where status = 'suppressed') as hidden, min(value) as low, max(value) as high,
       coalesce(bool_or(value <> round(value)), false) as broken, max(period_id) as newest_period_id,
       max(period_id) filter (where value is not null) as last_shown_period_id,
       count(*) filter (where (value is not null) <> (status = 'observed')) as misfits,
       bit_count(bit_or(set_bit(cast(repeat('0', {periods}) as bit({periods})), bit, 1))) as periods
from staging.{name}
join staging.{name}_periods using (period_id)
group by series_id
