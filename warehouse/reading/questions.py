"""Questions: what a person may ask of the warehouse, as it is written.

An area, a table, a measure, a dimension or a member that does not exist is an error that offers the nearest name; it is
never an empty answer.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from warehouse.catalogue.model import CatalogueError, Table
from warehouse.catalogue.publishers import catalogues, shipped_table
from warehouse.danish.clock import DENMARK
from warehouse.errors import QuestionError
from warehouse.periods import Period, PeriodError

_A_DAY = timedelta(days=1) - timedelta(microseconds=1)


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


def moment(written: str) -> datetime:
    """An instant a person wrote: a date means the end of that day in Denmark; raises QuestionError."""
    try:
        if len(written) == len("2026-08-10"):
            following = date.fromisoformat(written) + timedelta(days=1)
            return datetime.combine(following, time.min, DENMARK) - timedelta(microseconds=1)
        instant = datetime.fromisoformat(written)
    except (ValueError, OverflowError) as error:
        raise QuestionError(f"'{written}' is no date or time: write 2026-08-10 or 2026-08-10T09:30+02:00") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=DENMARK)


def moment_from(written: str) -> datetime:
    """The instant from which a person means by a date: the beginning of that day in Denmark; raises QuestionError."""
    return moment(written) if len(written) > len("2026-08-10") else moment(written) - _A_DAY


def span(written: str, *, table: Table) -> tuple[Period, Period]:
    """The periods a person wrote, `2026M06` or `2026M01:2026M06`; raises QuestionError."""
    try:
        first, _, last = written.partition(":")
        found = Period.parse(first), Period.parse(last or first)
    except PeriodError as error:
        raise QuestionError(str(error)) from error
    for period in found:
        if period.kind is not table.period:
            raise QuestionError(f"{table.id} has periods of kind {table.period}; {period} is not one")
    if found[1] < found[0]:
        raise QuestionError(f"{found[0]} comes after {found[1]}")
    return found


def table_named(table_id: str) -> Table:
    """A table a person named; raises QuestionError with the nearest ids."""
    try:
        return shipped_table(table_id)
    except CatalogueError as error:
        known = [table.id for catalogue in catalogues() for table in catalogue.tables]
        raise QuestionError(_unknown("table", table_id, known)) from error


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
    first, last = span(period, table=table) if period else (None, None)
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
