-- Made of the declarations in warehouse/marts/subject_mart.py. It runs with its owner's rights, and finds nothing but what it names.
create or replace function {mart}_as_of(as_of timestamptz, wanted_area_code text default null)
returns setof {mart} language sql stable security definer set search_path = pg_catalog as $$
    select {columns}
    from (
        select {computed}
        from core.observations_told(as_of, {tables}, wanted_area_code) o{beside}
        where o.measure = any({measures})
        group by {keys}
    ) r
$$;

comment on function {mart}_as_of(timestamptz, text) is
    'The rows of {mart} as they would have been at that moment; for one area where its code is given; infinity: now.';
