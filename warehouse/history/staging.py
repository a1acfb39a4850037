"""Staging: a table per load, filled with COPY, audited where it lies, dropped after use or kept as the facts themselves.

    staging.<load>          one row per series and period of the load
    staging.<load>_series   one row per series of the load: what it is of, and what its cells come to
    staging.<load>_periods  one row per period of the load
    staging.<load>_lines    one row per period and line of the load: the country beside its municipalities
    staging.<load>_parts    one row per period, area and measure of the load of which the parts do not make their total
    staging.<load>_gaps     one row per count of the load that is hidden between large ones
    staging.<load>_ended    one row per series that has ended: what stands of it is not withdrawn
    staging.<load>_changes  one row per cell that is not as it stands published (see `find_changes`)

A load into a table that has no facts yet is staged as the partition that it becomes when it is published: rows that were
audited are not written a second time. Any other is unlogged, since it is gone when it is published. Of a load that was set
beside what stands while it was read (warehouse/history/standing.py) only what differs is written, to
`staging.<load>_cells`, and `staging.<load>` is a view of the whole: what stood with the vintage it was compared with, and
what differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl
from sqlalchemy import Connection, TextClause, text

from warehouse.catalogue.units import HIDDEN_WHEN_SMALL, LARGE_COUNT
from warehouse.database.copying import copy_pieces
from warehouse.database.locks import Lock, holders
from warehouse.database.sql_files import read_sql
from warehouse.history.dimensions import canonical
from warehouse.history.ended import NONE_ENDED, write_ended
from warehouse.history.partitions import begin_partition, has_partition, vintage_of_partition
from warehouse.history.sums import NOISE
from warehouse.schema import core as schema

PARTS = ("_series", "_periods", "_lines", "_parts", "_gaps", "_ended", "_changes")
"""What is made of each load beside its staging table, by the ends of their names."""
CELLS = "_cells"
"""What was written of a load that was set beside what stands while it was read."""
_COUNTS = ", ".join(f"'{unit}'" for unit in sorted(HIDDEN_WHEN_SMALL))


def staging_name(table_id: str, *, run_id: int) -> str:
    """The staging table of one load, without its schema."""
    return f"{table_id}_run_{run_id}"


def create_staging(connection: Connection, *, table_id: str, run_id: int) -> str:
    """A new, empty staging table; gives its name. What an earlier attempt of the same run left is dropped."""
    name = staging_name(table_id, run_id=run_id)
    drop_staging(connection, name=name)
    table_no = table_number(connection, table_id=table_id)
    if has_partition(connection, table_id=table_id):
        connection.execute(
            text(
                f"create unlogged table staging.{name} (series_id integer not null, period_id integer not null, "
                "value double precision, status core.value_status not null)"
            )
        )
    else:
        begin_partition(connection, name=name, table_no=table_no)
    connection.execute(text(f"comment on table staging.{name} is 'One row per series and period of one load.'"))
    return name


def mark_not_yet(connection: Connection, *, name: str, measures: Sequence[str]) -> None:
    """Tell a null whose outcome is still open from a hidden count: it is null for the whole country too.

    Only of measures that are declared to wait. The country may stand in another answer than the municipality, so this
    is done when all answers are in; without a country row, an outcome that no area has is open.
    """
    if measures:
        connection.execute(text(read_sql(__package__, "not_yet").format(name=name)), {"measures": list(measures)})


_OPEN = """
update staging.{name} b set status = 'not_yet'
from core.series s join unnest(cast(:measures as integer[]), cast(:periods as integer[])) as open(measure_id, period_id)
  on open.measure_id = s.measure_id
