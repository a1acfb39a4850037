"""A folder as the publisher's world: `editions/<table>/<edition>*.csv`, each from the day `editions.csv` gives.

Several files of one edition are the table at different breakdowns. What a file does not say (hierarchy ids, the
total's label, subjects) comes from the catalogue, from `value_ids.csv` beside it where there is one, or is made up.
"""

from __future__ import annotations

import calendar
import csv
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from tests.standin import geography
from tests.standin.editions import ROOT, Cube, Edition, Hierarchy, Level, Node, grouped
from warehouse.catalogue import model as catalogue
from warehouse.periods import Period, PeriodError

_KEY = ("Periode", "Område")
_WELL_KNOWN = {
    "Visitationskategori": "_viskat_1int",
    "Tilbud": "_tilb_2ptv",
    "Køn": "_kon",
    "Ydelsesgrupper": "_ygrpi09",
    "Kontanthjælpssatser": "_kth_sats",
}


class DatasetError(ValueError):
    """The folder cannot be served; the message names the file and what is wrong with it."""


@dataclass(frozen=True)
class _Listed:
    """One line of editions.csv."""

    table_id: str
    name: str
    published_on: date


@dataclass(frozen=True)
class _File:
    """One file: its texts, and which columns break the cells down and which count."""

    frame: pl.DataFrame
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]


class Dataset:
    """The world of a folder; everything is read and checked when it is made. Raises DatasetError."""

    def __init__(self, folder: Path) -> None:
        self._names = _value_ids(folder)
        self._editions: dict[str, list[Edition]] = {}
        listed = sorted(_listed(folder), key=lambda line: line.published_on)
        for table_id in dict.fromkeys(line.table_id for line in listed):
            lines = [line for line in listed if line.table_id == table_id]
            self._editions[table_id] = [
                self._read(folder, line, following=following)
                for line, following in zip(lines, [*lines[1:], None], strict=True)
            ]

    def table_ids(self) -> tuple[str, ...]:
        """Every table of editions.csv."""
        return tuple(self._editions)

    def edition(self, table_id: str, day: date) -> Edition | None:
        """The newest edition published by `day`."""
        out = [edition for edition in self._editions[table_id] if edition.updated_on <= day]
        return out[-1] if out else None

    def _read(self, folder: Path, line: _Listed, *, following: _Listed | None) -> Edition:
        files = _files(folder, line)
        return _Reading(line, files, self._names).edition(
            next_on=following.published_on if following else _month_later(line.published_on)
        )


def _month_later(day: date) -> date:
    year, month = day.year + day.month // 12, day.month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _listed(folder: Path) -> list[_Listed]:
    path = folder / "editions.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return [_Listed(row["table"].lower(), row["edition"], date.fromisoformat(row["published_on"])) for row in rows]
    except OSError as error:
        raise DatasetError(f"{path} cannot be read ({error.strerror}); a data set needs editions.csv") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DatasetError(f"{path} needs the columns table, edition and published_on (a date): {error!r}") from error


def _value_ids(folder: Path) -> dict[tuple[str, str], str]:
    """(hierarchy, name) to value id, where the folder knows any."""
    path = folder / "value_ids.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["hierarchy_id"], row["value_name"]): row["value_id"] for row in rows if row.get("value_name")}


def _files(folder: Path, line: _Listed) -> list[_File]:
    where = folder / "editions" / line.table_id
    paths = [where / f"{line.name}.csv", *sorted(where.glob(f"{line.name}-*.csv"))]
    found = [path for path in paths if path.exists()]
    if not found:
        raise DatasetError(f"{where} holds no file for the edition {line.name} that editions.csv names")
    return [_file(path, line.table_id) for path in found]


def _labels(table_id: str) -> dict[str, catalogue.Measure]:
    known = [table for table in catalogue.jobindsats().tables if table.id == table_id]
    return known[0].measure_by_label if known else {}


