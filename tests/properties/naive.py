"""What a warehouse should know, kept the naive way: a plain dictionary for every moment at which something changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.properties.releases import Cell, Content, Release

WITHDRAWN: Content = (None, "withdrawn")
Counts = tuple[int, int, int, int]
"""New, revised, withdrawn, unchanged."""


def after(known: Release, release: Release) -> dict[Cell, Content]:
    """What is known once a release has come: of the periods it holds, what it does not hold is withdrawn."""
    fetched = {period for period, _, _ in release}
    gone = {cell: WITHDRAWN for cell in known if cell[0] in fetched and cell not in release}
    return dict(known) | gone | dict(release)


def told(before: Release, release: Release) -> Counts:
    """What publishing should say of a release."""
    stood = {cell for cell, content in before.items() if content != WITHDRAWN}
    new = sum(cell not in stood for cell in release)
    unchanged = sum(before.get(cell) == content for cell, content in release.items())
    fetched = {period for period, _, _ in release}
    withdrawn = sum(cell[0] in fetched and cell not in release for cell in stood)
    return new, len(release) - new - unchanged, withdrawn, unchanged


@dataclass
class History:
    """Every state a table was in, each from the moment its vintage was seen."""

    states: list[tuple[datetime, dict[Cell, Content]]] = field(default_factory=list)

    @property
    def known(self) -> dict[Cell, Content]:
        """What is known now."""
        return self.states[-1][1] if self.states else {}

    def takes(self, seen_at: datetime) -> bool:
        """Whether a load seen then may follow what there is."""
        return not self.states or seen_at > self.states[-1][0]

    def publish(self, release: Release, *, seen_at: datetime) -> Counts:
        """Take a release in, and say what publishing it should say; one that changes nothing leaves no trace."""
        counts, following = told(self.known, release), after(self.known, release)
        if following != self.known:
            self.states.append((seen_at, following))
        return counts

    def at(self, moment: datetime) -> dict[Cell, Content]:
        """What was known at a moment."""
        return next((state for seen_at, state in reversed(self.states) if seen_at <= moment), {})
