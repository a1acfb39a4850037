"""Partitions of the observations: one per table, which begins with the table's first load.

That load is staged as a table with a partition's columns, keyed when it is whole, and attached when it is published: a key
on rows that lie there costs a third of one that grows with them (2026-11: 1.1 s against 3.5 s for a million).
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from warehouse.schema import core as schema

_KEY = ", ".join(column.name for column in schema.observations.primary_key)
_VINTAGE_OF = "select vintage_id from staging.{name} limit 1"
_NEXT_VINTAGE = "select nextval(pg_get_serial_sequence('core.vintages', 'vintage_id'))"


def next_vintage(connection: Connection) -> int:
    """A vintage's number, for nobody else."""
    return int(connection.scalar(text(_NEXT_VINTAGE)) or 0)


def has_partition(connection: Connection, *, table_id: str) -> bool:
    """Whether a table has its partition."""
    return bool(connection.scalar(text("select to_regclass(:name) is not null"), {"name": _named(table_id)}))


def begin_partition(connection: Connection, *, name: str, table_no: int) -> None:
    """An empty table in `staging` that can become the partition of a table; the vintage of its rows has its number."""
    vintage_id = next_vintage(connection)
    connection.execute(text(f"create table staging.{name} (like core.observations including constraints)"))
    connection.execute(
        text(
            f"alter table staging.{name} alter table_no set default {table_no}, "
            f"alter vintage_id set default {vintage_id}, add constraint {name}_table check (table_no = {table_no})"
        )
    )


def vintage_of_partition(connection: Connection, *, name: str) -> int | None:
    """The vintage whose rows a staging table holds as a partition; None where it is an ordinary one, or has no rows."""
    has_vintage = connection.scalar(
        text(
            "select exists (select from pg_attribute where attrelid = to_regclass(:table) and attname = 'vintage_id')"
        ),
        {"table": f"staging.{name}"},
    )
    return connection.scalar(text(_VINTAGE_OF.format(name=name))) if has_vintage else None


def key_partition(connection: Connection, *, name: str) -> None:
    """Give a partition in `staging` its key, unless it has it; who reads it meanwhile is not disturbed.

    Raises IntegrityError where a cell is there twice.
    """
    connection.execute(text(f"create unique index if not exists {name}_key on staging.{name} ({_KEY})"))


def attach_partition(connection: Connection, *, name: str, table_id: str, table_no: int) -> None:
    """Make a staging table the partition of its table, within the caller's transaction."""
    partition = f"observations_{table_id}"
    key_partition(connection, name=name)
    for statement in (
        f"alter table staging.{name} alter table_no drop default, alter vintage_id drop default",
        f"alter table staging.{name} add constraint {partition}_pkey primary key using index {name}_key",
        f"alter table staging.{name} set schema core",
        f"alter table core.{name} rename to {partition}",
        f"alter table core.observations attach partition core.{partition} for values in ({table_no})",
        f"alter table core.{partition} drop constraint {name}_table",
    ):
        connection.execute(text(statement))
    _describe(connection, partition=partition, table_id=table_id)


def _named(table_id: str) -> str:
    return f"core.observations_{table_id}"


def _describe(connection: Connection, *, partition: str, table_id: str) -> None:
    """The comments of the whole, which a partition does not inherit."""
    title = connection.scalar(text("select title_en from core.tables where table_id = :id"), {"id": table_id})
    literal = _quoted(f"Partition for {table_id}: {title}. {schema.observations.comment}")
    connection.exec_driver_sql(f"comment on table core.{partition} is {literal}")
    for column in schema.observations.columns:
        connection.exec_driver_sql(
            f"comment on column core.{partition}.{column.name} is {_quoted(column.comment or '')}"
        )


def _quoted(said: str) -> str:
    """A text as SQL that goes through the driver's formatting."""
    return "'" + said.replace("'", "''").replace("%", "%%") + "'"
