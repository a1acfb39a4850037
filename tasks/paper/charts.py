"""Charts: SVG to stand in a page, made by Vega-Lite without a browser, legible at the width of a phone and on A4.

Colours are those of Okabe and Ito, which people with any colour vision tell apart; no meaning rests on colour alone. A
value that is hidden or missing is no point, and no line is drawn across it or across a series break.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any, Literal

import altair as alt
import vl_convert

from tasks.paper import words, written
from tasks.paper.content import OBSERVED, SUPPRESSED, Briefing, Cell, Compared, Point, Ranking, ShareLine

WIDTH = 350
BLUE, VERMILION, GREY, INK = "#0072B2", "#D55E00", "#767676", "#1a1a1a"
_FONT = "Helvetica, Arial, sans-serif"
_NAMES = 130
# A bar that stands upright: a mark that can be told from a dot without its colour.
BAR = "M-.15,-.8L.15,-.8L.15,.8L-.15,.8Z"
_LETTERS = 21
_SIDES: tuple[tuple[str, Literal["left", "right"], int], ...] = ((">=", "left", 4), ("<", "right", -4))


@dataclass(frozen=True)
class Chart:
    """A chart: its SVG, the short name a screen reader says, and the sentence that says what it shows."""

    name: str
    title: str
    description: str
    svg: str


def _chart(rows: list[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows))


def _drawn(chart: alt.Chart | alt.LayerChart | alt.FacetChart, *, name: str, title: str, description: str) -> Chart:
    """A chart as SVG that scales with its page, has ids of its own, and is one picture with a name to a screen reader."""
    spec = chart.configure(
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
    svg: str = vl_convert.vegalite_to_svg(spec, format_locale="da-DK")
    own = re.sub(r'(id="|url\(#|href="#)(clip|gradient)', rf"\g<1>{name}-\g<2>", svg)
    opening = re.match(r"<svg[^>]*?viewBox=\"([^\"]+)\"[^>]*>", own)
    box = opening[1] if opening else f"0 0 {WIDTH} {WIDTH}"
    inner = own[opening.end() if opening else 0 :]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    )
    return Chart(name, title, description, head + inner)


def charts_of(briefing: Briefing) -> dict[str, Chart]:
    """The charts of a briefing by name; one for which there is nothing to draw is left out."""
    found = [course(briefing.course), changes(briefing), shares(briefing), ranks(briefing.ranking)]
    return {chart.name: chart for chart in found if chart is not None}


def course(points: tuple[Point, ...]) -> Chart | None:
    """The total over time: a line per stretch between series breaks; bars from low to high where parts are hidden."""
    drawn = [point for point in points if point.cell.status in (OBSERVED, SUPPRESSED)]
    if len(drawn) < 2:
        return None
    order = [written.short_month(point.period) for point in points]
    rows = [_row(point) for point in points]
    x = alt.X("month:O", sort=order, scale=alt.Scale(domain=order), title=None).axis(
        values=order[:: -max(1, len(order) // 6)], labelAngle=0, labelOverlap=True, ticks=True
    )
    y = alt.Y("persons:Q", title=None, scale=alt.Scale(zero=False, nice=True)).axis(
        tickCount=5, format=",.0f", domain=False
    )
    whole = _chart(rows).transform_filter("isValid(datum.persons)")
    line = whole.mark_line(color=BLUE, strokeWidth=2.5).encode(x=x, y=y, detail="stretch:N")
    dots = whole.mark_circle(color=BLUE, size=26, opacity=1).encode(x=x, y=y)
    bands = (
        _chart(rows)
        .transform_filter("isValid(datum.low)")
        .mark_bar(color=BLUE, size=5, opacity=0.45)
        .encode(x=x, y=alt.Y("low:Q", title=None, scale=alt.Scale(zero=False, nice=True)), y2="high:Q")
    )
    layers = [line, dots, *([bands] if any("low" in row for row in rows) else []), *_breaks(points, x=x)]
    first, last = drawn[0], drawn[-1]
    return _drawn(
        alt.layer(*layers).properties(width=WIDTH - 70, height=190),
        name="forloeb",
        title="Ydelsesmodtagere i alt, måned for måned",
        description=f"Linje over fuldtidspersoner på alle ydelser fra {written.period(first.period)} "
        f"({words.cell(first.cell, written.number)}) til {written.period(last.period)} "
        f"({words.cell(last.cell, written.number)}). Tallene står i tabellen efter figuren.",
    )


def _row(point: Point) -> dict[str, Any]:
    row: dict[str, Any] = {"month": written.short_month(point.period), "stretch": point.stretch}
    if point.cell.shown is not None:
        return row | {"persons": point.cell.shown}
    bounded = point.cell.status == SUPPRESSED and point.cell.low is not None
    return row | ({"low": point.cell.low, "high": point.cell.high} if bounded else {})


def _breaks(points: tuple[Point, ...], *, x: alt.X) -> list[alt.Chart]:
    """A dashed line at the first month after each series break."""
    first = [written.short_month(b.period) for a, b in pairwise(points) if a.stretch != b.stretch]
    if not first:
        return []
    marked = _chart([{"month": month} for month in first])
    return [
        marked.mark_rule(color=VERMILION, strokeDash=[4, 3]).encode(x=x),
        marked.mark_text(text="databrud", color=VERMILION, align="right", dx=-4, dy=8).encode(x=x, y=alt.value(0)),
    ]


def _on_lines(name: str) -> str:
    """A name broken over lines by `|`, to stand left of a chart."""
    return "|".join(textwrap.wrap(words.benefit(name), _LETTERS, break_long_words=False))


def _names(order: list[str]) -> alt.Y:
    axis = alt.Axis(
        labelExpr="split(datum.label, '|')",
        labelLimit=_NAMES,
        ticks=False,
        domain=False,
        labelPadding=6,
        labelLineHeight=11,
    )
    return alt.Y("name:O", sort=order, title=None, axis=axis, scale=alt.Scale(domain=order))


def changes(briefing: Briefing) -> Chart | None:
    """Each benefit's change over the year as a bar with its number; where none is computed, the word for why."""
    rows = [_change_row(line) for line in briefing.benefits if line.now.status != "not_in_force"]
    if not any(row["change"] for row in rows):
        return None
    order = [row["name"] for row in rows]
    most = max(abs(row["change"]) for row in rows)
    reach = alt.Scale(domain=[-most * 1.35, most * 1.35], nice=False)
    y = _names(order)
    base = _chart(rows)
    x = alt.X("change:Q", scale=reach, title=None).axis(labels=False, ticks=False, domain=False, grid=False)
    bars = base.mark_bar(height=11).encode(
        x=x, y=y, color=alt.condition("datum.change > 0", alt.value(VERMILION), alt.value(BLUE))
    )
    said = [
        base.transform_filter(f"datum.change {sign} 0").mark_text(align=align, dx=dx).encode(x=x, y=y, text="text:N")
        for sign, align, dx in _SIDES
    ]
    zero = _chart([{}]).mark_rule(color=GREY).encode(x=alt.datum(0, scale=reach))
    return _drawn(
        alt.layer(bars, zero, *said).properties(width=WIDTH - _NAMES - 30, height=alt.Step(25)),
        name="aendring",
        title=f"Ændring fra {written.period(briefing.year_before)} til {written.period(briefing.month)}, fuldtidspersoner",
        description="Vandret søjle for hver ydelse, til højre for flere og til venstre for færre. "
        + "; ".join(f"{row['name'].replace('|', ' ')}: {row['text']}" for row in rows)
        + ".",
    )


