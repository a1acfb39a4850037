"""Staging of what differs: a load that was compared while it was read is written as far as it is not as it stands.

Audit and publishing read the same names as of a load that was staged whole (warehouse/history/staging.py), with the same
content: tests/properties/test_difference_laws.py holds one against the other.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from sqlalchemy import Connection, text

from warehouse.database.copying import copy_frame
from warehouse.database.sql_files import read_sql
from warehouse.history.ended import write_ended
from warehouse.history.staging import (
    CELLS,
    CHANGED,
    OF_LINE,
    OF_PARTS,
    OF_PERIOD,
    OF_SERIES,
    copy_in,
    drop_staging,
    find_gaps,
    make,
    name_series,
)
from warehouse.history.standing import Comparison

_CELLS = """
create unlogged table staging.{name}_cells (
    series_id integer not null, period_id integer not null, value double precision, status core.value_status not null
)
"""
_PERIODS = "create unlogged table staging.{name}_periods (period_id integer, cells bigint, bit integer)"
_LINES = """
create unlogged table staging.{name}_lines (
    period_id integer, measure text, members jsonb, country double precision, municipalities_sum double precision,
    shown bigint, all_shown boolean, is_total boolean
)
"""
_PARTS = """
create unlogged table staging.{name}_parts (
    period_id integer, area_id smallint, measure text, total double precision, parts_sum double precision, parts bigint
)
"""
_SUMS = """
create unlogged table staging.{name}_sums (
    series_id integer, cells bigint, shown bigint, positive bigint, hidden bigint, misfits bigint, low double precision,
    high double precision, broken boolean, newest_period_id integer, last_shown_period_id integer
)
"""
_OF_SUMS = "select sums.*, cells as periods from staging.{name}_sums sums"


def stage_differences(
    connection: Connection, comparison: Comparison, *, name: str, table_no: int, vintage_id: int
) -> None:
    """Write what differs from a vintage, and a view `staging.<name>` that shows the whole load; earlier ones are dropped."""
    drop_staging(connection, name=name)
    connection.execute(text(_CELLS.format(name=name)))
    copy_in(connection, comparison.differences(), name=f"{name}{CELLS}")
    _describe(connection, name=f"{name}{CELLS}", grain=CHANGED)
    periods = comparison.sums.of_periods()
    _written(
        connection,
        periods.with_row_index("bit"),
        name=f"{name}_periods",
        as_=_PERIODS.format(name=name),
        grain=OF_PERIOD,
    )
    came = ", ".join(map(str, periods["period_id"]))
    view = read_sql(__package__, "staged_view").format(
        name=name, table_no=table_no, vintage_id=vintage_id, periods=came
    )
    connection.execute(text(view))


def finish_differences(
    connection: Connection,
    comparison: Comparison,
    *,
    name: str,
    table_no: int,
    vintage_id: int,
    root_members: Mapping[str, str],
    ended: Mapping[int, int],
) -> None:
    """Make of what differs, and of the sums of all cells, what its audit and its publishing ask of a load."""
    sums = comparison.sums
    _written(connection, sums.of_series(), name=f"{name}_sums", as_=_SUMS.format(name=name), grain=OF_SERIES)
    _written(connection, sums.of_lines(), name=f"{name}_lines", as_=_LINES.format(name=name), grain=OF_LINE)
    _written(connection, sums.of_parts(), name=f"{name}_parts", as_=_PARTS.format(name=name), grain=OF_PARTS)
    name_series(connection, name=name, sums=_OF_SUMS.format(name=name), root_members=root_members)
    connection.execute(text(f"drop table staging.{name}_sums"))
    find_gaps(connection, name=name)
    write_ended(connection, ended, name=name)
    changes = text(read_sql(__package__, "changes_of_cells").format(name=name))
    found = changes.bindparams(table_no=table_no, vintage_id=vintage_id)
    make(connection, name=f"{name}_changes", statement=found, grain=CHANGED)


_ENDS_IN_NULLS = """
select exists (
    select from staging.{name}_series
    where area_kind = 'country' or not exists (select from staging.{name}_series where area_kind = 'country')
    group by measure having max(newest_period_id) > max(last_shown_period_id)
)
"""


def ends_in_nulls(connection: Connection, *, name: str) -> bool:
    """Whether a measure shows nothing of the country in its newest period; where nobody has the country, of any area.

    Only then need cells be asked which figures are not out yet (`newest_not_yet`).
    """
    return bool(connection.scalar(text(_ENDS_IN_NULLS.format(name=name))))


def _written(connection: Connection, rows: pl.DataFrame, *, name: str, as_: str, grain: str) -> None:
    """A table in `staging` with these rows, by COPY on this connection."""
    connection.execute(text(as_))
    copy_frame(connection, rows, into=f"staging.{name}")
    _describe(connection, name=name, grain=grain)


def _describe(connection: Connection, *, name: str, grain: str) -> None:
    """Say what a table's rows are, and let the planner know of them."""
    connection.execute(text(f"comment on table staging.{name} is 'One row per {grain}.'"))
    connection.execute(text(f"analyze staging.{name}"))
