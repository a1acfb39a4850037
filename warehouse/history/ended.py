"""Series that the catalogue says have ended: what stands of them stays, although the publisher has taken them away.

A publisher that stops a member or a measure drops its whole history with it. Nothing is wrong with what was published then,
so its absence withdraws nothing, up to the period in which it ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from sqlalchemy import Connection, text

from warehouse.catalogue.model import Table
from warehouse.periods import Period

NONE_ENDED: Mapping[int, int] = MappingProxyType({})

_SERIES = """
select s.series_id, min(ended.last_period_id) as last_period_id
from core.series s join core.measures m on m.measure_id = s.measure_id
join unnest(cast(:dimensions as text[]), cast(:names as text[]), cast(:periods as integer[]))
  as ended(dimension, name, last_period_id)
  on ended.name = case ended.dimension when '' then m.name else s.members ->> ended.dimension end
where s.table_no = :table_no
group by s.series_id
"""
_ENDED = """
create unlogged table staging.{name}_ended as
select ended.series_id, ended.last_period_id
from unnest(cast(:series as integer[]), cast(:periods as integer[])) as ended(series_id, last_period_id)
"""


def ended_on(table: Table, *, day: date) -> list[tuple[str, str, date]]:
    """The members and measures that had ended by a day: the dimension, empty for a measure; the name; and the last day."""
    members = [
        (hierarchy.dimension, member.name, member.until)
        for hierarchy in table.breakdowns
        for member in hierarchy.members
        if member.until is not None and member.until < day
    ]
    return members + [("", each.name, each.until) for each in table.measures if each.until and each.until < day]


def ended_series(connection: Connection, table: Table, *, table_no: int, day: date) -> dict[int, int]:
    """The series of a table that had ended by a day, each with the last period that it can have."""
    ended = ended_on(table, day=day)
    if not ended:
        return {}
    dimensions, names, last_days = zip(*ended, strict=True)
    periods = [Period.containing(last, kind=table.period).key for last in last_days]
    asked = {"table_no": table_no, "dimensions": [*dimensions], "names": [*names], "periods": periods}
    return {row.series_id: row.last_period_id for row in connection.execute(text(_SERIES), asked)}


def write_ended(connection: Connection, ended: Mapping[int, int], *, name: str) -> None:
    """Write `staging.<name>_ended`, one row per series; what an earlier look wrote is replaced."""
    connection.execute(text(f"drop table if exists staging.{name}_ended"))
    connection.execute(text(_ENDED.format(name=name)), {"series": [*ended], "periods": [*ended.values()]})
    connection.execute(text(f"comment on table staging.{name}_ended is 'One row per series that has ended.'"))
    connection.execute(text(f"analyze staging.{name}_ended"))
