"""The chart of a budget: a benefit's months from January to December in three years over each other, with the budget."""

from __future__ import annotations

from functools import cache
from typing import Any

import altair as alt

from tasks.briefing import chart_specs, wording
from tasks.briefing.charts import Chart, Rows, chart_of
from tasks.briefing.followed import BudgetFollowUp, BudgetLine, YearCourse
from warehouse.danish import writing
from warehouse.formulas.budgets import ALL

BUDGET = "budget"
_MONTHS = tuple(month[:3] for month in writing.MONTHS)
_STROKES: tuple[list[int], ...] = ([], [6, 2], [2, 2], [5, 3])
_COLOURS = (chart_specs.BLUE, chart_specs.GREY, chart_specs.GREY, chart_specs.VERMILION)
_WIDTHS = (2.4, 1.4, 1.4, 1.8)
_FEW = 3


def courses(found: BudgetFollowUp | None) -> dict[str, Chart]:
    """The chart of the budgeted benefits, by its name; none where nothing was counted or budgeted."""
    told = [course for course in (found.courses if found else ()) if _there(course)]
    if found is None or not told:
        return {}
    years = tuple(str(found.month.year - ago) for ago in range(3))
    rows = [row for course in told for row in _rows(course)]
    chart = chart_of(
        _spec(tuple(wording.benefit(course.name) for course in told), years=years),
        datasets={"rows": rows},
        name=BUDGET,
        title=_finding(found),
        description=f"For hver ydelse linjer fra januar til december for {writing.listed(years)} og en stiplet linje for "
        f"budgettet i {years[0]}: {'; '.join(map(_ends, told))}. Tallene står i tabellen efter figuren.",
        key="Fuldtidspersoner. Hver ydelse har sin egen akse, som ikke begynder ved nul.",
    )
    return {BUDGET: chart}


def _there(course: YearCourse) -> bool:
    return any(month.cell.shown is not None for _, months in course.years for month in months)


def _rows(course: YearCourse) -> Rows:
    name = wording.benefit(course.name)
    counted = [row for year, months in course.years for row in _of_year(name, str(year), months)]
    newest = max((row for row in counted if row["line"] == str(course.years[0][0])), key=_nth, default=None)
    if newest is not None:
        newest["text"] = writing.number(newest["persons"])
    planned = [
        {"name": name, "month": month, "line": BUDGET, "stretch": BUDGET, "persons": cell.shown}
        for month, cell in zip(_MONTHS, course.budget, strict=False)
        if cell.shown is not None
    ]
    return [*counted, *planned]


def _of_year(name: str, year: str, months: Any) -> Rows:
    """A year's marks: a line ends where a month is not shown, and at a series break."""
    rows, gaps = [], 0
    for month, point in zip(_MONTHS, months, strict=False):
        if point.cell.shown is None:
            gaps += 1
            continue
        stretch = f"{year} {point.stretch} {gaps}"
        rows.append({"name": name, "month": month, "line": year, "stretch": stretch, "persons": point.cell.shown})
    return rows


def _nth(row: dict[str, Any]) -> int:
    return _MONTHS.index(row["month"])


def _finding(found: BudgetFollowUp) -> str:
    """Which benefit lies furthest from its budget so far; else that there is one."""
    known = [line for line in found.lines if line.name != ALL and line.gap.shown is not None]
    if not known:
        return "Måned for måned mod budgettet"
    furthest = max(known, key=_apart)
    by = furthest.gap.shown or 0.0
    if not writing.rounded(by, decimals=1):
        return "Ydelserne ligger på budgettet"
    way = "over" if by > 0 else "under"
    return f"{wording.benefit(furthest.name)} ligger længst {way} budgettet"


def _apart(line: BudgetLine) -> float:
    return abs(line.gap.shown or 0.0)


def _ends(course: YearCourse) -> str:
    year, months = course.years[0]
    last = next((month.cell.shown for month in reversed(months) if month.cell.shown is not None), None)
    told = (
        f"{wording.benefit(course.name)} {writing.number(last)}" if last is not None else wording.benefit(course.name)
    )
    budget = next((cell.shown for cell in reversed(course.budget) if cell.shown is not None), None)
    return f"{told} i {year}" + (
        f", budgetteret {writing.number(budget, decimals=1)} i december" if budget is not None else ""
    )


@cache
def _spec(names: tuple[str, ...], *, years: tuple[str, ...]) -> chart_specs.Spec:
    """A panel for each benefit, with a line for each year and a dashed one for the budget; the newest has its last number."""
    lines, few = [*years, BUDGET], len(names) <= _FEW
    x = alt.X("month:O", sort=_MONTHS, scale=alt.Scale(domain=_MONTHS), title=None).axis(
        values=_MONTHS[::3], labelAngle=0, ticks=True
    )
    y = alt.Y("persons:Q", title=None, scale=alt.Scale(zero=False, nice=True)).axis(
        tickCount=4 if few else 3, format=",.0f", domain=False
    )

    def by(channel: Any, kind: str, of: Any, *, legend: bool = False) -> Any:
        scale = alt.Scale(domain=lines, range=list(of))
        shown = alt.Legend(orient="top", title=None, symbolType="stroke", symbolSize=350, symbolStrokeWidth=2)
        return channel(f"{kind}:N", scale=scale, legend=shown if legend else None)

    whole = alt.Chart()
    line = whole.mark_line().encode(
        x=x,
        y=y,
        detail="stretch:N",
        color=by(alt.Color, "line", _COLOURS, legend=True),
        strokeDash=by(alt.StrokeDash, "line", _STROKES, legend=True),
        strokeWidth=by(alt.StrokeWidth, "line", _WIDTHS),
    )
    newest = whole.transform_filter(f"datum.line == '{years[0]}'")
    dots = newest.mark_circle(color=chart_specs.BLUE, size=20, opacity=1).encode(x=x, y=y)
    told = (
        whole.transform_filter("isValid(datum.text)")
        .mark_text(dy=-9, fontWeight="bold")
        .encode(x=x, y=y, text="text:N")
    )
    width, height = (chart_specs.WIDTH - 85, 70) if few else (112, 60)
    panel = alt.layer(line, dots, told).properties(width=width, height=height)
    header = alt.Header(title=None, labelFontWeight="bold", labelAnchor="start", labelPadding=3)
    facet = panel.facet(
        alt.Facet("name:N", sort=list(names), header=header), data=alt.NamedData(name="rows"), columns=1 if few else 2
    )
    return chart_specs.styled(facet.resolve_scale(y="independent").properties(spacing=14))
