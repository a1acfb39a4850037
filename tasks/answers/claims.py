"""The claims of papers, held against the warehouse: its figures and the cells of its tables, and what it assumes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Connection, insert, text

from tasks.answers import figures as answers
from warehouse.areas import AreaUnknown, find
from warehouse.assumptions import known as assumed
from warehouse.assumptions.apply import applicable
from warehouse.catalogue.named import table_named
from warehouse.claims.checking import check
from warehouse.claims.content import ClaimsFile, Document, last_day
from warehouse.claims.file import LONGEST_FILE, ClaimsError, read_claims
from warehouse.claims.values import CellQuestion, FigureAnswer, FigureQuestion, Question
from warehouse.danish.asked import moment, periods_between
from warehouse.danish.reservations import TOO_FEW
from warehouse.database import reader_role
from warehouse.errors import QuestionError
from warehouse.figures.compute import Answer, answer, plain
from warehouse.figures.inputs import Scope
from warehouse.figures.model import RECIPIENTS, Figure
from warehouse.formats.plain_file import LINKED, FileUnfit, read_named
from warehouse.formulas.benefits import SumRefused
from warehouse.formulas.statuses import FormulaError
from warehouse.marts.claims import claim_check
from warehouse.periods import Period
from warehouse.reading import Question as CellsAsked
from warehouse.reading import members_of, observations

_NOTHING: dict[int, dict[str, Any]] = defaultdict(dict)
_BREAKS = """
select t.table_id, g.name as benefit_group, b.series_break, b.first_period_id
from core.series_breaks b join core.tables t using (table_no)
left join core.benefit_groups g on g.table_no = b.table_no and core.is_concerned(g.members, b.members)
order by b.first_period_id desc
"""


def read_file(file: Path) -> ClaimsFile:
    """A claims file; raises ClaimsError with line and key."""
    try:
        written = read_named(file, most_characters=LONGEST_FILE).decode()
    except FileUnfit as reason:
        raise ClaimsError(f"{file} {reason}") from reason
    except OSError as error:
        raise ClaimsError(f"{file} cannot be read ({error.strerror}): name the YAML file of the claims") from error
    except UnicodeDecodeError as error:
        raise ClaimsError(f"{file} is no text in UTF-8: name a YAML file, written as docs/claims.md says") from error
    return read_claims(written, name=file.name)


def checked(connection: Connection, *, file: Path) -> list[dict[str, Any]]:
    """Every claim of a file with its verdict, in the file's order; raises ClaimsError."""
    known = assumed.known(connection, as_of=None)
    found = check(
        read_file(file),
        figures=Answering(connection),
        assumptions=lambda document: assumptions_of(document, known=known),
    )
    return [
        {name: float(cell) if isinstance(cell, Decimal) else cell for name, cell in asdict(claim).items()}
        for claim in found
    ]


def assumptions_of(document: Document, *, known: pl.DataFrame) -> dict[str, Decimal]:
    """What applies to a paper's area on its day: by name where there is one basis only, and by name and basis.

    A name with several bases says not which is meant, so it stands for none.
    """
    place = pl.DataFrame({"area_code": [find(document.area).code], "day": [last_day(document)]})
    found: dict[str, Decimal] = {}
    for name in known["name"].unique(maintain_order=True):
        fitting = applicable(known, name=name, rows=place).filter(pl.col("assumption_id").is_not_null())
        values = {basis: Decimal(str(value)) for basis, value in fitting.select("basis", "assumed").rows()}
        found |= {f"{name}.{basis}": value for basis, value in values.items() if basis}
        if len(values) == 1:
            [found[name]] = values.values()
    return found


def fill_mart(connection: Connection, *, place: Path) -> int:
    """Fill `marts.claim_check` anew from a claims file, or every one of a folder; gives its rows. Raises ClaimsError."""
    files = _files_in(place) if place.is_dir() else [place]
    claims = [row for file in files for row in checked(connection, file=file)]
    connection.execute(claim_check.delete())
    if claims:
        connection.execute(insert(claim_check), [row | {"claim_no": number} for number, row in enumerate(claims, 1)])
    reader_role.renew(connection)
    return len(claims)


def _files_in(folder: Path) -> list[Path]:
    """The claims files of a folder, by name; raises ClaimsError for a link, which might lead anywhere."""
    files = sorted(folder.glob("*.yml"))
    for file in files:
        if file.is_symlink():
            raise ClaimsError(f"{file.name} {LINKED}")
    return files


