"""How a publisher's words differ from the declaration of a table: label by label, and what it would be to accept each.

The same as what stops a table in the night, so that a person who accepts it knows that the next night publishes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from tasks.sources.label_changes import Labels
from warehouse.catalogue.additions import IDS, MEASURES, TABLE, Accepted
from warehouse.catalogue.guesses import names_of, unit_of
from warehouse.catalogue.model import Hierarchy, Table

_LIKE = 0.6
ROOT = "/"
Kind = Literal["spelling", "new", "ended", "ids", "gone"]


@dataclass(frozen=True)
class Difference:
    """One difference: what the publisher has (`label`) and what is declared (`name`); either may be empty."""

    table: str
    kind: Kind
    where: str
    what: str
    label: str
    name: str
    acceptable: bool = True

    @property
    def sentence(self) -> str:
        """The difference in words."""
        match self.kind:
            case "spelling":
                return f"the {self.what} '{self.name}' of {self.where} is now called '{self.label}'"
            case "new":
                return f"the {self.what} '{self.label}' of {self.where} is new, and not declared"
            case "ended":
                return f"the {self.what} '{self.name}' of {self.where} is declared, and no longer offered"
            case "ids":
                return f"'{self.label}' of {self.where} has the id that '{self.name}' had"
        return f"the publisher no longer lists {self.table}"

    @property
    def consequence(self) -> str:
        """What accepting it comes to."""
        match self.kind:
            case "spelling":
                return f"'{self.label}' is read as '{self.name}'"
            case "new":
                return (
                    f"'{self.label}' is loaded beside the others"
                    if self.acceptable
                    else "no area of that name is known"
                )
            case "ended":
                return f"'{self.name}' ended; what stands of it stays"
            case "ids":
                return "the labels mean what they did, and only the ids are others"
        return "the table is retired; what stands of it stays"

    def accepted(self, *, reason: str, by: str, today: date) -> Accepted:
        """What a person's word about it is, as it is written down."""
        said: dict[str, object] = {"where": self.where, "reason": reason, "by": by, "accepted_on": today}
        return Accepted.model_validate(said | self._what(today))

    def _what(self, today: date) -> dict[str, object]:
        if self.kind == "ended":
            return {"name": self.name, "until": today - timedelta(days=1)}
        if self.kind == "new" and self.where == MEASURES:
            unit = unit_of(self.label)
            return {"name": names_of([self.label], units=[unit])[0], "label": self.label, "unit": unit}
        name = self.label if self.kind == "new" else self.name
        return {"name": name, "label": self.label or None}


def gone(table: Table) -> Difference:
    """That a publisher no longer lists a table."""
    return Difference(table.id, "gone", TABLE, "table", "", table.title)


def differences(
    table: Table, *, now: Sequence[Labels], then: Sequence[Labels] = (), then_on: date | None = None, every: bool = True
) -> list[Difference]:
    """How a publisher's labels of a day differ from what is declared; `then` are those of the newest vintage.

    Where not `every` label that the publisher has is asked for, what is not declared is no difference.
    """
    before = {labels.where: labels for labels in then}
    found: list[Difference] = []
    for labels in now:
        hierarchy = next((each for each in (table.area, *table.breakdowns) if each.id == labels.where), None)
        known = before.get(labels.where)
        found += _in(table, labels, hierarchy=hierarchy, then=known, every=every)
        if known is not None and not _renumbered_since(table, then_on):
            found += _moved(table, labels, then=known)
    return found


def _renumbered_since(table: Table, then_on: date | None) -> bool:
    return table.renumbered is not None and then_on is not None and then_on < table.renumbered


def _in(
    table: Table, labels: Labels, *, hierarchy: Hierarchy | None, then: Labels | None, every: bool
) -> Iterator[Difference]:
    where = labels.where if hierarchy is not None else MEASURES
    missing = _missing(labels, hierarchy=hierarchy, then=then)
    unknown = {key: spelled[0] for key, spelled in labels.spellings.items() if labels.name(spelled) is None}
    spelled = _spelled_otherwise(labels, unknown, hierarchy=hierarchy, then=then, missing=missing)
    for value_id, name in spelled.items():
        yield Difference(table.id, "spelling", where, labels.what, unknown[value_id], name)
    if every and not (hierarchy is not None and hierarchy.open):
        for value_id, label in unknown.items():
            if value_id not in spelled:
                yield Difference(table.id, "new", where, labels.what, label, "", labels.what != "area")
    for name in missing:
        if name not in spelled.values():
            yield Difference(table.id, "ended", where, labels.what, "", name, labels.what != "area")


def _missing(labels: Labels, *, hierarchy: Hierarchy | None, then: Labels | None) -> list[str]:
    """The names that should be there and are not; which areas a table has is told by its newest vintage alone."""
    if then is None and hierarchy is not None and hierarchy.kind == "area":
        return []
    here = labels.by_name
    return [name for name in sorted(labels.lasting) if name not in here and (then is None or name in then.by_name)]


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
    here = labels.by_name
    found = {key: name for key, name in before.items() if name is not None and name not in here}
    left = {text: name for text, name in labels.names.items() if name in missing and name not in found.values()}
    for key, label in unknown.items():
        close = difflib.get_close_matches(label, left, n=1, cutoff=_LIKE)
        if key not in found and close:
            found[key] = left[close[0]]
            left = {text: name for text, name in left.items() if name != found[key]}
    return found


def _moved(table: Table, labels: Labels, *, then: Labels) -> Iterator[Difference]:
    for value_id, before in then.spellings.items():
        after = labels.spellings.get(value_id)
        was, is_now = then.name(before), labels.name(after) if after else None
        if after and was is not None and is_now is not None and was != is_now:
            yield Difference(table.id, "ids", IDS, labels.what, labels.label(after), then.label(before))
