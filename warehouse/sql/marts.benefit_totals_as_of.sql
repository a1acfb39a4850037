-- The same grouping as marts.benefit_totals, of the benefits as they were known; what a total is stands in marts.total_of.
create or replace function marts.benefit_totals_as_of(as_of timestamptz, wanted_area_code text default null)
returns setof marts.benefit_totals language sql stable security definer set search_path = pg_catalog as $$
    select r.area_code, r.area_name, r.area_kind, r.period, r.period_first_day, t.value::integer, t.low::integer, t.high::integer, t.status,
           t.parts, t.parts_expected, t.missing, t.hidden, r.vintages, e.series_break, e.series_break_caveat,
           r.period_first_day in (select p.period_first_day from marts.provisional_as_of(as_of) p where p.counted),
           r.period_last_day
    from (select b.area_code, b.area_name, b.area_kind, b.period, b.period_first_day, b.period_last_day,
                 array_agg(b.benefit_group_name) filter (where b.counted_in_total) as names,
                 array_agg(b.recipients_full_time_persons::double precision) filter (where b.counted_in_total) as counts,
                 array_agg(b.recipients_full_time_persons_status) filter (where b.counted_in_total) as statuses,
                 coalesce(array_to_string(array_agg(distinct b.vintage_id order by b.vintage_id)
                                              filter (where b.counted_in_total), ', '), '')
                     as vintages
          from marts.benefit_recipients_as_of(as_of, wanted_area_code) b
          group by b.area_code, b.area_name, b.area_kind, b.period, b.period_first_day, b.period_last_day) r
    join core.counted_benefits e on e.first_day = r.period_first_day
    cross join lateral marts.total_of(e.names, r.names, r.counts, r.statuses) t
$$;

comment on function marts.benefit_totals_as_of(timestamptz, text) is
    'One row per area and month, as marts.benefit_totals would have had it at that moment; for one area where its code is '
    'given; infinity: now.';
