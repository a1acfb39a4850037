-- A municipality names its own breakdowns: the members of all of them tell rows apart, in the order its contract has now,
-- whatever it had then. What has any member at its total is no part; what was withdrawn is not read.
create or replace function marts.figure_lines_as_of(as_of timestamptz, wanted_table text, wanted_measure text,
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
        where s.table_no = any(wanted) and wanted_measure in (m.name, '*' || m.unit)
          and a.code = coalesce(wanted_area_code, a.code)
          and case when wanted_item is null then s.members = t.root_members
                   else not exists (select from jsonb_each_text(s.members) part
                                    where t.root_members ->> part.key = part.value) end);
begin
    return query
    select a.code, o.period_id,
           case when wanted_item is null then '' else coalesce((
               select string_agg(m.value, ', ' order by b.ordinality nulls last, m.key)
               from jsonb_each_text(s.members) m
               left join jsonb_array_elements(t.declaration -> 'breakdowns') with ordinality b
                 on b.value ->> 'dimension' = m.key), m.label) end,
           o.value, o.status::text, o.vintage_id
    from core.observations_as_of(as_of) o
    join core.series s on s.series_id = o.series_id
    join core.measures m on m.measure_id = s.measure_id
    join core.tables t on t.table_no = s.table_no
    join core.areas a on a.area_id = s.area_id
    where o.table_no = any(wanted) and o.series_id = any(of_series) and o.status <> 'withdrawn';
end
$$;

comment on function marts.figure_lines_as_of(timestamptz, text, text, text, text) is
    'One row per area, period and line of a municipality''s own tables (wanted_item null: their totals), as figures read them at '
    'that moment; infinity: now. A table by its id, or feeds: and what it feeds; a measure by its name, or * and its unit.';
