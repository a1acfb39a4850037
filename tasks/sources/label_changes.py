"""What a source calls its areas, members and measures, compared with what it called them in the newest vintage.

Cells are known by their labels. A label that moves to the id of another member would change what a series means, and no
figure need look wrong; a measure or member that is gone would take its cells with it. Ids are compared here and are
asked for nowhere, so that other ids under the same labels harm nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from tasks.stoppages import LabelsMoved, Undeclared, Vanished, settled_by
from warehouse.areas import of_kind
from warehouse.catalogue.model import Hierarchy, Measure, Member, Table

Spellings = tuple[str, ...]


LIKE = 0.6


def is_near(text: str, name: str) -> bool:
    """Whether a text may be another spelling of a name: much like it, or the name with more words beside it."""
    within = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
    return within or difflib.SequenceMatcher(None, text, name).ratio() >= LIKE


@dataclass(frozen=True)
class Labels:
    """One hierarchy, or the measures: how each id is spelled, and which name each declared spelling stands for.

    `lasting` are the names that must still be there; `what` an entry is: an area, a member or a measure. In a file
    `ids_are_labels`: what is written there is all there is, and a person says what it stands for. `likely` is what an id
    stands for by itself, where its spelling is near that name; `left_out` says that what is not declared is not asked for.
    """

    what: str
    where: str
    spellings: Mapping[str, Spellings]
    names: Mapping[str, str]
    lasting: frozenset[str] = frozenset()
    ids_are_labels: bool = False
    likely: Mapping[str, str] = field(default_factory=dict)
    left_out: bool = False

    def label(self, spellings: Spellings) -> str:
        """The declared spelling, or the first."""
        return next((label for label in spellings if label in self.names), spellings[0])

    def name(self, spellings: Spellings) -> str | None:
        """What the spellings stand for; None where nobody declared them."""
        return self.names.get(self.label(spellings))

    @property
    def by_name(self) -> dict[str, tuple[str, str]]:
        """Id and label of each declared name."""
        named = {self.name(spelled): (value_id, self.label(spelled)) for value_id, spelled in self.spellings.items()}
        return {name: found for name, found in named.items() if name is not None}


@dataclass(frozen=True)
class Change:
    """The labels of one table on two days: those of the newest vintage, and those of the new load.

    `table_then` is the table as it was declared when the newest vintage was read, where that is known.
    """

    table: Table
    declared_in: str
    then: tuple[Labels, ...]
    then_on: date
    now: tuple[Labels, ...]
    now_on: date
    table_then: Table | None = None

    @property
    def pairs(self) -> list[tuple[Labels, Labels]]:
        """The labels of each hierarchy that both days have."""
        before = {labels.where: labels for labels in self.then}
        return [(before[labels.where], labels) for labels in self.now if labels.where in before]


def labels_in(
    hierarchy: Hierarchy, *, spellings: Mapping[str, Spellings], areas: Mapping[str, str], on: date
) -> Labels:
    """The labels of one hierarchy; `areas` is what its spellings stand for where it is that of areas.

    `on` says which names the publisher must still have.
    """
    is_area = hierarchy.kind == "area"
    return Labels(
        what="area" if is_area else "member",
        where=hierarchy.id,
        spellings=spellings,
        names=areas if is_area else hierarchy.names_of(label for labels in spellings.values() for label in labels),
        lasting=_lasting_names(hierarchy, on=on),
    )


def has_ended(thing: Measure | Member, *, on: date | None) -> bool:
    """Whether a measure or member had its last day before a day."""
    return thing.until is not None and on is not None and thing.until < on


def _lasting_names(hierarchy: Hierarchy, *, on: date) -> frozenset[str]:
    """The names of a hierarchy that a publisher must still have on a day: municipalities, or declared members."""
    if hierarchy.kind == "area":
        areas = of_kind(hierarchy.level_holds or "municipality")
        return frozenset(area.name for area in areas if area.valid_to is None or area.valid_to >= on)
    return frozenset(member.name for member in hierarchy.members if member.until is None or member.until >= on)


def remembering(stopped: Undeclared, *, change: Change) -> Undeclared:
    """A stoppage over an unknown label, saying what was called so far what has the label now, where that can be told."""
    said = [
        f"the publisher's id {value_id} of {now.where} was called '{then.label(before)}' until now"
        for then, now in change.pairs
        for value_id, before, after in _at_the_same_id(then, now)
        if _is_called(stopped.label, value_id, after) and then.name(before) is not None and now.name(after) is None
    ]
    return Undeclared("; ".join([str(stopped), *said]), label=stopped.label, rule=stopped.rule, cells=stopped.cells)


def _is_called(label: str | None, value_id: str, spellings: Spellings) -> bool:
    """Whether a label is one of an id's spellings, alone or with the id before it, as StatBank writes it."""
    return label is not None and (label in spellings or label in {f"{value_id} {spelling}" for spelling in spellings})


