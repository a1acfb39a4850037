"""v3's query language: what a /data call asks for, or the refusal the publisher would send.

The three texts of the 422 answers are the publisher's own, and so is the order of the first two checks. All other
refusals are ours: no public body shows what the publisher says then.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from tests.standin.editions import ROOT, Edition, Hierarchy, Measure


class RefusedError(Exception):
    """The publisher would answer with this status and cause."""

    def __init__(self, cause: str, *, status: int = 422) -> None:
        super().__init__(cause)
        self.cause = cause
        self.status = status


@dataclass(frozen=True)
class Question:
    """What one /data call asks for: codes per hierarchy in the table's order, period positions, measures, format."""

    nodes: dict[str, tuple[int, ...]]
    periods: tuple[int, ...]
    measures: tuple[Measure, ...]
    form: str


def parameters(query: str) -> list[tuple[str, str]]:
    """The pairs of a query string, raw or percent-encoded."""
    return parse_qsl(query, keep_blank_values=True)


def form_of(pairs: list[tuple[str, str]]) -> str:
    """json or csv; json where nothing is said, which no public call shows."""
    form = dict(pairs).get("format", "json")
    if form not in ("json", "csv"):
        raise RefusedError(f"Unknown format: {form}")
    return form


def _asked(pairs: list[tuple[str, str]], prefix: str) -> dict[str, str]:
    found = [(name.removeprefix(prefix), value) for name, value in pairs if name.startswith(prefix)]
    if len(dict(found)) < len(found):
        raise RefusedError(f"Repeated parameters: {sorted(prefix + name for name, _ in found)}")
    return dict(found)


def question(edition: Edition, query: str) -> Question:
    """Read a query against one table. Raises RefusedError, hierarchies first, then the period type, then the rest."""
    pairs = parameters(query)
    hierarchies, periods = _asked(pairs, "hierarchy."), _asked(pairs, "period.")
    own = {hierarchy.id: hierarchy for hierarchy in edition.hierarchies}
    if unknown := [name for name in hierarchies if name not in own]:
        raise RefusedError(f"Unknown hierarchies: {unknown}")
    positions = _periods(edition, periods)
    if strange := [
        name for name, _ in pairs if name.partition(".")[0] not in ("hierarchy", "period", "mgroup", "format")
    ]:
        raise RefusedError(f"Unknown parameters: {strange}")
    _one_per_dimension([own[name] for name in hierarchies])
    nodes = {h.id: _nodes(h, hierarchies[h.id]) for h in edition.hierarchies if h.id in hierarchies}
    return Question(nodes, positions, _measures(edition, _asked(pairs, "mgroup.")), form_of(pairs))


def _one_per_dimension(asked: list[Hierarchy]) -> None:
    dimensions = [hierarchy.dimension_id for hierarchy in asked]
    if not any(hierarchy.is_area for hierarchy in asked):
        raise RefusedError("Missing area hierarchy")
    if len(set(dimensions)) < len(dimensions):
        raise RefusedError(f"More than one hierarchy of a dimension: {[hierarchy.id for hierarchy in asked]}")


def _nodes(hierarchy: Hierarchy, text: str) -> tuple[int, ...]:
    """`/`, a comma list of nodes, `*` for every node of every level, or `level:ID`."""
    if text == "*":
        return tuple(range(len(hierarchy.nodes)))
    if text.startswith("level:"):
        return _level(hierarchy, text.removeprefix("level:"))
    wanted = text.split(",")
    if unknown := [value for value in wanted if value not in hierarchy.code]:
        raise RefusedError(f"Unknown values for hierarchy {hierarchy.id}: {unknown}")
    return tuple(hierarchy.code[value] for value in wanted)


def _level(hierarchy: Hierarchy, level_id: str) -> tuple[int, ...]:
    for level in hierarchy.levels:
        if level.id == level_id:
            return tuple(hierarchy.code[node.value_id] for node in level.nodes)
    raise RefusedError(f"Unknown level for hierarchy {hierarchy.id}: {level_id}")


def _periods(edition: Edition, asked: dict[str, str]) -> tuple[int, ...]:
    if unknown := [kind for kind in asked if kind != edition.kind]:
        raise RefusedError(f"Unknown period type: {unknown[0]}")
    if not asked:
        raise RefusedError("Missing period")
    text = asked[edition.kind]
    return _latest(edition, text) if text.startswith("latest:") else _named(edition, text)


def _latest(edition: Edition, text: str) -> tuple[int, ...]:
    """The newest N that exist; asking for more is an error and no clip."""
    number = text.removeprefix("latest:")
    if not number.isascii() or not number.isdigit() or int(number) < 1:
        raise RefusedError(f"Invalid period expression: {text}")
    if int(number) > len(edition.periods):
        raise RefusedError(
            f"Requested latest:{number} for type {edition.kind}, but only {len(edition.periods)} periods are available."
        )
    return tuple(range(int(number)))


def _named(edition: Edition, text: str) -> tuple[int, ...]:
    position = {period: number for number, period in enumerate(edition.periods)}
    wanted = text.split(",")
    if unknown := [period for period in wanted if period not in position]:
        raise RefusedError(f"Unknown periods: {unknown}")
    return tuple(position[period] for period in wanted)


def _measures(edition: Edition, asked: dict[str, str]) -> tuple[Measure, ...]:
    """`mgroup.*=*`, or measure ids (or `*`) of chosen groups, in the publisher's order."""
    if asked == {"*": "*"}:
        return edition.measures
    if not asked:
        raise RefusedError("Missing mgroup")
    groups = {group.id: group for group in edition.groups}
    if unknown := [name for name in asked if name not in groups]:
        raise RefusedError(f"Unknown mgroups: {unknown}")
    wanted: set[str] = set()
    for name, text in asked.items():
        ids = [measure.id for measure in groups[name].measures]
        chosen = ids if text == "*" else text.split(",")
        if missing := [measure for measure in chosen if measure not in ids]:
            raise RefusedError(f"Unknown measures: {missing}")
        wanted.update(chosen)
    return tuple(measure for measure in edition.measures if measure.id in wanted)


def is_root_only(hierarchy: Hierarchy, nodes: tuple[int, ...]) -> bool:
    """Whether a hierarchy was asked for at its root alone."""
    return all(hierarchy.nodes[code].value_id == ROOT for code in nodes)
