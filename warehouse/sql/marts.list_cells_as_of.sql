-- By the tables' numbers, which the planner knows when it plans: it leaves out the partitions of all other tables.
create or replace function marts.list_cells_as_of(as_of timestamptz, wanted_table_ids text[], wanted_area_code text default null)
returns table (table_id text, area_code text, period_id integer, measure text, value double precision, status text,
               vintage_id integer)
language plpgsql stable security definer set search_path = pg_catalog as $$
#variable_conflict use_column
declare
    wanted smallint[] := (select array_agg(t.table_no) from core.tables t where t.table_id = any(wanted_table_ids));
begin
    return query
    select t.table_id, a.code, o.period_id, m.name, o.value, o.status::text, o.vintage_id
    from core.observations_as_of(as_of) o
    join core.series s on s.series_id = o.series_id
    join core.measures m on m.measure_id = s.measure_id
    join core.tables t on t.table_no = s.table_no
    join core.areas a on a.area_id = s.area_id
    where o.table_no = any(wanted) and a.code = coalesce(wanted_area_code, a.code);
end
$$;

comment on function marts.list_cells_as_of(timestamptz, text[], text) is
    'One row per printed list, area, period and measure, as figures read them at that moment; infinity: now.';
