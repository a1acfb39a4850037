"""Adopts tables: a declaration of each, from its publisher's own words, into the folder that JOBINDSATS_CATALOGUE names.

Nothing is fetched but descriptions. What the next night will fetch for it, in cells and calls, is told beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from tasks.archive.whole_file import whole_file
from tasks.sources.access import Access
from tasks.sources.jobindsats import describe as jobindsats
from tasks.stoppages import Stoppage, TokenMissing, TokenRefused
from tasks.upkeep.catalogue.costs import first_load
from tasks.upkeep.catalogue.find import declared, offered
from warehouse.catalogue.additions import file_of, look_into
from warehouse.catalogue.adopt import declaration, without_total, written
from warehouse.catalogue.fit_to_record import require_read_back
from warehouse.catalogue.model import CatalogueError, Table
from warehouse.catalogue.offered import OfferedTable
from warehouse.danish.clock import danish_day
from warehouse.errors import QuestionError

Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Adopted:
    """One table that was adopted: where its declaration stands, and what loading it the first time will ask for.

    `file` is empty where the table ships as it was asked for: nothing was written then.
    """

    table: str
    title: str
    publisher: str
    file: str
    area: str
    breakdowns: tuple[str, ...]
    measures: tuple[str, ...]
    periods: int
    cells: int
    calls: int
    guessed: tuple[str, ...]


@dataclass(frozen=True)
class NotAdopted:
    """One table that was not adopted, and why."""

    table: str
    reason: str


def adopt(table_id: str, *, access: Access, breakdowns: Sequence[str] = (), area: str | None = None) -> Adopted:
    """Adopt one table; of one that ships as it is asked for, only say what its first night will ask for.

    Raises CatalogueError, QuestionError, and PublisherTrouble where its publisher cannot be asked.
    """
    shipped = _shipped(table_id.lower(), access=access)
    if shipped is not None and _is_asked_for(shipped, breakdowns=breakdowns, area=area):
        return _as_it_ships(shipped, access=access)
    _require_new(table_id.lower(), access=access)
    return _adopt(offered(table_id, access=access), access=access, breakdowns=breakdowns, area=area)


def adopt_each(
    table_ids: Sequence[str], *, access: Access, breakdowns: Sequence[str] = (), area: str | None = None
) -> list[Adopted | NotAdopted]:
    """Adopt tables, each as `adopt` does; of several, one's trouble never stops another."""
    if len(table_ids) == 1:
        return [adopt(table_ids[0], access=access, breakdowns=breakdowns, area=area)]
    found: list[Adopted | NotAdopted] = []
    for table_id in table_ids:
        try:
            found.append(adopt(table_id, access=access, breakdowns=breakdowns, area=area))
        except (TokenMissing, TokenRefused):
            raise
        except (Stoppage, CatalogueError, QuestionError) as error:
            found.append(NotAdopted(table_id, str(error)))
    return found


def costs_of(found: Sequence[Adopted | NotAdopted]) -> dict[str, tuple[int, int]]:
    """The cells and calls of the first load of each table that was adopted."""
    return {each.table: (each.cells, each.calls) for each in found if isinstance(each, Adopted)}


def _shipped(table_id: str, *, access: Access) -> Table | None:
    """A table that is declared and that nobody adopted; None for any other, and where its file cannot be read."""
    here = look_into(access.settings.catalogue_folder)
    added = here.additions.get(table_id)
    if table_id in here.wrong or (added is not None and added.table is not None):
        return None
    return declared(table_id, access=access)


def _as_it_ships(table: Table, *, access: Access) -> Adopted:
    try:
        described = offered(table.id, access=access)
    except QuestionError as error:
        raise CatalogueError(
            f"{table.id} is in the catalogue as it is shipped, and no publisher that is asked lists it today"
        ) from error
    return _told(described, table=table, path=None, cells_per_call=access.settings.cells_per_call)


def _is_asked_for(table: Table, *, breakdowns: Sequence[str], area: str | None) -> bool:
    """Whether a declaration has the areas and breakdowns that a person named, or none was named."""
    own = sorted(each.id for each in table.breakdowns)
    return area in (None, table.area.id) and (not breakdowns or sorted(breakdowns) == own)


def adopt_all(*, access: Access, told: Told) -> list[Adopted | NotAdopted]:
    """Adopt every table at its totals that Jobindsats lists and nobody has declared; one's trouble never stops another."""
    with jobindsats.session(access) as publisher:
        lines = [line for line in jobindsats.listed(publisher) if declared(line.id, access=access) is None]
        found: list[Adopted | NotAdopted] = []
        for number, line in enumerate(lines, 1):
            told(line.id, number, len(lines))
            try:
                _require_new(line.id, access=access)
                described = jobindsats.describe(publisher, line.id, subject=line.subject)
                found.append(_adopt(described, access=access))
            except (TokenMissing, TokenRefused):
                raise
            except (Stoppage, CatalogueError) as error:
                found.append(NotAdopted(line.id, str(error)))
    return found


