"""Reading: what a person may ask of the warehouse, as it is written, and what it answers with the vintage it rests on.

An area, a table, a measure, a dimension or a member that does not exist is an error that offers the nearest name; it is
never an empty answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import Connection, Row, text

from warehouse.areas import find
from warehouse.catalogue.model import Hierarchy, Table
from warehouse.catalogue.named import table_named, unknown
from warehouse.catalogue.units import COUNTS
from warehouse.danish.asked import moment, periods_between
from warehouse.danish.clock import shown_time
from warehouse.database.series_breaks import SeriesBreak, breaks_of, concerning, period_told
from warehouse.database.sql_files import read_sql
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


def question(
    connection: Connection,
    table: str,
    *,
    area: str,
    period: str | None = None,
    measure: str | None = None,
    where: Iterable[str] = (),
    as_of: str | None = None,
) -> Question:
    """A question as a person writes it: `2026M01:2026M06`, `Ydelsesgrupper=A-dagpenge`; raises QuestionError."""
    asked = table_named(connection, table)
    first, last = periods_between(period, kind=asked.period, of=asked.id) if period else (None, None)
    pairs = [written.partition("=") for written in where]
    for dimension, equals, _ in pairs:
        if not equals:
            raise QuestionError(f"'{dimension}' is no condition: write LABEL=VALUE")
    asked_of = [dimension for dimension, _, _ in pairs]
    if twice := next((each for each in asked_of if asked_of.count(each) > 1), None):
        raise QuestionError(f"'{twice}' is asked for twice: name one member of it, or ask for each by itself")
    return Question(
        table=asked,
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
        raise QuestionError(unknown("measure", question.measure, [m.name for m in question.table.measures]))
    return names[question.measure]


def members_of(connection: Connection, question: Question) -> dict[str, str]:
    """The members that are asked for, by dimension, as the catalogue names them; raises QuestionError."""
    dimensions = {hierarchy.dimension: hierarchy for hierarchy in question.table.breakdowns}
    wanted: dict[str, str] = {}
    for dimension, member in question.where.items():
        if dimension not in dimensions:
            raise QuestionError(unknown(f"breakdown of {question.table.id}", dimension, dimensions))
        names = _names(connection, dimensions[dimension], of=question.table)
        if member not in names:
            raise QuestionError(unknown(f"member of {dimension}", member, names))
        wanted[dimension] = names[member]
    return wanted


_HELD_MEMBERS = "select * from marts.members_held(:table_id, :dimension)"


def _names(connection: Connection, hierarchy: Hierarchy, *, of: Table) -> dict[str, str]:
    """Every label of a breakdown, to the name we keep; where the publisher names its members itself, those that are held."""
    if not hierarchy.open:
        return hierarchy.canonical
    return hierarchy.names_of(members_held(connection, table_id=of.id, dimension=hierarchy.dimension))


def members_held(connection: Connection, *, table_id: str, dimension: str) -> list[str]:
    """The members of a table's breakdown of which the warehouse holds a series, in order."""
    return list(connection.scalars(text(_HELD_MEMBERS), {"table_id": table_id, "dimension": dimension}))


# What is the same for many rows (series, vintages, breaks) is asked once and put to the rows here: the planner knows too little
# of one table's share of the facts to join it in a good order (13,000 rows: 200 ms, and 50 so; 2026-11).
_SERIES = """
select s.series_id, s.area, s.area_code, s.measure, s.unit, s.members
from marts.series_of(:table_id, :area_code) s
where (cast(:members as jsonb) = '{}' or s.members @> cast(:members as jsonb))
  and (cast(:measure as text) is null or s.measure = :measure)
order by s.measure_id, s.members::text
"""

_SHOW = """
select series_id, period_id, value, status, vintage_id, superseded_by
from marts.versions_of(:table_id, :series, :first, :last, :known)
"""

_VINTAGES = "select vintage_id, publisher_updated_on, seen_at from marts.vintages where table_id = :id"


def observations(connection: Connection, question: Question) -> list[dict[str, Any]]:
    """One row per period x measure x members, as the warehouse had it at `as_of` (now, where none is given).

    Counts are whole numbers, percentages 0 to 100. Rows with different series breaks are not comparable: `caveats` says
    why. Raises QuestionError, AreaUnknown.
    """
    table = question.table
    vintages = {row.vintage_id: row for row in connection.execute(text(_VINTAGES), {"id": table.id})}
    series = _series(connection, question)
    parameters = {
        "table_id": table.id,
        "series": list(series),
        "first": question.first.key if question.first else 0,
        "last": question.last.key if question.last else 2**31 - 1,
        "known": [v.vintage_id for v in vintages.values() if question.as_of is None or v.seen_at <= question.as_of],
    }
    rows = connection.execute(text(_SHOW), parameters).all()
    breaks = breaks_of(connection, table_id=table.id)
    broken = {series_id: concerning(breaks, members=found["members"]) for series_id, found in series.items()}
    periods, versions = cache(period_told), cache(partial(_version, vintages))
    place = {series_id: at for at, series_id in enumerate(series)}
    return [
        _in_full(series[of], periods(broken[of], period), value, status, versions(vintage, following))
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


_SOME_AREAS = "select * from marts.areas_held(:table_id) limit 3"


def held_table(connection: Connection, written: str) -> Table:
    """The table with this id or title, of which something was published; raises QuestionError."""
    table = table_named(connection, written)
    require_held(connection, table)
    return table


def require_held(connection: Connection, table: Table) -> datetime:
    """When a table was first seen; raises QuestionError where nothing of it was published here."""
    seen: list[datetime] = [row.seen_at for row in connection.execute(text(_VINTAGES), {"id": table.id})]
    if not seen:
        raise QuestionError(
            f"nothing of {table.id} has been published here yet: bring it in with `jobindsats nightly --table {table.id}`"
        )
    return min(seen)


KNEW_NOTHING = "the warehouse knew nothing then: its first table was seen {}; ask as of then or later"


def require_published(connection: Connection) -> datetime:
    """When the first vintage of any table was seen; raises QuestionError where the warehouse holds none."""
    seen = connection.scalar(text("select min(seen_at) from marts.vintages"))
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
        "members": json.dumps(members_of(connection, question), ensure_ascii=False),
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


def caveats(connection: Connection, question: Question, *, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a comparison of the answered rows must say: the Danish sentence of each series break they reach across.

    A series that ends at a break has nothing after it; asked for beyond, its answer carries the caveat too.
    """
    last = question.last.key if question.last else 2**31 - 1
    breaks = breaks_of(connection, table_id=question.table.id)
    first: dict[tuple[SeriesBreak, ...], int] = {}
    for row in rows:
        across, period = concerning(breaks, members=row["members"]), Period.parse(row["period"]).key
        first[across] = min(period, first.get(across, period))
    told = {each for across, period in first.items() for each in across if period < each.first_period_id <= last}
    return [each.caveat for each in breaks if each in told]


def _whole_count(value: float | None, *, unit: str) -> float | None:
    """Counts as whole numbers: a person is not 491.0. An own table's full-time persons keep their decimals."""
    return int(value) if value is not None and unit in COUNTS and float(value).is_integer() else value


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


def status(connection: Connection, *, today: date) -> list[dict[str, Any]]:
    """One row per table of the catalogue: what we hold, and whether it is fresh against the publisher's calendar.

    `observations` are the cells that stand now, hidden ones included; `fresh` is null for a `retired` table, and for one
    whose source announces no releases.
    """
    rows = connection.execute(text(read_sql("warehouse.history", "status")), {"today": today}).mappings()
    return [{**row, "observations": int(row["observations"])} for row in rows]
