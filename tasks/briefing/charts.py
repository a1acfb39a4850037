"""Charts: SVG to stand in a page, made by Vega-Lite without a browser, legible at the width of a phone and on A4.

What they look like is in tasks/briefing/chart_specs.py; here are their rows, and the words that say to a screen reader
what they show.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import accumulate, pairwise
from typing import Any

import vl_convert

from tasks.briefing import chart_specs, wording
from tasks.briefing.cells import NOT_IN_FORCE, OBSERVED, SUPPRESSED, Cell, Change, compared
from tasks.briefing.content import Briefing, Compared, Course, Point, Ranking, RankLine, ShareLine
from warehouse.danish import writing
from warehouse.periods import Period

Rows = list[dict[str, Any]]
_LETTERS = 21
_SHORT = {"Selvforsørgelses- og hjemrejseydelse samt overgangsydelse": "Selvforsørgelse mv."}


@dataclass(frozen=True)
class Chart:
    """A chart: its name, a title that says what is found, what a screen reader says, its SVG, key and rows, and its drawing."""

    name: str
    title: str
    description: str
    svg: str
    key: str = ""
    rows: tuple[dict[str, Any], ...] = ()
    drawing: chart_specs.Spec = field(default_factory=dict)


def chart_of(
    spec: chart_specs.Spec, *, datasets: dict[str, Rows], name: str, title: str, description: str, key: str = ""
) -> Chart:
    """A chart as SVG that scales with its page, has ids of its own, and is one picture with a name to a screen reader."""
    drawing = spec | {"datasets": datasets}
    svg: str = vl_convert.vegalite_to_svg(drawing, format_locale="da-DK")
    own = re.sub(r'(id="|url\(#|href="#)(clip|gradient)', rf"\g<1>{name}-\g<2>", svg)
    opening = re.match(r"<svg[^>]*?viewBox=\"([^\"]+)\"[^>]*>", own)
    box = opening[1] if opening else f"0 0 {chart_specs.WIDTH} {chart_specs.WIDTH}"
    inner = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", own[opening.end() if opening else 0 :])
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    )
    return Chart(name, title, description, head + inner, key, tuple(datasets["rows"]), drawing)


def charts_of(briefing: Briefing) -> dict[str, Chart]:
    """The charts of a briefing by name; one for which there is nothing to draw is left out."""
    found = [
        course(briefing),
        changes(briefing),
        courses(briefing.courses),
        gaps(briefing),
        ranks(briefing.ranking),
    ]
    return {chart.name: chart for chart in found if chart is not None}


def course(briefing: Briefing) -> Chart | None:
    """The total over time."""
    return course_of(briefing.course, over_year=briefing.total.over_year)


def course_of(points: tuple[Point, ...], *, over_year: Change) -> Chart | None:
    """A total over time: a line per stretch between series breaks; bars from low to high where parts are hidden."""
    drawn = [point for point in points if point.cell.status in (OBSERVED, SUPPRESSED)]
    if len(drawn) < 2:
        return None
    rows = _rows(points)
    told = [row for row in rows if "persons" in row]
    for row in told[-1:]:
        row["text"] = writing.number(row["persons"])
    broken = [{"month": writing.short_month(b.period)} for a, b in pairwise(points) if a.stretch != b.stretch]
    first, last = drawn[0], drawn[-1]
    moving = any(row["provisional"] for row in rows)
    return chart_of(
        chart_specs.course(
            tuple(row["month"] for row in rows),
            bounded=any("low" in row for row in rows),
            broken=bool(broken),
            moving=moving,
        ),
        datasets={"rows": rows, "breaks": broken, "span": [{"persons": end} for end in _span(points, share=_LEAST)]},
        name="forloeb",
        title=_found(over_year, of="på ydelse"),
        description=f"Linje over fuldtidspersoner på alle ydelser fra {writing.period(first.period)} "
        f"({wording.cell(first.cell, writing.number)}) til {writing.period(last.period)} "
        f"({wording.cell(last.cell, writing.number)}). Tallene står i tabellen efter figuren.",
        key=f"Fuldtidspersoner på alle ydelser. Aksen begynder ikke ved nul.{' Ring: foreløbig.' if moving else ''}",
    )


def _found(change: Change, *, of: str) -> str:
    """What a change over the year comes to."""
    if change.value is None:
        return "Ydelsesmodtagere i alt, måned for måned"
    if not writing.rounded(change.value, decimals=0):
        return f"Lige så mange {of} som for et år siden"
    return f"{writing.number(abs(change.value))} {'flere' if change.value > 0 else 'færre'} {of} end for et år siden"


_LEAST, _LEAST_OF_SMALL = 0.1, 0.2
_FEWEST = 10.0


def _span(points: tuple[Point, ...], *, share: float) -> tuple[float, float]:
    """Between what an axis must reach: all that is drawn, and no less than a share of it, so that noise looks like noise."""
    ends = [end for point in points for end in (point.cell.shown, point.cell.low, point.cell.high) if end is not None]
    low, high = min(ends, default=0.0), max(ends, default=0.0)
    lacking = max(high * share, _FEWEST) - (high - low)
    return (max(0.0, low - lacking / 2), high + lacking / 2) if lacking > 0 else (low, high)


def _rows(points: tuple[Point, ...]) -> Rows:
    unshown = accumulate((point.cell.shown is None for point in points), initial=0)
    return [_row(point, after=number) for point, number in zip(points, unshown, strict=False)]


def courses(found: tuple[Course, ...]) -> Chart | None:
    """Each benefit over two years, each of its own height, with its first and last number."""
    drawn = [each for each in found if sum(point.cell.shown is not None for point in each.points) > 1]
    if not drawn:
        return None
    rows = [row for each in drawn for row in _small(each)]
    ends = "; ".join(_ends(each, rows=rows) for each in drawn)
    months = max((each.points for each in drawn), key=len)
    return chart_of(
        chart_specs.courses(
            tuple(_title(each.name) for each in drawn), tuple(writing.short_month(point.period) for point in months)
        ),
        datasets={"rows": rows},
        name="ydelser",
        title=f"Hver ydelse fra {writing.period(months[0].period)} til {writing.period(months[-1].period)}",
        description=f"En lille linje for hver ydelse: {ends}. Tallene står i tabellen efter figuren.",
        key="Fuldtidspersoner, første og sidste måned med tal. Hver linje har sin egen højde: sammenlign forløb, ikke niveau.",
    )


def _ends(found: Course, *, rows: Rows) -> str:
    first, *_, last = (row["text"] for row in rows if row["of"] == found.name and row["text"])
    return f"{wording.benefit(found.name)} fra {first} til {last}"


def _title(name: str) -> str:
    return _SHORT.get(name, name)


def _small(found: Course) -> Rows:
    """The rows of a small line: its height between -1 and 1 of its span, and the numbers of its ends."""
    low, high = _span(found.points, share=_LEAST_OF_SMALL)
    rows = [row | {"name": _title(found.name), "of": found.name, "text": ""} for row in _rows(found.points)]
    told = [row for row in rows if "persons" in row]
    for row in told:
        row["height"] = (2 * row["persons"] - low - high) / (high - low)
    for row, end in zip((told[0], told[-1]), ("first", "last"), strict=True):
        row |= {"end": end, "text": writing.number(row["persons"])}
    return rows


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
    """Each benefit's change over the year."""
    return changes_of(briefing.benefits, month=briefing.month)


