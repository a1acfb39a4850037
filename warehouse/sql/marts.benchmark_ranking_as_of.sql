-- In Python: gap in warehouse/formulas/benchmark.py. The two are held together by tests/journey/test_figures_as_of.py, which asks
-- both at every moment; change them together.
create or replace function marts.benchmark_ranking_as_of(as_of timestamptz, wanted_area_code text default null)
returns table (area_code text, area_name text, period text, period_last_day date, benefit_area text,
               rank double precision, rank_status text, rank_half_a_year_earlier double precision,
               rank_half_a_year_earlier_status text, gap_full_time_persons double precision,
               gap_low_full_time_persons double precision, gap_high_full_time_persons double precision,
               expected_full_time_persons double precision, actual_full_time_persons double precision, vintage_id integer,
               seen_at timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    with facts as materialized (select * from core.benchmark_as_of(as_of, wanted_area_code)),
    listed as (
        select f.area_code, f.area_name, f.period, f.period_last_day, f.kind, f.benefit_area,
               max(f.value) filter (where f.measure = 'rank') as rank,
               max(f.status) filter (where f.measure = 'rank') as rank_status,
               max(f.value) filter (where f.measure = 'expected_full_time_persons') as expected,
               max(f.value) filter (where f.measure = 'actual_full_time_persons') as actual,
               max(f.vintage_id) as vintage_id
        from facts f group by f.area_code, f.area_name, f.period, f.period_last_day, f.kind, f.benefit_area)
    select l.area_code, l.area_name, l.period, l.period_last_day, l.benefit_area, l.rank, l.rank_status,
           e.rank, e.rank_status, l.actual - l.expected, l.actual - l.expected - 10,
           l.actual - l.expected + 10, l.expected, l.actual, l.vintage_id, v.seen_at
    from listed l join core.vintages v on v.vintage_id = l.vintage_id
    left join listed e on e.area_code = l.area_code and e.benefit_area = l.benefit_area and e.kind = l.kind
         and e.period_last_day = (date_trunc('month', l.period_last_day) - interval '5 months' - interval '1 day')::date
$$;

comment on function marts.benchmark_ranking_as_of(timestamptz, text) is
    'One row per municipality, four quarters and group of benefits of table y30r21, as the warehouse would have '
    'answered at that moment; infinity: now. Printed lists are not among them.';
