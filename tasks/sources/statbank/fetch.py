"""Ask StatBank: what it has that is new, and its answers into the archive."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from tasks.archive.store import Entry, Manifest
from tasks.plan import last_look
from tasks.resources import Border
from tasks.results import DUE, FULL_LOOK_EVERY, Decision, Found, Listing
from tasks.sources.http import Answer
from tasks.sources.statbank.client import Bank
from tasks.sources.statbank.metadata import BankMetadata, read_metadata
from tasks.sources.statbank.request import figures, in_chunks, metadata_of
from tasks.stoppages import Stoppage
from warehouse.catalogue.model import Table, statbank
from warehouse.catalogue.publishers import chosen
from warehouse.danish.clock import danish_day


def look_at_statbank(border: Border, *, run_id: int, wanted: frozenset[str]) -> list[Found]:
    """What StatBank has of each table; nothing where no setting names its address."""
    url = border.settings.statbank_url
    tables = [statbank().table(table_id) for table_id in chosen(statbank(), wanted=wanted)]
    if not url or not tables:
        return []
    settings = border.settings
    with (
        border.engine.connect() as connection,
        Bank(
            url,
            now=border.clock,
            timeout_seconds=settings.timeout_seconds,
            retries=settings.retries,
            backoff_seconds=settings.backoff_seconds,
        ) as bank,
    ):
        return [_found(connection, table, bank=bank, border=border, run_id=run_id) for table in tables]


def _found(connection: Connection, table: Table, *, bank: Bank, border: Border, run_id: int) -> Found:
    try:
        described = bank.ask(metadata_of(table))
        metadata = read_metadata(described.body, table=table)
        newest = {"Q": str(metadata.periods[-1])} if metadata.periods else {}
        listing = Listing(table.id, metadata.updated_on, None, newest)
        if _is_known(connection, table, updated_on=metadata.updated_on, today=danish_day(border.clock())):
            return Found(Decision(table.id, "not_due", f"nothing new since {metadata.updated_on}", listing))
        manifest = _fetched(table, described, metadata=metadata, bank=bank, border=border, run_id=run_id)
    except Stoppage as stoppage:
        return Found(Decision(table.id, DUE, "asked", Listing(table.id)), stoppage=stoppage)
    decision = Decision(table.id, DUE, f"StatBank updated it on {metadata.updated_on}", listing, newest.get("Q"))
    return Found(decision, manifest=manifest)


def _is_known(connection: Connection, table: Table, *, updated_on: date, today: date) -> bool:
    last = last_look(connection, table_id=table.id)
    return last is not None and last.updated_on == updated_on and today - danish_day(last.seen_at) < FULL_LOOK_EVERY


def _fetched(
    table: Table, described: Answer, *, metadata: BankMetadata, bank: Bank, border: Border, run_id: int
) -> str:
    """All quarters of a table into the archive; gives the look's manifest."""
    chunks = in_chunks(metadata.periods, table=table, metadata=metadata)
    answers = [bank.ask(figures(table, metadata=metadata, periods=periods)) for periods in chunks]
    entries = tuple(_entry(answer, border=border) for answer in (described, *answers))
    return border.archive.put_manifest(
        Manifest(table.id, bank.url, metadata.updated_on, border.clock(), run_id, entries)
    )


def _entry(answer: Answer, *, border: Border) -> Entry:
    digest = border.archive.put(answer.body)
    return Entry(answer.asked, answer.received_at.isoformat(), answer.status, len(answer.body), digest)
