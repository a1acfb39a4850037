-- In Python: savings in warehouse/formulas/benchmark.py. The two are held together by tests/journey/test_figures_as_of.py, which
-- asks both at every moment; change them together.
-- Taken from 0, since -x of a gap of 0 would be a nought with a sign.
-- Which price applies is in warehouse/assumptions/apply.py: where an area has any of its own, those that hold anywhere are left
-- out; of one basis, one given for the day comes before the newest of earlier days.
create or replace function marts.savings_as_of(as_of timestamptz, wanted_area_code text default null)
returns table (area_code text, area_name text, period text, period_last_day date, benefit_area text, basis text,
               fewer_full_time_persons double precision, net_unit_cost_dkk double precision, saving_dkk double precision,
               saving_low_dkk double precision, saving_high_dkk double precision, vintage_id integer,
               seen_at timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    select g.area_code, g.area_name, g.period, g.period_last_day, g.benefit_area, price.basis, 0 - g.gap_full_time_persons,
           price.value, (0 - g.gap_full_time_persons) * price.value,
           least((0 - g.gap_low_full_time_persons) * price.low, (0 - g.gap_low_full_time_persons) * price.high,
                 (0 - g.gap_high_full_time_persons) * price.low, (0 - g.gap_high_full_time_persons) * price.high),
           greatest((0 - g.gap_low_full_time_persons) * price.low, (0 - g.gap_low_full_time_persons) * price.high,
                    (0 - g.gap_high_full_time_persons) * price.low, (0 - g.gap_high_full_time_persons) * price.high),
           g.vintage_id, g.seen_at
    from marts.benchmark_ranking_as_of(as_of, wanted_area_code) g
    join lateral (
        select distinct on (offered.basis) offered.basis, offered.value, offered.low, offered.high from (
            select a.basis, a.value::double precision as value, coalesce(a.low, a.value)::double precision as low,
                   coalesce(a.high, a.value)::double precision as high, a.valid_to, a.area_code is null as anywhere,
                   bool_or(a.area_code is not null) over () as has_own
            from core.assumptions a
            where a.name = 'net_unit_cost_dkk' and (a.area_code is null or a.area_code = g.area_code)
              and a.recorded_at <= as_of and (a.superseded_at is null or a.superseded_at > as_of)
              and (a.valid_from is null or a.valid_from <= g.period_last_day)) offered
        where not (offered.anywhere and offered.has_own)
        order by offered.basis, coalesce(offered.valid_to < g.period_last_day, false), offered.valid_to desc nulls first
    ) price on not price.basis like 'sygedagpenge%' or g.benefit_area = 'Sygedagpenge mv.'
$$;

comment on function marts.savings_as_of(timestamptz, text) is
    'One row per municipality, four quarters, group of benefits and price, as the warehouse would have answered at '
    'that moment, with the prices on record then. Printed lists are not among them.';
