"""Report: what a run has to tell, with the largest revisions and the figures that moved; left with Prefect as artifacts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from tasks.runs.artifacts import left_page, left_table
from tasks.runs.states import ended_as
from warehouse.database.sql_files import read_sql
from warehouse.marts.fill import Moves
from warehouse.schema import ops


@dataclass(frozen=True)
class RunReport:
    """What a run did: its number, its outcome (completed, attention, failed, yielded, superseded) and each table's.

    `revisions` and `moves` are sentences: the largest revision of each table, and the figures that moved.
    """

    run: int
    outcome: str
    tables: list[dict[str, Any]]
    message: str = ""
    revisions: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()


def as_json(report: RunReport) -> dict[str, Any]:
    """A report as the command line gives it; a message is there where a run has one that is no table's."""
    said = {"message": report.message} if report.message else {}
    return {"run": report.run, "outcome": report.outcome, "tables": report.tables} | said


@task(name="report", task_run_name="report", cache_policy=NO_CACHE)
def report(found: RunReport) -> None:
    """Leave a run's report with Prefect: a table of outcomes, and a page to read."""
    left_table("night-outcomes", _rows(found.tables), description=_headline(found))
    left_page("night-report", markdown(found), description=_headline(found))


def _rows(tables: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    names = ("table", "outcome", "new", "revised", "withdrawn", "unchanged", "newest_period", "message")
    return [{name: table[name] for name in names} for table in tables]


def _headline(found: RunReport) -> str:
    return f"Night {found.run}: {found.outcome}"


def as_shown(found: RunReport) -> RunReport:
    """A run's report as its flow gives it: in Prefect the run ends under the name of its outcome."""
    return ended_as(found.outcome, found, message=_in_a_line(found))


def _in_a_line(found: RunReport) -> str:
    """How many tables ended how, those named that need a look."""
    by_outcome: dict[str, list[str]] = {}
    for table in found.tables:
        by_outcome.setdefault(table["outcome"], []).append(table["table"])
    counted = []
    for outcome in sorted(by_outcome, key=_FIRST.index):
        tables = by_outcome[outcome]
        named = f" ({', '.join(tables[:3])}{' ...' if len(tables) > 3 else ''})" if outcome in _FIRST[:3] else ""
        counted.append(f"{len(tables)} {outcome}{named}")
    return ". ".join(filter(None, (_headline(found), found.message, ", ".join(counted))))


_FIRST = ("failed", "quarantined", "source_late", "published", "unchanged", "not_due")


def markdown(found: RunReport) -> str:
    """A run's report as a page: what went wrong first, then what is new."""
    parts = [f"# {_headline(found)}", found.message, *_troubles(found.tables), _counted(found.tables)]
    if found.revisions:
        parts += ["## Revised the most", *(f"- {sentence}" for sentence in found.revisions)]
    if found.moves:
        parts += ["## Figures that moved", *(f"- {sentence}" for sentence in found.moves)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _troubles(tables: Sequence[dict[str, Any]]) -> Iterator[str]:
    troubled = [table for table in tables if table["outcome"] in ("failed", "quarantined", "source_late")]
    if troubled:
        yield "## Needs a look"
    by_message: dict[tuple[str, str], list[str]] = {}
    for table in troubled:
        by_message.setdefault((table["outcome"], table["message"]), []).append(f"`{table['table']}`")
    for (outcome, message), named in by_message.items():
        yield f"**{outcome}** {', '.join(named)}: {message}"


def _counted(tables: Sequence[dict[str, Any]]) -> str:
    brought = [table for table in tables if table["outcome"] == "published"]
    if not brought:
        return "Nothing new was published." if tables else ""
    head = [
        "## Published",
        "",
        "| table | new | revised | withdrawn | unchanged | newest |",
        "|---|--:|--:|--:|--:|---|",
    ]
    names = ("new", "revised", "withdrawn", "unchanged")
    lines = [
        f"| {table['table']} | {' | '.join(f'{table[name]:,}' for name in names)} | {table['newest_period'] or ''} |"
        for table in brought
    ]
    return "\n".join([*head, *lines])


_MOVES = """
select mart, rows, new, moved, gone, largest_of, largest_before, largest_after from ops.figure_moves
where run_id = :run_id and (new > 0 or moved > 0 or gone > 0) order by mart
"""


def largest_revisions(connection: Connection, *, run_id: int) -> tuple[str, ...]:
    """The largest revision that a run brought to each table, a sentence each; those that are large for their value first."""
    found = connection.execute(text(read_sql(__package__, "largest_revisions")), {"run_id": run_id})
    return tuple(f"{row.table}: {row.of}: {_or_dash(row.before)} -> {_or_dash(row.after)} {row.unit}" for row in found)


def figures_moved(connection: Connection, *, run_id: int) -> tuple[str, ...]:
    """What moved in each mart of figures that a run filled anew, a sentence each; those in which nothing did left out."""
    found = connection.execute(text(_MOVES), {"run_id": run_id}).mappings()
    return tuple(moves_in_words(Moves(**row)) for row in found)


def note_moves(connection: Connection, moves: Moves, *, run_id: int) -> None:
    """Put on record what a run moved in one mart; where a run fills it twice, the last time counts."""
    row = asdict(moves) | {"run_id": run_id}
    connection.execute(insert(ops.figure_moves).on_conflict_do_update(constraint="pk_figure_moves", set_=row), row)


def moves_in_words(moves: Moves) -> str:
    """What moved in a mart, in a sentence."""
    counts = [f"{getattr(moves, name):,} {name}" for name in ("new", "moved", "gone") if getattr(moves, name)]
    largest = ""
    if moves.largest_of is not None:
        largest = f"; the most: {moves.largest_of}: {_or_dash(moves.largest_before)} -> {_or_dash(moves.largest_after)}"
    return f"{moves.mart}: {', '.join(counts)}{largest}"


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")