def _change_row(line: Compared) -> dict[str, Any]:
    text = words.change(line.over_year, written.signed)
    return {"name": _on_lines(line.name), "change": line.over_year.value or 0, "text": text}


def shares(briefing: Briefing) -> Chart | None:
    """Each benefit's share of the workforce here, in the country and in the neighbours, as marks of different shapes."""
    here, country, others = briefing.area.name, "Hele landet", "De andre kommuner"
    rows = [
        {"name": _on_lines(line.name), "who": who, "pct": cell.shown}
        for line in briefing.shares
        for who, cells in ((others, line.neighbours), (country, (line.country,)), (here, (line.own,)))
        for cell in cells
        if cell.shown is not None
    ]
    if not rows:
        return None
    order = [_on_lines(line.name) for line in briefing.shares]
    who = [here, country, others]
    legend = alt.Legend(orient="top", title=None, columns=2, columnPadding=10, labelLimit=200)
    chart = (
        _chart(rows)
        .mark_point(filled=True, opacity=0.9)
        .encode(
            x=alt.X("pct:Q", title="pct. af arbejdsstyrken").axis(format=".0f", tickCount=6, domain=False),
            y=_names(order),
            color=alt.Color("who:N", scale=alt.Scale(domain=who, range=[BLUE, INK, GREY]), legend=legend),
            shape=alt.Shape("who:N", scale=alt.Scale(domain=who, range=["circle", "diamond", BAR])),
            size=alt.Size("who:N", scale=alt.Scale(domain=who, range=[110, 70, 150]), legend=None),
        )
        .properties(width=WIDTH - _NAMES - 30, height=alt.Step(25))
    )
    return _drawn(
        chart,
        name="andele",
        title=f"Andel af arbejdsstyrken på hver ydelse, {written.period(briefing.month)}",
        description=f"{'; '.join(_share_in_words(line, here=here) for line in briefing.shares)}.",
    )


