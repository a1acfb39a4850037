"""An answer's rows as cells: labels mapped to the catalogue, each value with its status.

Nothing undeclared passes: a column, an area, a member or a period that the catalogue does not know stops the table
with its name. So does one that was not asked for: a single row of another period would withdraw the rest of it.

The status is read off the raw cell before any conversion. A null is hidden (`suppressed`); whether it is rather an
outcome that nobody has yet shows only when every answer is in (warehouse/history/staging.py). The publisher shows
percentages beside hidden counts; they are kept as published, and a 0.0 there is a rounded share, not a zero.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import partial

import numpy as np
import polars as pl

from tasks.sources.cells import (
    KEY,
    SCHEMA,
    members_of,
    nearest,
    one_of_each,
    repeats,
    require_asked,
    require_each_came,
    tidied,
    tidy_labels,
)
from tasks.stoppages import Undeclared, settled_by
from warehouse.areas import COUNTRY, Area, by_publisher_name
from warehouse.catalogue.model import Measure, Table
from warehouse.periods import Period, PeriodError

_COUNTRY = int(COUNTRY)

Asked = Mapping[str, Collection[int | str]]
"""What a question was about: the columns' codes (numbers of periods and areas, names of members) it asked for."""


def to_cells(
    frame: pl.DataFrame,
    *,
    table: Table,
    nodes: Mapping[str, str],
    offered: Collection[Measure] = (),
    asked: Asked | None = None,
) -> pl.DataFrame:
    """One row per period x area x members x measure, sorted.

    `nodes` says what was asked of each hierarchy, `offered` which measures the publisher's metadata promise: one that
    is missing would be taken for withdrawn. A column that `asked` does not have is not held against the question.
    Raises Undeclared, NotAsAsked and CellsDisagree, with the rows that caused it.
    """
    try:
        return _to_cells(frame, table=table, nodes=nodes, offered=offered, asked=asked or {})
    except Undeclared:
        tidy = tidy_labels(frame)
        if tidy.equals(frame) and tidy.columns == frame.columns:
            raise
    return _to_cells(tidy, table=table, nodes=nodes, offered=offered, asked=asked or {})


def _to_cells(
    frame: pl.DataFrame, *, table: Table, nodes: Mapping[str, str], offered: Collection[Measure], asked: Asked
) -> pl.DataFrame:
    frame = _by_our_columns(frame, table=table)
    measures = _measures(frame, table=table, offered=offered)
    rows = _without_roots(frame, table=table, nodes=nodes)
    keyed = _keyed(rows, table=table, asked=asked).sort(KEY[:-1])
    _require_each_period(keyed, table=table, nodes=nodes, asked=asked)
    named = sorted(measures.items(), key=lambda each: each[1].name)
    for label, measure in named:
        _require_numbers(keyed[label], measure=measure, table=table)
    cells = _interleaved(keyed, measures=named) if named else SCHEMA.to_frame()
    once = len({measure.name for _, measure in named}) == len(named) and not repeats(keyed, KEY[:-1])
    return cells if once else one_of_each(cells, table=table)


def _by_our_columns(frame: pl.DataFrame, *, table: Table) -> pl.DataFrame:
    """Each dimension's column under its declared name, where it stands under another that was accepted."""
    names = {name: each.dimension for each in (table.area, *table.breakdowns) for name in each.columns}
    others = {name: ours for name, ours in names.items() if name in frame.columns and ours not in frame.columns}
    return frame.rename(others)


def _measures(frame: pl.DataFrame, *, table: Table, offered: Collection[Measure]) -> dict[str, Measure]:
    """The frame's measure columns, label to measure, each column declared and each dimension present."""
    missing = [name for name in table.dimensions if name not in frame.columns]
    if missing:
        raise Undeclared(
            f"{table.id}: the column '{missing[0]}' is missing; the columns are {', '.join(frame.columns)}"
        )
    labels = [name for name in frame.columns if name not in table.dimensions]
    known = table.measure_by_label
    for label in labels:
        if label not in known:
            raise Undeclared(_undeclared(label, what="column", among=known, table=table), label=label)
    absent = [measure.label for measure in offered if not set(measure.labels).intersection(labels)]
    if absent:
        raise Undeclared(
            f"{table.id}: the column '{absent[0]}' is missing from the answer, and the publisher's own metadata offer it"
        )
    return {label: known[label] for label in labels}


def _undeclared(label: str, *, what: str, among: Iterable[str], table: Table) -> str:
    return f"{table.id}: the {what} '{label}' is not declared{nearest(label, among=among)}. {settled_by(table.id)}"


