-- What this database and this account lack for a warehouse: one row each, what mends it, and whether nothing works without it.
with wanted(schema) as (values ('core'), ('marts'), ('ops'), ('staging')), schemas as (
    select w.schema, n.oid is not null as there, coalesce(pg_has_role(n.nspowner, 'usage'), false) as ours,
           cast(cast(n.nspowner as regrole) as text) as owner
    from wanted w left join pg_namespace n on n.nspname = w.schema
)
select format('the database %I is encoded in %s, which has no room for all letters', datname, pg_encoding_to_char(encoding)) as says,
       format('make another: create database NAME owner %I encoding ''UTF8'' template template0', current_user) as step, true as stops
from pg_database where datname = current_database() and pg_encoding_to_char(encoding) <> 'UTF8'
union all
select 'the server may only be read: it is a standby',
       'name the server that takes writes in JOBINDSATS_WAREHOUSE_URL; of several hosts target_session_attrs=read-write finds it', true
where pg_is_in_recovery()
union all
select format('%I may only read: default_transaction_read_only is on', current_user),
       format('alter role %I in database %I set default_transaction_read_only = off', current_user, current_database()), true
where current_setting('default_transaction_read_only') = 'on' and not pg_is_in_recovery()
union all
select format('%I may not make the schema%s %s in the database %I', current_user, case when count(*) > 1 then 's' else '' end,
              string_agg(schema, ', ' order by schema), current_database()),
       format('grant create on database %I to %I', current_database(), current_user), true
from schemas where not there and not has_database_privilege(current_database(), 'create') having count(*) > 0
union all
select format('the schema %s belongs to %s', schema, owner), format('alter schema %s owner to %I', schema, current_user), true
from schemas where there and not ours
union all
select format('every transaction of %I is %s', current_user, current_setting('default_transaction_isolation')),
       format('alter role %I in database %I set default_transaction_isolation = ''read committed''', current_user, current_database()),
       false
where current_setting('default_transaction_isolation') <> 'read committed'
union all
select format('a transaction is ended after %s (transaction_timeout), and a night''s locks with it',
              current_setting('transaction_timeout', true)),
       format('alter role %I in database %I set transaction_timeout = 0', current_user, current_database()), false
where current_setting('transaction_timeout', true) <> '0'
order by says
