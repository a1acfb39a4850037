"""Declared texts and numbers as SQL, in the queries that find offenders."""

from __future__ import annotations

import re
from collections.abc import Sequence


def literals(rows: Sequence[tuple[str | float, ...]]) -> str:
    """Rows of declared texts and numbers as an SQL VALUES list."""
    return "values " + ", ".join(f"({', '.join(literal(value) for value in row)})" for row in rows)


def literal(value: str | float) -> str:
    """A text or a number as SQL, whatever is in it.

    Great Expectations formats the query, where braces mean something, and SQLAlchemy reads it, where a colon and a
    backslash do: such characters are written by their numbers.
    """
    if not isinstance(value, str):
        return repr(value)
    quoted = value.replace("'", "''")
    escaped = re.sub(r"[{}:\\]", lambda found: f"\\{ord(found[0]):04x}", quoted)
    return f"'{quoted}'" if escaped == quoted else f"U&'{escaped}'"
