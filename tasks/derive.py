"""Derive: marts are brought up to the facts, table by table, each in one transaction.

What is behind is found by comparing vintages, not by remembering what ran: a derivation that died is made up for by the
next one.
"""

from __future__ import annotations

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, Engine, text

from tasks.again import AGAIN
from tasks.border import crossing
from warehouse.catalogue.model import Catalogue, jobindsats
from warehouse.database import reader_role as readers
from warehouse.history.staging import table_number

_BEHIND = """
select t.table_id from core.tables t
join ops.mart_recipes recipe using (table_id)
join lateral (select max(vintage_id) as vintage_id from core.vintages where table_no = t.table_no) newest on true
left join lateral (select min(vintage_id) as vintage_id from marts.benefit_recipients where table_id = t.table_id) mart
  on true
left join ops.mart_builds built using (table_id)
where t.table_id = any(:table_ids) and newest.vintage_id is not null
  and (mart.vintage_id, built.recipe) is distinct from (newest.vintage_id, recipe.recipe)
order by t.table_no
"""
_BUILT = """
insert into ops.mart_builds (table_id, recipe) select table_id, recipe from ops.mart_recipes where table_id = :table_id
on conflict (table_id) do update set recipe = excluded.recipe
"""
# An area's rows lie side by side: that is how they are read.
_FILL = """
insert into marts.benefit_recipients
select * from core.benefit_recipients_of(array[cast(:table_no as smallint)], 'infinity')
order by area_code, benefit_group, period_first_day
"""


@task(name="derive", cache_policy=NO_CACHE, **AGAIN)
def derive_marts() -> list[str]:
    """Bring the marts up to the facts; gives the tables whose marts were rebuilt."""
    with crossing() as border:
        behind = bring_up_to_date(border.engine)
    get_run_logger().info("marts rebuilt for %s", ", ".join(behind) or "no table")
    return behind


def bring_up_to_date(engine: Engine) -> list[str]:
    """Rebuild what is behind the facts, table by table, each in a transaction; gives those tables."""
    with engine.connect() as connection:
        behind = tables_behind(connection, catalogue=jobindsats())
    for table_id in behind:
        with engine.begin() as connection:
            rebuild(connection, table_id=table_id)
    if behind:
        # Until somebody tells the planner, it takes a mart that was made anew for an empty one.
        with engine.begin() as connection:
            connection.execute(text("analyze marts.benefit_recipients"))
    return behind


def tables_behind(connection: Connection, *, catalogue: Catalogue) -> list[str]:
    """The tables whose marts rest on another vintage than the newest, or on other words of the catalogue."""
    table_ids = sorted({group.table for group in catalogue.benefit_groups})
    return list(connection.scalars(text(_BEHIND), {"table_ids": table_ids}))


def rebuild(connection: Connection, *, table_id: str) -> None:
    """Rebuild one table's rows of `marts.benefit_recipients`: one row per benefit group x area x month."""
    connection.execute(text("select pg_advisory_xact_lock(hashtext('marts'), hashtext(:id))"), {"id": table_id})
    connection.execute(text("delete from marts.benefit_recipients where table_id = :id"), {"id": table_id})
    connection.execute(text(_FILL), {"table_no": table_number(connection, table_id=table_id)})
    connection.execute(text(_BUILT), {"table_id": table_id})
    readers.renew(connection)
