"""the protocol: cells of an archived answer, whoever published it"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import polars as pl
from sqlalchemy import Row

from warehouse.catalogue.model import Table

Cut = tuple[str, pl.DataFrame]


class Look(Protocol):
    """One look at one table: its cells, answer by answer, and what changed beside the newest vintage's look."""

    @property
    def table(self) -> Table:
        """The table as declared."""
        ...

    def answers(self, *, newest: Row[Any] | None) -> Iterator[Cut]:
        """The cells of each answer, with what it was asked for; raises a Stoppage."""
        ...

    def changes(self, *, newest: Row[Any] | None, stands_already: bool) -> tuple[str, ...]:
        """What of names and ids changed, a sentence each; raises LabelsMoved or Vanished where it cannot be published."""
        ...

    @property
    def partial_periods(self) -> frozenset[int]:
        """The periods of which this look is a part only: what it lacks there is not withdrawn."""
        ...
