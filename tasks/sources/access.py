"""What a source is given to work with: settings, clock, archive, the run's number, and what the warehouse knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tasks.archive.store import Archive, Entry
from tasks.results import Known
from tasks.sources.http import Answer, at_once
from warehouse.danish.clock import Clock
from warehouse.settings import Settings


@dataclass(frozen=True)
class Access:
    """What one run lets a source use.

    `before_call` is called before each request to a publisher that limits its calls. `known` is by table id.
    """

    settings: Settings
    clock: Clock
    archive: Archive
    run_id: int
    before_call: Callable[[], None] = at_once
    known: Mapping[str, Known] = field(default_factory=dict)

    def known_of(self, table_id: str) -> Known:
        """What the warehouse knows of a table; nothing where it has never been looked at."""
        return self.known.get(table_id, Known())

    def keep(self, answer: Answer) -> Entry:
        """Archive an answer; gives its line in a manifest. Raises ArchiveTrouble."""
        digest = self.archive.put(answer.body)
        return Entry(answer.asked, answer.received_at.isoformat(), answer.status, len(answer.body), digest)
