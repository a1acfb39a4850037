"""Bring the marts up to the facts: those of benefits table by table, those of figures mart by mart, each in a transaction.

What is behind is found by comparing vintages, not by remembering what ran: where a run is killed before the marts are
filled, the next run fills them. Then claims are checked, what is told of hidden counts is audited, and thresholds are judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from tasks.answers.claims import fill_mart
from tasks.resources import RETRIES, open_resources
from tasks.runs.report import note_moves
from tasks.runs.states import problem
from tasks.watch.disclosure import told_too_much
from tasks.watch.thresholds.crossings import note_crossings, own_thresholds
from warehouse.catalogue.model import jobindsats
from warehouse.errors import in_a_sentence, in_words, went_away
from warehouse.marts import benefits, fill_profiles
from warehouse.marts.contract import FIGURE_MARTS
from warehouse.marts.fill import Moves, fill, is_behind


@task(name="derive marts", task_run_name="derive marts", cache_policy=NO_CACHE, **RETRIES)
def derive_marts() -> str:
    """Bring the marts of benefits up to the facts; gives what could not be derived, and why."""
    troubles: list[str] = []
    with open_resources() as resources:
        behind = bring_up_to_date(resources.engine, told=troubles.append)
    get_run_logger().info("marts rebuilt for %s", ", ".join(behind) or "no table")
    return problem("; ".join(troubles))


def bring_up_to_date(engine: Engine, *, told: Callable[[str], object] | None = None) -> list[str]:
    """Rebuild what is behind the facts, table by table, each in a transaction; gives those tables.

    A table that is refused stays as it was, and `told` says why; where nobody is told, the error is raised.
    """
    with engine.connect() as connection:
        behind = benefits.tables_behind(connection, catalogue=jobindsats())
    for table_id in behind:
        try:
            with engine.begin() as connection:
                benefits.rebuild(connection, table_id=table_id)
        except DBAPIError as error:
            if told is None or went_away(error):
                raise
            told(f"{table_id} stays as it was in marts.benefit_recipients: {in_words(error)}")
    if behind:
        with engine.begin() as connection:
            benefits.analyze(connection)
    return behind


@task(name="derive figures", task_run_name="derive figures", cache_policy=NO_CACHE, **RETRIES)
def derive_figures(run_id: int | None = None) -> str:
    """Bring the figures' marts up to the facts, and note what moved of a run; gives what could not be derived, and why."""
    troubles: list[str] = []
    with open_resources() as resources:
        moves = bring_figures_up_to_date(resources.engine, told=troubles.append, run_id=run_id)
        if resources.settings.claims is not None:
            _check_claims(resources.engine, place=resources.settings.claims, told=troubles.append)
        if run_id is not None:
            _audit_disclosure(resources.engine, run_id=run_id, told=troubles.append)
    get_run_logger().info("figures derived again: %s", ", ".join(each.mart for each in moves) or "none")
    return problem("; ".join(troubles))


@task(name="judge thresholds", task_run_name="judge thresholds", cache_policy=NO_CACHE, **RETRIES)
def judge_thresholds(run_id: int) -> str:
    """Hold a municipality's own limits against what stands now, and note what is crossed; gives why that failed."""
    with open_resources() as resources:
        try:
            file = own_thresholds(resources.settings)
            with resources.engine.begin() as connection:
                crossed = note_crossings(connection, file, run_id=run_id, now=resources.clock())
        except Exception as error:
            if went_away(error):
                raise
            return problem(f"the thresholds were not judged: {in_a_sentence(error)}")
    for message in crossed:
        get_run_logger().warning("a threshold is crossed: %s", message)
    return ""


def bring_figures_up_to_date(
    engine: Engine, *, told: Callable[[str], object], run_id: int | None = None
) -> list[Moves]:
    """Fill what is behind, mart by mart, each in a transaction; gives what moved in those, and notes it of a run.

    One that cannot be filled stays as it was, and `told` says why: one figure's trouble never stops another.
    """
    filled: list[Moves] = []
    # A budget's follow-up reads what the newest values are expected to settle at.
    _bring_revisions_up_to_date(engine, told=told)
    for mart in FIGURE_MARTS:
        with _told_unless_lost(told, f"marts.{mart.name} stays as it was"):
            with engine.begin() as connection:
                moves = fill(connection, mart) if is_behind(connection, mart) else None
                if moves is not None and run_id is not None:
                    note_moves(connection, moves, run_id=run_id)
            filled += [moves] if moves is not None else []
    return filled


def _bring_revisions_up_to_date(engine: Engine, *, told: Callable[[str], object]) -> None:
    """Compute how tables are revised and what their newest values will come to, of those behind, each in a transaction."""
    with engine.connect() as connection:
        behind = fill_profiles.tables_behind(connection)
    for table_id in behind:
        kept = f"{table_id} stays as it was in the marts of revisions"
        with _told_unless_lost(told, kept), engine.begin() as connection:
            fill_profiles.rebuild(connection, table_id=table_id)


def _check_claims(engine: Engine, *, place: Path, told: Callable[[str], object]) -> None:
    """Hold the claims of papers against what stands now; what cannot be checked leaves the mart as it was."""
    with _told_unless_lost(told, f"the claims of {place.name} were not checked"), engine.begin() as connection:
        fill_mart(connection, place=place)


def _audit_disclosure(engine: Engine, *, run_id: int, told: Callable[[str], object]) -> None:
    """Hold what the marts now tell against the counts that publishers hide; what leaks is told, and what cannot be audited."""
    with _told_unless_lost(told, "what is told of hidden counts was not audited"):
        leaking = told_too_much(engine, run_id=run_id)
        if leaking:
            told(leaking)


@contextmanager
def _told_unless_lost(told: Callable[[str], object], what: str) -> Iterator[None]:
    """Have told what failed, and why, and go on; a warehouse that was lost is raised."""
    try:
        yield
    except Exception as error:
        if went_away(error):
            raise
        told(f"{what}: {in_a_sentence(error)}")
