"""Readers: the role that dashboards log in under, which may read `marts` and nothing else.

Roles belong to the whole server, rights to one database. So a role that is there says nothing of this warehouse: it is given
to readers once (`give`), by a person, and from then on every rebuilding of a mart sees to it that they may read it
(`renew`), in the same transaction.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from warehouse.database.reader_limits import READER, set_limits
from warehouse.database.sql_files import read_sql

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")

# Nothing that a dashboard sends is meant to write. Many ask at once, and each a little: a question compiled, or spread over
# the cores, takes more from the others than it gains.
SESSION = {
    "default_transaction_read_only": "on",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "plan_cache_mode": "force_custom_plan",
    "random_page_cost": "1.1",
    # marts.observations alone is eight relations. Beyond the limit PostgreSQL plans a part by itself, and a dimension's
    # condition no longer says which facts are read (58 million observations: 1,250 ms and 43 so; 2026-11).
    "join_collapse_limit": "16",
    "from_collapse_limit": "16",
    "geqo_threshold": "17",
}


class ReaderRefused(RuntimeError):
    """The readers' role cannot be made, or would not be a reader; the message says why and what to do."""


class Given(NamedTuple):
    """What was done for readers, in sentences, and what only somebody else can do."""

    done: list[str]
    remarks: list[str]


_ROLE = text("select oid, rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls as powerful, "
             "pg_has_role(oid, (select nspowner from pg_namespace where nspname = 'marts'), 'member') as ours, "
             "coalesce(rolconfig, '{}') as session from pg_roles where rolname = :name")  # fmt: skip

_LACKS = text("""
select format('grant usage on schema marts to %I', cast(:role as text)) as grant, 0 as place
from pg_namespace where nspname = 'marts' and not has_schema_privilege(:role, oid, 'usage') and pg_has_role(nspowner, 'usage')
union all
select format('grant select on marts.%I to %I', relname, cast(:role as text)), 1
from pg_class where relnamespace = to_regnamespace('marts') and relkind in ('r', 'v', 'm', 'p')
  and not has_table_privilege(:role, oid, 'select') and pg_has_role(relowner, 'usage')
union all
select format('grant execute on function %s to %I', oid::regprocedure, cast(:role as text)), 2
from pg_proc where pronamespace = to_regnamespace('marts')
  and not has_function_privilege(:role, oid, 'execute') and pg_has_role(proowner, 'usage')
order by place, 1
""")

_IS_GIVEN = text("select has_schema_privilege(oid, 'marts', 'usage') from pg_roles where rolname = :role")


def renew(connection: Connection) -> None:
    """Let readers read what has been made anew, within the caller's transaction; nothing where they were never given it."""
    if connection.scalar(_IS_GIVEN, {"role": READER}):
        _grant(connection)


def _grant(connection: Connection) -> None:
    if connection.execute(_LACKS, {"role": READER}).first() is None:
        return
    # Two that grant on one table at once would fail in PostgreSQL: they take turns, and the second finds nothing to do.
    connection.execute(text("select pg_advisory_xact_lock(hashtext('marts'), hashtext('readers'))"))
    for row in connection.execute(_LACKS, {"role": READER}).all():
        connection.exec_driver_sql(row.grant)


def give(connection: Connection, *, login: str | None = None) -> Given:
    """Make the readers' role where it is not there, and give it the marts of this warehouse and nothing else.

    With `login` that account is made (without a password) or taken, and becomes one of them. Raises ReaderRefused.
    """
    done = [_made(connection, READER, statement=f"create role {READER} nologin")]
    remarks = _close(connection)
    _grant(connection)
    done.append(f"{READER} may read every table of marts, and nothing else")
    if login is not None:
        done += _admit(connection, login)
    remarks += set_limits(connection)
    for role in (READER, *([login] if login else [])):
        if more := excess(connection, role):
            remarks.append(f"{role} may do more than read marts: {'; '.join(more)}. Take that away from it")
    return Given([sentence for sentence in done if sentence], remarks)


