"""Charts: full-time persons over time, with the band within which each month was known; several areas; any table.

No line is drawn through a series break or a hidden month. Colours are those of Okabe and Ito.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from dashboards.marts import Rows

# Thousands set apart by dots: Streamlit draws with the English locale.
_DANISH = "replace(format(datum.value, ',.0f'), /,/g, '.')"
BLUE, VERMILION, INK = "#0072B2", "#D55E00", "#1a1a1a"


def course(points: Rows, *, breaks: list[str]) -> alt.LayerChart:
    """A line over the months with a band behind it; a dashed line at the first month after each series break.

    The axis has all months, so that one that is not drawn is seen to lack.
    """
    rows = alt.InlineData(values=_stretched(points))
    months = alt.Scale(domain=[points[0]["month"], points[-1]["month"]], type="time")
    x = alt.X("month:T", title=None, scale=months, axis=alt.Axis(format="%m-%Y", labelOverlap=True, tickCount=8))
    scale = alt.Scale(zero=False, nice=True)
    y = alt.Y("value:Q", title="fuldtidspersoner", scale=scale, axis=alt.Axis(labelExpr=_DANISH, tickCount=5))
    shown = alt.Chart(rows).transform_filter("isValid(datum.value)")
    tip = alt.Tooltip("text:N", title="Fuldtidspersoner")
    line = shown.mark_line(color=BLUE, strokeWidth=2.5).encode(x=x, y=y, detail=alt.Detail("stretch:N"))
    dots = shown.mark_circle(color=BLUE, size=36, opacity=1).encode(x=x, y=y, tooltip=tip)
    band = (
        alt.Chart(rows)
        .transform_filter("isValid(datum.low) && datum.low < datum.high")
        .mark_bar(color=VERMILION, opacity=0.45, size=7)
        .encode(x=x, y=alt.Y("low:Q", title="fuldtidspersoner", scale=scale), y2=alt.Y2("high:Q"), tooltip=tip)
    )
    revised = any(point["low"] is not None and point["low"] < point["high"] for point in points)
    # Drawn as rings, so that the newest month is seen to be another kind of number.
    rings = shown.transform_filter("datum.provisional").mark_circle(color="white", size=14, opacity=1).encode(x=x, y=y)
    layers: list[Any] = [*([band] if revised else []), line, dots, rings]
    if breaks:
        at = alt.Chart(alt.InlineData(values=[{"month": month} for month in breaks]))
        layers.append(at.mark_rule(color=VERMILION, strokeDash=[4, 3]).encode(x=x))
    drawn: alt.LayerChart = alt.layer(*layers).properties(height=280).configure_axis(labelColor=INK, titleColor=INK)
    return drawn


def _stretched(points: Rows) -> Rows:
    """The points, a hidden month ending a stretch: a line over it would say what nobody knows."""
    found, hidden = [], 0
    for point in points:
        hidden += point["value"] is None
        found.append(point | {"stretch": f"{point['stretch']} {hidden}"})
    return found


# Okabe and Ito's colours in an order in which neighbours differ, and a dash for each: colour alone tells nothing.
COLOURS = (BLUE, VERMILION, "#009E73", INK, "#CC79A7", "#8C6D00")
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [10, 4])


def compared(courses: Mapping[str, Rows], *, title: str, decimals: int) -> alt.LayerChart:
    """A line per area over the months, each in a colour and a dash of its own, named in the legend below."""
    names = list(courses)
    values = [point | {"area": name} for name, points in courses.items() for point in _stretched(points)]
    rows = alt.Chart(alt.InlineData(values=values)).transform_filter("isValid(datum.value)")
    months = sorted({point["month"] for point in values})
    scale = alt.Scale(domain=[months[0], months[-1]], type="time")
    x = alt.X("month:T", title=None, scale=scale, axis=alt.Axis(format="%m-%Y", labelOverlap=True, tickCount=8))
    axis = alt.Axis(labelExpr=_number(decimals), tickCount=5)
    y = alt.Y("value:Q", title=title, scale=alt.Scale(zero=False, nice=True), axis=axis)
    # One legend of both: the same field and title.
    legend = alt.Legend(orient="bottom", columns=2, title=None, symbolType="stroke", symbolSize=500)
    colour = alt.Color("area:N", scale=alt.Scale(domain=names, range=list(COLOURS[: len(names)])), legend=legend)
    dash = alt.StrokeDash("area:N", scale=alt.Scale(domain=names, range=list(DASHES[: len(names)])), legend=legend)
    tips = [alt.Tooltip("area:N", title="Område"), alt.Tooltip("text:N", title=title)]
    detail = alt.Detail("stretch:N")
    line = rows.mark_line(strokeWidth=2.25).encode(x=x, y=y, color=colour, strokeDash=dash, detail=detail)
    dots = rows.mark_circle(size=30, opacity=1).encode(x=x, y=y, color=colour, tooltip=tips)
    rings = dots.transform_filter("datum.provisional").mark_circle(color="white", size=11, opacity=1)
    drawn: alt.LayerChart = (
        alt.layer(line, dots, rings.encode(x=x, y=y, color=alt.value("white")))
        .properties(height=340)
        .configure_axis(labelColor=INK, titleColor=INK)
        .configure_legend(labelColor=INK, labelLimit=260)
    )
    return drawn


def explored(points: Rows, *, title: str) -> alt.LayerChart:
    """A line over periods of any kind, broken where a value is hidden or a series breaks."""
    rows = alt.Chart(alt.InlineData(values=points)).transform_filter("isValid(datum.value)")
    months = [points[0]["month"], points[-1]["month"]]
    x = alt.X(
        "month:T", title=None, scale=alt.Scale(domain=months, type="time"), axis=alt.Axis(format="%m-%Y", tickCount=8)
    )
    axis = alt.Axis(labelExpr=_number(None), tickCount=5)
    y = alt.Y("value:Q", title=title, scale=alt.Scale(zero=False, nice=True), axis=axis)
    line = rows.mark_line(color=BLUE, strokeWidth=2.25).encode(x=x, y=y, detail=alt.Detail("stretch:N"))
    dots = rows.mark_circle(color=BLUE, size=30, opacity=1).encode(x=x, y=y, tooltip=alt.Tooltip("text:N", title=title))
    drawn: alt.LayerChart = alt.layer(line, dots).properties(height=300).configure_axis(labelColor=INK, titleColor=INK)
    return drawn


def _number(decimals: int | None) -> str:
    """How an axis writes a number as Danes do: dots between thousands, a comma before decimals."""
    form = ",~r" if decimals is None else f",.{decimals}f"
    return f"replace(replace(replace(format(datum.value, '{form}'), /,/g, '_'), '.', ','), /_/g, '.')"
