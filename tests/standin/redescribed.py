"""What a publisher does to a table's description: labels, ids, measures and members that are others than before.

The figures follow: what `/table` says and what `/data` answers agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import polars as pl

from tests.standin.editions import Cube, Edition, Hierarchy, Level, Measure, MeasureGroup, Node
from warehouse.catalogue.model import jobindsats

_OTHER = " (ny opgørelse)"


def _renamed_id(edition: Edition) -> Edition:
    """The first member has another id, and its label."""
    return _with_nodes(edition, lambda nodes: (Node(f"/7{nodes[0].value_id[1:]}", nodes[0].name), *nodes[1:]))


def _renamed_member(edition: Edition) -> Edition:
    """The last member has another label, and its id."""
    return _with_nodes(edition, lambda nodes: (*nodes[:-1], replace(nodes[-1], name=nodes[-1].name + _OTHER)))


def _swapped_labels(edition: Edition) -> Edition:
    """The first and the last member have each other's label, and their ids."""

    def swapped(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        first, *between, last = nodes
        return (replace(first, name=last.name), *between, replace(last, name=first.name))

    return _with_nodes(edition, swapped)


def _vanished_member(edition: Edition) -> Edition:
    """The last member is gone with its figures."""
    hierarchy, level = _broken_down(edition)
    gone = hierarchy.code[level.nodes[-1].value_id]
    fewer = _with_nodes(edition, lambda nodes: nodes[:-1])
    return replace(fewer, read=lambda: tuple(_without_code(cube, hierarchy.id, gone) for cube in edition.read()))


def _vanished_measure(edition: Edition) -> Edition:
    """The last measure is gone with its figures; the only one stays."""
    *others, last = edition.measures
    return _with_measures(edition, lambda measure: None if measure == last and others else measure)


def _swapped_measures(edition: Edition) -> Edition:
    """The first two measures have each other's label, and their ids."""
    first, second = (edition.measures * 2)[:2]
    names = {first.id: (second.name, second.label), second.id: (first.name, first.label)}
    return _with_measures(edition, lambda m: _called(m, *names.get(m.id, (m.name, m.label))))


def _respelled_label(edition: Edition) -> Edition:
    """Every measure that has been spelled otherwise is spelled that way again."""
    table = jobindsats().table(edition.table_id)
    other = {label: measure.labels[-1] for measure in table.measures for label in measure.labels[:-1]}
    return _with_measures(edition, lambda m: _called(m, other[m.label], other[m.label]) if m.label in other else m)


def _called(measure: Measure, name: str, label: str) -> Measure:
    return replace(measure, name=name, label=label)


def _broken_down(edition: Edition) -> tuple[Hierarchy, Level]:
    """The breakdown, or the area where there is none, and its level below the root."""
    hierarchy = edition.own_hierarchies[-1]
    return hierarchy, hierarchy.levels[min(1, len(hierarchy.levels) - 1)]


def _with_nodes(edition: Edition, change: Callable[[tuple[Node, ...]], tuple[Node, ...]]) -> Edition:
    """The level's nodes changed, where it has two at least."""
    hierarchy, level = _broken_down(edition)
    if len(level.nodes) < 2:
        return edition
    levels = tuple(replace(each, nodes=change(each.nodes)) if each == level else each for each in hierarchy.levels)
    return replace(edition, own_hierarchies=(*edition.own_hierarchies[:-1], replace(hierarchy, levels=levels)))


def _without_code(cube: Cube, hierarchy: str, gone: int) -> Cube:
    """The cells without those of a node; the codes after it move up."""
    if hierarchy not in cube.hierarchies:
        return cube
    code = pl.col(hierarchy)
    frame = cube.frame.filter(code != gone).with_columns(
        pl.when(code > gone).then(code - 1).otherwise(code).cast(pl.UInt16).name.keep()
    )
    return Cube(cube.hierarchies, frame)


def _with_measures(edition: Edition, change: Callable[[Measure], Measure | None]) -> Edition:
    """Each measure as it is now, its figures under the label it has now; None drops it."""
    changed = {measure: change(measure) for measure in edition.measures}
    groups = [replace(group, measures=_kept(group, changed)) for group in edition.groups]
    labels = {old.label: new.label for old, new in changed.items() if new is not None}
    return replace(
        edition,
        groups=tuple(group for group in groups if group.measures),
        read=lambda: tuple(Cube(cube.hierarchies, _relabelled(cube.frame, labels)) for cube in edition.read()),
    )


def _kept(group: MeasureGroup, changed: Mapping[Measure, Measure | None]) -> tuple[Measure, ...]:
    return tuple(new for measure in group.measures if (new := changed[measure]) is not None)


def _relabelled(frame: pl.DataFrame, labels: Mapping[str, str]) -> pl.DataFrame:
    return frame.rename({old: new for old, new in labels.items() if old in frame.columns})


ON_TABLE: Mapping[str, Callable[[Edition], Edition]] = {
    "renamed-id": _renamed_id,
    "renamed-member": _renamed_member,
    "respelled-label": _respelled_label,
    "swapped-labels": _swapped_labels,
    "swapped-measures": _swapped_measures,
    "vanished-measure": _vanished_measure,
    "vanished-member": _vanished_member,
}
