"""The ministry's ranking lists as files: PDF and XLSX in the layouts that are known, and in others that may come.

No original file was at hand: columns and titles are those that papers and newspapers quote. The PDF's built-in fonts
know Western letters and the en dash but no U+2212: where a layout asks for it, a PDF has an en dash.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from itertools import groupby
from typing import Any, Literal

import xlsxwriter
from fpdf import FPDF

from tests.standin import benchmark, geography
from warehouse.areas import municipalities
from warehouse.periods import Period

WEB_COLUMNS = ("rank", "municipality", "gap_pct_point", "gap_full_time_persons")
COLUMNS_2018 = (
    "rank",
    "municipality",
    "actual_full_time_persons",
    "expected_full_time_persons",
    "gap_full_time_persons",
    "potential_dkk",
)
HEADINGS = {
    "rank": "Plads",
    "municipality": "Kommune",
    "gap_pct_point": "Forskel i forhold til forventet (pct. point)",
    "gap_full_time_persons": "Forskel i forhold til forventet (personer)",
    "actual_full_time_persons": "Faktisk",
    "expected_full_time_persons": "Forventet",
    "potential_dkk": "Potentiale mio. kr.",
}
HEADINGS_2018 = HEADINGS | {"gap_full_time_persons": "Personer"}
HEADINGS_OTHERWISE = HEADINGS | {
    "rank": "PLACERING",
    "gap_pct_point": "Forskel procentpoint",
    "gap_full_time_persons": "Forskel, antal personer",
    "actual_full_time_persons": "Faktisk antal",
    "expected_full_time_persons": "Forventet antal",
    "potential_dkk": "Potentiale (mio. kr.)",
}
GROUP = "Forskel i forhold til forventet"
UNDER_GROUP = {"gap_pct_point": "Pct. point", "gap_full_time_persons": "Personer"}
LISTS = {
    "ranking_all": ("alle ydelser", benchmark.TOTAL),
    "ranking_unemployment_insurance": ("dagpengeområdet", "A-dagpenge mv."),
    "ranking_cash_assistance": ("kontanthjælpsområdet", "Kontanthjælp mv."),
    "ranking_sickness_benefit": ("sygedagpengeområdet", "Sygedagpenge mv."),
}
FOOT = "Kilde: Beskæftigelsesministeriet. Antal er afrundet til nærmeste 10."
UNITS = dict.fromkeys(
    ("gap_full_time_persons", "actual_full_time_persons", "expected_full_time_persons"), " personer"
) | {"gap_pct_point": " pct. point", "potential_dkk": " mio. kr."}
"""The words behind a number where cells have them, as on the ministry's web pages."""
_DECIMALS = {"gap_pct_point": 1, "potential_dkk": 1}
_WIDTHS = {"rank": 18, "municipality": 42, "potential_dkk": 26}


@dataclass(frozen=True)
class PrintedRow:
    """One municipality's line; values by measure as the list prints them (potential in m kr.)."""

    rank: int
    municipality: str
    values: Mapping[str, Decimal]

    def texts(self, columns: Sequence[str], *, minus: str, units: bool = False) -> list[str]:
        """Its cells in Danish, with or without the unit behind each number."""
        own = {"rank": str(self.rank), "municipality": self.municipality}
        return [
            own.get(column)
            or danish(self.values[column], column=column, minus=minus) + (UNITS[column] if units else "")
            for column in columns
        ]


@dataclass(frozen=True)
class Layout:
    """How a list is printed; `doubled` makes letters of a PDF bold by printing them twice."""

    columns: tuple[str, ...] = WEB_COLUMNS
    headings: Mapping[str, str] = field(default_factory=lambda: HEADINGS)
    group_heading: bool = False
    ruled: bool = True
    repeat_header: bool = True
    minus: str = "-"
    typed: bool = True
    foot: bool = True
    letter_pt: float = 9
    doubled: bool = False
    units_in_cells: bool = False

    @property
    def header(self) -> list[list[str]]:
        """The header's rows, each with a text per column; a heading over several columns stands in each."""
        if not self.group_heading:
            return [[self.headings[column] for column in self.columns]]
        above = [GROUP if column in UNDER_GROUP else self.headings[column] for column in self.columns]
        return [above, [UNDER_GROUP.get(column, "") for column in self.columns]]


