"""Jobindsats: what is due, by one cheap question for all tables, and one table's answers into the archive as they came.

Fetched is what is new: a table never fetched, another update date than the one we hold, a newer period, or a week since
the table was last read whole (a release can revise without a new date). Everything else waits for its calendar.
A question that times out is asked again in halves, and what follows is asked in pieces of that size. A release in the
middle of a fetch makes the fetch begin again: the update date or the newest period is another than before, or, where two
releases have one date, the first question of several is answered otherwise at the end. It asks for the newest periods,
which every release moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from urllib.parse import urlsplit

from tasks.archive.store import Entry, Manifest
from tasks.results import ASKED_AGAIN, DUE, FULL_LOOK_EVERY, Due, Fetched, LastFetch, Listing, Offer, quiet
from tasks.sources.access import Access, is_answered_alike
from tasks.sources.declarations import (
    archived_declaration,
    as_declared,
    declared_table,
    declared_tables,
    misread,
    wanted_tables,
)
from tasks.sources.http import Answer
from tasks.sources.jobindsats import client
from tasks.sources.jobindsats.client import Publisher
from tasks.sources.jobindsats.listings import Listings, read_listings
from tasks.sources.jobindsats.metadata import TableMetadata, offered_measures, read_metadata
from tasks.sources.jobindsats.response import read_body
from tasks.sources.publisher_clock import require_same_day
from tasks.stoppages import (
    BodyUnreadable,
    PublisherDown,
    PublisherTimedOut,
    ReleaseMoved,
    RequestRefused,
    Stoppage,
    TokenMissing,
    TokenRefused,
    never_listed,
    settled_by,
)
from warehouse.catalogue.model import Table, jobindsats
from warehouse.danish.clock import danish_day
from warehouse.formulas.release_calendar import Calendar, awaited
from warehouse.periods import Period
from warehouse.settings import Settings

ATTEMPTS = 3
BESIDE_FIGURES = 2
"""Calls of a fetch beside those for figures: the table's metadata before, the list of tables after."""


def is_configured(settings: Settings) -> bool:
    """Jobindsats is always asked: it has an address by default."""
    return bool(settings.api_url)


def due(access: Access, *, wanted: frozenset[str]) -> list[Due]:
    """What to do with each table; raises PublisherTrouble."""
    tables, stopped = wanted_tables(jobindsats(), access=access, wanted=wanted), misread(access, wanted=wanted)
    if not tables:
        return stopped
    with _publisher(access) as publisher:
        answer = publisher.ask(client.TABLES)
    _keep_listings(answer, access=access)
    today = danish_day(access.clock())
    listings = read_listings(answer.body, today=today)
    require_same_day(listings.readable, today=today, now=access.clock, url=access.settings.api_url)
    found = [_due(table, listings=listings, access=access, today=today) for table in tables]
    return [*as_declared(found, tables=tables, shipped=jobindsats().tables), *stopped]


def _due(table: Table, *, listings: Listings, access: Access, today: date) -> Due:
    try:
        listing = listings.line_of(table.id)
    except BodyUnreadable as stoppage:
        return Due(table.id, DUE, "asked", Listing(table.id), stoppage=stoppage)
    known = access.known_of(table.id)
    return decide(
        table,
        listing=listing,
        last=known.last_fetch,
        today=today,
        learnt=known.calendar,
        remark=listings.remark,
        again=access.again,
    )


def decide(
    table: Table,
    *,
    listing: Listing | None,
    last: LastFetch | None,
    today: date,
    learnt: Calendar | None = None,
    remark: str = "",
    again: bool = False,
) -> Due:
    """What tonight means for one table; `remark` is what else to say where it is not listed.

    `learnt` is the calendar of its own releases; without one the publisher's holds.
    """
    if listing is None:
        return _not_listed(table, last=last, today=today, remark=remark)
    newest = listing.newest_periods.get(table.period)
    still = learnt if table.expected_on(today) else None
    following = awaited(listing.next_release_on, learnt=still, newest=newest)
    late = following is not None and following.latest < today
    news = _news(listing, newest=newest, last=last, today=today) or (ASKED_AGAIN if again else None)
    if news:
        return Due(table.id, DUE, news, listing, newest, late=late, awaited=following)
    outcome, reason = quiet(listing, awaited=following, today=today)
    return Due(table.id, outcome, reason, listing, newest, late=late, awaited=following)


