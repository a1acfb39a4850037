"""Calendars: when each table's next release is to come, learnt from its own releases or as the publisher announced it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, text

from warehouse.formulas.release_calendar import Awaited, Calendar, Seen, awaited, calendar
from warehouse.periods import Period

_SEEN = """
select t.table_id, v.newest_period_id, v.backfilled,
       coalesce(v.publisher_updated_on, cast(v.seen_at at time zone 'Europe/Copenhagen' as date)) as came_on
from core.vintages v join core.tables t using (table_no)
where v.newest_period_id is not null order by t.table_id, v.vintage_id
"""
_ANNOUNCED = """
select table_id, next_release_on, newest_whole_period, publisher_newest_period from marts.freshness where retired_on is null
"""


def calendars(connection: Connection) -> dict[str, Calendar]:
    """The calendar of each table of which twelve releases were seen."""
    rows = connection.execute(text(_SEEN)).all()
    found = {
        table_id: calendar(Seen(Period.from_key(row.newest_period_id), row.came_on, row.backfilled) for row in of_it)
        for table_id, of_it in groupby(rows, key=lambda row: str(row.table_id))
    }
    return {table_id: learnt for table_id, learnt in found.items() if learnt is not None}


def with_calendar(rows: Iterable[Mapping[str, Any]], connection: Connection) -> list[dict[str, Any]]:
    """Rows with a `table`, each with the day on which its next release is expected and the last that is usual.

    `expected_by_releases` is of how many releases that was learnt, 0 where the publisher announced it; all are null where
    nothing is known.
    """
    known = awaited_releases(connection)
    return [{**row, **_as_columns(known.get(row["table"]))} for row in rows]


def _as_columns(release: Awaited | None) -> dict[str, Any]:
    days = (release.on, release.latest, release.releases) if release else (None, None, None)
    return dict(zip(("expected_on", "expected_until", "expected_by_releases"), days, strict=True))


def awaited_releases(connection: Connection) -> dict[str, Awaited]:
    """The next release of each table that is not retired and of which something is known, by what is on record now."""
    learnt = calendars(connection)
    rows = connection.execute(text(_ANNOUNCED)).all()
    found = {
        row.table_id: awaited(
            row.next_release_on,
            learnt=learnt.get(row.table_id),
            newest=row.publisher_newest_period or row.newest_whole_period,
        )
        for row in rows
    }
    return {table_id: release for table_id, release in found.items() if release is not None}