LAYOUT_2018 = Layout(columns=COLUMNS_2018, headings=HEADINGS_2018)


def danish(value: Decimal, *, column: str, minus: str = "-") -> str:
    """A number as the lists print it."""
    text = f"{abs(value):,.{_DECIMALS.get(column, 0)}f}".translate(str.maketrans(",.", ".,"))
    return (minus if value < 0 else "") + text


def title(table_id: str, period: Period) -> str:
    """A list's title: the benefits and the two half-years."""
    first, last = period.first_day, period.last_day
    halves = [f"{1 if day.month <= 6 else 2}. halvår {day.year}" for day in (first, last)]
    return f"Kommunernes placering på ranglisten for {LISTS[table_id][0]}, {' – '.join(halves)}"


def synthetic_rows(table_id: str, period: Period, *, seed: int = 1, sign: int = 1) -> list[PrintedRow]:
    """All 98 of the synthetic Denmark by rank; `sign` -1 prints expected minus actual."""
    cells = benchmark.cells(period, LISTS[table_id][1], seed=seed)
    names = {area.code: area.name for area in municipalities()}
    rows = []
    for at, code in enumerate(geography.codes(), start=1):
        gap = Decimal(int(cells["gap_full_time_persons"][at]))
        values = {
            "gap_pct_point": Decimal(f"{cells['gap_pct_point'][at] * sign:.1f}") + 0,
            "gap_full_time_persons": gap * sign + 0,
            "actual_full_time_persons": Decimal(int(cells["actual_full_time_persons"][at])),
            "expected_full_time_persons": Decimal(int(cells["expected_full_time_persons"][at])),
            "potential_dkk": (gap * Decimal("0.0735") * sign).quantize(Decimal("0.1")) + 0,
        }
        rows.append(PrintedRow(int(cells["rank"][at]), names[code], values))
    return sorted(rows, key=lambda row: row.rank)


