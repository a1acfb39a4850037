-- What is lacking so that no account of readers can stop a night: one row each, with the statement that mends it, if one does.
-- A gigabyte of temporary files was set until 2026-11: 40 connections filled a disk with them.
with keeper as (
    select r.oid, r.rolname, r.rolsuper from pg_namespace n join pg_roles r on r.oid = n.nspowner where n.nspname = 'marts'
), accounts as (
    select r.oid, r.rolname, r.rolconnlimit, k.oid as keeper, k.rolsuper as keeper_administers
    from pg_roles r join pg_roles reader on reader.rolname = :reader cross join keeper k
    where r.rolcanlogin and pg_has_role(r.oid, reader.oid, 'usage') and not pg_has_role(r.oid, k.oid, 'member')
      and not (r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls)
), configured as (
    select a.oid, wanted.setting, wanted.value as wanted, wanted.lacking, s.setdatabase,
           substr(written.entry, strpos(written.entry, '=') + 1) as value
    from accounts a
    cross join (values ('statement_timeout', cast(:statement as text), '^0'), ('temp_file_limit', :temporary, '^(-1|1GB$)'),
                       ('idle_in_transaction_session_timeout', :idle, '^0')) wanted (setting, value, lacking)
    left join pg_db_role_setting s on s.setrole = a.oid
        and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
    left join lateral (select entry from unnest(s.setconfig) entry where starts_with(entry, wanted.setting || '=')) written
        on true
), in_force as (
    select distinct on (oid, setting) * from configured order by oid, setting, value is null, setdatabase desc
), reserved as (
    select s.own, case when k.rolsuper then s.own when pg_has_role(k.oid, r.oid, 'usage') then s.others else 0 end as ours,
           s.most - case when k.rolsuper then s.own else 0 end - s.others as open
    from keeper k
    cross join (select cast(current_setting('max_connections') as int) as most,
                       cast(current_setting('superuser_reserved_connections') as int) as own,
                       coalesce(cast(current_setting('reserved_connections', true) as int), 0) as others) s
    left join pg_roles r on r.rolname = 'pg_use_reserved_connections'
), asked as (
    select sum(case when a.rolconnlimit < 0 then r.open else a.rolconnlimit end) as connections, r.open, r.ours
    from accounts a cross join reserved r group by r.open, r.ours
), open_functions as (
    select string_agg(cast(cast(p.oid as regprocedure) as text), ', ' order by p.oid) as named from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace and has_function_privilege('public', p.oid, 'execute')
      and (p.proname ~ '^pg_(try_)?advisory_'
           or p.proname in ('lo_creat', 'lo_create', 'lo_from_bytea', 'pg_logical_emit_message'))
)
select rolname || ' may open every connection' as says,
       format('alter role %I connection limit %s', rolname, cast(:connections as int)) as statement
from accounts where rolconnlimit < 0
union all
select format('%s has no %s', a.rolname, f.setting),
       format('alter role %I%s set %s = %L', a.rolname,
              case when f.setdatabase > 0 and f.value is not null then format(' in database %I', current_database()) end,
              f.setting, f.wanted)
from in_force f join accounts a using (oid)
where f.value ~ f.lacking
   or f.value is null and (f.setting <> 'temp_file_limit' or current_setting('temp_file_limit') = '-1')
union all
select format('we may not end what %s began', rolname), format('grant %I to %I', rolname, cast(keeper as regrole)::text)
from accounts where not keeper_administers and not pg_has_role(keeper, oid, 'usage')
union all
select 'every account may call ' || case when named ~ 'emit_message' then 'pg_logical_emit_message' else
                                   substring(named from '^[a-z_]+') end || ' and the like',
       format('grant execute on function %1$s to %2$I; revoke execute on function %1$s from public', named, k.rolname)
from open_functions, keeper k
where named is not null
  and (select has_schema_privilege(oid, 'marts', 'usage') from pg_roles where rolname = :reader)
union all
select format('accounts of readers may open %s of %s connections, and a night needs %s: lower their limits (alter role NAME '
              'connection limit N), or keep connections back for nights (superuser_reserved_connections or '
              'reserved_connections in the server''s configuration)', connections, open, cast(:needed as int)), null
from asked where ours < :needed and open - connections < :needed
order by says
