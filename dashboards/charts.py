"""Charts: full-time persons over time, with the band within which each month was known, and series breaks.

No line is drawn through a series break or a hidden month. Colours are those of Okabe and Ito.
"""

from __future__ import annotations

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
