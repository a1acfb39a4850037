"""Looks at files and at other publishers than Jobindsats: how their archived bytes are read to cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl
from sqlalchemy import Row

from tasks.archive import Archive, Manifest
from tasks.sources.cells import KEY
from tasks.sources.ranking_lists.lists import RankingList, read_list
from warehouse.catalogue import Table
from warehouse.publishers import shipped_table

FILE = "file:"
_NOTHING_CHANGED: tuple[str, ...] = ()


def of(publisher: str, *, manifest: Manifest, archive: Archive) -> RankingLook:
    """The look of one publisher's manifest."""
    readers = {"ranking_lists": RankingLook}
    return readers[publisher](manifest, shipped_table(manifest.table_id), archive)


@dataclass(frozen=True)
class RankingLook:
    """The ranking lists of one group of benefits, as they lay in the watched place: one file or several.

    Where several lists are of one period, the one published last has the last word, cell by cell; a top list takes
    nothing away.
    """

    manifest: Manifest
    table: Table
    archive: Archive

    @cached_property
    def lists(self) -> tuple[RankingList, ...]:
        """The lists, the one published first first; raises ListUnreadable."""
        read = [
            read_list(self.archive.get(entry.sha256), name=entry.asked.removeprefix(FILE))
            for entry in self.manifest.entries
        ]
        return tuple(sorted(read, key=lambda each: (each.published_on or date.min, each.complete)))

    @property
    def partial_periods(self) -> frozenset[int]:
        """The periods of which there is a top list only."""
        complete = {each.period.key for each in self.lists if each.complete}
        return frozenset(each.period.key for each in self.lists) - complete

    def answers(self, *, newest: Row[Any] | None) -> Iterator[tuple[str, pl.DataFrame]]:
        """The cells of each period."""
        together = pl.concat([each.cells for each in self.lists]).unique(KEY, keep="last", maintain_order=True)
        for (period_id,), cells in together.sort(KEY).group_by("period_id", maintain_order=True):
            yield f"period {period_id}", cells

    def changes(self, *, newest: Row[Any] | None, stands_already: bool) -> tuple[str, ...]:
        """A printed list has neither ids nor metadata that could change."""
        return _NOTHING_CHANGED
