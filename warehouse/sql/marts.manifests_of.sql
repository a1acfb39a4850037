-- For readers who may not see core: it runs with its owner's rights, and finds nothing but what it names.
create or replace function marts.manifests_of(vintages integer[])
returns table (vintage_id integer, manifest text)
language sql stable security definer set search_path = pg_catalog as $$
    select v.vintage_id, v.manifest from core.vintages v where v.vintage_id = any(vintages)
$$;

comment on function marts.manifests_of(integer[]) is
    'One row per vintage: the name in the archive of the manifest that lists the answers it was read from.';
