-- For readers who may not see core: it runs with its owner's rights, and finds nothing but what it names.
create or replace function marts.breaks_of(wanted_table_id text)
returns table (series_break text, caveat text, first_period_id integer, members jsonb)
language sql stable security definer set search_path = pg_catalog as $$
    select b.series_break, b.caveat, b.first_period_id, b.members
    from core.series_breaks b
    join core.tables t on t.table_no = b.table_no
    where t.table_id = wanted_table_id
    order by b.first_period_id
$$;

comment on function marts.breaks_of(text) is
    'One row per series break of a table, the earliest first, with the members that it concerns (null: the whole table).';
