"""What the charts of a briefing look like, without their rows; each is made once and drawn for many.

Colours are those of Okabe and Ito, which people with any colour vision tell apart; no meaning rests on colour alone. A
value that is hidden or missing is no point, and no line is drawn across it or across a series break.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import altair as alt

Spec = dict[str, Any]
WIDTH = 350
BLUE, VERMILION, GREY, INK = "#0072B2", "#D55E00", "#767676", "#1a1a1a"
NOW, BEFORE = "nyeste liste", "listen før"
PLACES = 98
_FONT = "Helvetica, Arial, sans-serif"
_NAMES = 130
_SMALL = 84
_ENDS: tuple[tuple[str, Literal["left", "right"], int], ...] = (("first", "right", -4), ("last", "left", 4))

# A bar that stands upright: a mark that can be told from a dot without its colour.
_BAR = "M-.18,-1L.18,-1L.18,1L-.18,1Z"

_SIDES: tuple[tuple[str, Literal["left", "right"], int], ...] = ((">=", "left", 4), ("<", "right", -4))

# How far a bar may reach, where 1 is the longest: the number stands beside it.
_REACH = 1.35


def _chart(rows: str = "rows") -> alt.Chart:
    """A chart of the rows that it is given under a name when it is drawn."""
    return alt.Chart(alt.NamedData(name=rows))


def styled(chart: alt.Chart | alt.LayerChart | alt.FacetChart) -> Spec:
    """A chart in the fonts and colours of all of them."""
    found: Spec = chart.configure(
        font=_FONT,
        background="transparent",
        aria=False,
        # Room for readers whose machine has no font as narrow as the one that was measured.
        padding={"left": 16, "right": 16, "top": 4, "bottom": 4},
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelFontSize=11, titleFontSize=11, labelColor=INK, titleColor=INK, gridColor="#e4e4e4", domainColor=GREY
        ),
        legend=alt.LegendConfig(labelFontSize=11, labelColor=INK, symbolSize=70),
        text=alt.MarkConfig(fontSize=11, color=INK),
    ).to_dict()
    return found


def _names(order: tuple[str, ...]) -> alt.Y:
    """Names to the left, in this order, each broken over lines by `|`."""
    axis = alt.Axis(
        labelExpr="split(datum.label, '|')",
        labelLimit=_NAMES,
        ticks=False,
        domain=False,
        labelPadding=6,
        labelLineHeight=10,
        labelOffset=alt.condition("length(split(datum.value, '|')) > 1", alt.value(-5), alt.value(0)),
    )
    return alt.Y("name:O", sort=order, title=None, axis=axis, scale=alt.Scale(domain=order))


@cache
def course(order: tuple[str, ...], *, bounded: bool, broken: bool, moving: bool) -> Spec:
    """A line over months, one for each `stretch`; bars from `low` to `high`; a dashed line at each month of `breaks`.

    A month that is `provisional` is a ring, not a dot. The last has its number, and `span` says what the axis must reach.
    """
    x = alt.X("month:O", sort=order, scale=alt.Scale(domain=order), title=None).axis(
        values=order[:: -max(1, len(order) // 4)], labelAngle=0, labelOverlap=True, ticks=True
    )
    scale = alt.Scale(zero=False, nice=True)
    y = alt.Y("persons:Q", title=None, scale=scale).axis(tickCount=5, format=",.0f", domain=False)
    whole = _chart().transform_filter("isValid(datum.persons)")
    line = whole.mark_line(color=BLUE, strokeWidth=2.5).encode(x=x, y=y, detail=alt.Detail("stretch:N"))
    dots = whole.mark_circle(color=BLUE, size=26, opacity=1).encode(x=x, y=y)
    rings = whole.transform_filter("datum.provisional").mark_circle(color="white", size=9, opacity=1).encode(x=x, y=y)
    told = whole.transform_filter("isValid(datum.text)").mark_text(align="right", dy=-12, dx=8, fontWeight="bold")
    layers = [
        _chart("span").mark_rule(opacity=0).encode(y=y),
        line,
        dots,
        *([rings] if moving else []),
        *([_bounds(x, scale=scale)] if bounded else []),
        *(_breaks(x) if broken else []),
        told.encode(x=x, y=y, text="text:N"),
    ]
    return styled(alt.layer(*layers).properties(width=WIDTH - 70, height=190))


def _bounds(x: alt.X, *, scale: alt.Scale) -> alt.Chart:
    known = _chart().transform_filter("isValid(datum.low)").mark_bar(color=BLUE, size=5, opacity=0.45)
    drawn: alt.Chart = known.encode(x=x, y=alt.Y("low:Q", title=None, scale=scale), y2=alt.Y2("high:Q"))
    return drawn


def _breaks(x: alt.X) -> list[alt.Chart]:
    """A dashed line at the first month after each series break."""
    return [
        _chart("breaks").mark_rule(color=VERMILION, strokeDash=[4, 3]).encode(x=x),
        _chart("breaks")
        .mark_text(text="databrud", color=VERMILION, align="right", dx=-4, dy=8)
        .encode(x=x, y=alt.value(0)),
    ]


@cache
def changes(order: tuple[str, ...]) -> Spec:
    """A bar to either side for each name, as long as `length` (1: the longest), with its `text`."""
    reach = alt.Scale(domain=[-_REACH, _REACH], nice=False)
    y = _names(order)
    x = alt.X("length:Q", scale=reach, title=None).axis(labels=False, ticks=False, domain=False, grid=False)
    more = alt.condition("datum.length > 0", alt.value(VERMILION), alt.value(BLUE))
    bars = _chart().mark_bar(height=10).encode(x=x, y=y, color=more)
    said = [
        _chart()
        .transform_filter(f"datum.length {sign} 0")
        .mark_text(align=align, dx=dx)
        .encode(x=x, y=y, text=alt.Text("text:N"))
        for sign, align, dx in _SIDES
    ]
    zero = _chart("zero").mark_rule(color=GREY).encode(x=alt.XDatum(0, scale=reach))
    return styled(alt.layer(bars, zero, *said).properties(width=WIDTH - _NAMES - 30, height=alt.Step(20)))


@cache
def courses(order: tuple[str, ...], months: tuple[str, ...]) -> Spec:
    """A small line for each name, drawn between -1 and 1 of its own height, with its first and last number."""
    x = alt.X("month:O", sort=months, scale=alt.Scale(domain=months), axis=None)
    y = alt.Y("height:Q", scale=alt.Scale(domain=[-1.1, 1.1], nice=False), axis=None)
    # Their rows are those of their facet: a layer with data of its own would be drawn whole in each.
    whole = alt.Chart().transform_filter("isValid(datum.height)")
    texts = [
        whole.transform_filter(f"datum.end == '{end}'")
        .mark_text(align=align, dx=dx, fontSize=10)
        .encode(x=x, y=y, text="text:N")
        for end, align, dx in _ENDS
    ]
    drawn = [
        whole.mark_line(color=BLUE, strokeWidth=1.6).encode(x=x, y=y, detail="stretch:N"),
        whole.transform_filter("isValid(datum.end)").mark_circle(color=BLUE, size=16, opacity=1).encode(x=x, y=y),
    ]
    header = alt.Header(title=None, labelFontSize=10, labelFontWeight="bold", labelAnchor="middle", labelPadding=2)
    layers = alt.layer(*drawn, *texts).properties(width=_SMALL, height=26)
    names = alt.Facet("name:N", sort=order, header=header)
    return styled(
        layers.facet(names, data=alt.NamedData(name="rows"), columns=2).properties(spacing={"row": 8, "column": 84})
    )


@cache
def ranks(order: tuple[str, ...]) -> Spec:
    """A mark for each place and for the place before, with a line between them."""
    scale = alt.Scale(domain=[1, PLACES], nice=False)
    which = [NOW, BEFORE]
    y = _names(order)
    way = _chart("between").mark_rule(color=GREY, strokeWidth=2)
    marks = _chart().mark_point(filled=True, opacity=1)
    x = alt.X("rank:Q", scale=scale, title="placering: 1 er bedst, 98 er sidst").axis(values=[1, 25, 50, 75, PLACES])
    placed = marks.encode(
        x=x,
        y=y,
        color=alt.Color("which:N", scale=alt.Scale(domain=which, range=[BLUE, GREY])).legend(orient="top", title=None),
        shape=alt.Shape("which:N", scale=alt.Scale(domain=which, range=["circle", _BAR])),
        size=alt.Size("which:N", scale=alt.Scale(domain=which, range=[130, 200]), legend=None),
    )
    ways = way.encode(x=alt.X("first:Q", scale=scale, title=None), x2=alt.X2("last:Q"), y=y)
    return styled(alt.layer(ways, placed).properties(width=WIDTH - _NAMES - 30, height=alt.Step(30)))
