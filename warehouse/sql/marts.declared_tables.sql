-- For readers who may not see core: it runs with its owner's rights, and finds nothing but what it names.
create or replace function marts.declared_tables(wanted_table_id text default null)
returns table (table_id text, title text, title_en text, declaration jsonb)
language sql stable security definer set search_path = pg_catalog as $$
    select t.table_id, t.title, t.title_en, t.declaration
    from core.tables t
    where wanted_table_id is null or t.table_id = wanted_table_id
    order by t.table_no
$$;

comment on function marts.declared_tables(text) is
    'One row per table, in the order in which they were first declared: its titles, and its declaration as it stands.';
