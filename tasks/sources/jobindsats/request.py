"""What is asked for: a table's figures in chunks of periods, one level of each hierarchy at a time and the root apart.

Periods are named, never counted: `latest:N` above what exists is an error at the publisher, not a clip. A level is
asked for without `*`, since one label can stand on two levels of a hierarchy (seen in `_tilb_2ptv`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from urllib.parse import parse_qsl, urlsplit

from tasks.sources.jobindsats.metadata import ROOT, TableMetadata, level_to_ask
from warehouse.catalogue.model import Table
from warehouse.periods import Period

TABLES = "/tables?format=json"


def metadata_of(table: Table) -> str:
    """The question for one table's metadata."""
    return f"/table/{table.id}?format=json"


@dataclass(frozen=True)
class Cut:
    """Which nodes of each hierarchy one question asks for: `/` or `level:<id>`, with how many members that is."""

    nodes: tuple[tuple[str, str], ...]
    members: int


def cuts(table: Table, *, metadata: TableMetadata) -> list[Cut]:
    """Every combination of root and asked level over the table's hierarchies; raises Undeclared."""
    choices: list[list[tuple[tuple[str, str], int]]] = []
    for hierarchy in (table.area, *table.breakdowns):
        level = level_to_ask(metadata, hierarchy=hierarchy)
        nodes = [((hierarchy.id, ROOT), 1)]
        if level is not None:
            nodes.append(((hierarchy.id, f"level:{level.level_id}"), len(level.names)))
        choices.append(nodes)
    return [_cut(combination) for combination in product(*choices)]


def _cut(combination: tuple[tuple[tuple[str, str], int], ...]) -> Cut:
    members = 1
    for _, count in combination:
        members *= count
    return Cut(tuple(node for node, _ in combination), members)


def figures(table: Table, *, cut: Cut, periods: tuple[Period, ...]) -> str:
    """The question for the figures of one cut and some periods.

    Measures are asked for with `mgroup.*=*`; the raw letters `: , * /` are accepted in query values (seen).
    """
    hierarchies = "&".join(f"hierarchy.{hierarchy}={node}" for hierarchy, node in cut.nodes)
    named = ",".join(str(period) for period in periods)
    return f"/data/{table.id}?mgroup.*=*&period.{table.period}={named}&{hierarchies}&format=json"


def periods_per_call(table: Table, *, cut: Cut, cells_per_call: int) -> int:
    """How many periods of a cut fit one call; at least one."""
    return max(1, cells_per_call // (cut.members * len(table.measures)))


def in_chunks(periods: tuple[Period, ...], *, table: Table, cut: Cut, cells_per_call: int) -> list[tuple[Period, ...]]:
    """The periods in runs whose cells fit one call; at least one period each, oldest first."""
    size = periods_per_call(table, cut=cut, cells_per_call=cells_per_call)
    return [periods[start : start + size] for start in range(0, len(periods), size)]


def periods_asked(asked: str) -> list[Period]:
    """The periods that a question for figures named; none for any other question."""
    question = urlsplit(asked)
    if not question.path.startswith("/data/"):
        return []
    named = [value for key, value in parse_qsl(question.query) if key.startswith("period.")]
    return [Period.parse(period) for value in named for period in value.split(",")]
