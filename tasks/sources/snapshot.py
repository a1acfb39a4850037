"""A snapshot: one table as its source had it at one moment, read from archived answers, whoever published it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import polars as pl

from tasks.archive.store import Manifest
from tasks.sources.label_changes import Labels
from warehouse.catalogue.model import Table
from warehouse.periods import Period

Cut = tuple[str, pl.DataFrame]
"""The cells of one answer, and which cut of the table was asked for."""


class Snapshot(Protocol):
    """One table as its source had it at one moment. Reading it raises ArchiveTrouble, or a Stoppage that says why not."""

    @property
    def manifest(self) -> Manifest:
        """The archived answers it is read from."""
        ...

    @property
    def table(self) -> Table:
        """The table as declared."""
        ...

    @property
    def declared_in(self) -> str:
        """Where a person says otherwise: a catalogue's path, or a contract's name."""
        ...

    @property
    def labels(self) -> tuple[Labels, ...]:
        """What the source calls areas, members and measures, or what a contract says that its texts stand for."""
        ...

    @property
    def differences(self) -> tuple[str, ...]:
        """How the source's metadata differ from the declaration, a sentence each."""
        ...

    @property
    def asked_periods(self) -> tuple[Period, ...] | None:
        """The periods that were asked for, in order; None where the answer itself says which it is about."""
        ...

    @property
    def partial_periods(self) -> frozenset[int]:
        """The periods of which this is a part only: what it lacks there is not withdrawn."""
        ...

    def answers(self) -> Iterator[Cut]:
        """The cells of each answer."""
        ...
