"""what one stage hands to the next: Due, Fetched, Staged, Audit"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tasks.stoppages import Stoppage


@dataclass(frozen=True)
class Audit:
    """The receipt of an audit that held: how many checks, and the advisory ones that did not hold.

    A load that stands already was audited when it was published: it has no checks here but that of the metadata, which
    can change under figures that do not, and tell of what the next release will bring.
    """

    table_id: str
    checks: int
    advisories: tuple[str, ...]


@dataclass(frozen=True)
class Listing:
    """One line of the publisher's catalogue: when a table was updated, when it will be, its newest period of each kind."""

    table_id: str
    updated_on: date | None = None
    next_release_on: date | None = None
    newest_periods: Mapping[str, str] = field(default_factory=dict)


FULL_LOOK_EVERY = timedelta(days=7)


@dataclass(frozen=True)
class LastLook:
    """What we knew of a table when its figures were last read to the end."""

    updated_on: date | None
    newest_period: str | None
    seen_at: datetime


@dataclass(frozen=True)
class Decision:
    """What to do with one table tonight: fetch it, or settle for an outcome; and why, in a sentence.

    `late` says that the release the publisher announced has not come.
    """

    table_id: str
    outcome: str
    reason: str
    listing: Listing
    newest_period: str | None = None
    late: bool = False

    @property
    def fetch(self) -> bool:
        """Whether the figures themselves are asked for."""
        return self.outcome == DUE


DUE = "due"


def late_message(listing: Listing) -> str:
    """What is late, in a sentence."""
    return f"the release of {listing.next_release_on} has not come; the newest is of {listing.updated_on}"


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
class Found:
    """What was found of one table: what to do with it, its look in the archive, or why it stops here."""

    decision: Decision
    manifest: str | None = None
    stoppage: Stoppage | None = None

    def fetched(self, run_id: int) -> Fetched:
        """The receipt of its fetch; raises the Stoppage it ended with."""
        if self.stoppage is not None:
            raise self.stoppage
        return Fetched(self.decision.table_id, run_id, self.manifest or "", self.decision.listing, calls=0, size=0)


@dataclass(frozen=True)
class Staged:
    """The receipt of staging: which table in `staging`, how many cells, the hash of their content.

    It was set beside what `stood`: the table's newest vintage, 0 where there was none. `stands_already` says that this was
    read from the same content: it was audited then. `differences`
    are between the publisher's metadata and those of the newest vintage or the catalogue, a sentence each.
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
