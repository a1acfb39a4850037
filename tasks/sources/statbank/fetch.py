"""StatBank: which tables it has updated, by one call for each table's description, and all quarters into the archive.

A release in the middle of a fetch makes it begin again: the description is another at the end, or the first question of
several, which asks for the newest quarters, is answered otherwise.
"""

from __future__ import annotations

from datetime import date

from tasks.archive.store import Entry, Manifest
from tasks.results import DUE, FULL_LOOK_EVERY, Due, Fetched, Listing
from tasks.sources.access import Access
from tasks.sources.asked_again import is_answered_alike
from tasks.sources.http import Answer
from tasks.sources.statbank.client import Bank, open_bank, read_fields
from tasks.sources.statbank.metadata import BankMetadata, read_metadata
from tasks.sources.statbank.request import figures, in_chunks, metadata_of
from tasks.stoppages import ReleaseMoved, Stoppage
from warehouse.catalogue.model import Table, statbank
from warehouse.catalogue.publishers import chosen
from warehouse.danish.clock import danish_day
from warehouse.periods import Period
from warehouse.settings import Settings

ATTEMPTS = 3


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
    except Stoppage as stoppage:
        return Due(table.id, DUE, "asked", Listing(table.id), stoppage=stoppage)
    listing = _listing(table, metadata=metadata)
    if _is_known(table, updated_on=metadata.updated_on, access=access):
        return Due(table.id, "not_due", f"nothing new since {metadata.updated_on}", listing)
    reason = f"StatBank updated it on {metadata.updated_on}"
    return Due(table.id, DUE, reason, listing, listing.newest_periods.get("Q"), answers=(access.keep(described),))


def _listing(table: Table, *, metadata: BankMetadata) -> Listing:
    newest = {"Q": str(metadata.periods[-1])} if metadata.periods else {}
    return Listing(table.id, metadata.updated_on, None, newest)


def _is_known(table: Table, *, updated_on: date, access: Access) -> bool:
    last, today = access.known_of(table.id).last_fetch, danish_day(access.clock())
    return last is not None and last.updated_on == updated_on and today - danish_day(last.seen_at) < FULL_LOOK_EVERY


def fetch(due: Due, *, access: Access, only: frozenset[Period] | None = None) -> Fetched:  # noqa: ARG001  # it is read whole
    """All quarters of a table into the archive, until no release comes meanwhile; raises a Stoppage."""
    table, (described,) = statbank().table(due.table_id), due.answers
    with open_bank(access.settings, now=access.clock) as bank:
        for _ in range(ATTEMPTS):
            metadata = read_metadata(access.archive.get(described.sha256), table=table)
            answers = _all_quarters(table, metadata=metadata, bank=bank)
            after = bank.ask(metadata_of(table))
            if read_metadata(after.body, table=table) == metadata and _first_stands(answers, bank=bank):
                entries = (described, *map(access.keep, answers))
                return _receipt(table, metadata=metadata, entries=entries, bank=bank, access=access)
            described = access.keep(after)
    raise ReleaseMoved(f"{table.id}: StatBank released while we fetched, {ATTEMPTS} times; the next night tries again")


def _all_quarters(table: Table, *, metadata: BankMetadata, bank: Bank) -> list[Answer]:
    """The newest quarters first."""
    chunks = in_chunks(metadata.periods, table=table, metadata=metadata)
    return [bank.ask(figures(table, metadata=metadata, periods=periods)) for periods in reversed(chunks)]


def _first_stands(answers: list[Answer], *, bank: Bank) -> bool:
    """Whether the first of several questions still has its answer; one answer alone is of one release."""
    if len(answers) < 2:
        return True
    first, again = answers[0], bank.ask(answers[0].asked)
    return is_answered_alike(first, again, read=lambda body: read_fields(body, of=first.asked))


def _receipt(
    table: Table, *, metadata: BankMetadata, entries: tuple[Entry, ...], bank: Bank, access: Access
) -> Fetched:
    manifest = Manifest(table.id, bank.url, metadata.updated_on, access.clock(), access.run_id, entries)
    return Fetched(
        table_id=table.id,
        run_id=access.run_id,
        manifest=access.archive.put_manifest(manifest),
        listing=_listing(table, metadata=metadata),
        calls=len(entries) - 1,
        size=sum(entry.size for entry in entries),
    )
