"""Record assumptions in the warehouse: what is taken for granted from a moment on.

Nothing is overwritten: an assumption that is changed or no longer declared is closed at that moment, and a new one
opened. So a figure as of a moment rests on the assumptions of that moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, or_, select, text, union, update

from warehouse.assumptions.model import Assumption
from warehouse.errors import ClockRunsBackwards
from warehouse.schema.core import assumptions

DECLARED = tuple(Assumption.model_fields)


def record(connection: Connection, declared: Iterable[Assumption], *, now: datetime) -> tuple[int, int]:
    """Make what is declared what stands, within the caller's transaction; how many were opened and closed.

    The same declaration twice writes nothing. Raises ClockRunsBackwards.
    """
    connection.execute(text("select pg_advisory_xact_lock(hashtext('assumptions'))"))
    standing = {_content(row): row["assumption_id"] for row in _standing(connection)}
    wanted = {_content(each.model_dump()): each for each in declared}
    closing = [number for content, number in standing.items() if content not in wanted]
    opening = [each for content, each in wanted.items() if content not in standing]
    if closing or opening:
        _require_forward_clock(connection, now=now)
    if closing:
        gone = assumptions.c.assumption_id.in_(closing)
        connection.execute(update(assumptions).where(gone).values(superseded_at=now))
    if opening:
        connection.execute(insert(assumptions), [each.model_dump() | {"recorded_at": now} for each in opening])
    return len(opening), len(closing)


def _content(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in DECLARED)


def _standing(connection: Connection) -> list[dict[str, Any]]:
    query = select(assumptions).where(assumptions.c.superseded_at.is_(None))
    return [dict(row) for row in connection.execute(query).mappings()]


def _require_forward_clock(connection: Connection, *, now: datetime) -> None:
    moments = select(func.greatest(func.max(assumptions.c.recorded_at), func.max(assumptions.c.superseded_at)))
    newest = connection.scalar(moments)
    if newest is not None and now <= newest:
        raise ClockRunsBackwards(
            f"assumptions were recorded at {newest:%Y-%m-%d %H:%M:%S}, and it is {now:%Y-%m-%d %H:%M:%S} now: what "
            "replaces them cannot be older. Set the clock (JOBINDSATS_NOW in a rehearsal) or use another data folder; where "
            "the clock was wrong then, `jobindsats warehouse redate` takes it back"
        )


def moments(connection: Connection) -> list[datetime]:
    """The moments at which anything taken for granted changed, in order."""
    column = assumptions.c
    changed = union(select(column.recorded_at), select(column.superseded_at).where(column.superseded_at.is_not(None)))
    return [moment.astimezone(UTC) for moment in sorted(connection.scalars(changed))]


def standing_at(connection: Connection, moment: datetime) -> tuple[Assumption, ...]:
    """What was taken for granted at a moment, as it was declared, sorted."""
    rows = connection.execute(_standing_at(moment).order_by(*_ORDER)).mappings()
    return tuple(Assumption.model_construct(**{name: row[name] for name in DECLARED}) for row in rows)


def _standing_at(moment: datetime) -> Select[Any]:
    column = assumptions.c
    stands = or_(column.superseded_at.is_(None), column.superseded_at > moment)
    return select(assumptions).where(column.recorded_at <= moment, stands)


_ORDER = [assumptions.c[name].nulls_first() for name in ("name", "area_code", "basis", "valid_from")]
