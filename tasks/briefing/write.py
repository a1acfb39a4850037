"""Writing: one HTML file per municipality, all of one state of the warehouse, each written whole or not at all.

A file needs nothing beside it: no script, no font and no picture is fetched, and the page says so to the browser itself. It
is filled in from typed content and escaped. Times are those of Denmark.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup
from sqlalchemy import Engine

from tasks.archive.whole_file import whole_file
from tasks.briefing import assemble, charts, neighbours, summary, wording
from tasks.briefing import inputs as readings
from tasks.briefing.content import BROKEN, OBSERVED, Briefing, Cell, Change, Made
from tasks.child_processes import exit_with_parent
from warehouse.areas import COUNTRY, Area, municipalities
from warehouse.assumptions.record import known
from warehouse.danish import writing
from warehouse.danish.clock import in_denmark
from warehouse.danish.places import alone, official
from warehouse.danish.reservations import TOO_FEW
from warehouse.errors import QuestionError
from warehouse.figures import population
from warehouse.marts.rows import one_state

Given = TypeVar("Given")
Result = TypeVar("Result")

# Starting a process costs as much as a few pages; each holds its own libraries in memory.
FEW, AT_MOST = 8, 4


def side_by_side(work: Callable[[Given], Result], given: Sequence[Given]) -> Iterator[Result]:
    """Results in the order given, many of them made in other processes; what the work raises is raised here."""
    processes = min(os.cpu_count() or 1, AT_MOST)
    if len(given) <= FEW or processes == 1:
        yield from map(work, given)
        return
    # Not forked: threads of Polars and of a connection would be copied in whatever state they are.
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawning, initializer=exit_with_parent) as pool:
        try:
            yield from pool.map(work, given, chunksize=4)
        finally:
            pool.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class Written:
    """One briefing that was written: of which municipality, where it lies, and its size."""

    area: str
    file: str
    bytes: int


def of_one(
    engine: Engine,
    name: str,
    *,
    file: Path,
    made: Made,
    held_against: Sequence[str] = (),
    as_of: datetime | None = None,
    since: datetime | None = None,
) -> Written:
    """Write one municipality's briefing; raises AreaUnknown and QuestionError, and then nothing is written."""
    area = neighbours.municipality(name)
    chosen = neighbours.named(area, names=held_against) if held_against else None
    with one_state(engine) as connection:
        if chosen is None:
            people = population.on_record(connection, known=known(connection, as_of=as_of), as_of=as_of)
            chosen = neighbours.by_themselves(area, people=people)
        wanted = [area.code, COUNTRY, *(each.code for each in chosen.areas)]
        gathered = assemble.gather(readings.read(connection, as_of=as_of, since=since, made=made, areas=wanted))
    return _put(html(assemble.briefing(gathered, area=area, neighbours=chosen)), of=area, file=file)


def of_many(
    engine: Engine,
    names: Sequence[str] | None,
    *,
    folder: Path,
    made: Made,
    as_of: datetime | None = None,
    since: datetime | None = None,
) -> Iterator[Written]:
    """Write the briefings of those named, or of all 98, as `herlev.html` into a folder, made where it is not there.

    Raises AreaUnknown and QuestionError before anything is written.
    """
    areas = municipalities() if names is None else tuple(dict.fromkeys(map(neighbours.municipality, names)))
    with one_state(engine) as connection:
        gathered = assemble.gather(readings.read(connection, as_of=as_of, since=since, made=made))
    _make(folder)
    people = gathered.readings.people
    told = [
        assemble.briefing(gathered, area=area, neighbours=neighbours.by_themselves(area, people=people))
        for area in areas
    ]
    for briefing, page in zip(told, side_by_side(html, told), strict=True):
        yield _put(page, of=briefing.area, file=folder / f"{briefing.area.name.lower()}.html")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise QuestionError(f"{folder} cannot be made ({error.strerror}): name a folder for the briefings") from error


def _put(page: str, *, of: Area, file: Path) -> Written:
    """Put a page in its place whole: who opens it sees the one before or this one. Raises QuestionError where it cannot be."""
    content = page.encode()
    try:
        with whole_file(file) as unfinished:
            unfinished.write_bytes(content)
    except OSError as error:
        raise QuestionError(
            f"{file} cannot be written ({error.strerror}): name a file in a folder that is there"
        ) from error
    return Written(of.name, str(file), len(content))


def html(briefing: Briefing) -> str:
    """One municipality's briefing as HTML."""
    drawn = charts.charts_of(briefing)
    return _template().render(
        b=briefing,
        css=Markup(_file("page.css")),  # noqa: S704  # ours
        figures={name: Markup(chart.svg) for name, chart in drawn.items()},  # noqa: S704  # made and escaped by charts
        charts=drawn,
        in_short=summary.in_short(briefing),
        shares_said=summary.shares(briefing),
        revised=summary.revised(briefing),
        on_top=summary.on_top(briefing),
        explained=wording.explained(statuses(briefing)),
    )


def statuses(briefing: Briefing) -> set[str]:
    """Why values of a briefing are not shown: the statuses that its tables print a word for."""
    lines = [briefing.total, *briefing.benefits]
    found = {cell.status for line in lines for cell in (line.now, line.month_before, line.year_before)}
    changes = [change for line in lines for change in (line.over_month, line.over_year)]
    found |= {TOO_FEW if each.value is not None and each.pct is None else each.status for each in changes}
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
        "day": lambda value: writing.day(in_denmark(value).date()),
        "digits": writing.digits,
        "digits_there": lambda value: writing.digits(in_denmark(value).date()),
        "source": lambda written_in_english: wording.SOURCES.get(written_in_english, written_in_english),
        "period": writing.period,
        "short_month": writing.short_month,
        "number": writing.number,
        "key": lambda value: writing.per_cent(value, decimals=2),
        "kroner": writing.kroner,
        "benefit": wording.benefit,
        "basis": wording.basis,
        "bounds": lambda saving: " til ".join(map(writing.millions, summary.bounds(saving))),
        "one_decimal": _as(writing.signed, decimals=1),
        "said": wording.said,
        "official": official,
        "alone": alone,
        "places": wording.places,
        "listed": writing.listed,
        "assumption": wording.assumption,
        "assumption_name": lambda name: wording.ASSUMPTIONS.get(name, name),
        "expected": summary.expected,
        "stopped": lambda sentence: sentence if sentence.endswith(".") else f"{sentence}.",
        "evidence": lambda name: wording.EVIDENCE[name],
    }
    return environment.from_string(_file("page.html.jinja"))
