"""The files of a data set, read and checked: editions.csv, hierarchies.csv, value_ids.csv and the cells of an edition."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from warehouse.catalogue import model as catalogue
from warehouse.periods import Period, PeriodError

KEY = ("Periode", "Område")
AGAIN = "which time"


class DatasetError(ValueError):
    """The folder cannot be served; the message names the file and what is wrong with it."""


@dataclass(frozen=True)
class Listed:
    """One line of editions.csv."""

    table_id: str
    name: str
    published_on: date


@dataclass(frozen=True)
class Told:
    """One line of hierarchies.csv: which hierarchy a column is, and the label of its total; None where it has none."""

    hierarchy: str
    root: str | None


@dataclass(frozen=True)
class File:
    """One file: its texts, and which columns break the cells down and which count; `which time` a row of labels comes."""

    frame: pl.DataFrame
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]


def listed(folder: Path) -> list[Listed]:
    path = folder / "editions.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return [Listed(row["table"].lower(), row["edition"], date.fromisoformat(row["published_on"])) for row in rows]
    except OSError as error:
        raise DatasetError(f"{path} cannot be read ({error.strerror}); a data set needs editions.csv") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DatasetError(f"{path} needs the columns table, edition and published_on (a date): {error!r}") from error


def hierarchies(folder: Path) -> dict[tuple[str, str], Told]:
    """(table, column) to what the folder says of it, where it says anything; raises DatasetError."""
    path = folder / "hierarchies.csv"
    if not path.exists():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return {(row["table"].lower(), row["column"]): Told(row["hierarchy"], row["root"] or None) for row in rows}
    except (OSError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{path} needs the columns table, column, hierarchy and root: {error!r}") from error


def value_ids(folder: Path) -> dict[tuple[str, str], str]:
    """(hierarchy, name) to value id, where the folder knows any."""
    path = folder / "value_ids.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["hierarchy_id"], row["value_name"]): row["value_id"] for row in rows if row.get("value_name")}


def files(folder: Path, line: Listed) -> list[File]:
    where = folder / "editions" / line.table_id
    paths = [where / f"{line.name}.csv", *sorted(where.glob(f"{line.name}-*.csv"))]
    found = [path for path in paths if path.exists()]
    if not found:
        raise DatasetError(f"{where} holds no file for the edition {line.name} that editions.csv names")
    return _merged([_file(path, line.table_id) for path in found])


def _merged(files: list[File]) -> list[File]:
    """Files with the same columns as one: of rows with the same labels those of the first file stand."""
    merged: dict[tuple[tuple[str, ...], tuple[str, ...]], File] = {}
    for file in files:
        before = merged.get((file.dimensions, file.measures))
        merged[file.dimensions, file.measures] = file if before is None else _joined(before, file)
    return list(merged.values())


def _joined(before: File, file: File) -> File:
    more = file.frame.join(before.frame, on=[*KEY, *file.dimensions], how="anti").select(before.frame.columns)
    return replace(before, frame=pl.concat([before.frame, more], how="vertical_relaxed"))


def _labels(table_id: str) -> dict[str, catalogue.Measure]:
    known = [table for table in catalogue.jobindsats().tables if table.id == table_id]
    return known[0].measure_by_label if known else {}


def _file(path: Path, table_id: str) -> File:
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise DatasetError(f"{path} is no table of comma separated values: {error}") from error
    if tuple(frame.columns[:2]) != KEY:
        raise DatasetError(f"{path} should begin with the columns Periode and Område, and has {frame.columns[:2]}")
    known = _labels(table_id)
    measures = tuple(name for name in frame.columns[2:] if name in known or _is_numeric(frame[name]))
    dimensions = tuple(name for name in frame.columns[2:] if name not in measures)
    _check_labels(frame.select(*KEY, *dimensions), path=path)
    try:
        typed = frame.with_columns(_number(frame[name], known.get(name)) for name in measures)
    except pl.exceptions.PolarsError as error:
        raise DatasetError(f"{path} holds a text where a number belongs: {error}") from error
    again = pl.int_range(pl.len()).over(*KEY, *dimensions)
    return File(typed.with_columns(again.alias(AGAIN)), dimensions, measures)


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
