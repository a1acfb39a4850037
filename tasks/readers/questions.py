"""The few questions of readers' programs, each answered by what the command line answers it with.

Every function takes a connection of the readers' role: what the marts cannot answer is not answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, text

from tasks.answers import figures as answers
from tasks.answers.totals import totals
from tasks.readers import models
from tasks.upkeep.catalogue.find import areas as areas_like
from warehouse import reading
from warehouse.areas import find
from warehouse.catalogue.named import table_named, unknown
from warehouse.danish.asked import moment, moment_from
from warehouse.danish.reservations import REHEARSED
from warehouse.database.sql_files import read_sql
from warehouse.errors import QuestionError

if TYPE_CHECKING:
    from tasks.archive.store import Archive

Rows = Sequence[dict[str, Any]]


class Warehouse(NamedTuple):
    """What a question is put to: a connection as the readers' role, and the archive that explanations look into."""

    connection: Connection
    archive: Archive


@dataclass(frozen=True)
class Found:
    """All rows of an answer and what they rest on: numbers of vintages; None: the newest vintage of the warehouse."""

    rows: Rows
    source: str
    vintages: Iterable[int] | None = None
    caveats: Sequence[str] = field(default=())


def tables(warehouse: Warehouse, asked: models.TableList) -> Found:
    """One row per table; of one that is named also the members of its breakdowns. Raises QuestionError."""
    named = table_named(warehouse.connection, asked.table) if asked.table else None
    parameters = {"table": named and named.id}
    found = warehouse.connection.execute(text(read_sql(__package__, "tables")), parameters).mappings()
    words = (asked.words or "").casefold().split()
    rows = [dict(row) for row in found if all(word in _said_of(row) for word in words)]
    if not rows:
        raise QuestionError(f"no table has the words '{asked.words}': ask with fewer, or without for all")
    if named is not None:
        dimensions = [hierarchy.dimension for hierarchy in named.breakdowns]
        rows[0]["breakdowns"] = {
            each: reading.members_held(warehouse.connection, table_id=named.id, dimension=each) for each in dimensions
        }
    return Found(rows, "The catalogue of this warehouse, and the publishers' calendars of releases")


def _said_of(row: Any) -> str:
    return " ".join(str(row[name]) for name in ("table", "title", "title_en", "subject")).casefold()


def areas(_warehouse: Warehouse, asked: models.AreaList) -> Found:
    """One row per area, as the command `areas` gives it. Raises QuestionError."""
    found = areas_like(asked.words or "")
    if not found:
        raise QuestionError(f"no area is called '{asked.words}'")
    rows = [
        {"code": area.code, "code4": area.code4, "area": area.name, "kind": area.kind, "lies_in": area.parent_code}
        for area in found
    ]
    return Found(rows, "Danmarks Statistik, regioner, landsdele og kommuner")


def observations(warehouse: Warehouse, asked: models.ObservationList) -> Found:
    """One row per area, period, measure and members, as the command `show` gives it. Raises QuestionError, AreaUnknown."""
    connection = warehouse.connection
    question = reading.question(
        connection,
        asked.table,
        area=asked.area[0],
        period=asked.period,
        measure=asked.measure,
        where=asked.where,
        as_of=asked.as_of,
    )
    held: dict[str, Rows] = {}
    for of_one in (replace(question, area=name) for name in asked.area):
        found = reading.observations(connection, of_one)
        if not found:
            raise QuestionError(reading.why_nothing(connection, of_one))
        held[found[0]["area_code"]] = found
    rows = [row for found in held.values() for row in found]
    if asked.last is not None:
        newest = sorted({row["period"] for row in rows})[-asked.last :]
        rows = [row for row in rows if row["period"] in newest]
    caveats = reading.caveats(connection, question, rows=rows)
    return Found(rows, _published(connection, question.table.id), [row["vintage_id"] for row in rows], caveats)


def _published(connection: Connection, table_id: str) -> str:
    statement = text("select publisher, table_title from marts.tables where table_id = :table_id")
    row = connection.execute(statement, {"table_id": table_id}).one()
    return f"{row.publisher}: {row.table_title} ({table_id})"


_BEHIND_TOTALS = """
select distinct cast(number as integer)
from unnest(cast(:areas as text[])) area, marts.benefit_totals_as_of(:as_of, area) t,
     string_to_table(t.vintages, ', ') number
where t.period = any(:periods) and number <> ''
"""


def all_benefits(warehouse: Warehouse, asked: models.TotalList) -> Found:
    """One row per area and month, or one of all, as the command `totals` gives it. Raises QuestionError, AreaUnknown."""
    connection = warehouse.connection
    given = partial(totals, connection, areas=asked.area, period=asked.period, as_of=asked.as_of)
    monthly = given(together=False)
    rows = given(together=True) if asked.together else monthly
    behind = {
        "areas": [find(name).code for name in dict.fromkeys(row["area"] for row in monthly)],
        "periods": [row["period"] for row in monthly],
        "as_of": moment(asked.as_of) if asked.as_of else "infinity",
    }
    vintages = list(connection.scalars(text(_BEHIND_TOTALS), behind))
    return Found(rows, "The publishers' tables of benefits that `vintages` names, added up here", vintages)


def figures(_warehouse: Warehouse, _asked: models.FigureList) -> Found:
    """One row per figure, as the command `figures` gives it."""
    return Found(answers.listed(), "The figures of this warehouse; each names its own source")