class Answering:
    """Answers what claims ask; a figure of an area is worked out once for all its periods and items."""

    def __init__(self, connection: Connection) -> None:
        """Ask by a connection."""
        self._connection = connection
        self._worked_out: dict[tuple[str, str, Any], Answer] = {}
        self._breaks = connection.execute(text(_BREAKS)).all()

    def __call__(self, asked: Question) -> FigureAnswer:
        """The one number of a figure or a cell, or why there is none."""
        try:
            return self._cell(asked) if isinstance(asked, CellQuestion) else self._figure(asked)
        except (QuestionError, AreaUnknown, FormulaError, SumRefused) as error:
            return FigureAnswer(None, why_not=str(error))

    def _figure(self, asked: FigureQuestion) -> FigureAnswer:
        period = str(asked.period) if asked.period else None
        meant = answers.asked(asked.name, area=asked.area, period=period, item=asked.item, as_of=_day(asked.as_of))
        key = (meant.figure.name, meant.area.code, meant.as_of)
        if key not in self._worked_out:
            scope = Scope(meant.area.code, meant.as_of)
            self._worked_out[key] = answer(self._connection, meant.figure, scope=scope)
        found = answers.cut(self._worked_out[key], question=meant)
        rows = plain(found, vintages=_NOTHING, assumptions=_NOTHING)
        fitting = [row for row in rows if asked.basis in (None, row["basis"]) and not row.get("stands_beside")]
        if len(fitting) != 1:
            why = "; ".join(found.missing) if not fitting else f"there are {len(fitting)} rows: name an item or a basis"
            return FigureAnswer(None, why_not=why or "the warehouse holds nothing for that period, item and basis")
        side = self._side(meant.figure, item=asked.item, period=Period.parse(fitting[0]["period"]))
        return _of_figure(fitting[0], figure=meant.figure, column=asked.column, side=side)

    def _side(self, figure: Figure, *, item: str | None, period: Period) -> tuple[str, str | None]:
        """A figure and the newest break of its tables, or of the benefit that is asked for, at or before a period."""
        benefit = item if RECIPIENTS in figure.tables else None
        concerning = (
            each.series_break
            for each in self._breaks
            if each.first_period_id <= period.key
            and (each.table_id in figure.tables or each.benefit_group == (benefit or ""))
        )
        return f"{figure.name}, {item}", next(concerning, None)

    def _cell(self, asked: CellQuestion) -> FigureAnswer:
        table = table_named(self._connection, asked.table)
        first, last = periods_between(str(asked.period), kind=table.period, of=table.id)
        as_of = moment(asked.as_of.isoformat()) if asked.as_of else None
        meant = CellsAsked(table, asked.area, first, last, asked.measure, dict(asked.where), as_of)
        wanted = table.root_members | members_of(self._connection, meant)
        rows = [row for row in observations(self._connection, meant) if row["members"] == wanted]
        if len(rows) > 1:
            measures = ", ".join(row["measure"] for row in rows)
            return FigureAnswer(None, why_not=f"there are {len(rows)} measures: name one of {measures}")
        if not rows:
            members = ", ".join(f"{dimension} = {member}" for dimension, member in wanted.items())
            return FigureAnswer(None, why_not=f"the warehouse holds no such cell{f' for {members}' if members else ''}")
        return _of_cell(rows[0])


def _of_figure(
    row: Mapping[str, Any], *, figure: Figure, column: str | None, side: tuple[str, str | None]
) -> FigureAnswer:
    """The value of a row, or of one of its own columns, which has no bounds."""
    if column is not None and column not in row:
        return FigureAnswer(None, why_not=f"{figure.name} has no column '{column}'")
    value = row[column] if column else row["value"]
    if value is None:
        if TOO_FEW in (row["status"], row.get(f"{column}_status")):
            return FigureAnswer(None, why_not="it is a percentage of too few persons to be told")
        named = row.get("missing") or row.get("hidden")
        return FigureAnswer(None, why_not=f"an input is {row['status']}{f': {named}' if named else ''}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return FigureAnswer(None, why_not=f"the column '{column}' of {figure.name} holds no number")
    low, high = (None, None) if column else (_number(row["low"]), _number(row["high"]))
    unit = figure.columns.get(column) if column else figure.unit
    return FigureAnswer(_number(value), low, high, tuple(row["caveats"]), unit=unit, side=side)


def _of_cell(row: Mapping[str, Any]) -> FigureAnswer:
    side = (f"{row['table']} {row['members']}", row["series_break"])
    return FigureAnswer(_number(row["value"]), why_not=f"the cell is {row['status']}", unit=row["unit"], side=side)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _number(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
