"""Where StatBank has a variable now that is declared by its id, and what it calls the total that is declared by its text.

Where its values tell which variable or which value is meant, a person may accept it; where they do not, only a new
declaration helps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tasks.sources.differences import Difference
from tasks.sources.label_changes import Labels, is_near
from tasks.sources.statbank.codes import is_code_of_total, is_total, place_of
from tasks.sources.statbank.metadata import BankMetadata, Variable
from tasks.stoppages import Undeclared, declared_anew
from warehouse.catalogue.model import Hierarchy, Table


def placed(
    metadata: BankMetadata, *, table: Table, then: Sequence[Labels] = ()
) -> tuple[Table, tuple[Difference, ...]]:
    """A declaration as it would be once what moved is accepted, and what moved; `then` are the newest vintage's labels.

    Raises Undeclared where it cannot be told which variable, or which of its values, is meant.
    """
    before = {labels.where: labels for labels in then}
    moved: list[Difference] = []
    own: list[Hierarchy] = []
    for hierarchy in (table.area, *table.breakdowns):
        there = _variable(hierarchy, metadata=metadata, table=table)
        if there.variable_id != hierarchy.id:
            moved.append(Difference(table.id, "hierarchy", hierarchy.id, "hierarchy", there.variable_id, hierarchy.id))
        here = hierarchy.model_copy(update={"id": there.variable_id})
        if (total := _total(here, variable=there, then=before.get(hierarchy.id), table=table)) is not None:
            moved.append(Difference(table.id, "spelling", here.id, "member", total, here.root or ""))
            here = here.model_copy(update={"also": (*here.also, total)})
        own.append(here)
    return table.model_copy(update={"area": own[0], "breakdowns": tuple(own[1:])}), tuple(moved)


def _variable(hierarchy: Hierarchy, *, metadata: BankMetadata, table: Table) -> Variable:
    """The declared variable where StatBank has it; else the one with the most of its values."""
    offered = {each.variable_id: each for each in metadata.variables if each != metadata.time}
    if hierarchy.id in offered:
        return offered[hierarchy.id]
    taken = {each.id for each in (table.area, *table.breakdowns)}
    others = [each for key, each in offered.items() if key not in taken]
    best = max(others, key=lambda each: _shared(each, hierarchy), default=None)
    if best is None or not _shared(best, hierarchy):
        raise Undeclared(
            f"{table.id}: StatBank has no variable {hierarchy.id}, nor one with its values (it has {', '.join(offered)}). "
            + declared_anew(table.id),
            label=hierarchy.id,
        )
    return best


def _shared(variable: Variable, hierarchy: Hierarchy) -> int:
    if hierarchy.kind == "area":
        texts = variable.texts.items()
        return sum(place_of(code, text=text, hierarchy=hierarchy) is not None for code, text in texts)
    return len(hierarchy.canonical.keys() & set(variable.texts.values()))


def _total(hierarchy: Hierarchy, *, variable: Variable, then: Labels | None, table: Table) -> str | None:
    """The text that the declared total of a breakdown has now; None where it has the declared one, or there is no total."""
    root, known = hierarchy.root, hierarchy.canonical
    if root is None or hierarchy.kind == "area" or any(known.get(text) == root for text in variable.texts.values()):
        return None
    unknown = {code: text for code, text in variable.texts.items() if text not in known}
    ways = (
        [text for code, text in unknown.items() if _stood_for(root, code=code, then=then)],
        [text for code, text in unknown.items() if is_code_of_total(code)],
        [text for text in unknown.values() if is_total(text)],
        [text for text in unknown.values() if is_near(text, root)],
    )
    found = next((texts[0] for texts in ways if len(texts) == 1), None)
    if found is None:
        raise Undeclared(
            f"{table.id}: {hierarchy.id} has no value '{root}', and which one is the total now cannot be told (it has "
            f"{_some(variable.texts)}). {declared_anew(table.id)}",
            label=root,
        )
    return found


def _stood_for(name: str, *, code: str, then: Labels | None) -> bool:
    return then is not None and code in then.spellings and then.name(then.spellings[code]) == name


def _some(texts: Mapping[str, str]) -> str:
    return ", ".join([*texts.values()][:5]) + (", ..." if len(texts) > 5 else "")