def _news(listing: Listing, *, newest: str | None, last: LastFetch | None, today: date) -> str | None:
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


def _not_listed(table: Table, *, last: LastFetch | None, today: date, remark: str) -> Due:
    nowhere = Listing(table.id)
    if table.retired and today >= table.retired.since:
        successor = f", replaced by {table.retired.replaced_by}" if table.retired.replaced_by else ""
        return Due(table.id, "not_due", f"retired on {table.retired.since}{successor}", nowhere)
    if last is None:
        yet = f"the publisher does not list it yet{remark}"
        return Due(table.id, "not_due", never_listed(remark) if table.expected_on(today) else yet, nowhere)
    message = (
        f"{table.id} is no longer listed by the publisher{remark}, and the catalogue does not say that it was retired. What "
        f"was published stands; look at the publisher's news. {settled_by(table.id)}"
    )
    return Due(table.id, "failed", message, nowhere)


def _publisher(access: Access) -> Publisher:
    return client.open_publisher(
        access.settings, now=access.clock, before_call=access.before_call, run_time=access.run_time
    )


def _keep_listings(answer: Answer, *, access: Access) -> None:
    """Archive the list of tables too: it says what was known of their calendar."""
    entry = access.keep(answer)
    url = access.settings.api_url
    access.archive.put_manifest(Manifest("tables", url, None, answer.received_at, access.run_id, (entry,)))


def fetch(due: Due, *, access: Access, only: frozenset[Period] | None = None) -> Fetched:
    """Fetch one table, or `only` some of its periods as a backfill does, until no release comes meanwhile.

    Raises a PublisherTrouble, or Undeclared.
    """
    table = declared_table(jobindsats(), due.table_id, access=access)
    with _publisher(access) as publisher:
        return fetch_from(publisher, table, listing=due.listing, access=access, only=only)


def fetch_from(
    publisher: Publisher, table: Table, *, listing: Listing, access: Access, only: frozenset[Period] | None = None
) -> Fetched:
    """Fetch one table from an open session, as `fetch` does."""
    for _ in range(ATTEMPTS):
        attempt = _Attempt(publisher, access)
        _ask_for_all(table, attempt=attempt, only=only)
        listings = read_listings(attempt.ask(client.TABLES).body, today=danish_day(access.clock()))
        after = listings.line_of(table.id) or listing
        if _is_same_release(after, listing) and attempt.first_stands():
            entries, calls = attempt.entries, len(attempt.entries) + (attempt.questions > 1)
            declared, url = archived_declaration(table.id, access=access), publisher.base_url
            return access.receipt(
                listing, publisher=url, entries=[*declared, *entries], calls=calls, backfill=only is not None
            )
        listing = after
    raise ReleaseMoved(
        f"{table.id}: the publisher released while we fetched, {ATTEMPTS} times; the next run tries again"
    )


def _is_same_release(after: Listing, before: Listing) -> bool:
    """Whether two looks tell of one release; of a backfill's plan only the day is known."""
    told = not before.newest_periods or after.newest_periods == before.newest_periods
    return told and after.updated_on == before.updated_on


