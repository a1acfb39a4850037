"""Reading: what a person may ask of the warehouse, as it is written, and what it answers with the vintage it rests on.

An area, a table, a measure, a dimension or a member that does not exist is an error that offers the nearest name; it is
never an empty answer.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import Connection, Row, text

from warehouse.areas import find
from warehouse.catalogue.model import CatalogueError, Table
from warehouse.catalogue.publishers import table_here, tables_here
from warehouse.catalogue.units import COUNTS
from warehouse.danish.asked import moment, periods_between
from warehouse.danish.clock import shown_time
from warehouse.errors import QuestionError
from warehouse.periods import Period


@dataclass(frozen=True)
class Question:
    """What is asked of one table: an area, a span of periods, a measure, members, a moment."""

    table: Table
    area: str
    first: Period | None = None
    last: Period | None = None
    measure: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    as_of: datetime | None = None


def table_named(table_id: str) -> Table:
    """A table a person named; raises QuestionError with the nearest ids."""
    try:
        return table_here(table_id)
    except CatalogueError as error:
        raise QuestionError(_unknown("table", table_id, tables_here())) from error


def question(
    table_id: str,
    *,
    area: str,
    period: str | None = None,
    measure: str | None = None,
    where: Iterable[str] = (),
    as_of: str | None = None,
) -> Question:
    """A question as a person writes it: `2026M01:2026M06`, `Ydelsesgrupper=A-dagpenge`; raises QuestionError."""
    table = table_named(table_id)
    first, last = periods_between(period, kind=table.period, of=table.id) if period else (None, None)
    pairs = [written.partition("=") for written in where]
    for dimension, equals, _ in pairs:
        if not equals:
            raise QuestionError(f"'{dimension}' is no condition: write LABEL=VALUE")
    return Question(
        table=table,
        area=area,
        first=first,
        last=last,
        measure=measure,
        where={dimension: member for dimension, _, member in pairs},
        as_of=moment(as_of) if as_of else None,
    )


def measure_of(question: Question) -> str | None:
    """The name of the measure that is asked for, None for all; raises QuestionError."""
    if question.measure is None:
        return None
    names = {label: m.name for m in question.table.measures for label in (*m.labels, m.name)}
    if question.measure not in names:
        raise QuestionError(_unknown("measure", question.measure, [m.name for m in question.table.measures]))
    return names[question.measure]


def members_of(question: Question) -> dict[str, str]:
    """The members that are asked for, by dimension, as the catalogue names them; raises QuestionError."""
    dimensions = {hierarchy.dimension: hierarchy for hierarchy in question.table.breakdowns}
    wanted: dict[str, str] = {}
    for dimension, member in question.where.items():
        if dimension not in dimensions:
            raise QuestionError(_unknown(f"breakdown of {question.table.id}", dimension, dimensions))
        names = dimensions[dimension].canonical
        if member not in names:
            raise QuestionError(_unknown(f"member of {dimension}", member, names))
        wanted[dimension] = names[member]
    return wanted


def _unknown(what: str, written: str, names: Iterable[str]) -> str:
    offered = list(names)
    close = difflib.get_close_matches(written, offered, n=3, cutoff=0.5) or offered
    return f"no {what} is called '{written}'; " + (f"there is {', '.join(close)}" if close else "there is none")


# What is the same for many rows (series, vintages, breaks) is asked once and put to the rows here: the planner knows too little
# of one table's share of the facts to join it in a good order (13,000 rows: 200 ms, and 50 so; 2026-11).
_SERIES = """
select s.series_id, a.name as area, a.code as area_code, m.name as measure, m.unit, s.members
from core.series s
join core.tables t on t.table_no = s.table_no
join core.measures m on m.measure_id = s.measure_id
join core.areas a on a.area_id = s.area_id
where t.table_id = :table_id and a.code = :area_code
  and (cast(:members as jsonb) = '{}' or s.members @> cast(:members as jsonb))
  and (cast(:measure as text) is null or m.name = :measure)
