"""The series breaks of a table as the warehouse has them, and which of its series each concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, text

from warehouse.periods import Period


class SeriesBreak(NamedTuple):
    """A series break of a table, and the members that it concerns; None: all."""

    id: str
    caveat: str
    first_period_id: int
    members: frozenset[str] | None


_BREAKS = "select series_break, caveat, first_period_id, members from marts.breaks_of(:table_id)"


def breaks_of(connection: Connection, *, table_id: str) -> list[SeriesBreak]:
    """The series breaks of a table, the earliest first."""
    rows = connection.execute(text(_BREAKS), {"table_id": table_id}).all()
    return [
        SeriesBreak(name, caveat, first, None if members is None else frozenset(members))
        for name, caveat, first, members in rows
    ]


def concerning(breaks: Iterable[SeriesBreak], *, members: Mapping[str, str]) -> tuple[SeriesBreak, ...]:
    """The breaks that a series of these members lies across; core.is_concerned says the same in SQL."""
    return tuple(each for each in breaks if each.members is None or each.members.intersection(members.values()))


def period_told(breaks: tuple[SeriesBreak, ...], period_id: int) -> tuple[str, str | None]:
    """A period as it is written, and the newest of these series breaks at or before it."""
    newest = next((each.id for each in reversed(breaks) if each.first_period_id <= period_id), None)
    return str(Period.from_key(period_id)), newest
