"""Write briefings: a page, a Word document or a PDF each, all of one state of the warehouse, each file whole or not at all.

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
from tasks.briefing import assemble, neighbours, sections
from tasks.briefing import inputs as readings
from tasks.briefing.content import Briefing
from tasks.briefing.grounds import Made
from tasks.child_processes import exit_with_parent
from warehouse.areas import COUNTRY, Area, municipalities
from warehouse.assumptions.known import known
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
    """Write one municipality's briefing in the form that the file's ending names.

    Raises AreaUnknown and QuestionError, and then nothing is written.
    """
    area = neighbours.municipality(name)
    chosen = neighbours.named(area, names=held_against) if held_against else None
    with one_state(engine) as connection:
        if chosen is None:
            people = population.on_record(connection, known=known(connection, as_of=as_of), as_of=as_of)
            chosen = neighbours.by_themselves(area, people=people)
        wanted = [area.code, COUNTRY, *(each.code for each in chosen.areas)]
        gathered = assemble.gather(readings.read(connection, as_of=as_of, since=since, made=made, areas=wanted))
    briefing = assemble.briefing(gathered, area=area, neighbours=chosen)
    return _put(_FORMS[file.suffix.lower()](briefing), of=area, file=file)


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
    for briefing, page in zip(told, side_by_side(_html, told), strict=True):
        yield _put(page, of=briefing.area, file=folder / f"{briefing.area.name.lower()}.html")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise QuestionError(f"{folder} cannot be made ({error.strerror}): name a folder for the briefings") from error


def _put(content: bytes, *, of: Area, file: Path) -> Written:
    """Put a page in its place whole: who opens it sees the one before or this one. Raises QuestionError where it cannot be."""
    with whole_file(file) as unfinished:
        unfinished.write_bytes(content)
    return Written(of.name, str(file), len(content))


def html(briefing: Briefing) -> str:
    """One municipality's briefing as HTML."""
    return _template().render(p=sections.composed(briefing), css=Markup(_file("page.css")), markup=Markup)  # noqa: S704  # ours


def _html(briefing: Briefing) -> bytes:
    return html(briefing).encode()


def _docx(briefing: Briefing) -> bytes:
    from tasks.briefing.as_docx import docx

    return docx(sections.composed(briefing))


def _pdf(briefing: Briefing) -> bytes:
    from tasks.briefing.as_pdf import pdf

    return pdf(sections.composed(briefing))


_FORMS: dict[str, Callable[[Briefing], bytes]] = {".html": _html, ".htm": _html, ".docx": _docx, ".pdf": _pdf}


@cache
def _file(name: str) -> str:
    return resources.files("tasks.briefing").joinpath(name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    """The template, in which nothing is computed and everything is escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_file("page.html.jinja"))