def advisories(change: Change) -> list[str]:
    """What changed and harms nothing, a sentence each: other ids, other declared spellings."""
    return [said for then, now in change.pairs if not now.ids_are_labels for said in _new_names(then, now)]


def require_same_meaning(change: Change) -> None:
    """Raises LabelsMoved or Vanished where publishing could change the meaning of a series, or end it, unnoticed."""
    # What is gone comes first: where the publisher counts its ids, the others move up.
    for then, now in change.pairs:
        _require_all_that_lasts(then, now, change=change)
    for then, now in change.pairs:
        _require_labels_in_place(then, now, change=change)


def _at_the_same_id(then: Labels, now: Labels) -> Iterator[tuple[str, Spellings, Spellings]]:
    for value_id, before in then.spellings.items():
        if value_id in now.spellings:
            yield value_id, before, now.spellings[value_id]


def _both(then: Labels, now: Labels) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    before, after = then.by_name, now.by_name
    return [(before[name], after[name]) for name in before if name in after]


def _new_names(then: Labels, now: Labels) -> list[str]:
    ids = [
        f"id of '{label}' in {now.where} changed from {before} to {after}"
        for (before, _), (after, label) in _both(then, now)
        if before != after
    ]
    return ids + [
        f"'{before}' in {now.where} is now called '{after}', which is declared as the same"
        for (_, before), (_, after) in _both(then, now)
        if before != after
    ]


def renumbered_by(table: Table, *, on: date, then: Table | None, then_on: date) -> bool:
    """Whether a person has said by a day that ids are others since a vintage; on the vintage's own day after it was read."""
    if table.renumbered is None or table.renumbered > on:
        return False
    said_since = then is not None and then.renumbered != table.renumbered
    return then_on < table.renumbered or (then_on == table.renumbered and said_since)


def _require_labels_in_place(then: Labels, now: Labels, *, change: Change) -> None:
    table = change.table
    if renumbered_by(table, on=change.now_on, then=change.table_then, then_on=change.then_on):
        return
    for value_id, before, after in _at_the_same_id(then, now):
        was, is_now = then.name(before), now.name(after)
        if was is None or is_now is None or was == is_now:
            continue
        if now.ids_are_labels:
            raise LabelsMoved(_stands_for_another(value_id, was=was, is_now=is_now, labels=now, change=change))
        raise LabelsMoved(
            f"{table.id}: the publisher's id {value_id} of {now.where} was '{then.label(before)}' until now and is "
            f"'{now.label(after)}' today, which is declared as another {now.what}: series would change their "
            "meaning. Nothing was published. Ask the publisher whether the labels mean what they did, and only the ids are "
            f"others. {settled_by(table.id)}"
        )


def _stands_for_another(text: str, *, was: str, is_now: str, labels: Labels, change: Change) -> str:
    return (
        f"{change.table.id}: the text '{text}' of {labels.where} stood for the {labels.what} '{was}' until now and stands "
        f"for '{is_now}' in {change.declared_in}: series would change their meaning. Nothing was published. Correct the "
        f"contract; where it is meant so from now on, add `renumbered: {change.now_on}` to it"
    )


def _require_all_that_lasts(then: Labels, now: Labels, *, change: Change) -> None:
    table = change.table
    if table.retired is not None and table.retired.since <= change.now_on:
        return
    for name, (value_id, label) in then.by_name.items():
        if name in now.lasting and name not in now.by_name:
            renamed = (
                f" (its id {value_id} is now called '{now.spellings[value_id][0]}')"
                if value_id in now.spellings
                else ""
            )
            raise Vanished(
                f"{table.id}: the {now.what} '{label}' stood published, and the publisher's metadata no longer offer "
                f"it{renamed}. Nothing was withdrawn. {settled_by(table.id)}"
            )
