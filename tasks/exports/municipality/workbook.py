"""Write a municipality's workbook: an overview, charts that Excel draws, tables with filters, and what they rest on.

Numbers are numbers with Danish formats, nothing is a formula, and every cell that has no number has the word for why.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from contextlib import closing
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tasks.briefing.wording import EXPLAINED, NOT_SHOWN
from tasks.exports.municipality import benefit_sheets, native_charts, source_sheets
from tasks.exports.municipality.formats import Formats
from tasks.exports.municipality.months import ALL_BENEFITS, Months
from tasks.exports.municipality.sheet import HIDDEN_OR_MISSING, NONE, NUMBERS, Content, Sheet
from warehouse.danish import writing
from warehouse.danish.places import official
from warehouse.danish.reservations import PROVISIONAL_EXPLAINED, REHEARSED, REHEARSED_IN_SHORT, out_of_date

A4 = 9
_HEAD = 4
"""The row of the overview's heads: its title stands above."""
_WIDE, _SMALL = 800, (430, 240)
_ACROSS = 3
_LABEL, _TOLD, _SHEET = 56, 110, "Arket "
_HEIGHT = 15


def write_workbook(file: Path, months: Months, *, about: Mapping[str, str], now: datetime) -> list[Sheet]:
    """Write the workbook of a municipality; gives its tables, in the order of their sheets.

    `about` is what it says of itself, `now` when it is made.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    tables = _tables(months)
    with closing(Workbook(file, options)) as workbook:
        workbook.set_properties({"title": official(months.area.name), "created": now})
        formats = Formats(workbook)
        _write_overview(workbook, months, formats=formats)
        pictures = workbook.add_worksheet("Figurer")
        for sheet in tables:
            _write_table(_printed(workbook.add_worksheet(sheet.name)), sheet, formats=formats)
        _draw(workbook, pictures, months, tables={sheet.name: sheet for sheet in tables})
        _write_about(workbook.add_worksheet("Om data"), tables, about=about, formats=formats)
    return tables


def _tables(months: Months) -> list[Sheet]:
    """Every table of the workbook in its order; a list or a saving that is not held has none."""
    found = [
        benefit_sheets.totals(months),
        benefit_sheets.course(months),
        benefit_sheets.benefits(months),
        benefit_sheets.shares(months),
        source_sheets.ranking(months.held),
        source_sheets.savings(months.held),
        source_sheets.revisions(months.held),
        source_sheets.breaks(months.held),
        source_sheets.vintages(months.held),
    ]
    return [sheet for sheet in found if sheet is not None]


def _printed(sheet: Worksheet) -> Worksheet:
    """A sheet to be printed on A4 lying, as wide as the page."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RSide &P af &N")
    return sheet


def _on_one_page(sheet: Worksheet) -> Worksheet:
    """A sheet to be printed on one page of A4 standing, without the lines of its cells."""
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)
    sheet.hide_gridlines(2)
    return sheet


def _write_table(sheet: Worksheet, table: Sheet, *, formats: Formats) -> None:
    """Heads that stay while one scrolls, a filter on each, and the rows; where there are none, that there are none."""
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    _write_rows(sheet, table, below=0, formats=formats, total=False)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    if not table.rows:
        sheet.write_row(1, 0, ["Ingen", *[NONE] * (len(table.columns) - 1)], formats("text"))


def _write_rows(sheet: Worksheet, table: Sheet, *, below: int, formats: Formats, total: bool) -> None:
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(below, place, column.head, formats("number head" if column.kind in NUMBERS else "head"))
    sheet.set_row(below, _HEIGHT * max(_lines(column.head, column.width) for column in table.columns))
    wrapping = [(place, column.width) for place, column in enumerate(table.columns) if column.wraps]
    for number, row in enumerate(table.rows, 1):
        last = total and number == len(table.rows)
        for place, (column, content) in enumerate(zip(table.columns, row, strict=True)):
            style = formats.of(content, kind=column.kind, wraps=column.wraps, bold=last)
            _write(sheet, below + number, place, content, style)
        if wrapping:
            sheet.set_row(below + number, _HEIGHT * max(_lines(str(row[place]), width) for place, width in wrapping))


def _lines(written: str, width: float) -> int:
    """How many lines a text takes in a column that wraps; programs that open a workbook do not reckon it anew."""
    return max(1, len(textwrap.wrap(written, int(width))))


def _write(sheet: Worksheet, row: int, column: int, content: Content, style: Format) -> None:
    """A text as a text, whatever it begins with; a day or moment as one; a number as a number."""
    if isinstance(content, str):
        sheet.write_string(row, column, content, style)
    elif isinstance(content, date):
        sheet.write_datetime(row, column, content, style)
    else:
        sheet.write_number(row, column, content, style)


