"""Charts that Excel draws from a sheet's own cells: lines over months, bars of changes and of shares.

Excel draws a word among numbers as a zero. So a line has a series for each stretch of neighbouring numbers: nothing is drawn
where a count is hidden or lacks, nor across a series break. Bars are of the rows that have numbers, which come first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from xlsxwriter import Workbook

from tasks.exports.municipality.sheet import Sheet, runs

BLUE, VERMILION, GREY = "#0072B2", "#D55E00", "#767676"
COUNT = "[$-406]#,##0"
# Half of them, or all, are never less than half a year or a year: a mark stays in January or July as years go by.
_DAYS = 366
_EXCELS_FIRST_DAY = date(1899, 12, 30)
_SMALL = {"size": 9}
_LINES = {"visible": True, "line": {"color": "#E4E4E4", "width": 0.75}}


def line(
    workbook: Workbook, sheet: Sheet, *, column: int, stretches: Sequence[int], title: str, size: tuple[int, int]
) -> Any | None:
    """A line over a sheet's months, which are its first column; None where no month has a number."""
    drawn = runs([row[column] for row in sheet.rows], stretches)
    if not drawn:
        return None
    chart = workbook.add_chart({"type": "scatter", "subtype": "straight_with_markers"})
    for first, last in drawn:
        chart.add_series({
            "name": title,
            "categories": [sheet.name, first + 1, 0, last + 1, 0],
            "values": [sheet.name, first + 1, column, last + 1, column],
            "line": {"color": BLUE, "width": 1.75},
            "marker": {"type": "circle", "size": 3, "fill": {"color": BLUE}, "border": {"color": BLUE}},
        })  # fmt: skip
    months = [row[0] for row in sheet.rows if isinstance(row[0], date)]
    chart.set_x_axis(_years(months[0], months[-1]))
    chart.set_y_axis(
        {"min": 0, "num_format": COUNT, "num_font": _SMALL, "major_gridlines": _LINES, "line": {"none": True}}
    )
    return _titled(chart, title, size=size)


def _years(first: date, last: date) -> dict[str, Any]:
    """An axis of days from the January before the first month to the one after the last, with a mark a year or half of one."""
    begins, ends = date(first.year, 1, 1), date(last.year + 1, 1, 1)
    years = ends.year - begins.year
    step = 0.5 if years <= 3 else 1 if years <= 8 else 2 if years <= 16 else 5
    return {
        "min": (begins - _EXCELS_FIRST_DAY).days,
        "max": (ends - _EXCELS_FIRST_DAY).days,
        "major_unit": step * _DAYS,
        "num_format": "[$-406]mmm yyyy",
        "num_font": _SMALL,
        "major_gridlines": {"visible": False},
    }


def changes(
    workbook: Workbook, sheet: Sheet, *, below: int, column: int, title: str, size: tuple[int, int]
) -> Any | None:
    """A bar to either side for each row with a number, of a sheet whose head stands in row `below`; None where none has.

    The sheet's last row is a total, and has no bar.
    """
    many = min(_leading(sheet, column), len(sheet.rows) - 1)
    if not many:
        return None
    chart = workbook.add_chart({"type": "bar"})
    chart.add_series({
        "name": title,
        "categories": [sheet.name, below + 1, 0, below + many, 0],
        "values": [sheet.name, below + 1, column, below + many, column],
        "points": [{"fill": {"color": BLUE if _is_less(row[column]) else VERMILION}} for row in sheet.rows[:many]],
        "gap": 60,
        "data_labels": {"value": True, "num_format": "[$-406]+#,##0;-#,##0;0", "font": _SMALL},
    })  # fmt: skip
    return _titled(_of_names(chart, number_format=COUNT), title, size=size)


def _is_less(content: object) -> bool:
    return isinstance(content, int | float) and content < 0


def shares(workbook: Workbook, sheet: Sheet, *, title: str, size: tuple[int, int]) -> Any | None:
    """Two bars for each row whose last column is a number: here, and in the country; None where no row has one."""
    many = _leading(sheet, 3)
    if not many:
        return None
    chart = workbook.add_chart({"type": "bar"})
    for column, colour in ((1, BLUE), (2, GREY)):
        chart.add_series({
            "name": [sheet.name, 0, column],
            "categories": [sheet.name, 1, 0, many, 0],
            "values": [sheet.name, 1, column, many, column],
            "fill": {"color": colour},
            "gap": 60,
        })  # fmt: skip
    return _titled(_of_names(chart, number_format='[$-406]0.0" %"'), title, size=size, legend={"position": "bottom"})


def _leading(sheet: Sheet, column: int) -> int:
    """How many rows from the first on have a number in a column."""
    words = [place for place, row in enumerate(sheet.rows) if isinstance(row[column], str)]
    return min(words, default=len(sheet.rows))


def _of_names(chart: Any, *, number_format: str) -> Any:
    """Names to the left of all bars, the first on top."""
    chart.set_y_axis({"reverse": True, "label_position": "low", "num_font": _SMALL, "major_tick_mark": "none"})
    chart.set_x_axis({"num_format": number_format, "num_font": _SMALL, "major_gridlines": _LINES})
    return chart


def _titled(chart: Any, title: str, *, size: tuple[int, int], legend: dict[str, Any] | None = None) -> Any:
    chart.set_title({"name": title, "name_font": {"size": 11, "bold": True}, "overlay": False})
    chart.set_legend(legend or {"none": True})
    chart.set_size({"width": size[0], "height": size[1]})
    return chart