def figure(warehouse: Warehouse, asked: models.OneFigure) -> Found:
    """One row per item and basis, as the command `figure` gives it. Raises QuestionError, AreaUnknown."""
    question = answers.asked(asked.figure, area=asked.area, period=asked.period, item=asked.item, as_of=asked.as_of)
    rows, missing = answers.rows(warehouse.connection, question)
    if not rows:
        raise QuestionError(answers.why_none(warehouse.connection, question, missing=missing))
    vintages = [vintage["vintage"] for row in rows for vintage in row["vintages"]]
    said = dict.fromkeys(caveat for row in rows for caveat in row["caveats"])
    return Found(rows, question.figure.source, vintages, [*said, *missing])


def explanation(warehouse: Warehouse, asked: models.Explanation) -> Found:
    """One tree per item and basis, as the command `explain` gives it. Raises QuestionError, AreaUnknown."""
    question = answers.asked(asked.figure, area=asked.area, period=asked.period, item=asked.item, as_of=asked.as_of)
    trees = answers.trees(warehouse.connection, question, archive=warehouse.archive)
    vintages = [leaf["vintage"]["vintage"] for tree in trees for leaf in tree["inputs"] if leaf["vintage"]]
    said = dict.fromkeys(caveat for tree in trees for caveat in tree["caveats"])
    return Found(trees, question.figure.source, vintages, list(said))


_SEEN = "select vintage_id from marts.vintages where table_id = :table_id and seen_at = any(:moments)"


def revisions(warehouse: Warehouse, asked: models.RevisionList) -> Found:
    """One row per value that was changed, as the command `revisions` gives it. Raises QuestionError, AreaUnknown."""
    connection = warehouse.connection
    table = reading.held_table(connection, asked.table)
    since = moment_from(asked.since) if asked.since else None
    rows = reading.revisions(connection, table=table, area=asked.area, since=since)
    seen = {"table_id": table.id, "moments": sorted({row["seen_at"] for row in rows})}
    return Found(rows, _published(connection, table.id), list(connection.scalars(text(_SEEN), seen)))


_CLAIMS = """
select document, point, statement, claimed, computed, difference, unit, verdict, reason
from marts.claim_check order by claim_no
"""


def claims(warehouse: Warehouse, asked: models.ClaimList) -> Found:
    """One row per claim, as the command `claims` gives it of the same file. Raises QuestionError."""
    rows = [dict(row) for row in warehouse.connection.execute(text(_CLAIMS)).mappings()]
    papers = list(dict.fromkeys(row["document"] for row in rows))
    if asked.document is not None and asked.document not in papers:
        raise QuestionError(unknown("paper", asked.document, papers))
    kept = [row for row in rows if asked.document in (None, row["document"])]
    return Found(kept, "The papers that JOBINDSATS_CLAIMS names, held against this warehouse by its last night")


class Question(NamedTuple):
    """A question by its name: its parameters, and what answers it."""

    name: str
    asks: type[models.Paged]
    answers: Callable[[Warehouse, Any], Found]

    @property
    def says(self) -> str:
        """What it gives, in words."""
        return " ".join((self.asks.__doc__ or "").split())


QUESTIONS = (
    Question("tables", models.TableList, tables),
    Question("areas", models.AreaList, areas),
    Question("observations", models.ObservationList, observations),
    Question("totals", models.TotalList, all_benefits),
    Question("figures", models.FigureList, figures),
    Question("figure", models.OneFigure, figure),
    Question("explanation", models.Explanation, explanation),
    Question("revisions", models.RevisionList, revisions),
    Question("claims", models.ClaimList, claims),
)

_VINTAGES = """
select vintage_id as vintage, table_id as "table", publisher_updated_on, seen_at, rehearsed from marts.vintages
where vintage_id = any(coalesce(cast(:numbers as integer[]), array[(select max(vintage_id) from marts.vintages)]))
order by vintage_id
"""


def answered(warehouse: Warehouse, question: Question, asked: models.Paged) -> dict[str, Any]:
    """The answer to a question, in the frame of `models.Answer`; raises what the question raises."""
    found = question.answers(warehouse, asked)
    rows, last = found.rows[asked.offset : asked.offset + asked.limit], asked.offset + asked.limit
    numbers = None if found.vintages is None else sorted(set(found.vintages))
    connection = warehouse.connection
    vintages = [dict(row) for row in connection.execute(text(_VINTAGES), {"numbers": numbers}).mappings()]
    invented = [REHEARSED] if any(vintage["rehearsed"] for vintage in vintages) else []
    return {
        "question": question.name,
        "as_of": _moment(connection, getattr(asked, "as_of", None)),
        "source": found.source,
        "vintages": vintages,
        "caveats": [*invented, *found.caveats],
        "rows": rows,
        "total": len(found.rows),
        "limit": asked.limit,
        "offset": asked.offset,
        "next_offset": last if last < len(found.rows) else None,
    }


def _moment(connection: Connection, as_of: str | None) -> datetime:
    """The moment that was asked for; else that of the answer."""
    if as_of is not None:
        return moment(as_of)
    now: datetime = connection.execute(text("select now()")).scalar_one()
    return now


def corrected(question: Question, unknown_name: str) -> str:
    """That a question has no such parameter, with the nearest it has."""
    return unknown(f"parameter of {question.name}", unknown_name, question.asks.model_fields)
