"""Staging: one unlogged table per load, filled with COPY, audited where it lies, dropped after use."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import cast

import polars as pl
import psycopg
from sqlalchemy import Connection, text

from warehouse import schema
from warehouse.locks import Lock, holders

SERIES_KEY = ["measure", "area_id", "members"]


def staging_name(table_id: str, *, run_id: int) -> str:
    """The staging table of one load, without its schema."""
    return f"{table_id}_run_{run_id}"


def create_staging(connection: Connection, *, table_id: str, run_id: int) -> str:
    """A new, empty staging table; gives its name. What an earlier attempt of the same run left is dropped."""
    name = staging_name(table_id, run_id=run_id)
    drop_staging(connection, name=name)
    connection.execute(
        text(
            f"create unlogged table staging.{name} (series_id integer not null, period_id integer not null, "
            "value double precision, status core.value_status not null)"
        )
    )
    connection.execute(text(f"comment on table staging.{name} is 'One row per series and period of one load.'"))
    return name


_COMPARED = """
create unlogged table staging.{name}_compared as
select b.series_id, b.period_id, b.value, b.status, s.area_id, a.kind as area_kind, m.name as measure, m.unit, m.adds_up,
       s.members = cast(:root as jsonb) as is_total, o.value as published_value, o.status as published_status
from staging.{name} b
join core.series s on s.series_id = b.series_id
join core.measures m on m.measure_id = s.measure_id
join core.areas a on a.area_id = s.area_id
left join core.observations o on o.table_no = :table_no and o.series_id = b.series_id and o.period_id = b.period_id
     and o.superseded_by is null
"""


_NOT_YET = """
with raw as (
    select b.series_id, b.period_id, b.value, s.measure_id, s.members, s.area_id, a.kind
    from staging.{name} b
    join core.series s on s.series_id = b.series_id
    join core.measures m on m.measure_id = s.measure_id and m.name = any(:measures)
    join core.areas a on a.area_id = s.area_id
), nowhere as (
    select measure_id, members, period_id from raw group by measure_id, members, period_id
    having case when bool_or(kind = 'country') then count(value) filter (where kind = 'country') = 0
                else count(value) = 0 end
)
update staging.{name} b set status = 'not_yet'
from raw join nowhere using (measure_id, members, period_id)
where b.series_id = raw.series_id and b.period_id = raw.period_id and b.status = 'suppressed'
"""


def mark_not_yet(connection: Connection, *, name: str, measures: Sequence[str]) -> None:
    """Tell a null whose outcome is still open from a hidden count: it is null for the whole country too.

    Only of measures that are declared to wait. The country may stand in another answer than the municipality, so this
    is done when all answers are in; without a country row, an outcome that no area has is open.
    """
    if measures:
        connection.execute(text(_NOT_YET.format(name=name)), {"measures": list(measures)})


def finish_staging(connection: Connection, *, name: str, table_no: int, root_members: Mapping[str, str]) -> str:
    """Set a filled staging table beside what stands published, for the audit; gives the name of that table.

    One row per staged row. The planner gets its statistics here, since audit and publishing join against both.
    """
    connection.execute(text(f"analyze staging.{name}"))
    connection.execute(text(f"drop table if exists staging.{name}_compared"))
    compared = text(_COMPARED.format(name=name))
    connection.execute(compared, {"root": canonical(root_members), "table_no": table_no})
    connection.execute(
        text(f"comment on table staging.{name}_compared is 'One row per staged row, beside what stands.'")
    )
    connection.execute(text(f"analyze staging.{name}_compared"))
    return f"{name}_compared"


def drop_staging(connection: Connection, *, name: str) -> None:
    """Drop a staging table, if it is there."""
    connection.execute(text(f"drop table if exists staging.{name}, staging.{name}_compared"))


def drop_leftovers(connection: Connection) -> list[str]:
    """Drop the staging tables of runs that have ended or are not alive; gives their names."""
    query = text(
        "select t.tablename, r.run_id from pg_tables t left join ops.runs r "
        "on r.ended_at is null and r.run_id = cast(substring(t.tablename from '_run_([0-9]+)') as integer) "
        "where t.schemaname = 'staging'"
    )
    rows = connection.execute(query).all()
    alive = holders(connection, Lock.RUN)  # after the rows: a run takes its lock before it can be seen
    names = [row.tablename for row in rows if row.run_id not in alive]
    for name in names:
        connection.execute(text(f"drop table if exists staging.{name}"))
    return names


class SeriesNumbers:
    """The numbers of one table's series, given on first use and kept."""

    def __init__(self, connection: Connection, *, table_no: int) -> None:
        self._connection = connection
        self._table_no = table_no
        self._known = self._read()

    def numbered(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Cells with a `series_id` in place of measure, area and members; one row per series x period."""
        keys = cells.select(SERIES_KEY).unique()
        if keys.join(self._known, on=SERIES_KEY, how="anti").height:
            self._register(keys)
            self._known = self._read()
        return cells.join(self._known, on=SERIES_KEY, how="left").select("series_id", "period_id", "value", "status")

    def _read(self) -> pl.DataFrame:
        query = text(
            "select m.name, s.area_id, s.members, s.series_id from core.series s "
            "join core.measures m using (measure_id) where s.table_no = :table_no"
        )
        rows = self._connection.execute(query, {"table_no": self._table_no})
        found = [(row.name, row.area_id, canonical(row.members), row.series_id) for row in rows]
        types = {"measure": pl.String, "area_id": pl.Int16, "members": pl.String, "series_id": pl.Int32}
        return pl.DataFrame(found, schema=types, orient="row")

    def _register(self, keys: pl.DataFrame) -> None:
        missing = keys.join(self._known, on=SERIES_KEY, how="anti").sort(SERIES_KEY)
        statement = text(
            "insert into core.series (table_no, measure_id, area_id, members) "
            "select :table_no, measure_id, :area_id, cast(:members as jsonb) from core.measures "
            "where table_no = :table_no and name = :measure on conflict do nothing"
        )
        self._connection.execute(statement, [row | {"table_no": self._table_no} for row in missing.to_dicts()])


def canonical(members: Mapping[str, str]) -> str:
    """Members as the text that tells series apart: JSON with sorted keys."""
    return json.dumps(dict(members), ensure_ascii=False, sort_keys=True)


def copy_in(connection: Connection, rows: pl.DataFrame, *, name: str) -> None:
    """Append rows (series_id, period_id, value, status) to a staging table with COPY, on this connection."""
    driver = cast("psycopg.Connection[tuple[object, ...]]", connection.connection.driver_connection)
    columns = ", ".join(rows.columns)
    statement = f"copy staging.{name} ({columns}) from stdin (format csv)"
    with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.write(rows.write_csv(include_header=False).encode())


def table_number(connection: Connection, *, table_id: str) -> int:
    """Our number of a publisher's table; raises LookupError where the warehouse does not know it."""
    query = schema.tables.select().where(schema.tables.c.table_id == table_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise LookupError(f"the warehouse does not know the table {table_id}: run `jobindsats warehouse migrate`")
    return int(row.table_no)
