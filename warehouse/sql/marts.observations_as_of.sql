-- For readers who may not see core: it runs with its owner's rights, and finds nothing but what it names.
create or replace function marts.observations_as_of(as_of timestamptz, wanted_table_id text default null,
                                         wanted_area_code text default null)
returns setof marts.observations language sql stable security definer set search_path = pg_catalog as $$
    select o.* from core.observations_told(as_of, case when wanted_table_id is not null then array[wanted_table_id] end,
                                           wanted_area_code) o
$$;

comment on function marts.observations_as_of(timestamptz, text, text) is
    'One row per observation, as marts.observations would have had it at that moment; of one table where its id is given, for one '
    'area where its code is given; infinity: now.';