def _file(path: Path, table_id: str) -> _File:
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise DatasetError(f"{path} is no table of comma separated values: {error}") from error
    if tuple(frame.columns[:2]) != _KEY:
        raise DatasetError(f"{path} should begin with the columns Periode and Område, and has {frame.columns[:2]}")
    known = _labels(table_id)
    measures = tuple(name for name in frame.columns[2:] if name in known or _is_numeric(frame[name]))
    dimensions = tuple(name for name in frame.columns[2:] if name not in measures)
    _check_labels(frame.select(*_KEY, *dimensions), path=path)
    try:
        typed = frame.with_columns(_number(frame[name], known.get(name)) for name in measures)
    except pl.exceptions.PolarsError as error:
        raise DatasetError(f"{path} holds a text where a number belongs: {error}") from error
    return _File(typed, dimensions, measures)


def _check_labels(labels: pl.DataFrame, *, path: Path) -> None:
    """Rows, no label missing, and periods of one kind; raises DatasetError."""
    if not labels.height:
        raise DatasetError(f"{path} has no rows")
    if missing := [name for name in labels.columns if labels[name].null_count()]:
        raise DatasetError(f"{path} has rows without a label in {', '.join(missing)}")
    try:
        kinds = {Period.parse(period).kind for period in labels["Periode"].unique()}
    except PeriodError as error:
        raise DatasetError(f"{path}: {error}") from error
    if len(kinds) > 1:
        raise DatasetError(f"{path} mixes periods of the kinds {', '.join(sorted(kinds))}")


def _is_numeric(column: pl.Series) -> bool:
    return bool(column.cast(pl.Float64, strict=False).is_null().sum() == column.is_null().sum())


def _number(column: pl.Series, measure: catalogue.Measure | None) -> pl.Series:
    """Counts whole, everything else with a decimal; an unknown column by what it looks like and what it is called."""
    whole = not column.str.contains(".", literal=True).any()
    named_share = any(word in column.name.casefold() for word in ("pct", "andel", "grad", "gnsn"))
    is_count = measure.is_count if measure else not named_share
    return column.cast(pl.Int64 if is_count and whole else pl.Float64)


@dataclass(frozen=True)
class _Reading:
    """One edition in the making."""

    line: _Listed
    files: list[_File]
    names: dict[tuple[str, str], str]

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
        return geography.area_hierarchy(self.table.area.id if self.table else "_nykom", tuple(present))

    def _breakdown(self, column: str) -> Hierarchy:
        declared = [h for h in (self.table.breakdowns if self.table else ()) if h.dimension == column]
        name = declared[0].id if declared else _WELL_KNOWN.get(column, f"_{column.casefold()}")
        labels = {label for file in self.files if column in file.dimensions for label in file.frame[column]}
        root = _root(labels, declared=declared[0] if declared else None) or f"{column} i alt"
        members = sorted(labels - {root}, key=geography.danish_order)
        level = name.lstrip("_")
        nodes = tuple(Node(self.names.get((name, m), f"/{100 + n}/"), m) for n, m in enumerate(members))
        levels = (Level(f"{level}_i_alt", root, (Node(ROOT, root),)), Level(level, column, nodes))
        return Hierarchy(name, column, name, column, levels)

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

    def _cube(self, file: _File) -> Cube:
        axes = ("Område", *file.dimensions)
        frame = file.frame.select(
            _coded("Periode", list(self.periods), "period"),
            *(_coded(c, [n.name for n in self.hierarchies[c].nodes], self.hierarchies[c].id) for c in axes),
            *file.measures,
        )
        return Cube(tuple(self.hierarchies[column].id for column in axes), frame)


def _root(labels: set[str], *, declared: catalogue.Hierarchy | None) -> str | None:
    """The label of the total: as the file has it, else as declared."""
    accepted = {declared.root, *declared.also} if declared else {label for label in labels if label.endswith(" i alt")}
    return min(accepted & labels, default=declared.root if declared else None)


def _coded(column: str, names: list[str], alias: str) -> pl.Expr:
    return pl.col(column).replace_strict(names, range(len(names)), return_dtype=pl.UInt16).alias(alias)
