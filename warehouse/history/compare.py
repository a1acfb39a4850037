"""Changes: a staged load beside what stands published, cell by cell; what is the same is not written anywhere.

Against the current rows of the periods that were fetched, a cell is unchanged, new (so is one that returns after it was
withdrawn), revised or withdrawn.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from warehouse.database.sql_files import read_sql

# The planner takes series and period for independent of each other, and would sort both sides or look every cell up: a
# million cells take 2.3 to 5.6 s that way, and 1.1 s hashed (2026-11, PostgreSQL 15 and 18).
_HASHED = ("enable_mergejoin", "enable_nestloop")


def no_changes(connection: Connection, *, name: str) -> None:
    """Write an empty `staging.<name>_changes`: where nothing stands, nothing is changed."""
    connection.execute(text(f"drop table if exists staging.{name}_changes"))
    connection.execute(
        text(f"{read_sql(__package__, 'changes').format(name=name)} with no data"), {"table_no": 0, "partial": []}
    )
    _described(connection, name=name)


def find_changes(
    connection: Connection, *, name: str, table_no: int, partial_periods: frozenset[int] = frozenset()
) -> None:
    """Write `staging.<name>_changes`, one row per cell that is not as it stands; what an earlier look wrote is replaced.

    The periods are those of `staging.<name>_periods`.

    In `partial_periods` what the load lacks is not withdrawn.
    """
    asked = {"table_no": table_no, "partial": sorted(partial_periods)}
    connection.execute(text(f"drop table if exists staging.{name}_changes"))
    for planner in _HASHED:
        connection.execute(text(f"set local {planner} = off"))
    connection.execute(text(read_sql(__package__, "changes").format(name=name)), asked)
    for planner in _HASHED:
        connection.execute(text(f"set local {planner} = default"))
    _described(connection, name=name)


def _described(connection: Connection, *, name: str) -> None:
    connection.execute(text(f"comment on table staging.{name}_changes is 'One row per cell that is not as it stands.'"))
    connection.execute(text(f"analyze staging.{name}_changes"))
