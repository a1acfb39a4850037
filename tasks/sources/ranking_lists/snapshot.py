"""A file of the ministry's benchmark read to cells: which list it is, of which period, and each municipality's figures.

Ranks order by points. Nothing is computed and no sign is turned: the cells are what the list prints, in whole kroner
where it prints millions. `gap_is` says which way the list subtracts, where its rows tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from tasks.archive.store import Archive, Manifest
from tasks.sources.access import FILE
from tasks.sources.cells import KEY, SCHEMA, Cut
from tasks.sources.documents.page import Page, printable
from tasks.sources.documents.sandbox import pages_in
from tasks.sources.label_changes import Labels
from tasks.sources.ranking_lists import headings
from tasks.sources.ranking_lists.consistency import GapIs, gap_is, is_complete
from tasks.sources.ranking_lists.table import Row, table
from tasks.stoppages import ListUnreadable
from warehouse.catalogue.model import Table
from warehouse.catalogue.publishers import shipped_table
from warehouse.periods import Period


def snapshot(manifest: Manifest, *, archive: Archive) -> RankingSnapshot:
    """The snapshot of a manifest; raises CatalogueError."""
    return RankingSnapshot(manifest, shipped_table(manifest.table_id), archive)


@dataclass(frozen=True)
class RankingSnapshot:
    """The ranking lists of one group of benefits, as they lay in the watched place: one file or several.

    Where several lists are of one period, the one published last counts, cell by cell; a top list withdraws nothing.
    """

    manifest: Manifest
    table: Table
    archive: Archive

    declared_in = "warehouse/catalogue/ranking_lists.yml"
    labels: tuple[Labels, ...] = ()
    differences: tuple[str, ...] = ()
    asked_periods: tuple[Period, ...] | None = None
    newest_period: Period | None = None

    @cached_property
    def lists(self) -> tuple[RankingList, ...]:
        """The lists in the order of their publication; raises ListUnreadable."""
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

    def answers(self) -> Iterator[Cut]:
        """The cells of each period."""
        together = pl.concat([each.cells for each in self.lists]).unique(KEY, keep="last", maintain_order=True)
        for (period_id,), cells in together.sort(KEY).group_by("period_id", maintain_order=True):
            yield f"period {period_id}", cells


@dataclass(frozen=True)
class RankingList:
    """One list: the catalogue's table, the period, whether all 98 are on it, and one cell per municipality x measure."""

    table_id: str
    period: Period
    published_on: date | None
    complete: bool
    gap_is: GapIs | None
    cells: pl.DataFrame


def read_list(content: bytes, *, name: str) -> RankingList:
    """The list in a PDF or XLSX file; `name` is the file's and second best where the title is silent.

    Raises ListUnreadable, which names the page or sheet, what was expected there, what was found and what to do.
    """
    shown = printable(name)
    return list_on(pages_in(content, name=shown), name=shown)


def list_on(pages: Sequence[Page], *, name: str) -> RankingList:
    """The one list on the pages of a document or the sheets of a workbook; raises ListUnreadable."""
    found = table(pages, name=name)
    complete = is_complete(found.rows, name=name)
    try:
        table_id, period = headings.table_id(found.titles, name=name), headings.period(found.titles, name=name)
    except headings.TitleUnclear as error:
        raise ListUnreadable(f"{name}, {pages[0].place}: {error}") from error
    return RankingList(
        table_id=table_id,
        period=period,
        published_on=headings.published_on([*found.titles, *found.notes]),
        complete=complete,
        gap_is=gap_is(found.rows, name=name),
        cells=_cells(found.rows, period=period),
    )


def _cells(rows: Iterable[Row], *, period: Period) -> pl.DataFrame:
    """One row per municipality x measure, all observed: a list prints no hidden counts."""
    cells = [cell for row in rows for cell in _cells_of(row, period=period)]
    return pl.DataFrame(cells, schema=SCHEMA, orient="row").sort(KEY)


def _cells_of(row: Row, *, period: Period) -> Iterator[tuple[Any, ...]]:
    values = {"rank": float(row.rank)} | {measure: float(value) for measure, value in row.values.items()}
    for measure, value in values.items():
        yield period.key, row.area.key, "{}", measure, value, "observed"
