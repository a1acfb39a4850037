"""How a publisher's words differ from the declaration of a table: label by label, and what it would be to accept each.

The same as what stops a table in the night, so that a person who accepts it knows that the next night publishes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Literal

from tasks.sources.label_changes import LIKE, Labels, is_near
from warehouse.catalogue.additions import IDS, MEASURES, TABLE, Accepted
from warehouse.catalogue.guesses import names_of, unit_of
from warehouse.catalogue.model import Hierarchy, Table

ROOT = "/"
Kind = Literal["spelling", "new", "ended", "ids", "gone", "hierarchy", "level", "column"]
_PLACES = ("hierarchy", "level", "column")
_IN_WORDS: Mapping[Kind, str] = {
    "spelling": "the {what} '{called}'{of_where} is now called '{label}'",
    "new": "the {what} '{label}'{of_where} is new, and not declared",
    "ended": "the {what} '{called}'{of_where} is declared, and no longer offered",
    "ids": "'{label}' of {of} has the id that '{name}' had",
    "gone": "the publisher no longer lists {table}",
    "hierarchy": "the hierarchy {name} is declared, and {label} is what holds its members",
    "level": "the level {name} of {where} is declared, and {label} is what holds its members",
    "column": "the column '{name}' of {where} is declared, and called '{label}'",
}
_NO_LEVEL = "of the levels of {where} none is declared, and {label} is the first below the total"
_ACCEPTED: Mapping[Kind, str] = {
    "spelling": "'{label}' is read as '{name}'",
    "new": "'{label}' is loaded beside the others",
    "ended": "'{name}' ended; what stands of it stays",
    "ids": "the labels mean what they did, and only the ids are others",
    "gone": "the table is retired; what stands of it stays",
    "hierarchy": "{label} is asked for; what stands keeps its names",
    "level": "{label} is asked for; what stands keeps its names",
    "column": "'{label}' is read as '{name}'",
}


@dataclass(frozen=True)
class Difference:
    """One difference: what the publisher has (`label`) and what is declared (`name`); either may be empty.

    `stops` says that the table's next load would stop at it; else it is loaded without what is not offered or not declared.
    `declared_label` is the label of what has a name of ours, a measure; `of` the hierarchy in which ids are others.
    """

    table: str
    kind: Kind
    where: str
    what: str
    label: str
    name: str
    acceptable: bool = True
    stops: bool = True
    declared_label: str = ""
    of: str = ""

    @property
    def sentence(self) -> str:
        """The difference in words."""
        called = self.declared_label or self.name
        of_where = "" if self.where == MEASURES else f" of {self.where}"
        words = _NO_LEVEL if self.kind == "level" and not self.name else _IN_WORDS[self.kind]
        return words.format(**asdict(self), called=called, of_where=of_where)

    @property
    def consequence(self) -> str:
        """What accepting it comes to, or why it cannot be accepted."""
        if self.acceptable:
            return _ACCEPTED[self.kind].format(**asdict(self))
        if self.kind == "new":
            return "no area of that name is known"
        return (
            "the table is loaded without it"
            if not self.stops
            else "an area that is gone is a reform: ask the publisher"
        )

    def accepted(self, *, reason: str, by: str, today: date) -> Accepted:
        """What a person's word about it is, as it is written down."""
        said: dict[str, object] = {"where": self.where, "reason": reason, "by": by, "accepted_on": today}
        return Accepted.model_validate(said | self._what(today))

    def _what(self, today: date) -> dict[str, object]:
        if self.kind == "ended":
            return {"name": self.name, "until": today - timedelta(days=1)}
        if self.kind in _PLACES:
            return {"name": self.name, self.kind: self.label}
        if self.kind == "new" and self.where == MEASURES:
            unit = unit_of(self.label)
            return {"name": names_of([self.label], units=[unit])[0], "label": self.label, "unit": unit}
        name = self.label if self.kind == "new" else self.name
        return {"name": name, "label": self.label or None}


def gone(table: Table) -> Difference:
    """That a publisher no longer lists a table."""
    return Difference(table.id, "gone", TABLE, "table", "", table.title)


def differences(
    table: Table, *, now: Sequence[Labels], then: Sequence[Labels] = (), renumbered: bool = False, every: bool = True
) -> list[Difference]:
    """How a publisher's labels of a day differ from what is declared; `then` are those of the newest vintage.

    `renumbered` says that a person has said since that only the ids are others.

    Where not `every` member that the publisher has was declared, what is not declared is no difference.
    """
    before = {labels.where: labels for labels in then}
    found: list[Difference] = []
    for labels in now:
        hierarchy = next((each for each in (table.area, *table.breakdowns) if each.id == labels.where), None)
        known = before.get(labels.where)
        here = list(_in(table, labels, hierarchy=hierarchy, then=known, every=every))
        found += here
        if known is not None and not renumbered:
            # What is accepted with them is what a label will stand for, so that one acceptance settles the table.
            accepted = {each.label: each.name or each.label for each in here if each.label and each.acceptable}
            found += _moved(table, labels, then=known, accepted=accepted)
    return found


