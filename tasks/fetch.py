"""Fetch: one table's answers from the publisher into the archive, as they came.

A question that times out is asked again in halves, and what follows is asked in pieces of that size. A release in the
middle of a fetch (the update date before and after differ) makes the fetch begin again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from tasks.archive.store import Archive, Entry, Manifest
from tasks.resources import Border, crossing
from tasks.results import Fetched, Listing
from tasks.sources.http import Answer
from tasks.sources.jobindsats import questions
from tasks.sources.jobindsats.client import Publisher
from tasks.sources.jobindsats.metadata import read_listings, read_metadata
from tasks.stoppages import PublisherTimedOut, ReleaseMoved, RequestRefused
from warehouse.catalogue.model import Table, jobindsats
from warehouse.periods import Period

LOOKS = 3


@dataclass
class _Look:
    """One look at a table in the making."""

    publisher: Publisher
    archive: Archive
    entries: list[Entry] = field(default_factory=list)

    def ask(self, asked: str) -> Answer:
        answer = self.publisher.ask(asked)
        digest = self.archive.put(answer.body)
        self.entries.append(Entry(asked, answer.received_at.isoformat(), answer.status, len(answer.body), digest))
        return answer


@task(name="fetch", task_run_name="fetch {table_id}", cache_policy=NO_CACHE)
def fetch(table_id: str, *, listing: Listing, run_id: int) -> Fetched:
    """Fetch one table into the archive."""
    with crossing() as border, border.publisher() as publisher:
        fetched = fetch_table(
            jobindsats().table(table_id), listing=listing, run_id=run_id, publisher=publisher, border=border
        )
    get_run_logger().info("%s: %d calls, %d bytes", table_id, fetched.calls, fetched.size)
    return fetched


def fetch_table(
    table: Table,
    *,
    listing: Listing,
    run_id: int,
    publisher: Publisher,
    border: Border,
    only: frozenset[Period] | None = None,
) -> Fetched:
    """Look at a table, or `only` at some of its periods as a backfill does, until its update date stands still.

    Raises a PublisherTrouble, or Undeclared.
    """
    for _ in range(LOOKS):
        look = _Look(publisher, border.archive)
        _look_at(table, look=look, cells_per_call=border.settings.cells_per_call, only=only)
        after = read_listings(look.ask(questions.TABLES).body).get(table.id, listing)
        if after.updated_on == listing.updated_on:
            manifest = Manifest(
                table_id=table.id,
                publisher=publisher.base_url,
                publisher_updated_on=listing.updated_on,
                seen_at=border.clock(),
                run_id=run_id,
                entries=tuple(look.entries),
                backfill=only is not None,
            )
            return _receipt(manifest, listing=listing, archive=border.archive)
        listing = after
    raise ReleaseMoved(
        f"{table.id}: the publisher released while we fetched, {LOOKS} times; the next night tries again"
    )


def _look_at(table: Table, *, look: _Look, cells_per_call: int, only: frozenset[Period] | None) -> None:
    metadata = read_metadata(look.ask(questions.metadata_of(table)).body, table=table)
    wanted = metadata.periods if only is None else tuple(period for period in metadata.periods if period in only)
    if only and not wanted:
        raise RequestRefused(
            f"{table.id}: the publisher no longer offers {', '.join(map(str, sorted(only)))}; what was published stands"
        )
    for cut in questions.cuts(table, metadata=metadata):
        chunks = questions.in_chunks(wanted, table=table, cut=cut, cells_per_call=cells_per_call)
        _ask_in_pieces(table, cut=cut, chunks=chunks, look=look)


def _ask_in_pieces(table: Table, *, cut: questions.Cut, chunks: list[tuple[Period, ...]], look: _Look) -> None:
    waiting = list(chunks)
    while waiting:
        periods = waiting.pop(0)
        try:
            look.ask(questions.figures(table, cut=cut, periods=periods))
        except PublisherTimedOut:
            if len(periods) == 1:
                raise
            half = (len(periods) + 1) // 2
            waiting = [part[at : at + half] for part in (periods, *waiting) for at in range(0, len(part), half)]


def _receipt(manifest: Manifest, *, listing: Listing, archive: Archive) -> Fetched:
    return Fetched(
        table_id=manifest.table_id,
        run_id=manifest.run_id,
        manifest=archive.put_manifest(manifest),
        listing=listing,
        calls=len(manifest.entries),
        size=sum(entry.size for entry in manifest.entries),
    )