where s.table_no = :table_no and b.series_id = s.series_id and b.period_id = open.period_id and b.status = 'suppressed'
"""


def newest_not_yet(connection: Connection, *, name: str, table_no: int) -> list[tuple[int, int]]:
    """The measures and periods that are not out yet, in a load that reaches to the publisher's newest period.

    The country itself is null in them (seen in y25i05), and it was never small before.
    """
    statement = read_sql(__package__, "newest_not_yet").format(name=name, counts=_COUNTS)
    rows = connection.execute(text(statement), {"large": LARGE_COUNT, "table_no": table_no})
    return [(row.measure_id, row.period_id) for row in rows]


def mark_newest_not_yet(connection: Connection, *, name: str, table_no: int) -> None:
    """Tell newest periods that are not out yet from hidden counts."""
    found = newest_not_yet(connection, name=name, table_no=table_no)
    # Most loads have none, and then no cell of theirs is looked at again.
    if found:
        measures, periods = ([*column] for column in zip(*found, strict=True))
        asked = {"table_no": table_no, "measures": measures, "periods": periods}
        connection.execute(text(_OPEN.format(name=name)), asked)


# Of each series once what a check would otherwise ask of each of its cells. `line` is the same for all areas. Periods are
# counted as bits, which several processes can do at once: counting distinct ones has to sort (0.5 against 1.2 s for a
# million cells, 2026-11).
_PERIODS = """
create unlogged table staging.{name}_periods as
select period_id, cells, cast(row_number() over (order by period_id) as integer) - 1 as bit
from (select period_id, count(*) as cells from staging.{name} group by period_id) found
"""

_COUNTED = "select count(*) from staging.{name}_periods"
OF_PERIOD, OF_SERIES, OF_LINE = "period of the load", "series of the load", "period and line of the load"
OF_PARTS = "period, area and measure of the load of which the parts do not make their total"
OF_GAP = "count of the load that is hidden between large ones"
CHANGED = "cell that is not as it stands"


def finish_staging(
    connection: Connection,
    *,
    name: str,
    table_no: int,
    root_members: Mapping[str, str],
    partial_periods: frozenset[int] = frozenset(),
    ended: Mapping[int, int] = NONE_ENDED,
) -> None:
    """Make of a filled staging table what its audit and its publishing ask of it; `ended` are series with their last periods.

    The planner gets its statistics here, since both join against them.
    """
    connection.execute(text(f"analyze staging.{name}"))
    make(connection, name=f"{name}_periods", statement=text(_PERIODS.format(name=name)), grain=OF_PERIOD)
    periods = connection.scalar(text(_COUNTED.format(name=name))) or 1
    sums = read_sql(__package__, "sums_of_series").format(name=name, periods=periods)
    name_series(connection, name=name, sums=sums, root_members=root_members)
    for part, grain in (("lines", OF_LINE), ("parts", OF_PARTS)):
        statement = text(read_sql(__package__, part).format(name=name, noise=NOISE))
        make(connection, name=f"{name}_{part}", statement=statement, grain=grain)
    find_gaps(connection, name=name)
    write_ended(connection, ended, name=name)
    if vintage_of_partition(connection, name=name) is not None:
        no_changes(connection, name=name)
    else:
        find_changes(connection, name=name, table_no=table_no, partial_periods=partial_periods)


# The planner takes series and period for independent of each other, and would sort both sides or look every cell up: a
# million cells take 2.3 to 5.6 s that way, and 1.1 s hashed (2026-11, PostgreSQL 15 and 18).
_HASHED = ("enable_mergejoin", "enable_nestloop")


def name_series(connection: Connection, *, name: str, sums: str, root_members: Mapping[str, str]) -> None:
    """Write `staging.<name>_series` from a query of what the cells of each series come to."""
    of_series = text(read_sql(__package__, "staged_series").format(name=name, sums=sums))
    root = of_series.bindparams(root=canonical(root_members))
    make(connection, name=f"{name}_series", statement=root, grain=OF_SERIES)


def find_gaps(connection: Connection, *, name: str) -> None:
    """Write `staging.<name>_gaps`, of the series in which a count can be hidden and was large."""
    statement = read_sql(__package__, "gaps").format(name=name, counts=_COUNTS, large=LARGE_COUNT)
    make(connection, name=f"{name}_gaps", statement=text(statement), grain=OF_GAP)


def no_changes(connection: Connection, *, name: str) -> None:
    """Write an empty `staging.<name>_changes`: where nothing stands, nothing is changed."""
    statement = text(f"{read_sql(__package__, 'changes').format(name=name)} with no data")
    nothing = statement.bindparams(table_no=0, partial=[])
    make(connection, name=f"{name}_changes", statement=nothing, grain=CHANGED)


def find_changes(
    connection: Connection, *, name: str, table_no: int, partial_periods: frozenset[int] = frozenset()
) -> None:
    """Write `staging.<name>_changes`, one row per cell that is not as it stands; what an earlier look wrote is replaced.

    The periods are those of `staging.<name>_periods`.

    In `partial_periods` what the load lacks is not withdrawn, nor of series in `staging.<name>_ended`.
    """
    statement = text(read_sql(__package__, "changes").format(name=name))
    found = statement.bindparams(table_no=table_no, partial=sorted(partial_periods))
    for planner in _HASHED:
        connection.execute(text(f"set local {planner} = off"))
    make(connection, name=f"{name}_changes", statement=found, grain=CHANGED)
    for planner in _HASHED:
        connection.execute(text(f"set local {planner} = default"))


def make(connection: Connection, *, name: str, statement: TextClause, grain: str) -> None:
    """A table that a statement makes of a staging table; what an earlier attempt left is replaced."""
    connection.execute(text(f"drop table if exists staging.{name}"))
    connection.execute(statement)
    connection.execute(text(f"comment on table staging.{name} is 'One row per {grain}.'"))
    connection.execute(text(f"analyze staging.{name}"))


_IS_VIEW = "select relkind = 'v' from pg_class where oid = to_regclass(:name)"


def drop_staging(connection: Connection, *, name: str) -> None:
    """Drop a staging table and what was made of it, as far as they are there."""
    if connection.scalar(text(_IS_VIEW), {"name": f"staging.{name}"}):
        connection.execute(text(f"drop view staging.{name}"))
    tables = ", ".join(f"staging.{name}{part}" for part in ("", *PARTS, CELLS))
    connection.execute(text(f"drop table if exists {tables}"))


# Views first: they are made of tables.
_LEFT = """
select t.relname as name, t.relkind = 'v' as is_view, r.run_id
from pg_class t left join ops.runs r
  on r.ended_at is null and r.run_id = cast(substring(t.relname from '_run_([0-9]+)') as integer)
