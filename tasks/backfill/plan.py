"""Plan a backfill: which periods of which tables, in which pieces, at how many calls; no figures are asked for.

A partition is some periods of one table, as many as one call may bring at its most detailed level. The newest come first,
whichever table they are of: what people look at is there soonest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from time import monotonic

from sqlalchemy import Connection, text

from tasks.plan import require_fit
from tasks.resources import Resources
from tasks.results import Offer
from tasks.sources.registry import SOURCES, source_of
from tasks.stoppages import Stoppage
from warehouse.catalogue.model import CatalogueError, Table
from warehouse.danish.asked import read_span
from warehouse.periods import Period, Span

OWN_SECONDS = 1.5

OWN_CELLS_PER_SECOND = 40_000
"""What a partition costs us until one has been measured: a suite's overhead, then by its cells."""


@dataclass(frozen=True)
class Partition:
    """Some periods of one table, oldest first; the calls and cells it should take."""

    table_id: str
    periods: tuple[Period, ...]
    calls: int
    cells: int
    publisher_updated_on: date | None


@dataclass(frozen=True)
class PlannedTable:
    """What is to be fetched of one table, and how long it should take; or why nothing is.

    `stoppage` is why it could not be planned.
    """

    table: Table
    partitions: tuple[Partition, ...] = ()
    seconds: float = 0
    message: str = ""
    stoppage: Stoppage | None = field(default=None, repr=False)

    @property
    def table_id(self) -> str:
        """The table's id."""
        return self.table.id


@dataclass(frozen=True)
class Plan:
    """A backfill before anything is fetched: the span as it was written, the tables named, and what each comes to."""

    first: str
    last: str
    named: tuple[str, ...]
    tables: tuple[PlannedTable, ...]
    calls_made: int

    @property
    def partitions(self) -> list[Partition]:
        """Every partition in the order of work: the newest periods first."""
        found = [partition for table in self.tables for partition in table.partitions]
        return sorted(found, key=lambda partition: partition.periods[-1].last_day, reverse=True)

    @property
    def calls(self) -> int:
        """Calls of the whole backfill, its plan among them."""
        return self.calls_made + sum(partition.calls for partition in self.partitions)

    @property
    def cells(self) -> int:
        """Cells that are read."""
        return sum(partition.cells for partition in self.partitions)

    @property
    def seconds(self) -> float:
        """How long one worker should take."""
        return sum(table.seconds for table in self.tables)


@dataclass(frozen=True)
class _Pace:
    """How long things take: a call, a partition's own work, and what each cell adds to that."""

    per_call: float
    per_partition: float
    per_cell: float


def sources_named(named: Sequence[str]) -> dict[str, list[str]]:
    """The tables to fill by their source's name, in the order they are named; where none is, every source that can.

    Raises CatalogueError for one that is not declared, or whose source a night reads whole.
    """
    if not named:
        return {source.name: [] for source in SOURCES if source.offers is not None}
    found: dict[str, list[str]] = {}
    for table_id in dict.fromkeys(named):
        source = source_of(table_id)
        if source.offers is None:
            filled = " and ".join(source.name for source in SOURCES if source.offers is not None)
            raise CatalogueError(
                f"{table_id} is of {source.name}, and only tables of {filled} are filled backwards: a night reads all of it"
            )
        found.setdefault(source.name, []).append(table_id.lower())
    return {name: [] if name in tables else tables for name, tables in found.items()}


def plan(resources: Resources, *, first: str, last: str, named: Sequence[str] = ()) -> Plan:
    """Ask the sources what there is and cut it into partitions.

    Raises PeriodError or CatalogueError where the question is wrong, PublisherTrouble where nothing can be planned, and
    Refused where the warehouse is another publisher's. One table's trouble never stops another's plan.
    """
    span, wanted = read_span(first, last), sources_named(named)
    with resources.engine.connect() as connection:
        require_fit(connection, resources=resources)
    calls: list[None] = []
    begun = monotonic()
    asked = list(_offers(resources, wanted=wanted, calls=calls))
    measured = (monotonic() - begun) / max(1, len(calls))
    with resources.engine.connect() as connection:
        pace = _pace(connection, resources=resources, measured=measured)
        planned = [
            _planned(table, offer, span=span, cells=_cells_held(connection, table), pace=pace, resources=resources)
            for table, offer in asked
        ]
    return Plan(first, last, tuple(table.id for table, _ in asked if named), tuple(planned), len(calls))


