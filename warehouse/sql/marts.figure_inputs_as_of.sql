-- By the numbers of tables and series, which the planner knows when it plans: it leaves out the partitions of all other tables,
-- and asks the key of what is left.
create or replace function marts.figure_inputs_as_of(as_of timestamptz, wanted_table text, wanted_measure text,
                                                  wanted_item text default null, wanted_area_code text default null)
returns table (area_code text, period_id integer, item text, value double precision, status text, vintage_id integer)
language plpgsql stable security definer set search_path = pg_catalog as $$
#variable_conflict use_column
declare
    wanted smallint[] := (select array_agg(t.table_no) from core.tables t
                          where t.table_id = wanted_table or 'feeds:' || t.feeds = wanted_table);
    of_series integer[] := (
        select array_agg(s.series_id) from core.series s
        join core.measures m on m.measure_id = s.measure_id
        join core.tables t on t.table_no = s.table_no
        join core.areas a on a.area_id = s.area_id
        where s.table_no = any(wanted) and m.name = wanted_measure and a.code = coalesce(wanted_area_code, a.code)
          and s.members - coalesce(wanted_item, '') = t.root_members - coalesce(wanted_item, ''));
begin
    return query
    select a.code, o.period_id, coalesce(s.members ->> wanted_item, ''), o.value, o.status::text, o.vintage_id
    from core.observations_as_of(as_of) o
    join core.series s on s.series_id = o.series_id
    join core.areas a on a.area_id = s.area_id
    where o.table_no = any(wanted) and o.series_id = any(of_series);
end
$$;

comment on function marts.figure_inputs_as_of(timestamptz, text, text, text, text) is
    'One row per area, period and member of the dimension wanted_item (null: the total) of a measure, as figures read it at that '
    'moment; infinity: now. A table by its id, or feeds: and what a municipality''s own tables feed.';
