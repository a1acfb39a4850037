"""Moves: how a mart of figures differs from what stood in it before it was filled anew, within one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Table, text

# Sums of the same parts in another order differ in the last digits; that is no move.
_AS_GOOD_AS_EQUAL = 1e-9


@dataclass(frozen=True)
class Moves:
    """How many figures of a mart are new, moved or gone, and which moved the most; in the unit of its value.

    Counts are rows of the mart. A figure that came to be hidden, or is no longer, has moved; by how much cannot be said.
    """

    mart: str
    rows: int
    new: int
    moved: int
    gone: int
    largest_of: str | None = None
    largest_before: float | None = None
    largest_after: float | None = None


_REMEMBER = "create temporary table {before} on commit drop as select {keys}, {value} as value from {mart}"
_DIFFERS = "(a.{value} is null) <> (b.value is null) or abs(a.{value} - b.value) > :equal * greatest(abs(a.{value}), 1)"
_COUNTED = """
select count(a.area_code) as rows, count(*) filter (where b.area_code is null) as new,
       count(*) filter (where a.area_code is null) as gone,
       count(*) filter (where a.area_code is not null and b.area_code is not null and ({differs})) as moved
from {mart} a full join {before} b using ({keys})
"""
_LARGEST = """
select concat_ws(', ', a.area_name, {words}) as named, b.value as before, a.{value} as after
from {mart} a join {before} b using ({keys})
where a.{value} is not null and b.value is not null and ({differs})
order by abs(a.{value} - b.value) desc, {keys} limit 1
"""


def remember(connection: Connection, table: Table, *, value: str) -> None:
    """Keep what stands in a mart until the transaction ends."""
    names = _names(table, value=value)
    connection.execute(text("drop table if exists pg_temp.{before}".format_map(names)))
    connection.execute(text(_REMEMBER.format_map(names)))


def moves(connection: Connection, table: Table, *, value: str) -> Moves:
    """What has become of what was remembered."""
    names = _names(table, value=value)
    equal = {"equal": _AS_GOOD_AS_EQUAL}
    counted = connection.execute(text(_COUNTED.format_map(names)), equal).one()
    largest = connection.execute(text(_LARGEST.format_map(names)), equal).one_or_none()
    told = (largest.named, largest.before, largest.after) if largest else (None, None, None)
    return Moves(table.name, counted.rows, counted.new, counted.moved, counted.gone, *told)


def _names(table: Table, *, value: str) -> dict[str, str]:
    """The names of a declared table that the statements are made with."""
    keys = [column.name for column in table.primary_key.columns]
    return {
        "mart": table.fullname,
        "before": f"{table.name}_before",
        "value": value,
        "keys": ", ".join(keys),
        "words": ", ".join(key for key in keys if key != "area_code"),
        "differs": _DIFFERS.format(value=value),
    }