def changes_of(compared_lines: Sequence[Compared], *, month: Period) -> Chart | None:
    """Each benefit's change over the year as a bar with its number; where none is computed, the word for why."""
    lines = [line for line in compared_lines if line.now.status != NOT_IN_FORCE]
    told = [(line.name, line.over_year.value, wording.change(line.over_year, writing.signed)) for line in lines]
    rows = _bars(told)
    if not rows:
        return None
    return chart_of(
        chart_specs.changes(tuple(row["name"] for row in rows)),
        datasets={"rows": rows, "zero": [{}]},
        name="aendring",
        title=_most(lines),
        description=_of_bars("flere", "færre", rows=rows),
        key=f"Ændring fra {writing.period(month.year_earlier)} til {writing.period(month)}, fuldtidspersoner.",
    )


def _most(lines: list[Compared]) -> str:
    """Which benefit rose and which fell the most."""
    changed = sorted((line for line in lines if line.over_year.value), key=lambda line: line.over_year.value or 0)
    rose = [line for line in changed[-1:] if (line.over_year.value or 0) > 0]
    fell = [line for line in changed[:1] if (line.over_year.value or 0) < 0]
    told = [f"{wording.benefit(line.name)} stiger mest" for line in rose]
    told += [f"{(wording.in_sentence if rose else wording.benefit)(line.name)} falder mest" for line in fell]
    return ", ".join(told)