order by m.measure_id, s.members::text
"""

_SHOW = """
select o.series_id, o.period_id, o.value, o.status::text as status, o.vintage_id, o.superseded_by
from core.observations o
where o.table_no = :table_no and o.series_id = any(:series) and o.period_id between :first and :last
  and o.vintage_id = any(:known) and (o.superseded_by is null or o.superseded_by <> all(:known))
"""

_VINTAGES = """
select v.table_no, v.vintage_id, v.publisher_updated_on, v.seen_at from core.vintages v join core.tables t using (table_no)
where t.table_id = :id
"""


def observations(connection: Connection, question: Question) -> list[dict[str, Any]]:
    """One row per period x measure x members, as the warehouse had it at `as_of` (now, where none is given).

    Counts are whole numbers, percentages 0 to 100. Rows with different series breaks are not comparable: `caveats` says
    why. Raises QuestionError, AreaUnknown.
    """
    table = question.table
    vintages = {row.vintage_id: row for row in connection.execute(text(_VINTAGES), {"id": table.id})}
    series = _series(connection, question)
    parameters = {
        # By its number, so that only its own partition is planned for and read.
        "table_no": next((row.table_no for row in vintages.values()), None),
        "series": list(series),
        "first": question.first.key if question.first else 0,
        "last": question.last.key if question.last else 2**31 - 1,
        "known": [v.vintage_id for v in vintages.values() if question.as_of is None or v.seen_at <= question.as_of],
    }
    rows = connection.execute(text(_SHOW), parameters).all()
    breaks = connection.execute(text(_BREAKS), {"table_id": table.id}).all()
    periods = {key: (str(Period.from_key(key)), _break_at(breaks, key)) for key in {row.period_id for row in rows}}
    versions = cache(partial(_version, vintages))
    place = {series_id: at for at, series_id in enumerate(series)}
    return [
        _in_full(series[of], periods[period], value, status, versions(vintage, following))
        for of, period, value, status, vintage, following in sorted(rows, key=lambda row: (row[1], place[row[0]]))
    ]


def why_nothing(connection: Connection, question: Question) -> str:
    """Why nothing answers a question, and what to ask for instead; raises QuestionError where nothing of the table is held."""
    table, seen = question.table, require_held(connection, question.table)
    if question.as_of and question.as_of < seen:
        return f"{table.id} was first seen {shown_time(seen)}: ask for it as of then or later"
    if held := observations(connection, replace(question, first=None, last=None)):
        first, last = held[0]["period"], held[-1]["period"]
        return f"nothing of {table.id} is held for {question.area} in that period: ask for one from {first} to {last}"
    such = ", ".join(connection.scalars(text(_SOME_AREAS), {"table_id": table.id}))
    return f"nothing of {table.id} is held for {question.area}: ask for another area, such as {such}"


_SOME_AREAS = """
select distinct a.name from core.series s join core.tables t using (table_no) join core.areas a using (area_id)
where t.table_id = :table_id order by a.name limit 3
"""


def require_held(connection: Connection, table: Table) -> datetime:
    """When a table was first seen; raises QuestionError where nothing of it was published here."""
    seen: list[datetime] = [row.seen_at for row in connection.execute(text(_VINTAGES), {"id": table.id})]
    if not seen:
        raise QuestionError(
            f"nothing of {table.id} has been published here yet: bring it in with `jobindsats nightly --table {table.id}`"
        )
    return min(seen)


def require_published(connection: Connection) -> datetime:
    """When the first vintage of any table was seen; raises QuestionError where the warehouse holds none."""
    seen = connection.scalar(text("select min(seen_at) from core.vintages"))
    if not isinstance(seen, datetime):
        raise QuestionError(
            "the warehouse is empty: nothing has been published here yet. `jobindsats nightly` fills it"
        )
    return seen


def _series(connection: Connection, question: Question) -> dict[int, dict[str, Any]]:
    """What each series that is asked for is of, in the order in which answers have them."""
    asked = {
        "table_id": question.table.id,
        "area_code": find(question.area).code,
        "members": json.dumps(members_of(question), ensure_ascii=False),
        "measure": measure_of(question),
    }
    found = [dict(row) for row in connection.execute(text(_SERIES), asked).mappings()]
    return {series.pop("series_id"): {"table": question.table.id, "period": "", **series} for series in found}


def _in_full(
    series: dict[str, Any], period: tuple[str, str | None], value: float | None, status: str, version: dict[str, Any]
) -> dict[str, Any]:
    """An observation with its series, its vintage, the vintage that replaced it, and the series break before it."""
    code, series_break = period
    row = series | {"period": code, "value": _whole_count(value, unit=series["unit"]), "status": status}
    return row | version | {"series_break": series_break}


def _version(vintages: Mapping[int, Row[Any]], vintage_id: int, superseded_by: int | None) -> dict[str, Any]:
    vintage, following = vintages[vintage_id], vintages.get(superseded_by or 0)
    return {
        "vintage_id": vintage_id,
        "publisher_updated_on": vintage.publisher_updated_on,
        "seen_at": vintage.seen_at,
        "superseded_at": following.seen_at if following else None,
    }


def _break_at(breaks: Sequence[Row[Any]], period_id: int) -> str | None:
    """The newest series break at or before a period."""
    return next((each.series_break for each in reversed(breaks) if each.first_period_id <= period_id), None)


_BREAKS = """
select b.series_break, b.caveat, b.first_period_id from core.series_breaks b
join core.tables t on t.table_no = b.table_no
where t.table_id = :table_id order by b.first_period_id
"""


def caveats(connection: Connection, question: Question, *, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a comparison of the answered rows must say: the Danish sentence of each series break they reach across.

    A series that ends at a break has nothing after it; asked for beyond, its answer carries the caveat too.
    """
    held = [Period.parse(row["period"]).key for row in rows]
    if not held:
        return []
    last = question.last.key if question.last else 2**31 - 1
    breaks = connection.execute(text(_BREAKS), {"table_id": question.table.id})
    return [row.caveat for row in breaks if min(held) < row.first_period_id <= last]