@dataclass
class _Attempt:
    """One attempt at a table: the answers it has had so far, and the first of those about figures."""

    publisher: Publisher
    access: Access
    entries: list[Entry] = field(default_factory=list)
    first: Answer | None = None
    questions: int = 0

    def ask(self, asked: str) -> Answer:
        answer = self.publisher.ask(asked)
        self.entries.append(self.access.keep(answer))
        return answer

    def ask_figures(self, asked: str) -> None:
        answer = self.ask(asked)
        self.first = self.first or answer
        self.questions += 1

    def first_stands(self) -> bool:
        """Whether the first of several questions still has its answer; one answer alone is of one release."""
        if self.first is None or self.questions < 2:
            return True
        again = self.publisher.ask(self.first.asked)
        return is_answered_alike(self.first, again, read=partial(read_body, of=urlsplit(again.asked).path))


def _ask_for_all(table: Table, *, attempt: _Attempt, only: frozenset[Period] | None) -> None:
    metadata = read_metadata(attempt.ask(client.metadata_of(table)).body, table=table)
    cells_per_call = attempt.access.settings.cells_per_call
    wanted = metadata.periods if only is None else tuple(period for period in metadata.periods if period in only)
    if only and not wanted:
        raise RequestRefused(
            f"{table.id}: the publisher no longer offers {', '.join(map(str, sorted(only)))}; what was published stands"
        )
    for cut in client.cuts(table, metadata=metadata):
        chunks = client.in_chunks(wanted, table=table, cut=cut, cells_per_call=cells_per_call)
        _ask_in_pieces(table, cut=cut, chunks=chunks[::-1], attempt=attempt)


def _ask_in_pieces(table: Table, *, cut: client.Cut, chunks: list[tuple[Period, ...]], attempt: _Attempt) -> None:
    """The newest periods first."""
    waiting = list(chunks)
    while waiting:
        periods = waiting.pop(0)
        try:
            attempt.ask_figures(client.figures(table, cut=cut, periods=periods))
        except PublisherTimedOut:
            if len(periods) == 1:
                raise
            half = (len(periods) + 1) // 2
            waiting = [part[at : at + half] for part in (periods, *waiting) for at in _from_the_end(len(part), half)]


def _from_the_end(length: int, step: int) -> Iterable[int]:
    return reversed(range(0, length, step))


def offers(named: Sequence[str], access: Access) -> Iterator[tuple[Table, Offer | Stoppage | None]]:
    """What the publisher offers of each table for a backfill, of all where none is named; None where it does not list one.

    Raises what no other table would escape: PublisherDown, TokenMissing, TokenRefused.
    """
    declared = declared_tables(jobindsats(), access=access)
    tables = [declared_table(jobindsats(), table_id, access=access) for table_id in named] or declared
    with _publisher(access) as publisher:
        listings = read_listings(publisher.ask(client.TABLES).body, today=danish_day(access.clock()))
        for table in tables:
            yield table, _offer(table, listings=listings, publisher=publisher, access=access)


def _offer(table: Table, *, listings: Listings, publisher: Publisher, access: Access) -> Offer | Stoppage | None:
    try:
        listing = listings.line_of(table.id)
        if listing is None:
            return None
        metadata = read_metadata(publisher.ask(client.metadata_of(table)).body, table=table)
        return _costs(table, metadata, listing=listing, cells_per_call=access.settings.cells_per_call)
    except (PublisherDown, TokenMissing, TokenRefused):
        raise
    except Stoppage as stoppage:
        return stoppage


def _costs(table: Table, metadata: TableMetadata, *, listing: Listing, cells_per_call: int) -> Offer:
    """A partition is one call of the most detailed cut; of a table never seen, the catalogue says how full it is."""
    asked = client.cuts(table, metadata=metadata)
    widest = max(asked, key=lambda cut: cut.members)
    possible = sum(cut.members for cut in asked) * len(offered_measures(metadata, table=table))
    return Offer(
        updated_on=listing.updated_on,
        periods=metadata.periods,
        periods_per_partition=client.periods_per_call(table, cut=widest, cells_per_call=cells_per_call),
        calls=BESIDE_FIGURES + len(asked) + (len(asked) > 1),  # the first of several is asked again
        cells=round(possible * table.filled),
    )
