"""Charts: SVG to stand in a page, made by Vega-Lite without a browser, legible at the width of a phone and on A4.

What they look like is in tasks/briefing/chart_specs.py; here are their rows, and the words that say to a screen reader
what they show.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from html import escape
from itertools import accumulate, pairwise
from typing import Any

import vl_convert

from tasks.briefing import chart_specs, wording
from tasks.briefing.content import NOT_IN_FORCE, OBSERVED, SUPPRESSED, Briefing, Cell, Point, Ranking, ShareLine
from warehouse.danish import writing
from warehouse.danish.places import alone

Rows = list[dict[str, Any]]
_LETTERS = 21
_SHORT = {"Selvforsørgelses- og hjemrejseydelse samt overgangsydelse": "Selvforsørgelse mv."}


@dataclass(frozen=True)
class Chart:
    """A chart: its SVG, the short name a screen reader says, and the sentence that says what it shows."""

    name: str
    title: str
    description: str
    svg: str


def _drawn(
    spec: chart_specs.Spec, *, datasets: dict[str, Rows], here: str = "", name: str, title: str, description: str
) -> Chart:
    """A chart as SVG that scales with its page, has ids of its own, and is one picture with a name to a screen reader."""
    whole = spec | {"datasets": datasets, "params": [{"name": chart_specs.HERE, "value": here}]}
    svg: str = vl_convert.vegalite_to_svg(whole, format_locale="da-DK")
    own = re.sub(r'(id="|url\(#|href="#)(clip|gradient)', rf"\g<1>{name}-\g<2>", svg)
    opening = re.match(r"<svg[^>]*?viewBox=\"([^\"]+)\"[^>]*>", own)
    box = opening[1] if opening else f"0 0 {chart_specs.WIDTH} {chart_specs.WIDTH}"
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
    unshown = accumulate((point.cell.shown is None for point in points), initial=0)
    rows = [_row(point, after=number) for point, number in zip(points, unshown, strict=False)]
    broken = [{"month": writing.short_month(b.period)} for a, b in pairwise(points) if a.stretch != b.stretch]
    order = tuple(writing.short_month(point.period) for point in points)
    first, last = drawn[0], drawn[-1]
    moving = any(row["provisional"] for row in rows)
    ring = "; ring: foreløbig" if moving else ""
    return _drawn(
        chart_specs.course(order, bounded=any("low" in row for row in rows), broken=bool(broken), moving=moving),
        datasets={"rows": rows, "breaks": broken},
        name="forloeb",
        title=f"Ydelsesmodtagere i alt, måned for måned (aksen begynder ikke ved nul{ring})",
        description=f"Linje over fuldtidspersoner på alle ydelser fra {writing.period(first.period)} "
        f"({wording.cell(first.cell, writing.number)}) til {writing.period(last.period)} "
        f"({wording.cell(last.cell, writing.number)}). Tallene står i tabellen efter figuren.",
    )


def _row(point: Point, *, after: int) -> dict[str, Any]:
    """A month's marks; `after` so many months that are not shown, since a line over one would say what nobody knows."""
    row: dict[str, Any] = {"month": writing.short_month(point.period), "stretch": f"{point.stretch} {after}"}
    row["provisional"] = point.provisional
    if point.cell.shown is not None:
        return row | {"persons": point.cell.shown}
    bounded = point.cell.status == SUPPRESSED and point.cell.low is not None
    return row | ({"low": point.cell.low, "high": point.cell.high} if bounded else {})


def _on_lines(name: str) -> str:
    """A name broken over lines by `|`, to stand left of a chart."""
    return "|".join(textwrap.wrap(_SHORT.get(name, name), _LETTERS, break_long_words=False))


def changes(briefing: Briefing) -> Chart | None:
    """Each benefit's change over the year as a bar with its number; where none is computed, the word for why."""
    lines = [line for line in briefing.benefits if line.now.status != NOT_IN_FORCE]
    most = max((abs(line.over_year.value or 0) for line in lines), default=0)
    if not most:
        return None
    rows: Rows = [
        {
            "name": _on_lines(line.name),
            "length": (line.over_year.value or 0) / most,
            "text": wording.change(line.over_year, writing.signed),
        }
        for line in lines
    ]
    return _drawn(
        chart_specs.changes(tuple(row["name"] for row in rows)),
        datasets={"rows": rows, "zero": [{}]},
        name="aendring",
        title=f"Ændring fra {writing.period(briefing.year_before)} til {writing.period(briefing.month)}, fuldtidspersoner",
        description="Vandret søjle for hver ydelse, til højre for flere og til venstre for færre. "
        + "; ".join(f"{row['name'].replace('|', ' ')}: {row['text']}" for row in rows)
        + ".",
    )


def shares(briefing: Briefing) -> Chart | None:
    """Each benefit's share of the workforce here, in the country and in the neighbours, as marks of different shapes."""
    rows = [
        {"name": _on_lines(line.name), "who": who, "pct": cell.shown}
        for line in briefing.shares
        for who, cells in (
            (chart_specs.OTHERS, line.neighbours),
            (chart_specs.COUNTRY, (line.country,)),
            (chart_specs.HERE, (line.own,)),
        )
        for cell in cells
        if cell.shown is not None
    ]
    if not rows:
        return None
    here = alone(briefing.area.name)
    return _drawn(
        chart_specs.shares(tuple(_on_lines(line.name) for line in briefing.shares)),
        datasets={"rows": rows},
        here=here,
        name="andele",
        title=f"Andel af arbejdsstyrken på hver ydelse, {writing.period(briefing.month)}",
        description=f"{'; '.join(_share_in_words(line, here=here) for line in briefing.shares)}.",
    )


def _share_in_words(line: ShareLine, *, here: str) -> str:
    own, country = (wording.cell(cell, writing.per_cent) for cell in (line.own, line.country))
    return f"{wording.benefit(line.name)}: {here} {own}, hele landet {country}"


def ranks(ranking: Ranking | None) -> Chart | None:
    """The place on each list and on the one before, between 1 and 98."""
    lines = [line for line in ranking.lines if line.rank.shown is not None] if ranking else []
    if ranking is None or not lines:
        return None
    rows = [
        {"name": line.name, "which": which, "rank": cell.shown}
        for line in lines
        for which, cell in ((chart_specs.BEFORE, line.before), (chart_specs.NOW, line.rank))
        if cell.shown is not None
    ]
    between = [
        {"name": line.name, "first": line.before.shown, "last": line.rank.shown}
        for line in lines
        if line.before.shown is not None
    ]
    return _drawn(
        chart_specs.ranks(tuple(line.name for line in lines)),
        datasets={"rows": rows, "between": between},
        name="placering",
        title=f"Placering på ministeriets lister, {writing.period(ranking.period)}",
        description=f"{'; '.join(f'{each.name}: {_rank(each.rank)}, før {_rank(each.before)}' for each in lines)}.",
    )


def _rank(cell: Cell) -> str:
    return wording.cell(cell, writing.place)
