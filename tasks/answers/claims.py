"""Check claims: a paper's numbers, from its file, against the figures of the warehouse."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Connection, insert

from tasks.answers import figures
from warehouse.areas import AreaUnknown, find
from warehouse.assumptions import record as assumed
from warehouse.assumptions.apply import applicable
from warehouse.claims.checking import CheckedClaim, check
from warehouse.claims.file import ClaimsError, ClaimsFile, Document, last_day, read_claims
from warehouse.claims.values import FigureAnswer, FigureQuestion
from warehouse.database import reader_role
from warehouse.errors import QuestionError
from warehouse.formulas.benefits import SumRefused
from warehouse.formulas.statuses import FormulaError
from warehouse.marts.claims import claim_check


def read_file(file: Path) -> ClaimsFile:
    """A claims file; raises ClaimsError with line and key."""
    try:
        written = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ClaimsError(f"the claims file {file} cannot be read: {error}") from error
    return read_claims(written, name=file.name)


def checked(connection: Connection, *, file: Path) -> list[dict[str, Any]]:
    """Every claim of a file with its verdict, in the file's order; raises ClaimsError."""
    known = assumed.known(connection, as_of=None)
    found = check(
        read_file(file),
        figures=lambda question: _answer(connection, question),
        assumptions=lambda document: assumptions_of(document, known=known),
    )
    return [_row(each) for each in found]


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
    files = sorted(place.glob("*.yml")) if place.is_dir() else [place]
    claims = [row for file in files for row in checked(connection, file=file)]
    rows = [row | {"claim_no": number} for number, row in enumerate(claims, 1)]
    connection.execute(claim_check.delete())
    if rows:
        connection.execute(insert(claim_check), rows)
    reader_role.renew(connection)
    return len(rows)


def _answer(connection: Connection, question: FigureQuestion) -> FigureAnswer:
    """A figure's one value for a claim, or why there is none."""
    try:
        asked = figures.asked(
            question.name,
            area=question.area,
            period=str(question.period) if question.period else None,
            item=question.item,
            as_of=question.as_of.isoformat() if question.as_of else None,
        )
        rows, missing = figures.rows(connection, asked)
    except (QuestionError, AreaUnknown, FormulaError, SumRefused) as error:
        return FigureAnswer(None, why_not=str(error))
    fitting = [row for row in rows if question.basis in (None, row["basis"]) and not row.get("stands_beside")]
    if len(fitting) != 1:
        why = "; ".join(missing) if not fitting else f"there are {len(fitting)} rows: name an item or a basis"
        return FigureAnswer(None, why_not=why or "the warehouse holds nothing for that period, item and basis")
    return _one(fitting[0], column=question.column)


def _one(row: dict[str, Any], *, column: str | None) -> FigureAnswer:
    """The value of a row, or of one of its own columns, which has no bounds."""
    if column is not None and column not in row:
        return FigureAnswer(None, why_not=f"{row['figure']} has no column '{column}'")
    value = row[column] if column else row["value"]
    if value is None:
        return FigureAnswer(None, why_not=f"an input is {row['status']}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return FigureAnswer(None, why_not=f"the column '{column}' of {row['figure']} holds no number")
    low, high = (None, None) if column else (_number(row["low"]), _number(row["high"]))
    return FigureAnswer(_number(value), low, high, tuple(row["caveats"]))


def _number(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _row(claim: CheckedClaim) -> dict[str, Any]:
    return {name: float(cell) if isinstance(cell, Decimal) else cell for name, cell in asdict(claim).items()}
