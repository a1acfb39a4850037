"""From a question to the table that answers it, and from that to the bytes of JSON or CSV."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from tests.standin import noise
from tests.standin.editions import ROOT, Cube, Edition, Hierarchy, Measure, Split
from tests.standin.queries import Question, is_root_only

BOM = "\ufeff"


@dataclass(frozen=True)
class Answer:
    """Labelled rows; `measures` names the columns after the dimensions."""

    frame: pl.DataFrame
    measures: tuple[str, ...]


def answer(edition: Edition, question: Question, *, seed: int) -> Answer:
    """The rows a question gets, in an order of blocks that means nothing but is the same each time."""
    splits = {split.hierarchy.id: split for split in edition.splits if split.hierarchy.id in question.nodes}
    cube = _cube(edition, question, leaving_out=set(splits))
    measures = tuple(measure for measure in question.measures if measure.label in cube.frame.columns)
    rows = _chosen(edition, cube, question)
    for split in splits.values():
        rows = _divided(rows, split, codes=question.nodes[split.hierarchy.id], measures=measures)
    labelled = _labelled(edition, question, rows, measures=measures)
    order = _blocks(labelled.height, seed=noise.key(seed, edition.table_id, str(edition.updated_on)))
    return Answer(labelled[order], tuple(measure.label for measure in measures))


def _cube(edition: Edition, question: Question, *, leaving_out: set[str]) -> Cube:
    """The coarsest cube that holds what is asked for; a root asked for alone is answered by the cells without it."""
    own = {hierarchy.id: hierarchy for hierarchy in edition.own_hierarchies}
    needed = {
        name
        for name, codes in question.nodes.items()
        if name not in leaving_out and (own[name].is_area or not is_root_only(own[name], codes))
    }
    fitting = [cube for cube in edition.read() if needed <= set(cube.hierarchies)]
    return min(fitting, key=lambda cube: len(cube.hierarchies))


def _chosen(edition: Edition, cube: Cube, question: Question) -> pl.DataFrame:
    keep = [pl.col("period").is_in(question.periods)]
    own = {hierarchy.id: hierarchy for hierarchy in edition.own_hierarchies}
    for name in cube.hierarchies:
        codes = question.nodes.get(name) or _root(own[name])
        keep.append(pl.col(name).is_in(codes))
    return cube.frame.filter(*keep)


def _root(hierarchy: Hierarchy) -> tuple[int, ...]:
    return (hierarchy.code[ROOT],) if ROOT in hierarchy.code else ()


def _divided(
    rows: pl.DataFrame, split: Split, *, codes: tuple[int, ...], measures: tuple[Measure, ...]
) -> pl.DataFrame:
    """The rows once per node, with the node's share of each value; hidden and left out as the publisher would."""
    name = split.hierarchy.id
    nodes = pl.DataFrame({name: pl.Series(codes, dtype=pl.UInt16), "share": [split.shares[code] for code in codes]})
    labels = [measure.label for measure in measures]
    whole = rows.with_columns(pl.col(labels).name.suffix(" undivided"))
    divided = whole.join(nodes, how="cross").with_columns(_share(measure) for measure in measures)
    # A null stays one: it is divided into nulls, and not into cells in which nothing was observed.
    undivided = [f"{label} undivided" for label in labels]
    kept = pl.any_horizontal(pl.col(labels).is_not_null()) | pl.all_horizontal(pl.col(undivided).is_null())
    return (divided.filter(kept) if labels else divided).drop("share", *undivided)


def _share(measure: Measure) -> pl.Expr:
    value = pl.col(measure.label) * pl.col("share")
    if measure.decimals is not None:
        return value.round(measure.decimals).alias(measure.label)
    whole = value.round(0).cast(pl.Int64)
    return pl.when(whole >= 3).then(whole).alias(measure.label)


def _labelled(
    edition: Edition, question: Question, rows: pl.DataFrame, *, measures: tuple[Measure, ...]
) -> pl.DataFrame:
    """Codes to labels: Periode, Område, one column per other hierarchy asked for, measures."""
    asked = [hierarchy for hierarchy in edition.hierarchies if hierarchy.id in question.nodes]
    columns = [_named(rows["period"], edition.periods, "Periode")]
    columns += [_named(_codes(rows, h), [node.name for node in h.nodes], h.dimension) for h in asked]
    return pl.DataFrame(columns).with_columns(rows[measure.label] for measure in measures)


def _codes(rows: pl.DataFrame, hierarchy: Hierarchy) -> pl.Series:
    """The rows' codes in a hierarchy; all at its root where the cube does not break down by it."""
    if hierarchy.id in rows.columns:
        return rows[hierarchy.id]
    return pl.repeat(hierarchy.code[ROOT], rows.height, dtype=pl.UInt16, eager=True)


def _named(codes: pl.Series, names: Sequence[str], label: str) -> pl.Series:
    return pl.Series(names, dtype=pl.String).gather(codes.cast(pl.UInt32)).alias(label)


def _blocks(rows: int, *, seed: int) -> pl.Series:
    """Row numbers in blocks that were put in another order: the publisher sorts nothing, but chunks are contiguous."""
    size = max(1, rows // 7)
    starts = np.arange(0, rows, size)
    order = np.argsort(noise.uniform(seed, starts))
    pieces = [np.arange(start, min(start + size, rows)) for start in starts[order]]
    return pl.Series(np.concatenate(pieces) if pieces else np.arange(0), dtype=pl.UInt32)


def as_json(answer: Answer) -> bytes:
    """Two keys, Danish letters raw, whole counts whole and percentages with their decimal."""
    return json.dumps({"columns": answer.frame.columns, "rows": answer.frame.rows()}, ensure_ascii=False).encode()


def as_csv(answer: Answer) -> bytes:
    """Semicolons, a byte order mark, decimal commas, nothing for null: the harder of the readings left open."""
    frame = answer.frame.with_columns(
        pl.col(name).cast(pl.String).str.replace(".", ",", literal=True)
        for name in answer.measures
        if answer.frame.schema[name].is_float()
    )
    return (BOM + frame.write_csv(separator=";", line_terminator="\r\n")).encode()
