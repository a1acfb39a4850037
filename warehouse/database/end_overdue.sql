with overdue as materialized (
    select a.pid, a.xact_start, {who} as who from pg_stat_activity a
    join pg_roles r on r.oid = a.usesysid join pg_roles reader on reader.rolname = :reader
    where a.datname = current_database() and a.xact_start < clock_timestamp() - cast(:longest as interval)
      and pg_has_role(r.oid, reader.oid, 'usage') and not r.rolsuper
      and not pg_has_role(r.oid, (select nspowner from pg_namespace where nspname = 'marts'), 'member')
      and pg_has_role(current_user, r.oid, 'usage')
)
select who from overdue where pg_terminate_backend(pid) order by xact_start