def _share_in_words(line: ShareLine, *, here: str) -> str:
    own, country = (words.cell(cell, written.per_cent) for cell in (line.own, line.country))
    return f"{words.benefit(line.name)}: {here} {own}, hele landet {country}"


def ranks(ranking: Ranking | None) -> Chart | None:
    """The place on each list and on the one before, between 1 and 98."""
    lines = [line for line in ranking.lines if line.rank.shown is not None] if ranking else []
    if ranking is None or not lines:
        return None
    before, now = "listen før", "nyeste liste"
    rows = [
        {"name": line.name, "which": which, "rank": cell.shown}
        for line in lines
        for which, cell in ((before, line.before), (now, line.rank))
        if cell.shown is not None
    ]
    between = [
        {"name": line.name, "first": line.before.shown, "last": line.rank.shown}
        for line in lines
        if line.before.shown is not None
    ]
    order = [line.name for line in lines]
    scale = alt.Scale(domain=[1, 98], nice=False)
    y = _names(order)
    ways = (
        _chart(between)
        .mark_rule(color=GREY, strokeWidth=2)
        .encode(x=alt.X("first:Q", scale=scale, title=None), x2="last:Q", y=y)
    )
    marks = (
        _chart(rows)
        .mark_point(filled=True, opacity=1)
        .encode(
            x=alt.X("rank:Q", scale=scale, title="placering: 1 er bedst, 98 er sidst").axis(values=[1, 25, 50, 75, 98]),
            y=y,
            color=alt.Color("which:N", scale=alt.Scale(domain=[now, before], range=[BLUE, GREY])).legend(
                orient="top", title=None
            ),
            shape=alt.Shape("which:N", scale=alt.Scale(domain=[now, before], range=["circle", BAR])),
            size=alt.Size("which:N", scale=alt.Scale(domain=[now, before], range=[130, 200]), legend=None),
        )
    )
    return _drawn(
        alt.layer(ways, marks).properties(width=WIDTH - _NAMES - 30, height=alt.Step(30)),
        name="placering",
        title=f"Placering på ministeriets lister, {written.period(ranking.period)}",
        description=f"{'; '.join(f'{each.name}: {_rank(each.rank)}, før {_rank(each.before)}' for each in lines)}.",
    )


def _rank(cell: Cell) -> str:
    return words.cell(cell, written.place)
