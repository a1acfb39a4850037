"""What one stage of the road hands to the next: small values that can be pickled, never frames, engines or connections.

plan gives `Due`, fetch `Fetched`, stage `Staged`, audit `Audit`; publishing gives `warehouse.history.vintages.Vintage`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tasks.archive.store import Entry
from tasks.stoppages import BodyUnreadable, Stoppage
from warehouse.catalogue.model import Table
from warehouse.formulas.release_calendar import PUBLISHER, Awaited, Calendar
from warehouse.periods import Period

DUE = "due"
ASKED_AGAIN = "asked for again, though nothing says that it is new"
FULL_LOOK_EVERY = timedelta(days=7)


@dataclass(frozen=True)
class Listing:
    """One line of a publisher's catalogue: when a table was updated, when it will be, its newest period of each kind."""

    table_id: str
    updated_on: date | None = None
    next_release_on: date | None = None
    newest_periods: Mapping[str, str] = field(default_factory=dict)


def require_has_come(updated_on: date | None, *, today: date, of: str) -> None:
    """Raise BodyUnreadable where a table is said to have been updated on a day that has not come; clocks may differ by one."""
    if updated_on is not None and updated_on > today + timedelta(days=1):
        raise BodyUnreadable(
            f"{of} is said to have been updated on {updated_on}, and today is {today}: the publisher's date is wrong, or this "
            "machine's clock. Nothing of it was published; correct the clock, or ask the publisher"
        )


@dataclass(frozen=True)
class LastFetch:
    """What was known of a table when its figures were last read to the end."""

    updated_on: date | None
    newest_period: str | None
    seen_at: datetime


@dataclass(frozen=True)
class Known:
    """What the warehouse knows of one table before its source is asked: its newest vintage's manifest, its last outcome.

    `calendar` is learnt from its own releases, where twelve were seen.
    """

    last_fetch: LastFetch | None = None
    manifest: str | None = None
    outcome: str | None = None
    calendar: Calendar | None = None


@dataclass(frozen=True)
class Due:
    """What to do with one table in this run: fetch it, or settle for an outcome; and why, in a sentence.

    `late` says that the release which is `awaited` has not come in time. `answers` are what is in the archive already;
    `stoppage` is why nothing can be fetched. `declared` is the table where no shipped catalogue declares it.
    """

    table_id: str
    outcome: str
    reason: str
    listing: Listing
    newest_period: str | None = None
    late: bool = False
    awaited: Awaited | None = None
    answers: tuple[Entry, ...] = ()
    stoppage: Stoppage | None = None
    declared: Table | None = None

    @property
    def fetch(self) -> bool:
        """Whether the figures themselves are asked for."""
        return self.outcome == DUE


def late_message(listing: Listing, *, awaited: Awaited | None) -> str:
    """What is late, in a sentence, and what says so: the table's own releases, or the publisher's calendar."""
    newest, announced = f"the newest is of {listing.updated_on}", listing.next_release_on
    if awaited is None or not awaited.releases:
        return f"the release of {announced} has not come, by {PUBLISHER}; {newest}"
    said = f", and the publisher announced {announced}" if announced else ""
    return f"the release has not come: it was expected on {awaited.in_words}{said}; {newest}"


def quiet(listing: Listing, *, awaited: Awaited | None, today: date) -> tuple[str, str]:
    """The outcome of a table of which nothing is new, and why: it is late, or not due."""
    if awaited is not None and awaited.latest < today:
        return "source_late", late_message(listing, awaited=awaited)
    following = f"; the next release is expected on {awaited.in_words}" if awaited else ""
    return "not_due", f"nothing new since {listing.updated_on}{following}"


@dataclass(frozen=True)
class Offer:
    """What a source has of one table for a backfill: its periods, and what a partition of some of them costs.

    A partition holds at most `periods_per_partition` periods and takes `calls` calls; a period has about `cells` cells.
    """

    updated_on: date | None
    periods: tuple[Period, ...]
    periods_per_partition: int
    calls: int
    cells: int


@dataclass(frozen=True)
class Fetched:
    """The receipt of a fetch: where its manifest lies, and what the publisher said of the table."""

    table_id: str
    run_id: int
    manifest: str
    listing: Listing
    calls: int
    size: int


@dataclass(frozen=True)
class Staged:
    """The receipt of staging: which table in `staging`, how many cells, the hash of their content.

    It was compared with `stood`: the table's newest vintage, 0 where there was none. `stands_already` says that this was
    read from the same content, which was audited then. `differences` are between the publisher's metadata and those of
    the newest vintage or the catalogue, a sentence each.
    """

    table_id: str
    run_id: int
    manifest: str
    staging: str
    stood: int
    cells: int
    content_hash: str
    stands_already: bool
    differences: tuple[str, ...]
    partial_periods: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Audit:
    """The receipt of an audit that passed: how many checks there were.

    A load that stands already was audited when it was published: it has no checks here but that of the metadata, which
    can change under figures that do not, and tell of what the next release will bring.
    """

    table_id: str
    checks: int