def _whole_count(value: float | None, *, unit: str) -> float | None:
    """Counts as whole numbers: a person is not 491.0."""
    return int(value) if value is not None and unit in COUNTS else value


_REVISIONS = """
select period, area_name as area, measure, unit, members, before_value as before, before_status::text as before_status,
       after_value as after, after_status::text as after_status, change_value as change, seen_at
from marts.revisions
where table_id = :table_id and (cast(:area_code as text) is null or area_code = :area_code)
  and (cast(:since as timestamptz) is null or seen_at >= :since)
order by seen_at, period_last_day, area_name, measure, members::text
"""


def revisions(
    connection: Connection, *, table: Table, area: str | None = None, since: datetime | None = None
) -> list[dict[str, Any]]:
    """One row per observation that a later vintage changed; raises AreaUnknown."""
    parameters = {"table_id": table.id, "area_code": area and find(area).code, "since": since}
    rows = connection.execute(text(_REVISIONS), parameters).mappings()
    numbers = ("before", "after", "change")
    return [dict(row) | {name: _whole_count(row[name], unit=row["unit"]) for name in numbers} for row in rows]


_STATUS = """
select f.table_id as "table", f.title, f.newest_period, f.publisher_updated_on, f.seen_at, f.next_release_on as next_release,
       f.last_outcome as outcome,
       case when f.retired_on is null or f.retired_on > :today then coalesce(
           f.newest_whole_period >= f.publisher_newest_period and f.next_release_on >= :today, false) end as fresh,
       coalesce(v.observations, 0) as observations, coalesce(v.vintages, 0) as vintages, f.last_message as message
from marts.freshness f join core.tables t using (table_id)
left join (select table_no, sum(new - withdrawn) as observations, count(*) as vintages from core.vintages group by table_no) v
  on v.table_no = t.table_no
order by t.table_no
"""


def status(connection: Connection, *, today: date) -> list[dict[str, Any]]:
    """One row per table of the catalogue: what we hold, and whether it is fresh against the publisher's calendar.

    `observations` are the cells that stand now, hidden ones included; `fresh` is null for a retired table.
    """
    rows = connection.execute(text(_STATUS), {"today": today}).mappings()
    return [{**row, "observations": int(row["observations"])} for row in rows]
