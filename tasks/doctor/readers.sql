-- Accounts that may look into `marts` and are neither superusers nor the owner of what lies there.
select r.rolname as account,
       (select string_agg(c.relname, ', ' order by c.relname) from pg_class c
        where c.relnamespace = 'marts'::regnamespace and c.relkind in ('r', 'v', 'm', 'p')
          and not has_table_privilege(r.oid, c.oid, 'select')) as lacks,
       (select min(n.nspname || '.' || c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('core', 'staging', 'ops') and c.relkind in ('r', 'v', 'm', 'p')
          and has_schema_privilege(r.oid, n.oid, 'usage') and has_table_privilege(r.oid, c.oid, 'select')) as sees
from pg_roles r
where not r.rolsuper and not starts_with(r.rolname, 'pg_') and has_schema_privilege(r.oid, 'marts', 'usage')
  and not pg_has_role(r.oid, (select nspowner from pg_namespace where nspname = 'marts'), 'member')
order by r.rolname
