-- For readers who may not see core: it runs with its owner's rights, and finds nothing but what it names.
create or replace function marts.areas_held(wanted_table_id text)
returns setof text language sql stable security definer set search_path = pg_catalog as $$
    select distinct a.name
    from core.series s
    join core.tables t on t.table_no = s.table_no
    join core.areas a on a.area_id = s.area_id
    where t.table_id = wanted_table_id
    order by 1
$$;

comment on function marts.areas_held(text) is 'Names of the areas of which the warehouse holds anything of a table, in order.';