def _bars(told: list[tuple[str, float | None, str]]) -> Rows:
    """Bars by name, as long as the longest is 1, each with its text; none where nothing has a length."""
    most = max((abs(value or 0) for _, value, _ in told), default=0)
    lengths = [(_on_lines(name), (value or 0) / (most or 1), text) for name, value, text in told]
    return [{"name": name, "length": length, "text": text} for name, length, text in lengths] if most else []


def _of_bars(right: str, left: str, *, rows: Rows) -> str:
    told = "; ".join(f"{row['name'].replace('|', ' ')}: {row['text']}" for row in rows)
    return f"Vandret søjle for hver ydelse, til højre for {right} og til venstre for {left}. {told}."


def gaps(briefing: Briefing) -> Chart | None:
    """How far each benefit's share of the workforce lies from the country's, in points."""
    rows = _bars([(line.name, *_gap(line)) for line in briefing.shares])
    if not rows:
        return None
    return chart_of(
        chart_specs.changes(tuple(row["name"] for row in rows)),
        datasets={"rows": rows, "zero": [{}]},
        name="andele",
        title=_furthest(briefing),
        description=_of_bars("en højere andel end hele landet", "en lavere", rows=rows),
        key="Forskel til hele landets andel af arbejdsstyrken, procentpoint. Kun andele, der vises i tabellen, er med.",
    )


def _gap(line: ShareLine) -> tuple[float | None, str]:
    gap = compared(line.own, line.country, broken=False)
    return gap.value, wording.change(gap, lambda value: writing.signed(value, decimals=1))


def _furthest(briefing: Briefing) -> str:
    """The benefit whose share lies furthest from the country's."""
    line = max(briefing.shares, key=lambda line: abs(_gap(line)[0] or 0))
    over = (_gap(line)[0] or 0) > 0
    return f"{wording.benefit(line.name)} ligger længst {'over' if over else 'under'} landets andel"


def ranks(ranking: Ranking | None) -> Chart | None:
    """The place on each list and on the one before, between 1 and 98."""
    lines = [line for line in ranking.lines if line.rank.shown is not None] if ranking else []
    if ranking is None or not lines:
        return None
    rows = [
        {"name": _short(line), "which": which, "rank": cell.shown}
        for line in lines
        for which, cell in ((chart_specs.BEFORE, line.before), (chart_specs.NOW, line.rank))
        if cell.shown is not None
    ]
    between = [
        {"name": _short(line), "first": line.before.shown, "last": line.rank.shown}
        for line in lines
        if line.before.shown is not None
    ]
    return chart_of(
        chart_specs.ranks(tuple(map(_short, lines))),
        datasets={"rows": rows, "between": between},
        name="placering",
        title=_placed(ranking.lines[0]),
        description=f"{'; '.join(f'{each.name}: {_rank(each.rank)}, før {_rank(each.before)}' for each in lines)}.",
        key=f"Placering på ministeriets lister for {writing.period(ranking.period)} og på listerne før.",
    )


def _short(line: RankLine) -> str:
    return line.name.partition(",")[0]


def _placed(line: RankLine) -> str:
    """The place on the list over all benefits, and how it moved."""
    if line.rank.shown is None:
        return "Placering på ministeriets lister"
    moved = line.gained.value
    way = "" if moved is None else ", uændret" if not moved else f", {wording.places(line.gained)} siden listen før"
    return f"Nr.{writing.TIED}{writing.number(line.rank.shown)} af 98 på den samlede liste{way}"


def _rank(cell: Cell) -> str:
    return wording.cell(cell, writing.place)
