"""What the warehouse has loaded, for a person who looks for a table: those that no catalogue declares too, and open members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, Row, text

from warehouse.catalogue.model import Hierarchy, Table
from warehouse.reading import members_held

_LOADED = """
select t.table_id, t.publisher, d.declaration
from marts.tables t join marts.declared_tables() d using (table_id)
where t.is_loaded and d.declaration is not null
"""
_PERIODS = """
select distinct p.code from core.observations o
join core.periods p using (period_id) join core.tables t using (table_no)
where t.table_id = :table_id and o.superseded_by is null order by 1
"""


@dataclass(frozen=True)
class Loaded:
    """One table that is loaded, as it was recorded; `open_members` are those held of each breakdown that is open."""

    table: Table
    publisher: str
    open_members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def members_of(self, hierarchy: Hierarchy) -> tuple[str, ...]:
        """The members of a breakdown below its total, as they are declared, or held where it is open."""
        held = self.open_members.get(hierarchy.dimension)
        named = tuple(member.name for member in hierarchy.members) if held is None else held
        return tuple(name for name in named if name != hierarchy.root)

    @property
    def texts(self) -> tuple[str, ...]:
        """The members that only the warehouse knows."""
        return tuple(name for names in self.open_members.values() for name in names)


def loaded_tables(engine: Engine | None) -> dict[str, Loaded]:
    """Every table of which something is published, by its id; none where there is no warehouse."""
    if engine is None:
        return {}
    with engine.connect() as connection:
        rows = connection.execute(text(_LOADED)).all()
        found = [_loaded(connection, row) for row in rows]
    return {each.table.id: each for each in found if each is not None}


def _loaded(connection: Connection, row: Row[Any]) -> Loaded | None:
    """One table; None where another version of this package recorded it in another form."""
    try:
        table = Table.model_validate(row.declaration)
    except ValidationError:
        return None
    asked = [each.dimension for each in table.breakdowns if each.open]
    held = {each: tuple(members_held(connection, table_id=table.id, dimension=each)) for each in asked}
    return Loaded(table, row.publisher, held)


def periods_held(engine: Engine, *, of: str) -> list[str]:
    """The periods that stand of a table, the oldest first."""
    with engine.connect() as connection:
        return list(connection.scalars(text(_PERIODS), {"table_id": of}))
