"""Views and functions: `warehouse/sql` holds one file for each, which is the definition in force.

Each is created or replaced after the tables, and keeps what is granted on it. What PostgreSQL refuses to replace (a view that
loses a column, a function that returns another type), a migration drops first.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from graphlib import TopologicalSorter
from importlib import resources

from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import ExecutableDDLElement, SetColumnComment, SetTableComment

from warehouse.marts.contract import MARTS
from warehouse.marts.views import views

FOLDER = resources.files("warehouse") / "sql"

_RECORD = """
alter table ops.schema_version add column if not exists definitions text;
comment on column ops.schema_version.definitions is 'SHA-256 of the views and functions that were made last.';
update ops.schema_version set definitions = '{digest}';
"""


def in_order() -> dict[str, str]:
    """The text of each file by the name of what it defines, each after those that it names."""
    files = [file for file in FOLDER.iterdir() if file.name.endswith(".sql")]
    texts = {file.name.removesuffix(".sql"): file.read_text(encoding="utf-8") for file in files}
    named = {
        name: sorted({*re.findall(r"\w+\.\w+", re.sub("--.*", "", texts[name]))} & texts.keys() - {name})
        for name in sorted(texts)
    }
    return {name: texts[name] for name in TopologicalSorter(named).static_order()}


def _comments() -> list[str]:
    """What the marts and their columns are, tables and views: a sentence that changed needs no revision."""
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    said: list[str] = []
    for each in MARTS:
        about: list[ExecutableDDLElement] = [SetTableComment(each), *map(SetColumnComment, each.columns)]
        kind = "VIEW" if each.metadata is views else "TABLE"
        statements = (str(comment.compile(dialect=dialect)) for comment in about)
        said += [f"{statement.replace('COMMENT ON TABLE', f'COMMENT ON {kind}', 1)};" for statement in statements]
    return said


@cache
def _in_force() -> tuple[str, str]:
    """All of it as one text, and its hash."""
    statements = "\n".join([*in_order().values(), *_comments()])
    return statements, hashlib.sha256(statements.encode()).hexdigest()


def are_current(connection: Connection) -> bool:
    """Whether the views and functions of a migrated warehouse are those of this code."""
    # As JSON, so that a warehouse that has no such column yet is no error.
    recorded = connection.scalar(text("select to_jsonb(stands) ->> 'definitions' from ops.schema_version stands"))
    return bool(recorded == _in_force()[1])


def renew(connection: Connection) -> None:
    """Create or replace every view and function, within the caller's transaction."""
    statements, digest = _in_force()
    # Sent as it stands: there is a colon in it that would be taken for a value to be bound.
    connection.exec_driver_sql(statements + _RECORD.format(digest=digest), execution_options={"no_parameters": True})
