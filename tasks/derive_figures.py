"""Derive the marts of figures: each is filled anew, in one transaction, when what it rests on has changed.

What it rests on is written down with it: the newest vintages of the tables it reads, the assumptions on record, and the
code that computes it.
"""

from __future__ import annotations

from pathlib import Path

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Engine

from tasks.again import AGAIN
from tasks.border import crossing
from tasks.check_claims import fill_mart
from warehouse.claims_file import ClaimsError
from warehouse.figures.marts import MARTS, fill, is_behind


@task(name="derive figures", cache_policy=NO_CACHE, **AGAIN)
def derive_figures() -> list[str]:
    """Bring the figures' marts up to the facts; gives those that were filled anew."""
    with crossing() as border:
        filled = bring_figures_up_to_date(border.engine)
        if border.settings.claims is not None:
            filled += _check_claims(border.engine, place=border.settings.claims)
    get_run_logger().info("figures derived again: %s", ", ".join(filled) or "none")
    return filled


def bring_figures_up_to_date(engine: Engine) -> list[str]:
    """Fill what is behind, mart by mart, each in a transaction; gives those marts."""
    filled = []
    for mart in MARTS:
        with engine.begin() as connection:
            if is_behind(connection, mart):
                fill(connection, mart)
                filled.append(mart.table.name)
    return filled


def _check_claims(engine: Engine, *, place: Path) -> list[str]:
    """Hold the claims of papers against what stands now; a file that cannot be read leaves the mart as it was."""
    try:
        with engine.begin() as connection:
            rows = fill_mart(connection, place=place)
    except ClaimsError as error:
        get_run_logger().warning("claims were not checked: %s", error)
        return []
    return [f"claim_check ({rows} claims)"]
