"""A municipality's charts as pictures for one's own papers: SVG and PNG, each with the CSV of what is drawn.

They look like those of the committee's appendix; a picture stands alone, so its title, key and source are in it.
"""

from __future__ import annotations

import csv
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import vl_convert

from tasks.briefing import charts
from tasks.briefing.cells import MISSED, OBSERVED, Cell, Change
from tasks.briefing.charts import Chart
from tasks.briefing.computed import HALF_A_YEAR, LISTS
from tasks.briefing.content import Ranking, RankLine
from tasks.exports.municipality import benefit_sheets
from tasks.exports.municipality.months import Months
from tasks.exports.municipality.sheet import Column, Content, Sheet, shown, yes
from warehouse.danish import writing
from warehouse.danish.places import official
from warehouse.danish.reservations import REHEARSED
from warehouse.periods import Period

_FORMULA = re.compile(r"\A(?=[=+\-@'\t\r\n])")
_SHARPNESS, _LETTERS = 3, 64
_MONTH = Column("Måned", "month", "Månedens første dag.")
_PERSONS = Column(benefit_sheets.PERSONS, "number", "Fuldtidspersoner i måneden.")
_BENEFIT = Column("Ydelse", "text", "Ydelsens navn.")


@dataclass(frozen=True)
class Picture:
    """A chart, and the table of what it draws."""

    chart: Chart
    table: Sheet


def pictures(months: Months) -> list[Picture]:
    """The charts of a municipality, those for which there is something to draw."""
    found = [_course(months), _courses(months), _changes(months), _ranks(months)]
    return [Picture(chart, table) for chart, table in found if chart is not None]


def _course(months: Months) -> tuple[Chart | None, Sheet]:
    points = months.points(months=months.drawn)
    over_year = months.compared(months.drawn[-1])[1].over_year if months.drawn else Change(None, None, "missing")
    rows = tuple((each.period.first_day, shown(each.cell), yes(each.provisional)) for each in points)
    columns = (_MONTH, _PERSONS, Column("Foreløbig", "text", "Om kilden fortsat retter måneden."))
    return charts.course_of(points, over_year=over_year), Sheet("forloeb", "Én række pr. måned.", columns, rows)


def _courses(months: Months) -> tuple[Chart | None, Sheet]:
    found = months.courses()
    rows = tuple((of.name, each.period.first_day, shown(each.cell)) for of in found for each in of.points)
    table = Sheet("ydelser", "Én række pr. ydelse og måned.", (_BENEFIT, _MONTH, _PERSONS), rows)
    return charts.courses(found), table


def _changes(months: Months) -> tuple[Chart | None, Sheet]:
    if not months.drawn:
        return None, Sheet("aendring", "", (), ())
    month = months.drawn[-1]
    table = benefit_sheets.overview(months, month=month)
    return charts.changes_of(months.compared(month)[0], month=month), replace(table, name="aendring")


def _ranks(months: Months) -> tuple[Chart | None, Sheet]:
    columns = (
        Column("Liste", "text", "Ydelsesområdet."),
        Column("Placering", "place", "Placering blandt de 98 kommuner."),
        Column("Placering før", "place", "Placering på listen et halvt år før."),
    )
    found = _ranking(months)
    lines = found.lines if found else ()
    rows = tuple((line.name, shown(line.rank), shown(line.before)) for line in lines)
    return charts.ranks(found), Sheet("placering", "Én række pr. liste i den nyeste periode.", columns, rows)


def _ranking(months: Months) -> Ranking | None:
    """The newest lists in the span, as the committee's appendix has them."""
    rows = [row for row in months.held.within(months.held.ranking) if not row["stands_beside"]]
    if not rows:
        return None
    period = Period.parse(rows[0]["period"])
    newest = {row["benefit_area"]: row for row in rows if row["period"] == str(period)}
    lines = tuple(_line(name, newest.get(item)) for item, name in LISTS.items())
    return Ranking(period, period.shifted(-HALF_A_YEAR), lines)


def _line(name: str, row: Mapping[str, Any] | None) -> RankLine:
    places = [row[column] if row else None for column in ("rank", "rank_half_a_year_earlier")]
    rank, before = (MISSED if place is None else Cell(place, OBSERVED) for place in places)
    by = None if rank.shown is None or before.shown is None else before.shown - rank.shown
    return RankLine(name, rank, before, Change(by, None, "missing" if by is None else OBSERVED), MISSED, MISSED)


def write_pictures(folder: Path, months: Months, *, known: date, danish: bool) -> Iterator[tuple[Path, Sheet | None]]:
    """Write each chart as SVG and PNG with its CSV; gives each file, a CSV with its table. `known`: of which day they are."""
    folder.mkdir(parents=True, exist_ok=True)
    invented = REHEARSED if months.held.rehearsed else ""
    for picture in pictures(months):
        drawing = _alone(picture.chart, months=months, known=known, invented=invented)
        svg, png, table = (folder / f"{picture.chart.name}.{form}" for form in ("svg", "png", "csv"))
        drawn = vl_convert.vegalite_to_svg(drawing, format_locale="da-DK")
        svg.write_text(_read_aloud(drawn, picture.chart, invented=invented), encoding="utf-8")
        png.write_bytes(vl_convert.vegalite_to_png(drawing, scale=_SHARPNESS, format_locale="da-DK"))
        write_csv(table, picture.table, danish=danish)
        yield from ((svg, None), (png, None), (table, picture.table))


def _alone(chart: Chart, *, months: Months, known: date, invented: str) -> dict[str, Any]:
    """A chart that stands alone: its title, whether it is invented, its key, whose it is and its source, on white."""
    source = f"{official(months.area.name)}, som tallene stod {writing.day(known)}. Kilde: {months.held.credit}."
    below = [line for said in (invented, chart.key, source) if said for line in textwrap.wrap(said, _LETTERS)]
    title = {"text": textwrap.wrap(chart.title, _LETTERS - 10), "subtitle": below, "anchor": "start", "offset": 14}
    return chart.drawing | {"background": "white", "title": title}


def _read_aloud(svg: str, chart: Chart, *, invented: str) -> str:
    """An SVG that a screen reader takes for one picture, with its title, whether it is invented, and what it shows."""
    begun, _, rest = svg.partition(">")
    said = f"{invented} {chart.description}".strip()
    return f'{begun} role="img"><title>{escape(chart.title)}</title><desc>{escape(said)}</desc>{rest}'


def write_csv(file: Path, table: Sheet, *, danish: bool) -> None:
    """A table as CSV: semicolons and a decimal comma with the mark by which Excel knows UTF-8, or commas and points."""
    with file.open("w", encoding="utf-8-sig" if danish else "utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";" if danish else ",", lineterminator="\n")
        writer.writerow([column.head for column in table.columns])
        writer.writerows([_written(cell, danish=danish) for cell in row] for row in table.rows)


def _written(cell: Content, *, danish: bool) -> str:
    """A cell as text; one that a spreadsheet would take for a formula begins with a mark that it does not show."""
    if isinstance(cell, str):
        return _FORMULA.sub("'", cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).replace(".", ",") if danish else str(cell)
