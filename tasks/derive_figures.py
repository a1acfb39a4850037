"""Derive the marts of figures: each is filled anew, in one transaction, when what it rests on has changed.

What it rests on is written down with it: the newest vintages of the tables it reads, the assumptions on record, and the
code that computes it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Engine

from tasks.again import AGAIN
from tasks.border import crossing
from tasks.check_claims import fill_mart
from tasks.highlights import note_moves
from warehouse.errors import went_away
from warehouse.marts.fill import MARTS, Moves, fill, is_behind


@task(name="derive figures", cache_policy=NO_CACHE, **AGAIN)
def derive_figures(run_id: int | None = None) -> str:
    """Bring the figures' marts up to the facts, and note what moved of a run; gives what could not be derived, and why."""
    troubles: list[str] = []
    with crossing() as border:
        moves = bring_figures_up_to_date(border.engine, told=troubles.append, run_id=run_id)
        if border.settings.claims is not None:
            _check_claims(border.engine, place=border.settings.claims, told=troubles.append)
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
