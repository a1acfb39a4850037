with role as (select * from pg_roles where rolname = :role)
select 'administer the server' as what from role
where rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls
union all
select 'act as ' || m.roleid::regrole from role join pg_auth_members m on m.member = role.oid
where m.roleid::regrole::text <> :reader
union all
select (case when has_table_privilege(role.oid, c.oid, 'insert, update, delete, truncate') then 'write ' else 'read ' end)
       || n.nspname || '.' || c.relname
from role, pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'v', 'm', 'p', 'f') and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema'
  and has_schema_privilege(role.oid, n.oid, 'usage')
  and (has_table_privilege(role.oid, c.oid, 'insert, update, delete, truncate')
       or n.nspname <> 'marts' and has_table_privilege(role.oid, c.oid, 'select'))
union all
select 'create in the schema ' || n.nspname from role, pg_namespace n
where n.nspname not like 'pg\_%' and has_schema_privilege(role.oid, n.oid, 'create')
union all
select 'create schemas' from role where has_database_privilege(role.oid, current_database(), 'create')
union all
select 'make temporary tables' from role where has_database_privilege(role.oid, current_database(), 'temporary')
