"""Plan a backfill: which periods of which tables, in which pieces, at how many calls; no figures are asked for.

A partition is some periods of one table, as many as one call may bring at its most detailed level. The newest come first,
whichever table they are of: what people look at is there soonest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from time import monotonic

from sqlalchemy import Connection, text

from tasks.plan import require_fit
from tasks.resources import Border
from tasks.results import Listing
from tasks.sources.jobindsats import request as questions
from tasks.sources.jobindsats.client import Publisher
from tasks.sources.jobindsats.metadata import TableMetadata, offered_measures, read_listings, read_metadata
from tasks.stoppages import PublisherDown, Stoppage, TokenMissing, TokenRefused
from warehouse.catalogue.model import CatalogueError, Table, jobindsats
from warehouse.catalogue.publishers import publisher_of
from warehouse.periods import Period, Span

BESIDE_FIGURES = 2
"""Calls of a look beside those for figures: the table's metadata before, the list of tables after."""

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

    table_id: str
    title: str
    partitions: tuple[Partition, ...] = ()
    seconds: float = 0
    message: str = ""
    stoppage: Stoppage | None = field(default=None, repr=False)


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


def tables_named(named: Sequence[str]) -> list[Table]:
    """The tables to fill, all of Jobindsats' where none is named.

    Raises CatalogueError for one that is not declared, or that another publisher has.
    """
    ours = jobindsats()
    others = [table_id for table_id in named if publisher_of(table_id.lower()) != ours.publisher]
    if others:
        raise CatalogueError(
            f"{others[0]} is of {publisher_of(others[0].lower())}, and only tables of {ours.publisher} are filled backwards: "
            "a night reads all of it"
        )
    return [ours.table(table_id) for table_id in dict.fromkeys(named)] if named else list(ours.tables)


def plan(border: Border, *, first: str, last: str, named: Sequence[str] = ()) -> Plan:
    """Ask the publisher what there is and cut it into partitions.

    Raises PeriodError or CatalogueError where the question is wrong, PublisherTrouble where nothing can be planned, and
    Refused where the warehouse is another publisher's. One table's trouble never stops another's plan.
    """
    span, tables = Span.parse(first, last), tables_named(named)
    with border.engine.connect() as connection:
        require_fit(connection, border=border)
    calls: list[float] = []
    with border.publisher() as publisher:
        asking = _Asking(publisher, calls)
        listings = read_listings(asking.ask(questions.TABLES))
        asked = [(table, _described(table, listing=listings.get(table.id), asking=asking)) for table in tables]
    with border.engine.connect() as connection:
        pace = _pace(connection, border=border, measured=sum(calls) / len(calls))
        planned = [
            _planned(table, found, span=span, cells=_cells_held(connection, table), pace=pace, border=border)
            for table, found in asked
        ]
    return Plan(first, last, tuple(table.id for table in tables if named), tuple(planned), len(calls))


@dataclass(frozen=True)
class _Asking:
    """Asks, and takes the time of each call."""

    publisher: Publisher
    seconds: list[float]

    def ask(self, question: str) -> bytes:
        begun = monotonic()
        try:
            return self.publisher.ask(question).body
        finally:
            self.seconds.append(monotonic() - begun)


_Described = tuple[TableMetadata, Listing] | Stoppage | None


def _described(table: Table, *, listing: Listing | None, asking: _Asking) -> _Described:
    """What the publisher says of a table; None where it does not list it. Raises what no other table would escape."""
    if listing is None:
        return None
    try:
        return read_metadata(asking.ask(questions.metadata_of(table)), table=table), listing
    except (PublisherDown, TokenMissing, TokenRefused):
        raise
    except Stoppage as stoppage:
        return stoppage


def _planned(
    table: Table, found: _Described, *, span: Span, cells: Mapping[int, int], pace: _Pace, border: Border
) -> PlannedTable:
    if found is None:
        return PlannedTable(table.id, table.title, message="the publisher does not list it")
    if isinstance(found, Stoppage):
        return PlannedTable(table.id, table.title, message=str(found), stoppage=found)
    metadata, listing = found
    periods = [period for period in metadata.periods if span.covers(period)]
    if not periods:
        return PlannedTable(table.id, table.title, message=_nothing_there(metadata))
    try:
        pieces = _pieces(table, metadata, periods=periods, cells_per_call=border.settings.cells_per_call)
    except Stoppage as stoppage:
        return PlannedTable(table.id, table.title, message=str(stoppage), stoppage=stoppage)
    partitions = tuple(
        Partition(table.id, piece, calls, _cells_of(piece, table, metadata, held=cells), listing.updated_on)
        for piece, calls in pieces
    )
    return PlannedTable(table.id, table.title, partitions, _seconds(partitions, pace=pace, border=border))


def _nothing_there(metadata: TableMetadata) -> str:
    if not metadata.periods:
        return "the publisher has no periods of it"
    return f"the publisher has {metadata.periods[0]} to {metadata.periods[-1]}"


def _pieces(
    table: Table, metadata: TableMetadata, *, periods: Sequence[Period], cells_per_call: int
) -> list[tuple[tuple[Period, ...], int]]:
    """The periods in pieces, the newest first, with the calls of each; a piece is one call of the most detailed cut."""
    cuts = questions.cuts(table, metadata=metadata)
    widest = max(cuts, key=lambda cut: cut.members)
    backwards = questions.in_chunks(tuple(reversed(periods)), table=table, cut=widest, cells_per_call=cells_per_call)
    pieces = [tuple(reversed(piece)) for piece in backwards]
    return [(piece, BESIDE_FIGURES + len(cuts)) for piece in pieces]


def _cells_of(piece: Sequence[Period], table: Table, metadata: TableMetadata, *, held: Mapping[int, int]) -> int:
    """Cells that a piece should bring: as many as the warehouse holds of a period or of its like.

    Of a table never seen it is the share of all there can be that the catalogue declares.
    """
    members = sum(cut.members for cut in questions.cuts(table, metadata=metadata))
    possible = members * len(offered_measures(metadata, table=table))
    usual = round(sum(held.values()) / len(held) if held else possible * table.filled)
    return sum(held.get(period.key, usual) for period in piece)


_HELD = """
select o.period_id, count(*) as cells from core.observations o join core.tables t using (table_no)
where t.table_id = :table_id and o.superseded_by is null and o.status <> 'withdrawn' group by o.period_id
"""


def _cells_held(connection: Connection, table: Table) -> dict[int, int]:
    """How many cells stand of each period."""
    return {row.period_id: row.cells for row in connection.execute(text(_HELD), {"table_id": table.id})}


def _seconds(partitions: Sequence[Partition], *, pace: _Pace, border: Border) -> float:
    calls = sum(partition.calls for partition in partitions)
    asking = max(calls * pace.per_call, border.budget.seconds_for(calls) if border.budget else 0)
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


def _pace(connection: Connection, *, border: Border, measured: float) -> _Pace:
    """What earlier partitions took at this publisher; else what its answers took just now, and our usual work."""
    before = connection.execute(text(_MEASURED), {"publisher": border.settings.api_url}).one()
    if before.per_call is None:
        return _Pace(measured, OWN_SECONDS, 1 / OWN_CELLS_PER_SECOND)
    return _Pace(float(before.per_call), float(before.per_partition), 0)
