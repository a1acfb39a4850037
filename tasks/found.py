"""What was found of one table of another source than Jobindsats: what to do with it, and where its bytes lie."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.decide import Decision
from tasks.fetch import Fetched
from tasks.stoppages import Stoppage


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
