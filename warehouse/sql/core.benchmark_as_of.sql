-- Of the publisher's own table: printed lists, and their signs, are told apart in warehouse/figures/benchmark.py.
-- By the table's number, which the planner knows when it plans: it leaves out the partitions of all other tables.
create or replace function core.benchmark_as_of(as_of timestamptz, wanted_area_code text)
returns table (area_code text, area_name text, period text, period_last_day date, kind text, benefit_area text,
               measure text, value double precision, status text, vintage_id integer) language plpgsql stable parallel safe as $$
declare
    wanted smallint := (select t.table_no from core.tables t where t.table_id = 'y30r21');
begin
    perform core.known_moment(as_of);
    return query
    select a.code, a.name, p.code, p.last_day, p.kind, s.members ->> 'Ydelsesgrupper', m.name, o.value, o.status::text,
           o.vintage_id
    from core.observations_as_of(as_of) o
    join core.series s on s.series_id = o.series_id
    join core.measures m on m.measure_id = s.measure_id
    join core.areas a on a.area_id = s.area_id
    join core.periods p on p.period_id = o.period_id
    where o.table_no = wanted and s.table_no = wanted and (wanted_area_code is null or a.code = wanted_area_code);
end
$$;

comment on function core.benchmark_as_of(timestamptz, text) is
    'One row per area, period, group of benefits and measure of table y30r21, as the warehouse would have answered at'
    ' that moment.';
