"""Views and functions: a file of `warehouse/sql` for each is the definition in force; marts of a subject declare theirs.

Each is created or replaced after the tables, and keeps what is granted on it. What PostgreSQL refuses to replace (a view that
loses a column, a function that returns another type), a migration drops first.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from sqlalchemy import Connection, text

_WAREHOUSE = Path(__file__).parents[1]
FOLDER = _WAREHOUSE / "sql"

_RECORD = """
alter table ops.schema_version add column if not exists definitions text;
comment on column ops.schema_version.definitions is 'SHA-256 of the code whose views and functions were made last.';
update ops.schema_version set definitions = '{digest}';
"""


def in_order() -> dict[str, str]:
    """The statements by the name of what they define, each after those that it names."""
    from warehouse.marts.subject_sql import definitions
    from warehouse.marts.subjects import MARTS

    texts = {file.stem: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.sql")} | definitions(MARTS)
    named = {
        name: sorted({*re.findall(r"\w+\.\w+", re.sub("--.*", "", texts[name]))} & texts.keys() - {name})
        for name in sorted(texts)
    }
    return {name: texts[name] for name in TopologicalSorter(named).static_order()}


def _comments() -> list[str]:
    """What the marts and their columns are, tables and views: a sentence that changed needs no revision."""
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import ExecutableDDLElement, SetColumnComment, SetTableComment

    from warehouse.marts.contract import MARTS
    from warehouse.marts.views import views

    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    said: list[str] = []
    for each in MARTS:
        about: list[ExecutableDDLElement] = [SetTableComment(each), *map(SetColumnComment, each.columns)]
        kind = "VIEW" if each.metadata is views else "TABLE"
        statements = (str(comment.compile(dialect=dialect)) for comment in about)
        said += [f"{statement.replace('COMMENT ON TABLE', f'COMMENT ON {kind}', 1)};" for statement in statements]
    return said


@cache
def _code() -> str:
    """SHA-256 of all code that views, functions and comments are made of.

    Every command compares it, and to make them takes a tenth of its time (2026-11); so a change of any module counts.
    """
    files = [*sorted(FOLDER.glob("*.sql")), *sorted(_WAREHOUSE.rglob("marts/*.sql")), *sorted(_WAREHOUSE.rglob("*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def are_current(connection: Connection) -> bool:
    """Whether the views and functions of a migrated warehouse are those of this code."""
    # As JSON, so that a warehouse that has no such column yet is no error.
    recorded = connection.scalar(text("select to_jsonb(stands) ->> 'definitions' from ops.schema_version stands"))
    return bool(recorded == _code())


def renew(connection: Connection) -> None:
    """Create or replace every view and function, within the caller's transaction."""
    statements = "\n".join([*in_order().values(), *_comments(), _RECORD.format(digest=_code())])
    # Sent as it stands: there is a colon in it that would be taken for a value to be bound.
    connection.exec_driver_sql(statements, execution_options={"no_parameters": True})
