"""StatBank: which tables it has updated, by one call for each table's description, and all quarters into the archive."""

from __future__ import annotations

from datetime import date

from tasks.archive.store import Manifest
from tasks.results import DUE, FULL_LOOK_EVERY, Due, Fetched, Listing, require_has_come
from tasks.sources.access import Access
from tasks.sources.statbank.client import Bank, open_bank
from tasks.sources.statbank.metadata import read_metadata
from tasks.sources.statbank.request import figures, in_chunks, metadata_of
from tasks.stoppages import Stoppage
from warehouse.catalogue.model import Table, statbank
from warehouse.catalogue.publishers import chosen
from warehouse.danish.clock import danish_day
from warehouse.periods import Period
from warehouse.settings import Settings


def has(table_id: str) -> bool:
    """Whether the catalogue of StatBank declares a table."""
    return any(table.id == table_id for table in statbank().tables)


def is_configured(settings: Settings) -> bool:
    """Whether a setting names StatBank's address."""
    return bool(settings.statbank_url)


def due(access: Access, *, wanted: frozenset[str]) -> list[Due]:
    """What to do with each table: due where StatBank updated it, or a week after it was last read whole."""
    tables = [statbank().table(table_id) for table_id in chosen(statbank(), wanted=wanted)]
    if not tables:
        return []
    with open_bank(access.settings, now=access.clock) as bank:
        return [_due(table, bank=bank, access=access) for table in tables]


def _due(table: Table, *, bank: Bank, access: Access) -> Due:
    try:
        described = bank.ask(metadata_of(table))
        metadata = read_metadata(described.body, table=table)
        require_has_come(metadata.updated_on, today=danish_day(access.clock()), of=table.id)
    except Stoppage as stoppage:
        return Due(table.id, DUE, "asked", Listing(table.id), stoppage=stoppage)
    newest = str(metadata.periods[-1]) if metadata.periods else None
    listing = Listing(table.id, metadata.updated_on, None, {"Q": newest} if newest else {})
    if _is_known(table, updated_on=metadata.updated_on, access=access):
        return Due(table.id, "not_due", f"nothing new since {metadata.updated_on}", listing)
    reason = f"StatBank updated it on {metadata.updated_on}"
    return Due(table.id, DUE, reason, listing, newest, answers=(access.keep(described),))


def _is_known(table: Table, *, updated_on: date, access: Access) -> bool:
    last, today = access.known_of(table.id).last_fetch, danish_day(access.clock())
    return last is not None and last.updated_on == updated_on and today - danish_day(last.seen_at) < FULL_LOOK_EVERY


def fetch(due: Due, *, access: Access, only: frozenset[Period] | None = None) -> Fetched:  # noqa: ARG001  # it is read whole
    """All quarters of a table into the archive, by the description that is there already; raises a Stoppage."""
    table, (described,) = statbank().table(due.table_id), due.answers
    metadata = read_metadata(access.archive.get(described.sha256), table=table)
    chunks = in_chunks(metadata.periods, table=table, metadata=metadata)
    with open_bank(access.settings, now=access.clock) as bank:
        answers = [bank.ask(figures(table, metadata=metadata, periods=periods)) for periods in chunks]
        entries = (described, *map(access.keep, answers))
        manifest = Manifest(table.id, bank.url, metadata.updated_on, access.clock(), access.run_id, entries)
    return Fetched(
        table_id=table.id,
        run_id=access.run_id,
        manifest=access.archive.put_manifest(manifest),
        listing=due.listing,
        calls=len(answers),
        size=sum(entry.size for entry in entries),
    )