def _without_roots(frame: pl.DataFrame, *, table: Table, nodes: Mapping[str, str]) -> pl.DataFrame:
    """Drop the root's rows from an answer about a level: the root is asked for apart, and stands in some levels too."""
    for hierarchy in (table.area, *table.breakdowns):
        if hierarchy.root is not None and nodes.get(hierarchy.id, "/").startswith("level:"):
            frame = frame.filter(~pl.col(hierarchy.dimension).is_in([hierarchy.root, *hierarchy.also]))
    return frame


def _keyed(rows: pl.DataFrame, *, table: Table, asked: Asked) -> pl.DataFrame:
    period, area = table.dimensions[:2]
    period_ids = _period_ids(rows[period], table=table)
    area_ids = {label: area.key for label, area in areas_named(table).items()}
    rows = rows.with_columns(tidied(pl.col(each.dimension)) for each in table.breakdowns if each.open)
    mapped = partial(_mapped, rows, table=table, asked=asked)
    members = [
        mapped(column=each.dimension, codes=each.names_of(rows[each.dimension].unique()), kind=pl.String)
        for each in table.breakdowns
    ]
    return rows.with_columns(
        period_id=mapped(column=period, codes=period_ids, kind=pl.Int32),
        area_id=mapped(column=area, codes=area_ids, kind=pl.Int16),
        members=members_of(members, rows=rows.height),
    )


def areas_named(table: Table) -> dict[str, Area]:
    """What the publisher may write for an area in a table: its official name, or a spelling that was accepted."""
    areas = by_publisher_name()
    accepted = {label: areas[name] for label, name in table.area.canonical.items() if name in areas}
    return areas | accepted


def _require_each_period(keyed: pl.DataFrame, *, table: Table, nodes: Mapping[str, str], asked: Asked) -> None:
    """A total over all members, of a table in which each municipality reports, has rows in each period."""
    is_total = all(nodes.get(hierarchy.id) == "/" for hierarchy in table.breakdowns)
    if keyed.height and is_total and table.coverage == "every":
        require_each_came(keyed["period_id"], asked=asked.get(table.dimensions[0], ()), of=table.id)


def _period_ids(labels: pl.Series, *, table: Table) -> dict[str, int]:
    found: dict[str, int] = {}
    for label in labels.unique():
        try:
            period = Period.parse(label)
        except PeriodError as error:
            raise Undeclared(f"{table.id}: {error}") from error
        if period.kind is not table.period:
            raise Undeclared(f"{table.id}: the period '{label}' is of kind {period.kind}; {table.period} is declared")
        found[label] = period.key
    return found


def _mapped(
    rows: pl.DataFrame,
    *,
    column: str,
    codes: Mapping[str, int | str],
    kind: type[pl.DataType],
    table: Table,
    asked: Asked,
) -> pl.Series:
    """A column's labels as what they stand for; raises Undeclared and NotAsAsked with the rows of the wrong labels."""
    unknown = rows.filter(~pl.col(column).is_in(list(codes)))
    if unknown.height:
        label = unknown[column].sort()[0]
        raise Undeclared(
            _undeclared(label, what=f"{column} label", among=codes, table=table),
            label=label,
            cells=unknown.head(1000).to_dicts(),
        )
    wanted = asked.get(column, codes.values())
    other = [label for label, code in codes.items() if code not in wanted]
    require_asked(rows, column=column, other=other, of=table.id)
    return rows[column].replace_strict(codes, return_dtype=kind)


def _interleaved(keyed: pl.DataFrame, *, measures: list[tuple[str, Measure]]) -> pl.DataFrame:
    """The measures' cells row by row, as they will be sorted, without the country's where it has none of a measure."""
    rows, width = keyed.height, len(measures)
    names = pl.Series("measure", [measure.name for _, measure in measures])
    values = pl.concat([keyed[label].cast(pl.Float64).alias("value") for label, _ in measures])
    by_row = np.arange(width * rows).reshape(width, rows).T.ravel()
    cells = keyed.select(KEY[:-1])[np.repeat(np.arange(rows), width)].with_columns(
        names[np.tile(np.arange(width), rows)],
        values[by_row],
    )
    hidden = pl.when(pl.col("value").is_null()).then(pl.lit("suppressed")).otherwise(pl.lit("observed"))
    cells = cells.with_columns(status=hidden).select(SCHEMA.names()).cast(SCHEMA)
    without_country = [measure.name for _, measure in measures if not measure.country]
    if not without_country:
        return cells
    return cells.filter((pl.col("area_id") != _COUNTRY) | ~pl.col("measure").is_in(without_country))


def _require_numbers(cells: pl.Series, *, measure: Measure, table: Table) -> None:
    if cells.dtype == pl.String and cells.len():
        raise Undeclared(
            f"{table.id}: '{cells.name}' holds texts ('{cells[0]}'), and {measure.name} is declared in {measure.unit}"
        )
