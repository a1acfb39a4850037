-- For readers who may not see core: it runs with its owner's rights, and finds nothing but what it names.
create or replace function marts.members_held(wanted_table_id text, wanted_dimension text)
returns setof text language sql stable security definer set search_path = pg_catalog as $$
    select distinct s.members ->> wanted_dimension
    from core.series s
    join core.tables t on t.table_no = s.table_no
    where t.table_id = wanted_table_id and s.members ? wanted_dimension
    order by 1
$$;

comment on function marts.members_held(text, text) is
    'The members of a dimension that the warehouse holds of a table, in order.';
