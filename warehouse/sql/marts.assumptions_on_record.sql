-- For readers who may not see core: it runs with its owner's rights, and finds nothing but what it names.
create or replace function marts.assumptions_on_record()
returns table (assumption_id bigint, name text, area_code text, basis text, valid_from date, valid_to date, value numeric,
               low numeric, high numeric, unit text, source text, evidence text, note text, recorded_at timestamptz,
               superseded_at timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    select a.assumption_id, a.name, a.area_code, a.basis, a.valid_from, a.valid_to, a.value, a.low, a.high, a.unit, a.source,
           a.evidence, a.note, a.recorded_at, a.superseded_at
    from core.assumptions a
$$;

comment on function marts.assumptions_on_record() is
    'One row per assumption that was ever on record, with when it was recorded and when it was replaced (null: it stands).';