def _require_new(table_id: str, *, access: Access) -> None:
    """Raise CatalogueError where a table is declared: another declaration would withdraw what is published of it."""
    folder = access.settings.catalogue_folder
    path, here = file_of(table_id, folder=folder), look_into(folder)
    if table_id in here.wrong:
        raise CatalogueError(
            f"{here.wrong[table_id]}. Correct that file, or take it away, before {table_id} is adopted"
        )
    known = declared(table_id, access=access)
    if known is None:
        return
    by = ", ".join(each.id for each in known.breakdowns) or "its totals"
    if _shipped(table_id, access=access) is not None:
        raise CatalogueError(
            f"{table_id} is in the catalogue as it is shipped, by {by} and {known.area.id}, and cannot be adopted otherwise: "
            f"`jobindsats nightly --table {table_id}` brings it in"
        )
    raise CatalogueError(
        f"{table_id} is adopted already, by {by}, in {path}. By other breakdowns it would be another table, and what stands "
        "published of it would be withdrawn: where that is meant, move the file away and adopt it anew"
    )


def _adopt(
    described: OfferedTable, *, access: Access, breakdowns: Sequence[str] = (), area: str | None = None
) -> Adopted:
    try:
        table = declaration(described, breakdowns=breakdowns, area=area)
    except ValidationError as error:
        raise CatalogueError(f"{described.id} cannot be declared: {error.errors()[0]['msg']}") from error
    path = file_of(table.id, folder=access.settings.catalogue_folder)
    heading = _heading(described, table=table, today=danish_day(access.clock()))
    text = written(table, publisher=described.publisher, heading=heading)
    require_read_back(text, table=table, path=path)
    write(path, text)
    return _told(described, table=table, path=path, cells_per_call=access.settings.cells_per_call)


def write(path: Path, text: str) -> None:
    """Write a file of the folder whole or not at all; the folder is made where it is not there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with whole_file(path) as place:
        place.write_text(text, encoding="utf-8")


def _told(described: OfferedTable, *, table: Table, path: Path | None, cells_per_call: int) -> Adopted:
    periods = len(described.periods.get(table.period, ()))
    cells, calls = first_load(described, table=table, cells_per_call=cells_per_call)
    return Adopted(
        table=table.id,
        title=table.title,
        publisher=described.publisher,
        file=str(path or ""),
        area=table.area.id,
        breakdowns=tuple(each.id for each in table.breakdowns),
        measures=tuple(f"{each.label}: {each.unit}" for each in table.measures),
        periods=periods,
        cells=cells,
        calls=calls,
        guessed=tuple(_guesses(described, table=table)) if path else (),
    )


def _guesses(described: OfferedTable, *, table: Table) -> list[str]:
    """What was guessed, a sentence each, for a person to look at."""
    units = [f"the unit of '{each.label}' is {each.unit}" for each in table.measures]
    areas = [each.id for each in described.areas if each.id != table.area.id]
    other = [f"areas by {table.area.id}; there is also {', '.join(areas)} (--area)"] if areas else []
    breaks = [f"it has the series break {each.id} from {each.first_period} on" for each in table.series_breaks]
    return [*units, *other, *_level_guesses(described, table=table), *_taken_along(described, table=table), *breaks]


def _level_guesses(described: OfferedTable, *, table: Table) -> list[str]:
    levels = {each.id: [level.id for level in each.levels] for each in described.breakdowns}
    return [
        f"{each.id} at its level {each.level}; there is also "
        f"{', '.join(level for level in levels[each.id] if level != each.level)} (--breakdown {each.id}:LEVEL)"
        for each in table.breakdowns
        if each.evidence == "guessed"
    ]


def _taken_along(described: OfferedTable, *, table: Table) -> list[str]:
    alone = {each.id for each in without_total(described)}
    return [
        f"{each.id} is taken along, since a question cannot leave it out or it has no total: its members are kept apart"
        for each in table.breakdowns
        if each.id in alone and not each.root
    ]


def _heading(described: OfferedTable, *, table: Table, today: date) -> list[str]:
    return [
        f"{table.title}",
        f"Adopted on {today} from what the publisher says of {table.id}. What is marked `evidence: guessed` is a guess by",
        "the words of a label: correct it here, then the next night reads it so. A unit that nobody knows is `unknown`: it",
        "is loaded, kept, shown and exported, and no figure reads it. `adds_up: true` says that a measure's parts sum to",
        "its total; it is never guessed. Names stay as they are once figures are published: they are what series are known by.",
        f"The publisher's other breakdowns: {', '.join(_others(described, table=table)) or 'none'}",
    ]


def _others(described: OfferedTable, *, table: Table) -> list[str]:
    taken = {each.id for each in table.breakdowns}
    return [each.id for each in described.breakdowns if each.id not in taken]