def _in(
    table: Table, labels: Labels, *, hierarchy: Hierarchy | None, then: Labels | None, every: bool
) -> Iterator[Difference]:
    where, every = labels.where if hierarchy is not None else MEASURES, every or labels.what == "area"
    missing, stood = _missing(labels, hierarchy=hierarchy, then=then), set(then.by_name) if then is not None else set()
    unknown = {key: spelled[0] for key, spelled in labels.spellings.items() if labels.name(spelled) is None}
    spelled = _spelled_otherwise(labels, unknown, hierarchy=hierarchy, then=then, missing=missing)
    for value_id, name in spelled.items():
        asked = (every and not labels.left_out) or name in stood or (hierarchy is not None and name == hierarchy.root)
        found = Difference(table.id, "spelling", where, labels.what, unknown[value_id], name, stops=asked)
        yield _with_declared_label(found, table=table)
    if every and not (hierarchy is not None and hierarchy.open):
        for value_id, label in unknown.items():
            if value_id not in spelled:
                can = labels.what != "area"
                yield Difference(table.id, "new", where, labels.what, label, "", can, stops=not labels.left_out)
    for name in missing:
        if name not in spelled.values():
            can, stops = labels.what != "area", name in stood
            found = Difference(table.id, "ended", where, labels.what, "", name, can, stops=stops)
            yield _with_declared_label(found, table=table)


def _with_declared_label(found: Difference, *, table: Table) -> Difference:
    labels = [measure.label for measure in table.measures if found.where == MEASURES and measure.name == found.name]
    return replace(found, declared_label=labels[0]) if labels else found


def _missing(labels: Labels, *, hierarchy: Hierarchy | None, then: Labels | None) -> list[str]:
    """The names that should be there and are not; which areas a table has is told by its newest vintage alone."""
    here = labels.by_name
    gone = [name for name in sorted(labels.lasting) if name not in here]
    if hierarchy is None or hierarchy.kind != "area":
        return gone
    return [name for name in gone if then is not None and name in then.by_name]


def _candidates(
    labels: Labels, *, hierarchy: Hierarchy | None, then: Labels | None, missing: Sequence[str]
) -> set[str]:
    """What an unknown label may stand for: what is missing; of areas of one kind without a vintage, all that are not there."""
    if then is None and hierarchy is not None and hierarchy.level_holds is not None:
        return set(labels.lasting) - set(labels.by_name)
    return set(missing)


def _closest(label: str, among: Mapping[str, str], *, what: str) -> str | None:
    """The name whose spelling is nearest; of areas only where no other is near."""
    if what != "area":
        close = difflib.get_close_matches(label, among, n=1, cutoff=LIKE)
        return among[close[0]] if close else None
    near = {name for text, name in among.items() if is_near(label, text)}
    return near.pop() if len(near) == 1 else None


def _spelled_otherwise(
    labels: Labels,
    unknown: Mapping[str, str],
    *,
    hierarchy: Hierarchy | None,
    then: Labels | None,
    missing: Sequence[str],
) -> dict[str, str]:
    """By their ids the unknown labels that are other spellings, each with the name: what had the id, else what is like it."""
    known = then.spellings if then is not None else {}
    before = {key: then.name(known[key]) for key in unknown if key in known} if then is not None else {}
    if hierarchy is not None and hierarchy.root is not None and ROOT in unknown:
        before[ROOT] = hierarchy.root
    likely = {key: labels.likely[key] for key in unknown if key in labels.likely}
    by_id = likely | {key: name for key, name in before.items() if name is not None}
    found = {key: name for key, name in by_id.items() if name not in labels.by_name}
    wanted = _candidates(labels, hierarchy=hierarchy, then=then, missing=missing)
    left = {text: name for text, name in labels.names.items() if name in wanted and name not in found.values()}
    for key, label in unknown.items():
        # What stood beside what is missing all along is not its new name.
        beside = then.by_name if then is not None and label in then.spellings.get(key, ()) else {}
        fitting = {text: name for text, name in left.items() if name not in beside}
        if key not in found and (name := _closest(label, fitting, what=labels.what)) is not None:
            found[key] = name
            left = {text: each for text, each in left.items() if each != name}
    return found


def _moved(table: Table, labels: Labels, *, then: Labels, accepted: Mapping[str, str]) -> Iterator[Difference]:
    for value_id, before in then.spellings.items():
        after = labels.spellings.get(value_id)
        if after is None:
            continue
        was, is_now = then.name(before), labels.name(after) or accepted.get(labels.label(after))
        if was is not None and is_now is not None and was != is_now:
            yield Difference(
                table.id, "ids", IDS, labels.what, labels.label(after), then.label(before), of=labels.where
            )