where t.relnamespace = cast('staging' as regnamespace) and t.relkind in ('r', 'v')
order by is_view desc, name
"""


def drop_leftovers(connection: Connection) -> list[str]:
    """Drop the staging tables of runs that have ended or are not alive; gives their names."""
    rows = connection.execute(text(_LEFT)).all()
    alive = holders(connection, Lock.RUN)  # after the rows: a run takes its lock before it can be seen
    left = [row for row in rows if row.run_id not in alive]
    for row in left:
        connection.execute(text(f"drop {'view' if row.is_view else 'table'} if exists staging.{row.name}"))
    return [row.name for row in left]


def copy_in(connection: Connection, rows: pl.DataFrame, *, name: str) -> None:
    """Append rows (series_id, period_id, value, status) to a staging table with COPY, on this connection."""
    statement = f"copy staging.{name} (series_id, period_id, value, status) from stdin (format binary)"
    copy_pieces(connection, statement, pieces=_binary(rows))


# PostgreSQL's binary format of COPY: a signature, then for each row the number of its fields and each field with its length
# before it, -1 for null, numbers with their largest byte first. It is made of whole columns and not of a row at a time.
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END = b"\xff\xff"


def _binary(rows: pl.DataFrame) -> Iterator[bytes]:
    """Rows (series_id, period_id, value, status) in COPY's binary format, those of one shape together."""
    yield _SIGNATURE
    written = rows.select("series_id", "period_id", "value", "status")
    for status in written["status"].unique().sort():
        alike = written.filter(pl.col("status") == status)
        for part in (alike.filter(pl.col("value").is_not_null()), alike.filter(pl.col("value").is_null())):
            if part.height:
                yield _records(part, status=status.encode())
    yield _END


def _records(rows: pl.DataFrame, *, status: bytes) -> bytes:
    """Rows of one shape: all have a value, or none has."""
    has_value = rows["value"][0] is not None
    value = [("value", ">f8")] if has_value else []
    shape = [("series_size", ">i4"), ("series_id", ">i4"), ("period_size", ">i4"), ("period_id", ">i4")]
    shape += [("value_size", ">i4"), *value, ("status_size", ">i4"), ("status", f"S{len(status)}")]
    records = np.empty(rows.height, dtype=[("fields", ">i2"), *shape])
    sizes = {"fields": 4, "series_size": 4, "period_size": 4, "value_size": 8 if has_value else -1}
    for field, size in (sizes | {"status_size": len(status)}).items():
        records[field] = size
    for field in ("series_id", "period_id", *(name for name, _ in value)):
        records[field] = rows[field].to_numpy()
    records["status"] = status
    return records.tobytes()


def table_number(connection: Connection, *, table_id: str) -> int:
    """Our number of a publisher's table; raises LookupError where the warehouse does not know it."""
    query = schema.tables.select().where(schema.tables.c.table_id == table_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise LookupError(f"the warehouse does not know the table {table_id}: run `jobindsats warehouse migrate`")
    return int(row.table_no)
