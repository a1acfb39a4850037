"""Files of one mart: Parquet for programs, CSV for exchange, a workbook for people.

Nothing in them is a formula. A workbook's texts are written as texts. In CSV, which has no types, a text that begins with
one of = + - @ ' a tab or a line's end gets a ' before it: a spreadsheet then shows it and computes nothing, and whoever
reads it back takes one ' away from the front of texts. Numbers are numbers, negative ones too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from sqlalchemy import Connection, Table
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from warehouse.danish.clock import in_denmark
from warehouse.danish.reservations import FEW_EXPLAINED, TOO_FEW
from warehouse.errors import QuestionError
from warehouse.marts.contract import Entry, entries_of
from warehouse.marts.declaration import rests_on, years_by
from warehouse.marts.rows import columns_of, pieces_of, rows_of, years_of

ROWS_OF_A_SHEET = 1_048_576
_TEXT_OF_A_CELL = 32_767
_FORMULA = r"\A([=+\-@'\t\r\n])"


class ExportRefused(QuestionError):
    """What cannot be exported as asked; the message says what, and what to do."""


@dataclass(frozen=True)
class Written:
    """A file of an export, and the rows of the mart that are in it."""

    file: Path
    rows: int


About = Mapping[str, str]
"""What a file says of itself: product, contract version, moment, newest vintage."""

Write = Callable[[Connection, Table, Path, About], Iterator[Written]]


def write_parquet(connection: Connection, table: Table, folder: Path, about: About) -> Iterator[Written]:
    """One file, or one for each year in folders `year=2023`; strings as a dictionary, what it is in its metadata."""
    by = years_by(table)
    years = years_of(connection, table, by=by) if by else []
    files = {folder / table.name / f"year={year}" / "data.parquet": year for year in years}
    alone = folder / table.name / "data.parquet" if by else folder / f"{table.name}.parquet"
    for file, year in files.items() or [(alone, None)]:
        file.parent.mkdir(parents=True, exist_ok=True)
        rows = rows_of(connection, table, year=year, by=by if year else None)
        rows.sink_parquet(file, metadata=dict(about), maintain_order=True)
        yield Written(file, pl.scan_parquet(file).select(pl.len()).collect().item())


def write_csv(connection: Connection, table: Table, folder: Path, _about: About, *, danish: bool) -> Iterator[Written]:
    """Semicolons, a decimal comma, and the mark by which Excel knows UTF-8; else commas, a decimal point, and no mark."""
    file, rows = folder / f"{table.name}.csv", 0
    style: dict[str, Any] = {
        "separator": ";" if danish else ",",
        "decimal_comma": danish,
        "quote_style": "non_numeric",
        "datetime_format": "%Y-%m-%dT%H:%M:%S%.6f%:z",
    }
    with file.open("wb") as out:
        _harmless(pl.DataFrame(schema=columns_of(table))).write_csv(out, include_bom=danish, **style)
        for piece in pieces_of(connection, table):
            _harmless(piece).write_csv(out, include_header=False, **style)
            rows += piece.height
    yield Written(file, rows)


def _harmless(piece: pl.DataFrame) -> pl.DataFrame:
    """Texts that no spreadsheet takes for a formula."""
    return piece.with_columns(pl.col(pl.String).str.replace(_FORMULA, "'${1}"))


def write_workbook(connection: Connection, table: Table, folder: Path, about: About) -> Iterator[Written]:
    """A workbook of the mart and of what it is; a mart that is longer than a sheet goes on in the next."""
    file = folder / f"{table.name}.xlsx"
    with closing(xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False})) as workbook:
        workbook.set_properties({"title": table.fullname, "created": datetime.fromisoformat(about["exported_at"])})
        formats = {
            "head": workbook.add_format({"bold": True, "bottom": 1}),
            "day": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "wrapped": workbook.add_format({"text_wrap": True, "valign": "top"}),
        }
        _write_about(workbook.add_worksheet("Om data"), table, about=about, formats=formats)
        pieces = (_of_enough(piece, table=table) for piece in pieces_of(connection, table))
        rows = _write_sheets(workbook, table, pieces=pieces, formats=formats)
    yield Written(file, rows)


def _of_enough(piece: pl.DataFrame, *, table: Table) -> pl.DataFrame:
    """Rows for people: without the shares of few persons, or of a count that is hidden."""
    for column, (base, least) in rests_on(table).items():
        enough, stands = pl.col(base) >= least, pl.col(column).is_not_null()
        why = pl.when(pl.col(base).is_null()).then(f"{base}_status").otherwise(pl.lit(TOO_FEW))
        status = pl.when(stands & ~enough.fill_null(False)).then(why).otherwise(f"{column}_status")
        piece = piece.with_columns(pl.when(enough).then(column).alias(column), status.alias(f"{column}_status"))
    return piece


def _write_about(sheet: Worksheet, table: Table, *, about: About, formats: Mapping[str, Format]) -> None:
    """What the file is, and each column of it in Danish."""
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 1, 100)
    described = entries_of(table)
    lines = [*about.items(), ("", ""), ("En række", described[0].grain_da), *(_said(entry) for entry in described)]
    for row, (name, said) in enumerate([*lines, ("", ""), *_HOW_TO_READ]):
        sheet.write_string(row, 0, name, formats["head"])
        sheet.write_string(row, 1, said, formats["wrapped"])


def _said(entry: Entry) -> tuple[str, str]:
    return entry.column_name, f"{entry.description_da} Enhed: {entry.unit}." if entry.unit else entry.description_da


_HOW_TO_READ = (
    ("Tidspunkter", "Dansk tid."),
    ("Tomme celler", "Tallet er ikke oplyst. En tom celle er aldrig nul."),
    (TOO_FEW, FEW_EXPLAINED),
    ("Lange tabeller", "En tabel, der er længere end et ark, fortsætter på det næste ark med de samme overskrifter."),
)


def _write_sheets(workbook: Any, table: Table, *, pieces: Iterable[pl.DataFrame], formats: Mapping[str, Format]) -> int:
    sheets, rows = 0, 0
    sheet: Worksheet | None = None
    for piece in pieces:
        for row in piece.iter_rows():
            place = rows % (ROWS_OF_A_SHEET - 1)
            if place == 0:
                sheets += 1
                sheet = _begun(workbook, table, number=sheets, formats=formats)
            if sheet is not None:
                _write_row(sheet, place + 1, row, names=piece.columns, formats=formats)
            rows += 1
    if not sheets:
        _begun(workbook, table, number=1, formats=formats)
    return rows


def _begun(workbook: Any, table: Table, *, number: int, formats: Mapping[str, Format]) -> Worksheet:
    """A new sheet with its header."""
    sheet: Worksheet = workbook.add_worksheet(table.name if number == 1 else f"{table.name} ({number})")
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(table.columns) - 1, 18)
    sheet.write_row(0, 0, [column.name for column in table.columns], formats["head"])
    return sheet


def _write_row(
    sheet: Worksheet, place: int, row: tuple[Any, ...], *, names: Sequence[str], formats: Mapping[str, Format]
) -> None:
    for column, content in enumerate(row):
        if isinstance(content, str):
            if len(content) > _TEXT_OF_A_CELL:
                raise ExportRefused(
                    f"{sheet.name}, row {place + 1}, column {names[column]}: a text of {len(content):,} letters, and a "
                    f"cell of a workbook holds {_TEXT_OF_A_CELL:,}: export it as csv or parquet"
                )
            sheet.write_string(place, column, content)
        elif isinstance(content, datetime):
            # A spreadsheet knows no zones: its reader is in Denmark.
            sheet.write_datetime(place, column, in_denmark(content).replace(tzinfo=None), formats["moment"])
        else:
            sheet.write(place, column, content, formats["day"] if isinstance(content, date) else None)
