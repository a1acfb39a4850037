-- By the table's number, which the planner knows when it plans: only the table's own partition is planned for and read.
create or replace function marts.versions_of(wanted_table_id text, wanted_series integer[], first_period_id integer,
                                          last_period_id integer, known_vintages integer[])
returns table (series_id integer, period_id integer, value double precision, status text, vintage_id integer,
               superseded_by integer)
language plpgsql stable security definer set search_path = pg_catalog as $$
#variable_conflict use_column
declare
    wanted smallint := (select t.table_no from core.tables t where t.table_id = wanted_table_id);
begin
    return query
    select o.series_id, o.period_id, o.value, o.status::text, o.vintage_id, o.superseded_by
    from core.observations o
    where o.table_no = wanted and o.series_id = any(wanted_series)
      and o.period_id between versions_of.first_period_id and versions_of.last_period_id
      and o.vintage_id = any(known_vintages)
      and (o.superseded_by is null or o.superseded_by <> all(known_vintages));
end
$$;

comment on function marts.versions_of(text, integer[], integer, integer, integer[]) is
    'One row per series and period: its value as it stood when only these vintages were known, with the vintage that replaced it '
    'later (null: none has).';
