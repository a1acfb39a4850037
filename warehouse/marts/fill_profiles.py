"""Fill the marts of revisions, table by table, from every version the warehouse keeps.

Apart from the declarations, which every command reads: what computes is loaded where something is filled.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, text

from warehouse.database import reader_role
from warehouse.figures.revision_profile import development
from warehouse.figures.revision_profile import revision_profile as profiled
from warehouse.figures.settled_values import settled_values as expected
from warehouse.marts.fill import code_hash
from warehouse.marts.revision_profile import revision_profile
from warehouse.marts.settled_values import settled_values

_STANDS = """
select t.table_id, concat_ws(' ', cast(:code as text), newest.vintage_id, recipe.recipe, assumed.newest) as rests_on
from core.tables t
join ops.mart_recipes recipe using (table_id)
join lateral (select max(vintage_id) as vintage_id from core.vintages where table_no = t.table_no) newest on true
cross join (select max(assumption_id) as newest from core.assumptions) assumed
where newest.vintage_id is not null
"""
_BEHIND = f"""
select stands.table_id from ({_STANDS}) stands
left join ops.figure_builds built on built.mart = 'revisions of ' || stands.table_id
where built.rests_on is distinct from stands.rests_on order by stands.table_id
"""  # noqa: S608
_BUILT = f"""
insert into ops.figure_builds (mart, rests_on)
select 'revisions of ' || table_id, rests_on from ({_STANDS}) stands where table_id = :table_id
on conflict (mart) do update set rests_on = excluded.rests_on
"""  # noqa: S608


def tables_behind(connection: Connection) -> list[str]:
    """The tables whose rows rest on an older vintage, other words of the catalogue, other assumptions or other code."""
    return list(connection.scalars(text(_BEHIND), {"code": code_hash()}))


def rebuild(connection: Connection, *, table_id: str) -> None:
    """Compute one table's profile and settled values anew within the caller's transaction."""
    connection.execute(text("select pg_advisory_xact_lock(hashtext('revisions'), hashtext(:id))"), {"id": table_id})
    own = development(connection, table_id=table_id)
    profile, values = profiled(own, table_id=table_id), expected(connection, own, table_id=table_id)
    for mart, found in ((revision_profile, profile), (settled_values, values)):
        rows = found.to_dicts()
        connection.execute(mart.delete().where(mart.c.table_id == table_id))
        if rows:
            connection.execute(insert(mart), rows)
    connection.execute(text(_BUILT), {"code": code_hash(), "table_id": table_id})
    reader_role.renew(connection)
