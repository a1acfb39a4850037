"""Writing: one file per municipality, all of one state of the warehouse, each written whole or not at all."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import polars as pl
from sqlalchemy import Connection, Engine

from tasks.archive.whole_file import whole_file
from tasks.briefing import assemble, neighbours, page
from tasks.briefing import inputs as readings
from tasks.briefing.content import Neighbours
from tasks.child_processes import exit_with_parent
from warehouse.areas import COUNTRY, Area, municipalities
from warehouse.errors import QuestionError
from warehouse.figures import population
from warehouse.marts.rows import one_state

Given = TypeVar("Given")
Made = TypeVar("Made")

# Starting a process costs as much as a few pages; each holds its own libraries in memory.
FEW, AT_MOST = 8, 4


def side_by_side(work: Callable[[Given], Made], given: Sequence[Given]) -> Iterator[Made]:
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
    held_against: Sequence[str] = (),
    as_of: datetime | None = None,
    since: datetime | None = None,
) -> Written:
    """Write one municipality's briefing; raises AreaUnknown and QuestionError, and then nothing is written."""
    area = neighbours.municipality(name)
    chosen = neighbours.named(area, names=held_against) if held_against else None
    with one_state(engine) as connection:
        beside = chosen or neighbours.by_themselves(area, people=_people(connection, as_of=as_of))
        wanted = [area.code, COUNTRY, *(each.code for each in beside.areas)]
        gathered = assemble.gather(readings.read(connection, as_of=as_of, since=since, areas=wanted))
    return _written(gathered, area=area, beside=beside, file=file)


def _people(connection: Connection, *, as_of: datetime | None) -> pl.DataFrame:
    return population.on_record(connection, known=readings.assumed_at(connection, as_of=as_of), as_of=as_of)


def of_many(
    engine: Engine,
    names: Sequence[str] | None,
    *,
    folder: Path,
    as_of: datetime | None = None,
    since: datetime | None = None,
) -> Iterator[Written]:
    """Write the briefings of those named, or of all 98, as `herlev.html` into a folder, made where it is not there.

    Raises AreaUnknown and QuestionError before anything is written.
    """
    areas = municipalities() if names is None else tuple(dict.fromkeys(map(neighbours.municipality, names)))
    with one_state(engine) as connection:
        gathered = assemble.gather(readings.read(connection, as_of=as_of, since=since))
    _make(folder)
    people = gathered.readings.people
    told = [
        assemble.briefing(gathered, area=area, neighbours=neighbours.by_themselves(area, people=people))
        for area in areas
    ]
    for briefing, html in zip(told, side_by_side(page.html, told), strict=True):
        yield _put(html, of=briefing.area, file=folder / f"{briefing.area.name.lower()}.html")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise QuestionError(f"{folder} cannot be made ({error.strerror}): name a folder for the briefings") from error


def _written(gathered: assemble.Gathered, *, area: Area, beside: Neighbours, file: Path) -> Written:
    return _put(page.html(assemble.briefing(gathered, area=area, neighbours=beside)), of=area, file=file)


def _put(html: str, *, of: Area, file: Path) -> Written:
    content = html.encode()
    replace(file, content=content)
    return Written(of.name, str(file), len(content))


def replace(file: Path, *, content: bytes) -> None:
    """Put a file in its place whole: who opens it sees the one before or this one. Raises QuestionError where it cannot be."""
    try:
        with whole_file(file) as unfinished:
            unfinished.write_bytes(content)
    except OSError as error:
        raise QuestionError(
            f"{file} cannot be written ({error.strerror}): name a file in a folder that is there"
        ) from error