def _write_overview(workbook: Workbook, months: Months, *, formats: Formats) -> None:
    """The newest whole month on top, then what must be said of it, then how each benefit changed; on one page."""
    sheet, month = _printed(workbook.add_worksheet("Oversigt")), months.newest
    _on_one_page(sheet)
    sheet.write_string(0, 0, f"{official(months.area.name)}: nøgletal på beskæftigelsesområdet", formats("title"))
    sheet.set_row(0, 2 * _HEIGHT)
    if month is None:
        sheet.write_string(1, 0, "Der er ingen tal for de måneder, der er spurgt om.", formats("text"))
        return
    state = " (foreløbige tal)" if months.provisional(month) else ""
    sheet.write_string(1, 0, f"Fuldtidspersoner i {writing.period(month)}{state}", formats("text"))
    table = benefit_sheets.overview(months, month=month)
    if late := [(row["title"], row["next_release_on"]) for row in months.held.late]:
        _write_across(sheet, 2, out_of_date(late), table=table, style=formats("warning"))
    if months.held.rehearsed:
        _write_across(sheet, 3, REHEARSED, table=table, style=formats("warning"))
    _write_rows(sheet, table, below=_HEAD, formats=formats, total=True)
    below = count(_HEAD + len(table.rows) + 2)
    for said in _notes(months):
        _write_across(sheet, next(below), said, table=table, style=formats("note"))
    place = next(below) + 1
    title = _title(f"Ændring på et år, fuldtidspersoner ({writing.short_month(month)})", months)
    drawn = native_charts.changes(
        workbook, table, below=_HEAD, column=table.place_of("Ændring på et år"), title=title,
        size=(_WIDE, max(200, 60 + 30 * len(table.rows))),
    )  # fmt: skip
    if drawn is not None:
        sheet.insert_chart(place, 0, drawn)


def _write_across(sheet: Worksheet, row: int, said: str, *, table: Sheet, style: Format) -> None:
    """A sentence across the columns of a table."""
    sheet.merge_range(row, 0, row, len(table.columns) - 1, said, style)
    sheet.set_row(row, _HEIGHT * _lines(said, sum(column.width for column in table.columns)))


def _notes(months: Months) -> list[str]:
    """What a reader of the overview must know."""
    row = months.total_row(months.newest) if months.newest else None
    lacks = [
        f"{why}: {row[name]}." for name, why in (("hidden", "Skjult"), ("missing", "Mangler")) if row and row[name]
    ]
    return [
        f"{ALL_BENEFITS} er summen af de ydelser, der tælles med og fandtes i måneden. Summen opgøres kun, når alle er kendt.",
        *lacks,
        *([PROVISIONAL_EXPLAINED] if row and row["provisional"] else []),
        f"{NOT_SHOWN['suppressed']}: {EXPLAINED['suppressed']}",
        f"{NOT_SHOWN['series_break']}: {EXPLAINED['series_break']}",
    ]


def _title(said: str, months: Months) -> str:
    """The title of a chart, which may be copied from the workbook: it says itself that its numbers are invented."""
    return f"{said} ({REHEARSED_IN_SHORT})" if months.held.rehearsed else said


def _draw(workbook: Workbook, sheet: Worksheet, months: Months, *, tables: Mapping[str, Sheet]) -> None:
    """The total and each benefit over the months, and the shares beside the table that has them."""
    totals, course = tables["I alt"], tables["Forløb"]
    drawn = [_line(workbook, months, totals, head=benefit_sheets.PERSONS, benefit=None)]
    drawn += [_line(workbook, months, course, head=name, benefit=name) for name in months.benefits]
    for place, chart in enumerate(chart for chart in drawn if chart is not None):
        sheet.insert_chart(place // _ACROSS * 13, place % _ACROSS * 7, chart)
    _on_one_page(_printed(sheet))
    if "Andele" in tables:
        found = native_charts.shares(
            workbook,
            tables["Andele"],
            title=_title("Pct. af arbejdsstyrken", months),
            size=(_WIDE, 100 + 40 * len(tables["Andele"].rows)),
        )
        if found is not None:
            _on_one_page(workbook.get_worksheet_by_name("Andele")).insert_chart(
                len(tables["Andele"].rows) + 2, 0, found
            )


def _line(workbook: Workbook, months: Months, sheet: Sheet, *, head: str, benefit: str | None) -> Any | None:
    stretches = [months.stretch(month, benefit=benefit) for month in months.all]
    title = _title(benefit or f"{ALL_BENEFITS}, fuldtidspersoner", months)
    return native_charts.line(
        workbook, sheet, column=sheet.place_of(head), stretches=stretches, title=title, size=_SMALL
    )


def _write_about(sheet: Worksheet, tables: list[Sheet], *, about: Mapping[str, str], formats: Formats) -> None:
    """What the workbook is, what its words mean, and what stands in each sheet."""
    _printed(sheet)
    sheet.set_column(0, 0, _LABEL)
    sheet.set_column(1, 1, _TOLD)
    explained = [(NOT_SHOWN[status], said) for status, said in EXPLAINED.items()]
    lines = [
        *about.items(),
        *explained,
        (HIDDEN_OR_MISSING, "Et af tallene bag er skjult eller mangler; så regnes der ikke på det."),
        ("Tal", "Ingen celle er en formel, og ingen tom celle betyder nul: hvor der ikke er et tal, står der hvorfor."),
        ("Figurer", "En kurve tegnes ikke gennem en måned uden tal og ikke hen over et databrud."),
        *(line for sheet_of in tables for line in _said(sheet_of)),
    ]
    for row, (name, said) in enumerate(lines):
        head = name.startswith(_SHEET)
        sheet.write_string(row, 0, name, formats("head" if head else "label"))
        sheet.write_string(row, 1, said, formats("head" if head else "wrapped"))
        sheet.set_row(row, _HEIGHT * max(_lines(name, _LABEL), _lines(said, _TOLD)))


def _said(sheet: Sheet) -> list[tuple[str, str]]:
    return [(f"{_SHEET}{sheet.name}", sheet.says), *((column.head, column.says) for column in sheet.columns)]
