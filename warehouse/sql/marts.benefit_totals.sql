-- What its columns mean is in warehouse/marts/views.py.
create or replace view marts.benefit_totals as
select r.area_code, r.area_name, r.area_kind, r.period, r.period_first_day, t.value::integer as total_full_time_persons,
       t.low::integer as total_low_full_time_persons, t.high::integer as total_high_full_time_persons, t.status, t.parts, t.parts_expected,
       t.missing, t.hidden, r.vintages, e.series_break, e.series_break_caveat,
       r.period_first_day in (select p.period_first_day from marts.provisional_as_of('infinity') p where p.counted) as provisional,
       r.period_last_day
from (select b.area_code, b.area_name, b.area_kind, b.period, b.period_first_day, b.period_last_day,
             array_agg(b.benefit_group_name) filter (where b.counted_in_total) as names,
             array_agg(b.recipients_full_time_persons::double precision) filter (where b.counted_in_total) as counts,
             array_agg(b.recipients_full_time_persons_status) filter (where b.counted_in_total) as statuses,
             coalesce(array_to_string(array_agg(distinct b.vintage_id order by b.vintage_id) filter (where b.counted_in_total), ', '), '')
                 as vintages
      from marts.benefit_recipients b
      group by b.area_code, b.area_name, b.area_kind, b.period, b.period_first_day, b.period_last_day) r
join core.counted_benefits e on e.first_day = r.period_first_day
cross join lateral marts.total_of(e.names, r.names, r.counts, r.statuses) t;
