"""What a first load and the next night will ask for, in cells and calls, told before anything is fetched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil

from tasks.sources.access import Access
from tasks.sources.declarations import declared_tables
from tasks.sources.jobindsats import client
from tasks.sources.jobindsats import describe as jobindsats
from tasks.sources.jobindsats.fetch import BESIDE_FIGURES, decide
from tasks.sources.jobindsats.listings import Listings, read_listings
from tasks.sources.jobindsats.metadata import wanted_names
from tasks.sources.statbank.fetch import CELL_LIMIT
from tasks.stoppages import BodyUnreadable, Stoppage, TokenMissing, TokenRefused
from warehouse.catalogue.model import Hierarchy, Table
from warehouse.catalogue.model import jobindsats as shipped_jobindsats
from warehouse.catalogue.offered import OfferedHierarchy, OfferedLevel, OfferedTable
from warehouse.danish.clock import danish_day


@dataclass(frozen=True)
class NextNight:
    """What `jobindsats nightly --table jobindsats` will ask for: of how many tables, in about how many cells and calls."""

    tables: int
    cells: int
    calls: int


def next_night(
    known: Mapping[str, tuple[int, int]], *, access: Access, told: Callable[[str, int, int], None]
) -> NextNight | None:
    """The next night over every declared table of Jobindsats, of which the cells and calls of some are known already.

    The publisher is asked which are due, and for a description of each of the others; one that cannot be read is passed over.
    None where the list of tables does not come. Raises TokenMissing and TokenRefused.
    """
    with jobindsats.session(access) as publisher:
        try:
            body = publisher.ask(client.TABLES).body
            listings = read_listings(body, today=danish_day(access.clock()))
        except (TokenMissing, TokenRefused):
            raise
        except Stoppage:
            return None
        tables = [table for table in _of_jobindsats(access) if _is_due(table, listings=listings, access=access)]
        found = dict(known)
        for number, table in enumerate(tables, 1):
            told(table.id, number, len(tables))
            if table.id not in found:
                found |= _described(publisher, table=table, access=access)
    costs = [found[table.id] for table in tables if table.id in found]
    return NextNight(len(costs), sum(cells for cells, _ in costs), 1 + sum(calls for _, calls in costs))


def _of_jobindsats(access: Access) -> tuple[Table, ...]:
    return declared_tables(shipped_jobindsats(), access=access)


def _is_due(table: Table, *, listings: Listings, access: Access) -> bool:
    """Whether the next night would fetch a table."""
    try:
        listing = listings.line_of(table.id)
    except BodyUnreadable:
        return False
    known, today = access.known_of(table.id), danish_day(access.clock())
    return decide(table, listing=listing, last=known.last_fetch, today=today, learnt=known.calendar).fetch


def _described(publisher: client.Publisher, *, table: Table, access: Access) -> dict[str, tuple[int, int]]:
    """What one table will ask for, by its id; nothing where its description cannot be read."""
    try:
        described = jobindsats.describe(publisher, table.id, subject=table.subject)
    except (TokenMissing, TokenRefused):
        raise
    except Stoppage:
        return {}
    return {table.id: first_load(described, table=table, cells_per_call=access.settings.cells_per_call)}


def first_load(described: OfferedTable, *, table: Table, cells_per_call: int) -> tuple[int, int]:
    """The cells and calls of a table's first load.

    At most so many cells, since the publisher leaves out what is nothing; of a table that is declared to be `filled` in part,
    about so many.
    """
    cuts, periods = _cuts(described, table=table), len(described.periods.get(table.period, ()))
    asked = sum(cuts) * periods * len(table.measures)
    cells = round(asked * table.filled)
    if described.publisher != jobindsats.PUBLISHER:
        return cells, 2 + ceil(asked / CELL_LIMIT) + (asked > CELL_LIMIT)
    fitting = [max(1, cells_per_call // (cut * len(table.measures))) for cut in cuts]
    questions = sum(ceil(periods / each) for each in fitting)
    return cells, BESIDE_FIGURES + questions + (questions > 1)


def _cuts(described: OfferedTable, *, table: Table) -> list[int]:
    """How many members each question is about: every combination of root and level."""
    sizes = [1]
    for hierarchy in (table.area, *table.breakdowns):
        below = _members(described, hierarchy=hierarchy)
        own = [1] * bool(hierarchy.root) + [below] * bool(below)
        sizes = [size * count for size in sizes for count in own]
    return sizes


def _members(described: OfferedTable, *, hierarchy: Hierarchy) -> int:
    """The members that are asked for, below the root: those of a whole level, at StatBank the declared ones by name."""
    offering = next((each for each in described.hierarchies if each.id == hierarchy.id), None)
    if offering is None:
        return 0
    by_id = next((each for each in offering.levels if (each.id or None) == hierarchy.level), None)
    level = by_id or _by_its_members(offering, hierarchy)
    if level is None:
        return 0
    if described.publisher == jobindsats.PUBLISHER or hierarchy.kind == "area":
        return len(level.members)
    names = hierarchy.names_of(level.members)
    return sum(label in names and names[label] != hierarchy.root for label in level.members)


def _by_its_members(offering: OfferedHierarchy, hierarchy: Hierarchy) -> OfferedLevel | None:
    """The level of a hierarchy that names none: the one with the most of its labels, the first of an open one."""
    if hierarchy.open:
        return next(iter(offering.levels), None)
    labels = wanted_names(hierarchy)
    best = max(offering.levels, key=lambda level: len(labels.intersection(level.members)), default=None)
    return best if best is not None and labels.intersection(best.members) else None
