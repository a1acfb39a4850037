"""Highlights: what a run changed that a person would want to hear of: the largest revisions, the figures that moved."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from warehouse.marts.fill import Moves
from warehouse.schema import ops


@dataclass(frozen=True)
class Revision:
    """The largest revision of one table: which cell, what it was and is, in the measure's unit."""

    table: str
    of: str
    before: float
    after: float
    unit: str


_REVISIONS = """
select t.table_id as "table", concat_ws(', ', a.name, p.code, nullif(m.members, '')) as of,
       before.value as before, now.value as after, me.unit
from core.vintages v
join core.tables t using (table_no)
join core.series s on s.series_id = v.largest_revision_series_id
join core.areas a on a.area_id = s.area_id
join core.measures me on me.measure_id = s.measure_id
join core.periods p on p.period_id = v.largest_revision_period_id
cross join lateral (select string_agg(value, ', ' order by key) as members from jsonb_each_text(s.members::jsonb)) m
join core.observations now on now.table_no = v.table_no and now.series_id = s.series_id
  and now.period_id = p.period_id and now.vintage_id = v.vintage_id
join core.observations before on before.table_no = v.table_no and before.series_id = s.series_id
  and before.period_id = p.period_id and before.superseded_by = v.vintage_id
where v.run_id = :run_id and v.largest_revision > 0
order by abs(now.value - before.value) / greatest(abs(before.value), 1) desc, t.table_id
"""

_MOVES = """
select mart, rows, new, moved, gone, largest_of, largest_before, largest_after from ops.figure_moves
where run_id = :run_id and (new > 0 or moved > 0 or gone > 0) order by mart
"""


def largest_revisions(connection: Connection, *, run_id: int) -> list[Revision]:
    """The largest revision that a run brought to each table that was revised; those that are large for their value first."""
    return [Revision(**row) for row in connection.execute(text(_REVISIONS), {"run_id": run_id}).mappings()]


def figures_moved(connection: Connection, *, run_id: int) -> list[Moves]:
    """What moved in each mart of figures that a run filled anew, those in which nothing did left out."""
    return [Moves(**row) for row in connection.execute(text(_MOVES), {"run_id": run_id}).mappings()]


def note_moves(connection: Connection, moves: Moves, *, run_id: int) -> None:
    """Put on record what a run moved in one mart; where a run fills it twice, the last time counts."""
    row = asdict(moves) | {"run_id": run_id}
    connection.execute(insert(ops.figure_moves).on_conflict_do_update(constraint="pk_figure_moves", set_=row), row)


def revision_in_words(revision: Revision) -> str:
    """A revision in a sentence."""
    return f"{revision.table}: {revision.of}: {_or_dash(revision.before)} -> {_or_dash(revision.after)} {revision.unit}"


def moves_in_words(moves: Moves) -> str:
    """What moved in a mart, in a sentence."""
    counts = [f"{getattr(moves, name):,} {name}" for name in ("new", "moved", "gone") if getattr(moves, name)]
    largest = ""
    if moves.largest_of is not None:
        largest = f"; the most: {moves.largest_of}: {_or_dash(moves.largest_before)} -> {_or_dash(moves.largest_after)}"
    return f"{moves.mart}: {', '.join(counts)}{largest}"


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")
