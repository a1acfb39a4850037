-- For readers who may not see core: it runs with its owner's rights, and finds nothing but what it names.
create or replace function marts.series_of(wanted_table_id text, wanted_area_code text)
returns table (series_id integer, area text, area_code text, measure_id smallint, measure text, unit text, members jsonb)
language sql stable security definer set search_path = pg_catalog as $$
    select s.series_id, a.name, a.code, m.measure_id, m.name, m.unit, s.members
    from core.series s
    join core.tables t on t.table_no = s.table_no
    join core.measures m on m.measure_id = s.measure_id
    join core.areas a on a.area_id = s.area_id
    where t.table_id = wanted_table_id and a.code = wanted_area_code
$$;

comment on function marts.series_of(text, text) is
    'One row per series that is held of a table and an area: its measure and its members.';