def as_pdf(rows: Sequence[PrintedRow], *, heading: str, layout: Layout = Layout(), packed: bool = True) -> bytes:
    """A PDF of the list, on as many pages as it takes."""
    pdf = _document(layout, heading=heading)
    pdf.set_compression(packed)
    pdf.add_page()
    pdf.multi_cell(0, 8, heading, new_x="LMARGIN", new_y="NEXT")
    _print_header(pdf, layout=layout)
    for row in rows:
        if pdf.will_page_break(6):
            pdf.add_page()
            if layout.repeat_header:
                _print_header(pdf, layout=layout)
        _print_row(pdf, row, layout=layout)
    if layout.foot:
        pdf.ln(4)
        pdf.multi_cell(0, 5, FOOT, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


class _Numbered(FPDF):
    """A document with a number at the foot of each page."""

    def footer(self) -> None:
        """Print the number."""
        self.set_y(-12)
        self.cell(0, 6, f"Side {self.page_no()}", align="C")


def _document(layout: Layout, *, heading: str) -> FPDF:
    pdf = _Numbered(orientation="landscape" if len(layout.columns) > 4 else "portrait") if layout.foot else FPDF()
    pdf.core_fonts_encoding = "windows-1252"
    pdf.set_creation_date(datetime(2023, 10, 2, tzinfo=UTC))
    pdf.set_title(heading)
    pdf.set_font("Helvetica", size=layout.letter_pt)
    return pdf


def _width(column: str) -> float:
    return _WIDTHS.get(column, 40)


def _print_header(pdf: FPDF, *, layout: Layout) -> None:
    for headings in layout.header:
        cells = [(headings[run[0]], sum(_width(layout.columns[at]) for at in run)) for run in _runs(headings)]
        wrapped = [(textwrap.wrap(text, max(8, int(width / 2))) or [""], width) for text, width in cells]
        height = max(len(lines) for lines, _ in wrapped)
        for line in range(height):
            edge = ("T" if line == 0 else "") + ("B" if line == height - 1 else "")
            for lines, width in wrapped:
                text = lines[line] if line < len(lines) else ""
                _print(pdf, text, layout=layout, size=(width, 5), border="LR" + edge, align="C")
            pdf.ln()


def _runs(headings: Sequence[str]) -> list[list[int]]:
    """The columns of each heading: the one over several stands over neighbours."""
    columns = groupby(range(len(headings)), key=lambda at: GROUP if headings[at] == GROUP else at)
    return [list(run) for _, run in columns]


def _print_row(pdf: FPDF, row: PrintedRow, *, layout: Layout) -> None:
    minus = layout.minus.replace("\u2212", "–")
    texts = row.texts(layout.columns, minus=minus, units=layout.units_in_cells)
    for column, text in zip(layout.columns, texts, strict=True):
        align = "L" if column == "municipality" else "R"
        _print(pdf, text, layout=layout, size=(_width(column), 6), border=1, align=align)
    pdf.ln()


def _print(
    pdf: FPDF, text: str, *, layout: Layout, size: tuple[float, float], border: str | Literal[1], align: str
) -> None:
    """Print a cell's text, twice on one place where letters are doubled."""
    if layout.doubled:
        place = pdf.get_x(), pdf.get_y()
        pdf.cell(*size, text, align=align)
        pdf.set_xy(*place)
    pdf.cell(*size, text, border=border if layout.ruled else 0, align=align)


def as_xlsx(rows: Sequence[PrintedRow], *, heading: str, layout: Layout = Layout()) -> bytes:  # frozen
    """A workbook of the list: numbers typed, or as Danish texts."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Rangliste")
        sheet.write(0, 0, heading)
        at = 2
        for headings in layout.header:
            for run in _runs(headings):  # merged cells hold their text in the first
                sheet.write(at, run[0], headings[run[0]])
            at += 1
        for row in rows:
            for column, value in enumerate(_workbook_values(row, layout=layout)):
                sheet.write(at, column, value)
            at += 1
        if layout.foot:
            sheet.write(at + 1, 0, FOOT)
    return stream.getvalue()


def _workbook_values(row: PrintedRow, *, layout: Layout) -> list[Any]:
    texts = row.texts(layout.columns, minus=layout.minus, units=layout.units_in_cells)
    if layout.units_in_cells or not layout.typed:
        return texts
    own: dict[str, Any] = {"rank": row.rank, "municipality": row.municipality}
    return [own[column] if column in own else float(row.values[column]) for column in layout.columns]


def as_pdf_of_pages(pages: Sequence[tuple[Sequence[PrintedRow], Layout]], *, heading: str) -> bytes:
    """A PDF whose pages each have a layout of their own."""
    pdf = _document(pages[0][1], heading=heading)
    for rows, layout in pages:
        pdf.add_page()
        pdf.multi_cell(0, 8, heading, new_x="LMARGIN", new_y="NEXT")
        _print_header(pdf, layout=layout)
        for row in rows:
            _print_row(pdf, row, layout=layout)
    return bytes(pdf.output())


def with_formulas(rows: Sequence[PrintedRow], *, heading: str, formula: str) -> bytes:
    """A workbook whose ranks are formulas, each with the value that Excel stored for it."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Rangliste")
        sheet.write(0, 0, heading)
        sheet.write_row(1, 0, Layout().header[0])
        for at, row in enumerate(rows, start=2):
            sheet.write_formula(at, 0, formula, None, row.rank)
            sheet.write_row(at, 1, _workbook_values(row, layout=Layout())[1:])
    return stream.getvalue()


def reordered(layout: Layout, columns: Sequence[str]) -> Layout:
    """The same layout with its columns in another order, or fewer of them."""
    return replace(layout, columns=tuple(columns))
