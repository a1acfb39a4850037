"""Derive: marts are brought up to the facts, table by table, each in one transaction.

What is behind is found by comparing vintages, not by remembering what ran: a derivation that died is made up for by the
next one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, Engine, text

from tasks.answers.claims import fill_mart
from tasks.resources import RETRIES, open_resources
from tasks.runs.largest_changes import note_moves
from warehouse.catalogue.model import Catalogue, jobindsats
from warehouse.database import reader_role as readers
from warehouse.errors import went_away
from warehouse.history.staging import table_number
from warehouse.marts.fill import MARTS, Moves, fill, is_behind

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


@task(name="derive", cache_policy=NO_CACHE, **RETRIES)
def derive_marts() -> list[str]:
    """Bring the marts up to the facts; gives the tables whose marts were rebuilt."""
    with open_resources() as resources:
        behind = bring_up_to_date(resources.engine)
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


@task(name="derive figures", cache_policy=NO_CACHE, **RETRIES)
def derive_figures(run_id: int | None = None) -> str:
    """Bring the figures' marts up to the facts, and note what moved of a run; gives what could not be derived, and why."""
    troubles: list[str] = []
    with open_resources() as resources:
        moves = bring_figures_up_to_date(resources.engine, told=troubles.append, run_id=run_id)
        if resources.settings.claims is not None:
            _check_claims(resources.engine, place=resources.settings.claims, told=troubles.append)
    for trouble in troubles:
        get_run_logger().error(trouble)
    get_run_logger().info("figures derived again: %s", ", ".join(each.mart for each in moves) or "none")
    return "; ".join(troubles)


def bring_figures_up_to_date(
    engine: Engine, *, told: Callable[[str], object], run_id: int | None = None
) -> list[Moves]:
    """Fill what is behind, mart by mart, each in a transaction; gives what moved in those, and notes it of a run.

    One that cannot be filled stays as it was, and `told` says why: one figure's trouble never stops another.
    """
    filled: list[Moves] = []
    for mart in MARTS:
        try:
            with engine.begin() as connection:
                if is_behind(connection, mart):
                    moves = fill(connection, mart)
                    if run_id is not None:
                        note_moves(connection, moves, run_id=run_id)
                    filled.append(moves)
        except Exception as error:
            if went_away(error):
                raise
            told(f"marts.{mart.table.name} stays as it was: {error}")
    return filled


def _check_claims(engine: Engine, *, place: Path, told: Callable[[str], object]) -> None:
    """Hold the claims of papers against what stands now; what cannot be checked leaves the mart as it was."""
    try:
        with engine.begin() as connection:
            fill_mart(connection, place=place)
    except Exception as error:
        if went_away(error):
            raise
        told(f"the claims of {place.name} were not checked: {error}")
