"""TODO"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tasks.archive.store import Archive, Entry, Manifest
from tasks.resources import Border
from tasks.results import DUE, FULL_LOOK_EVERY, Decision, Fetched, LastLook, Listing, late_message
from tasks.sources.http import Answer
from tasks.sources.jobindsats import request as questions
from tasks.sources.jobindsats.client import Publisher
from tasks.sources.jobindsats.metadata import read_listings, read_metadata
from tasks.stoppages import PublisherTimedOut, ReleaseMoved, RequestRefused
from warehouse.catalogue.model import Table
from warehouse.danish.clock import danish_day
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


def decide(table: Table, *, listing: Listing | None, last: LastLook | None, today: date) -> Decision:
    """What tonight means for one table."""
    if listing is None:
        return _not_listed(table, last=last, today=today)
    late = listing.next_release_on is not None and listing.next_release_on < today
    newest = listing.newest_periods.get(table.period)
    news = _news(listing, newest=newest, last=last, today=today)
    if news:
        return Decision(table.id, DUE, news, listing, newest, late=late)
    if late:
        return Decision(table.id, "source_late", late_message(listing), listing, newest, late=late)
    return Decision(table.id, "not_due", _not_due_message(listing), listing, newest)


def _news(listing: Listing, *, newest: str | None, last: LastLook | None, today: date) -> str | None:
    """Why a listed table is due to be fetched; None where nothing says so."""
    if last is None:
        return "never fetched before"
    if listing.updated_on != last.updated_on:
        return f"the publisher updated it on {listing.updated_on}"
    if newest != last.newest_period:
        return f"the publisher has {newest}"
    if today - danish_day(last.seen_at) >= FULL_LOOK_EVERY:
        return "a week since the last full look"
    return None


def _not_due_message(listing: Listing) -> str:
    following = f"; the next release is on {listing.next_release_on}" if listing.next_release_on else ""
    return f"nothing new since {listing.updated_on}{following}"


def _not_listed(table: Table, *, last: LastLook | None, today: date) -> Decision:
    nowhere = Listing(table.id)
    if table.retired and today >= table.retired.since:
        successor = f", replaced by {table.retired.replaced_by}" if table.retired.replaced_by else ""
        return Decision(table.id, "not_due", f"retired on {table.retired.since}{successor}", nowhere)
    if last is None:
        return Decision(table.id, "not_due", "the publisher does not list it yet", nowhere)
    message = (
        f"{table.id} is no longer listed by the publisher, and the catalogue does not say that it was retired. What was "
        "published stands; look at the publisher's news and add `retired` in warehouse/catalogues/jobindsats.yml"
    )
    return Decision(table.id, "failed", message, nowhere)


def _keep(answer: Answer, *, run_id: int, border: Border) -> None:
    digest = border.archive.put(answer.body)
    entry = Entry(answer.asked, answer.received_at.isoformat(), answer.status, len(answer.body), digest)
    url = border.settings.api_url
    border.archive.put_manifest(Manifest("tables", url, None, answer.received_at, run_id, (entry,)))