def _made(connection: Connection, name: str, *, statement: str) -> str:
    """Make a role where there is none of that name; one that is no mere reader is refused."""
    found = connection.execute(_ROLE, {"name": name}).one_or_none()
    if found is None:
        _as_administrator(connection, statement)
        return f"The role {name} was made"
    if found.powerful or found.ours:
        why = "is the warehouse's own" if found.ours else "may administer the server"
        raise ReaderRefused(f"the role {name} {why}, so it is not one for dashboards: name another")
    return ""


def _admit(connection: Connection, login: str) -> list[str]:
    if not _NAME.fullmatch(login) or login.startswith("pg_") or login == READER:
        raise ReaderRefused(f"'{login}' cannot be an account's name: small letters a to z, digits and _, at most 63")
    done = [_made(connection, login, statement=f'create role "{login}" login')]
    session = connection.execute(_ROLE, {"name": login}).one().session
    for setting, value in SESSION.items():
        if not any(each.startswith(f"{setting}=") for each in session):
            _as_administrator(connection, f"alter role \"{login}\" set {setting} = '{value}'")
    if not connection.scalar(text("select pg_has_role(:login, :role, 'usage')"), {"login": login, "role": READER}):
        _as_administrator(connection, f'grant {READER} to "{login}"')
    return [*done, f"{login} is one of {READER}"]


def _as_administrator(connection: Connection, statement: str) -> None:
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(statement)
    except DBAPIError as error:
        # Roles are the server's: another database of it may make the same one in the same moment.
        if isinstance(error.orig, psycopg.errors.UniqueViolation | psycopg.errors.DuplicateObject):
            return
        if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            user = connection.scalar(text("select current_user"))
            raise ReaderRefused(
                f"{user} may not manage roles on this server. Have an administrator run: {statement};  "
                "then run this command again: what readers may read is granted without that right"
            ) from error
        raise


_CLOSED = (
    f"revoke all on schema core, staging, ops from {READER}",
    f"revoke all on all tables in schema core, staging, ops from {READER}",
    f"revoke create on schema marts from {READER}",
    f"revoke insert, update, delete, truncate, references, trigger on all tables in schema marts from {READER}",
)

_OWNERS = text("""
select current_database() as name, quote_ident(current_database()) as quoted, pg_has_role(datdba, 'usage') as is_ours,
       (select pg_has_role(nspowner, 'usage') from pg_namespace where nspname = 'public') as public_is_ours,
       has_database_privilege('public', datname, 'temporary') or has_database_privilege('public', datname, 'create') as open,
       coalesce((select has_schema_privilege('public', oid, 'create') from pg_namespace where nspname = 'public'), false)
           as public_open,
       has_database_privilege(:role, datname, 'connect') as reached
from pg_database where datname = current_database()
""")


def _close(connection: Connection) -> list[str]:
    """Take from readers what is not theirs, and from everybody what nobody needs here; gives what only an owner can take."""
    for statement in _CLOSED:
        connection.exec_driver_sql(statement)
    here = connection.execute(_OWNERS, {"role": READER}).one()
    wanted = []
    if here.open:
        wanted.append((here.is_ours, f"revoke create, temporary on database {here.quoted} from public"))
    if here.public_open:
        wanted.append((here.public_is_ours, "revoke create on schema public from public"))
    if not here.reached:
        wanted.append((here.is_ours, f"grant connect on database {here.quoted} to {READER}"))
    for may, statement in wanted:
        if may:
            connection.exec_driver_sql(statement)
    return [f"only the owner can: {statement};" for may, statement in wanted if not may]


def excess(connection: Connection, role: str) -> list[str]:
    """What a role may do in this warehouse besides reading marts, each in a few words; a role that is not there: nothing."""
    return list(connection.scalars(text(read_sql(__package__, "reader_excess")), {"role": role, "reader": READER}))
