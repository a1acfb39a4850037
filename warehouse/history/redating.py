"""Redating: what a wrong clock dated after now counts from now on, in the order in which it came.

When it was really seen cannot be known any more; that it was seen can. Nothing else of it changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Redated:
    """One vintage that was dated after now: what it was seen at by the wrong clock, and what it counts from."""

    table_id: str
    vintage_id: int
    before: datetime
    after: datetime


# The budget of calls is counted by the server's own clock.
_MOMENTS = """
select quote_ident(c.table_schema) || '.' || quote_ident(c.table_name) as of, quote_ident(c.column_name) as named
from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
where c.table_schema in ('core', 'ops') and t.table_type = 'BASE TABLE' and c.data_type = 'timestamp with time zone'
  and c.table_name <> 'call_budgets'
order by 1, 2
"""

_VINTAGES = """
select t.table_id, v.vintage_id, r.before, r.after
from core.vintages v join core.tables t using (table_no) join staging.redated r on r.before = v.seen_at order by v.vintage_id
"""

_FILL_ANEW = "delete from ops.mart_builds where table_id = any(:tables)"


def redate(connection: Connection, *, now: datetime) -> list[Redated]:
    """Redate every moment after now, within the caller's transaction; gives the vintages among them, oldest first.

    The marts of their tables are behind from then on. Moments that were one stay one.
    """
    columns = connection.execute(text(_MOMENTS)).all()
    all_of_them = " union ".join(f"select {each.named} as before from {each.of}" for each in columns)  # noqa: S608
    connection.execute(
        text(
            "create unlogged table staging.redated as "  # noqa: S608  # names of our own columns
            "select before, cast(:now as timestamptz) + rank() over (order by before) * interval '1 microsecond' as after "
            f"from ({all_of_them}) moments where before > :now"
        ),
        {"now": now},
    )
    found = [Redated(**row) for row in connection.execute(text(_VINTAGES)).mappings()]
    for each in columns:
        changed = (
            f"update {each.of} t set {each.named} = r.after from staging.redated r where t.{each.named} = r.before"  # noqa: S608
        )
        connection.execute(text(changed))
    connection.execute(text("drop table staging.redated"))
    connection.execute(text(_FILL_ANEW), {"tables": sorted({each.table_id for each in found})})
    return found