def _offers(
    resources: Resources, *, wanted: Mapping[str, list[str]], calls: list[None]
) -> Iterator[tuple[Table, Offer | Stoppage | None]]:
    """What each source has of each table; every call is counted."""
    for source in SOURCES:
        if source.offers is not None and source.name in wanted:
            yield from source.offers(wanted[source.name], resources.access(run_id=0, calls=calls))


def _planned(
    table: Table,
    offer: Offer | Stoppage | None,
    *,
    span: Span,
    cells: Mapping[int, int],
    pace: _Pace,
    resources: Resources,
) -> PlannedTable:
    if offer is None:
        return PlannedTable(table, message="the publisher does not list it")
    if isinstance(offer, Stoppage):
        return PlannedTable(table, message=str(offer), stoppage=offer)
    periods = [period for period in offer.periods if span.covers(period)]
    if not periods:
        return PlannedTable(table, message=_nothing_there(offer))
    partitions = tuple(
        Partition(table.id, piece, offer.calls, _cells_of(piece, offer, held=cells), offer.updated_on)
        for piece in _pieces(periods, size=offer.periods_per_partition)
    )
    return PlannedTable(table, partitions, _seconds(partitions, pace=pace, resources=resources))


def _nothing_there(offer: Offer) -> str:
    if not offer.periods:
        return "the publisher has no periods of it"
    return f"the publisher has {offer.periods[0]} to {offer.periods[-1]}"


def _pieces(periods: Sequence[Period], *, size: int) -> list[tuple[Period, ...]]:
    """The periods in pieces, the newest piece first, each in the order of its periods."""
    backwards = list(reversed(periods))
    return [tuple(reversed(backwards[start : start + size])) for start in range(0, len(backwards), size)]


def _cells_of(piece: Sequence[Period], offer: Offer, *, held: Mapping[int, int]) -> int:
    """Cells that a piece should bring: as many as the warehouse holds of a period or of its like, else as offered."""
    usual = round(sum(held.values()) / len(held)) if held else offer.cells
    return sum(held.get(period.key, usual) for period in piece)


_HELD = """
select o.period_id, count(*) as cells from core.observations o join core.tables t using (table_no)
where t.table_id = :table_id and o.superseded_by is null and o.status <> 'withdrawn' group by o.period_id
"""


def _cells_held(connection: Connection, table: Table) -> dict[int, int]:
    """How many cells stand of each period."""
    return {row.period_id: row.cells for row in connection.execute(text(_HELD), {"table_id": table.id})}


def _seconds(partitions: Sequence[Partition], *, pace: _Pace, resources: Resources) -> float:
    calls = sum(partition.calls for partition in partitions)
    asking = max(calls * pace.per_call, resources.budget.seconds_for(calls) if resources.budget else 0)
    own = sum(pace.per_partition + partition.cells * pace.per_cell for partition in partitions)
    return asking + own


_MEASURED = """
select sum(extract(epoch from p.fetched_at - p.started_at)) / nullif(sum(p.calls), 0) as per_call,
       sum(extract(epoch from p.ended_at - p.fetched_at)) / nullif(count(*), 0) as per_partition
from (
    select p.* from ops.backfill_partitions p join ops.backfills b using (backfill_id)
    where b.publisher_url = :publisher and p.state = 'done' and p.fetched_at >= p.started_at
    order by p.ended_at desc limit 200
) p
"""


def _pace(connection: Connection, *, resources: Resources, measured: float) -> _Pace:
    """What earlier partitions took at this publisher; else what its answers took just now, and our usual work."""
    before = connection.execute(text(_MEASURED), {"publisher": resources.settings.api_url}).one()
    if before.per_call is None:
        return _Pace(measured, OWN_SECONDS, 1 / OWN_CELLS_PER_SECOND)
    return _Pace(float(before.per_call), float(before.per_partition), 0)
