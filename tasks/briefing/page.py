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

from tasks.briefing import charts
from tasks.briefing import wording as words
from tasks.briefing.content import BROKEN, OBSERVED, Briefing, Cell, Change
from warehouse.danish import writing as written
from warehouse.danish.clock import in_denmark


def html(briefing: Briefing) -> str:
    """One municipality's briefing as HTML."""
    drawn = charts.charts_of(briefing)
    return _template().render(
        b=briefing,
        css=Markup(_file("page.css")),  # noqa: S704  # ours
        figures={name: Markup(chart.svg) for name, chart in drawn.items()},  # noqa: S704  # made and escaped by charts
        charts=drawn,
        in_short=words.in_short(briefing),
        shares_said=words.shares(briefing),
        revised=words.revised(briefing.revisions),
        explained=words.explained(statuses(briefing)),
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
    return lambda cell: words.cell(cell, lambda value: write(value, **options))


def _why(found: Cell | Change) -> str:
    """The class of a table's cell: a number, or a word for why there is none."""
    if found.status == OBSERVED:
        return "tal"
    return "tal brud" if found.status == BROKEN else "tal ord"


def _day(value: datetime) -> str:
    return written.day(in_denmark(value).date())


@cache
def _template() -> Template:
    """The template, with what writes numbers, words and days; nothing is computed in it."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "count": _as(written.number),
        "pct": _as(written.number, decimals=1),
        "place": _as(written.place),
        "signed": _as(written.signed),
        "money": _as(written.millions),
        "change": lambda change: words.change(change, written.signed),
        "change_pct": words.change_pct,
        "why": _why,
        "day": _day,
        "digits": written.digits,
        "digits_there": lambda value: written.digits(in_denmark(value).date()),
        "source": words.source,
        "period": written.period,
        "short_month": written.short_month,
        "number": written.number,
        "key": lambda value: written.per_cent(value, decimals=2),
        "kroner": written.kroner,
        "benefit": words.benefit,
        "basis": words.basis,
        "bounds": lambda saving: " og ".join(map(written.millions, words.bounds(saving))),
        "one_decimal": _as(written.signed, decimals=1),
        "said": words.said,
        "listed": written.listed,
        "assumption": words.assumption,
        "assumption_name": lambda name: words.ASSUMPTIONS.get(name, name),
        "stopped": lambda sentence: sentence if sentence.endswith(".") else f"{sentence}.",
        "evidence": lambda name: words.EVIDENCE[name],
    }
    return environment.from_string(_file("page.html.jinja"))
