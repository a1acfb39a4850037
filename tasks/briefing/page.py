"""The page: a briefing as one HTML file that needs nothing beside it. It is filled in from typed content and escaped.

No script, no font and no picture is fetched: the page says so to the browser itself. Times are those of Denmark.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from tasks.briefing import charts, wording
from tasks.briefing.content import BROKEN, OBSERVED, Briefing, Cell, Change
from warehouse.danish import writing
from warehouse.danish.clock import in_denmark


def html(briefing: Briefing) -> str:
    """One municipality's briefing as HTML."""
    drawn = charts.charts_of(briefing)
    return _template().render(
        b=briefing,
        css=Markup(_file("page.css")),  # noqa: S704  # ours
        figures={name: Markup(chart.svg) for name, chart in drawn.items()},  # noqa: S704  # made and escaped by charts
        charts=drawn,
        in_short=wording.in_short(briefing),
        shares_said=wording.shares(briefing),
        revised=wording.revised(briefing.revisions),
        explained=wording.explained(statuses(briefing)),
    )


def statuses(briefing: Briefing) -> set[str]:
    """Why values of a briefing are not shown: the statuses that its tables print a word for."""
    lines = [briefing.total, *briefing.benefits]
    found = {cell.status for line in lines for cell in (line.now, line.month_before, line.year_before)}
    found |= {change.status for line in lines for change in (line.over_month, line.over_year)}
    found |= {cell.status for line in briefing.shares for cell in (line.own, line.country, *line.neighbours)}
    if briefing.ranking is not None:
        found |= {each.status for line in briefing.ranking.lines for each in (line.rank, line.before, line.gained)}
    return found - {OBSERVED}


@cache
def _file(name: str) -> str:
    return resources.files("tasks.briefing").joinpath(name).read_text(encoding="utf-8")


def _as(write: Callable[..., str], **options: int) -> Callable[[Cell], str]:
    """A filter that writes a cell's value, or the word for why there is none."""
    return lambda cell: wording.cell(cell, lambda value: write(value, **options))


def _why(found: Cell | Change) -> str:
    """The class of a table's cell: a number, or a word for why there is none."""
    if found.status == OBSERVED:
        return "tal"
    return "tal brud" if found.status == BROKEN else "tal ord"


def _day(value: datetime) -> str:
    return writing.day(in_denmark(value).date())


@cache
def _template() -> Template:
    """The template, with what writes numbers, words and days; nothing is computed in it."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "count": _as(writing.number),
        "pct": _as(writing.number, decimals=1),
        "place": _as(writing.place),
        "signed": _as(writing.signed),
        "money": _as(writing.millions),
        "change": lambda change: wording.change(change, writing.signed),
        "change_pct": wording.change_pct,
        "why": _why,
        "day": _day,
        "digits": writing.digits,
        "digits_there": lambda value: writing.digits(in_denmark(value).date()),
        "source": wording.source,
        "period": writing.period,
        "short_month": writing.short_month,
        "number": writing.number,
        "key": lambda value: writing.per_cent(value, decimals=2),
        "kroner": writing.kroner,
        "benefit": wording.benefit,
        "basis": wording.basis,
        "bounds": lambda saving: " og ".join(map(writing.millions, wording.bounds(saving))),
        "one_decimal": _as(writing.signed, decimals=1),
        "said": wording.said,
        "listed": writing.listed,
        "assumption": wording.assumption,
        "assumption_name": lambda name: wording.ASSUMPTIONS.get(name, name),
        "stopped": lambda sentence: sentence if sentence.endswith(".") else f"{sentence}.",
        "evidence": lambda name: wording.EVIDENCE[name],
    }
    return environment.from_string(_file("page.html.jinja"))
