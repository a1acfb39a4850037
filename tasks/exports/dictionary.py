"""The data dictionary on paper: every mart and column in Danish or English, as Markdown or as a workbook to print."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Literal, NamedTuple

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from tasks.archive.whole_file import whole_file
from warehouse.marts.contract import VERSION, Entry, entries

Language = Literal["da", "en"]
A4 = 9


class _Words(NamedTuple):
    title: str
    preface: str
    tables: str
    columns: str
    table_header: tuple[str, ...]
    column_header: tuple[str, ...]
    yes: str
    page: str


_WORDS: dict[Language, _Words] = {
    "da": _Words(
        f"Dataordbog for marts, version {VERSION}",
        "Hvad dashboards og analytikere kan læse i skemaet `marts`. Navne og betydning står fast inden for en hovedversion; "
        "kolonner kan komme til. Det samme står i `marts.data_dictionary` og som kommentarer i databasen.",
        "Tabeller",
        "Kolonner",
        ("Tabel", "Én række er, og forbehold"),
        ("Kolonne", "Type", "Enhed", "Kan være tom", "Nøgle", "Beskrivelse"),
        "ja",
        "Side &P af &N",
    ),
    "en": _Words(
        f"Data dictionary of the marts, version {VERSION}",
        "What dashboards and analysts may read in the schema `marts`. Names and meaning stay within a major version; columns "
        "may be added. The same stands in `marts.data_dictionary`, and as comments in the database.",
        "Tables",
        "Columns",
        ("Table", "What a row is, and caveats"),
        ("Column", "Type", "Unit", "May be null", "Key", "Description"),
        "yes",
        "Page &P of &N",
    ),
}


def _cells(entry: Entry, *, language: Language) -> tuple[str, ...]:
    yes = _WORDS[language].yes
    described = entry.description_da if language == "da" else entry.description_en
    flags = (yes if entry.nullable else "", yes if entry.in_key else "")
    return entry.column_name, entry.type, entry.unit or "", *flags, described


def _grain(entry: Entry, *, language: Language) -> str:
    return entry.grain_da if language == "da" else entry.grain_en


def _by_mart() -> Iterable[tuple[str, list[Entry]]]:
    return ((name, list(columns)) for name, columns in groupby(entries(), key=lambda entry: entry.table_name))


def markdown(language: Language) -> str:
    """The dictionary as one page of Markdown: a section per mart, a line per column."""
    words = _WORDS[language]
    lines = [f"# {words.title}", "", words.preface]
    for name, columns in _by_mart():
        lines += ["", f"## marts.{name}", "", _grain(columns[0], language=language), ""]
        lines += [_line(words.column_header), _line("---" for _ in words.column_header)]
        lines += [
            _line((f"`{cells[0]}`", *cells[1:])) for cells in (_cells(each, language=language) for each in columns)
        ]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def write_markdown(file: Path, *, language: Language) -> None:
    """The page in a file, whole or not at all."""
    with whole_file(file) as unfinished:
        unfinished.write_text(markdown(language), encoding="utf-8")


def write_workbook(file: Path, *, language: Language) -> None:
    """A workbook with a sheet of marts and one of columns, to be printed on A4 lying; whole or not at all."""
    words = _WORDS[language]
    marts = [(f"marts.{name}", _grain(columns[0], language=language)) for name, columns in _by_mart()]
    columns = [(entry.table_name, *_cells(entry, language=language)) for entry in entries()]
    whole = BytesIO()
    with closing(xlsxwriter.Workbook(whole, {"strings_to_formulas": False})) as workbook:
        workbook.set_properties({"title": words.title})
        _write_sheet(workbook, words.tables, [words.table_header, *marts], widths=(28, 104), words=words)
        header = (words.table_header[0], *words.column_header)
        widths = (24, 30, 17, 17, 9, 7, 62)
        sheet = _write_sheet(workbook, words.columns, [header, *columns], widths=widths, words=words)
        sheet.autofilter(0, 0, len(columns), len(words.column_header))
    with whole_file(file) as unfinished:
        unfinished.write_bytes(whole.getvalue())


def _write_sheet(
    workbook: xlsxwriter.Workbook, name: str, rows: Iterable[tuple[str, ...]], *, widths: tuple[int, ...], words: _Words
) -> Worksheet:
    """A sheet on A4 lying, as wide as the page, its first row on every page."""
    head = workbook.add_format({"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#E7EDF3"})
    cell = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet: Worksheet = workbook.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    sheet.set_header(f"&L{words.title}")
    sheet.set_footer(f"&R{words.page}")
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for place, row in enumerate(rows):
        sheet.write_row(place, 0, row, cell if place else head)
    return sheet
