"""What the publisher's metadata say otherwise than when the newest vintage was read: ids, labels, and what is offered.

Cells are known by their labels. A label that moves to the id of another member would change what a series means, and no
figure need look wrong; a measure or member that is gone would take its cells with it. Ids are compared here and are
asked for nowhere, so that other ids under the same labels harm nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from tasks.sources.jobindsats.metadata import ROOT, TableMetadata, level_to_ask
from tasks.stoppages import LabelsMoved, Undeclared, Vanished
from warehouse.areas import by_publisher_name, municipalities
from warehouse.catalogue.model import Hierarchy, Table

Spellings = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """Two looks at the metadata of one table and their days: the newest vintage's, and the new load's."""

    table: Table
    then: TableMetadata
    then_on: date
    now: TableMetadata
    now_on: date


@dataclass(frozen=True)
class _Naming:
    """One hierarchy, or the measures: how each id is spelled then and now, and what the declared spellings stand for.

    `lasting` are the names that should still be there.
    """

    what: str
    where: str
    then: Mapping[str, Spellings]
    now: Mapping[str, Spellings]
    accepted: Mapping[str, str]
    lasting: frozenset[str]

    def label(self, spellings: Spellings) -> str:
        """The declared spelling, or the first."""
        return next((label for label in spellings if label in self.accepted), spellings[0])

    def name(self, spellings: Spellings) -> str | None:
        """What the spellings stand for; None where nobody declared them."""
        return self.accepted.get(self.label(spellings))


def remembering(stopped: Undeclared, *, change: Change) -> Undeclared:
    """A stoppage over an unknown label, saying what was called so far what has the label now, where that can be told."""
    said = [
        f"the publisher's id {value_id} of {naming.where} was called '{naming.label(before)}' until now"
        for naming in _namings(change)
        for value_id, before, after in _at_the_same_id(naming)
        if stopped.label in after and naming.name(before) is not None and naming.name(after) is None
    ]
    return Undeclared("; ".join([str(stopped), *said]), label=stopped.label, rule=stopped.rule, cells=stopped.cells)


def advisories(change: Change) -> list[str]:
    """What changed and harms nothing, a sentence each: other ids, other declared spellings."""
    return [said for naming in _namings(change) for said in (*_new_ids(naming), *_new_spellings(naming))]


def require_same_meaning(change: Change) -> None:
    """Raises LabelsMoved or Vanished where publishing could change the meaning of a series, or end it, unnoticed."""
    # What is gone comes first: where the publisher counts its ids, the others move up.
    for naming in _namings(change):
        _require_all_that_lasts(naming, change=change)
    for naming in _namings(change):
        _require_labels_in_place(naming, change=change)


def _namings(change: Change) -> Iterator[_Naming]:
    for hierarchy in (change.table.area, *change.table.breakdowns):
        yield _Naming(
            what="area" if hierarchy.kind == "area" else "member",
            where=hierarchy.id,
            then=_nodes(change.then, hierarchy=hierarchy),
            now=_nodes(change.now, hierarchy=hierarchy),
            accepted=_accepted(hierarchy),
            lasting=_lasting(hierarchy, on=change.now_on),
        )
    measures = change.table.measures
    yield _Naming(
        what="measure",
        where="the measures",
        then=_measures(change.then),
        now=_measures(change.now),
        accepted={label: measure.name for measure in measures for label in measure.labels},
        lasting=frozenset(m.name for m in measures if m.until is None or m.until >= change.now_on),
    )


def _nodes(metadata: TableMetadata, *, hierarchy: Hierarchy) -> dict[str, Spellings]:
    """The root and the members of the level that is asked for; nothing where the level cannot be told."""
    try:
        level = level_to_ask(metadata, hierarchy=hierarchy)
    except Undeclared:
        return {}
    found: dict[str, Spellings] = {value_id: (name,) for value_id, name in (level.names if level else {}).items()}
    roots = [each.names[ROOT] for each in metadata.hierarchies[hierarchy.id] if ROOT in each.names]
    return {**found, ROOT: (roots[0],)} if roots else found


def _measures(metadata: TableMetadata) -> Mapping[str, Spellings]:
    """The measures by id; by their labels where the publisher gives no ids."""
    return metadata.measure_ids or {label: (label,) for label in metadata.measure_labels}


def _accepted(hierarchy: Hierarchy) -> dict[str, str]:
    if hierarchy.kind == "area":
        return {label: area.name for label, area in by_publisher_name().items()}
    return hierarchy.canonical


def _lasting(hierarchy: Hierarchy, *, on: date) -> frozenset[str]:
    if hierarchy.kind == "area":
        return frozenset(area.name for area in municipalities() if area.valid_to is None or area.valid_to >= on)
    return frozenset(member.name for member in hierarchy.members if member.until is None or member.until >= on)


def _at_the_same_id(naming: _Naming) -> list[tuple[str, Spellings, Spellings]]:
    return [
        (value_id, naming.then[value_id], naming.now[value_id]) for value_id in naming.then if value_id in naming.now
    ]


def _ids(naming: _Naming, *, among: Mapping[str, Spellings]) -> dict[str, tuple[str, str]]:
    """Id and label of each name we keep."""
    named = {naming.name(spellings): (value_id, naming.label(spellings)) for value_id, spellings in among.items()}
    return {name: found for name, found in named.items() if name is not None}


def _both(naming: _Naming) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    then, now = _ids(naming, among=naming.then), _ids(naming, among=naming.now)
    return [(then[name], now[name]) for name in then if name in now]


def _new_ids(naming: _Naming) -> list[str]:
    return [
        f"id of '{label}' in {naming.where} changed from {before} to {after}"
        for (before, _), (after, label) in _both(naming)
        if before != after
    ]


def _new_spellings(naming: _Naming) -> list[str]:
    return [
        f"'{before}' in {naming.where} is now called '{after}', which is declared as the same"
        for (_, before), (_, after) in _both(naming)
        if before != after
    ]


def _require_labels_in_place(naming: _Naming, *, change: Change) -> None:
    table = change.table
    if table.renumbered is not None and change.then_on < table.renumbered <= change.now_on:
        return
    for value_id, before, after in _at_the_same_id(naming):
        was, is_now = naming.name(before), naming.name(after)
        if was is not None and is_now is not None and was != is_now:
            raise LabelsMoved(
                f"{table.id}: the publisher's id {value_id} of {naming.where} was '{naming.label(before)}' until now and is "
                f"'{naming.label(after)}' today, which is declared as another {naming.what}: series would change their "
                "meaning. Nothing was published. Ask the publisher; where the labels mean what they did and only the ids "
                f"are others, add `renumbered: {change.now_on}` to {table.id} in warehouse/catalogues/jobindsats.yml"
            )


def _require_all_that_lasts(naming: _Naming, *, change: Change) -> None:
    table = change.table
    if table.retired is not None and table.retired.since <= change.now_on:
        return
    then, now = _ids(naming, among=naming.then), _ids(naming, among=naming.now)
    for name, (value_id, label) in then.items():
        if name in naming.lasting and name not in now:
            renamed = (
                f" (its id {value_id} is now called '{naming.now[value_id][0]}')" if value_id in naming.now else ""
            )
            raise Vanished(
                f"{table.id}: the {naming.what} '{label}' stood published, and the publisher's metadata no longer offer "
                f"it{renamed}. Nothing was withdrawn. If it has ended, say so with `until` in "
                "warehouse/catalogues/jobindsats.yml; if it was renamed, add the new label under `also`"
            )
