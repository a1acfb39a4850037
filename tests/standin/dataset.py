"""A folder as the publisher's world: `editions/<table>/<edition>*.csv`, each from the day `editions.csv` gives.

Several files of one edition are the table at different breakdowns, or, with the same columns, more rows of one. What a file
does not say (hierarchy ids, the total's label, subjects) comes from `hierarchies.csv` and `value_ids.csv` beside it where
they are, from the catalogue, or is made up. A row that comes again is of another member with the same label, a level below.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from tests.standin import geography
from tests.standin.dataset_files import AGAIN, File, Listed, Told, files, hierarchies, listed, value_ids
from tests.standin.editions import ROOT, Cube, Edition, Hierarchy, Level, Node, grouped
from warehouse.catalogue import model as catalogue
from warehouse.periods import Period

_WELL_KNOWN = {
    "Visitationskategori": "_viskat_1int",
    "Tilbud": "_tilb_2ptv",
    "Køn": "_kon",
    "Ydelsesgrupper": "_ygrpi09",
    "Kontanthjælpssatser": "_kth_sats",
}


class Dataset:
    """The world of a folder; everything is read and checked when it is made. Raises DatasetError."""

    def __init__(self, folder: Path) -> None:
        self._names = value_ids(folder)
        self._told = hierarchies(folder)
        self._editions: dict[str, list[Edition]] = {}
        lines = sorted(listed(folder), key=lambda line: line.published_on)
        for table_id in dict.fromkeys(line.table_id for line in lines):
            own = [line for line in lines if line.table_id == table_id]
            self._editions[table_id] = [
                self._read(folder, line, following=following)
                for line, following in zip(own, [*own[1:], None], strict=True)
            ]

    def table_ids(self) -> tuple[str, ...]:
        """Every table of editions.csv."""
        return tuple(self._editions)

    def edition(self, table_id: str, day: date) -> Edition | None:
        """The newest edition published by `day`."""
        out = [edition for edition in self._editions[table_id] if edition.updated_on <= day]
        return out[-1] if out else None

    def _read(self, folder: Path, line: Listed, *, following: Listed | None) -> Edition:
        return _Reading(line, files(folder, line), self._names, self._told).edition(
            next_on=following.published_on if following else _month_later(line.published_on)
        )


def _month_later(day: date) -> date:
    year, month = day.year + day.month // 12, day.month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@dataclass(frozen=True)
class _Reading:
    """One edition in the making."""

    line: Listed
    files: list[File]
    names: dict[tuple[str, str], str]
    told: dict[tuple[str, str], Told]

    @cached_property
    def table(self) -> catalogue.Table | None:
        found = [table for table in catalogue.jobindsats().tables if table.id == self.line.table_id]
        return found[0] if found else None

    @cached_property
    def periods(self) -> tuple[str, ...]:
        found = {period for file in self.files for period in file.frame["Periode"]}
        return tuple(sorted(found, reverse=True))

    @cached_property
    def hierarchies(self) -> dict[str, Hierarchy]:
        """Hierarchies by column, area first."""
        columns = dict.fromkeys(name for file in self.files for name in file.dimensions)
        return {"Område": self._area()} | {name: self._breakdown(name) for name in columns}

    def _area(self) -> Hierarchy:
        present = {area for file in self.files for area in file.frame["Område"]}
        told = self.told.get((self.line.table_id, "Område"))
        name = told.hierarchy if told else self.table.area.id if self.table else "_nykom"
        return geography.area_hierarchy(name, tuple(present))

    def _breakdown(self, column: str) -> Hierarchy:
        """The root, the members by name, and below them those whose label comes again."""
        told = self._told_of(column)
        level, own = told.hierarchy.lstrip("_"), [file for file in self.files if column in file.dimensions]
        labels = {label for file in own for label in file.frame[column]} - {told.root}
        again = {label for file in own if file.dimensions[-1] == column for label in _repeated(file)}
        levels = [Level(f"{level}_i_alt", told.root, (Node(ROOT, told.root),))] if told.root else []
        levels.append(Level(level, column, self._nodes(told.hierarchy, labels, first=100)))
        if again:
            levels.append(Level(f"{level}_under", f"{column}, igen", self._nodes(None, again, first=500)))
        return Hierarchy(told.hierarchy, column, told.hierarchy, column, tuple(levels))

    def _told_of(self, column: str) -> Told:
        """Which hierarchy a column is: as the folder says, as the catalogue declares it, or made up."""
        if (self.line.table_id, column) in self.told:
            return self.told[self.line.table_id, column]
        declared = next((h for h in (self.table.breakdowns if self.table else ()) if h.dimension == column), None)
        labels = {label for file in self.files if column in file.dimensions for label in file.frame[column]}
        name = declared.id if declared else _WELL_KNOWN.get(column, f"_{column.casefold()}")
        return Told(name, _root(labels, declared=declared) or (None if declared else f"{column} i alt"))

    def _nodes(self, hierarchy: str | None, labels: set[str], *, first: int) -> tuple[Node, ...]:
        known = {label: self.names.get((hierarchy or "", label)) for label in labels}
        ordered = enumerate(sorted(labels, key=geography.danish_order), start=first)
        return tuple(Node(known[label] or f"/{number}/", label) for number, label in ordered)

    def edition(self, *, next_on: date) -> Edition:
        """The edition, its cells coded."""
        decimals = {
            name: 1 if file.frame.schema[name].is_float() else None for file in self.files for name in file.measures
        }
        cubes = tuple(map(self._cube, self.files))
        return Edition(
            table_id=self.line.table_id,
            title=self.table.title if self.table else self.line.table_id,
            subject=self.table.subject if self.table else "Øvrige",
            kind=str(Period.parse(self.periods[0]).kind),
            updated_on=self.line.published_on,
            next_on=next_on,
            periods=self.periods,
            own_hierarchies=tuple(self.hierarchies.values()),
            groups=grouped(self.line.table_id, list(decimals.items())),
            read=lambda: cubes,
        )

    def _cube(self, file: File) -> Cube:
        axes = ("Område", *file.dimensions)
        frame = file.frame.select(
            _coded(pl.col("Periode"), list(self.periods), "period"),
            *(self._coded_nodes(column, last=bool(file.dimensions) and column == axes[-1]) for column in axes),
            *file.measures,
        )
        return Cube(tuple(self.hierarchies[column].id for column in axes), frame)

    def _coded_nodes(self, column: str, *, last: bool) -> pl.Expr:
        """A column's labels as codes of nodes; in the last one a label that comes again is the node of that label below."""
        hierarchy = self.hierarchies[column]
        seen: dict[str, int] = {}
        names = []
        for node in hierarchy.nodes:
            names.append(f"{node.name}\n{seen.get(node.name, 0)}")
            seen[node.name] = seen.get(node.name, 0) + 1
        time = pl.col(AGAIN) if last else pl.lit(0)
        return _coded(pl.format("{}\n{}", pl.col(column), time), names, hierarchy.id)


def _repeated(file: File) -> set[str]:
    return set(file.frame.filter(pl.col(AGAIN) > 0)[file.dimensions[-1]])


def _root(labels: set[str], *, declared: catalogue.Hierarchy | None) -> str | None:
    """The label of the total: as the file has it, else as declared."""
    accepted = (
        {each for each in (declared.root, *declared.also) if each}
        if declared
        else {label for label in labels if label.endswith(" i alt")}
    )
    return min(accepted & labels, default=declared.root if declared else None)


def _coded(labels: pl.Expr, names: list[str], alias: str) -> pl.Expr:
    return labels.replace_strict(names, range(len(names)), return_dtype=pl.UInt16).alias(alias)
