"""The night: note what is assumed, ask the publisher what is new, bring each table in, derive the marts, report."""

from __future__ import annotations

from prefect import flow

from tasks.audit import audit
from tasks.derive import derive_figures, derive_marts
from tasks.fetch import fetch
from tasks.load_assumptions import assume
from tasks.plan import ask_publisher, look_around
from tasks.publish import Published, publish_staged
from tasks.results import Decision, Fetched, Found
from tasks.runs.alerts import notify
from tasks.runs.lifecycle import RunReport, end_run, one_at_a_time
from tasks.runs.outcomes import alone_with, record_outcome, settle
from tasks.runs.report import as_shown, report, tracked
from tasks.stage import stage


@flow(name="nightly", validate_parameters=True)
def nightly(tables: list[str] | None = None) -> RunReport:
    """One night: every table of the catalogue, or those named, ends with exactly one outcome. Never two at once.

    Args:
        tables: Only these tables, by id (y01a02), or all of a source by its name (statbank, ranking_lists, local_files).
            Nothing: all of them.
    """
    return as_shown(one_at_a_time("nightly", tables=tables, work=lambda run_id: night(run_id, tables=tables)))


def night(run_id: int, *, tables: list[str] | None) -> RunReport:
    """A night's steps, in order."""
    troubles = [assume()]
    for decision in tracked(ask_publisher(run_id, tables=tables), key="night-progress"):
        outcome = settle(decision, walk=lambda due: road(due, run_id=run_id))
        record_outcome(run_id, decision=decision, outcome=outcome)
    for found in tracked(look_around(run_id, tables=tables), key="night-progress-elsewhere"):
        outcome = settle(found.decision, walk=lambda _: side_road(found, run_id=run_id))  # noqa: B023  # it is walked at once
        record_outcome(run_id, decision=found.decision, outcome=outcome)
    derive_marts()
    troubles.append(derive_figures(run_id))
    ended = end_run(run_id, troubles=troubles)
    report(ended)
    notify()
    return ended


def road(decision: Decision, *, run_id: int) -> Published:
    """The road of one table: archive, staging, audit, facts. Raises a Stoppage wherever it ends early."""
    with alone_with(decision.table_id):
        return onwards(fetch(decision.table_id, listing=decision.listing, run_id=run_id))


def side_road(found: Found, *, run_id: int) -> Published:
    """The road of a table of another source, whose bytes are in the archive already."""
    fetched = found.fetched(run_id)
    with alone_with(fetched.table_id):
        return onwards(fetched)


def onwards(fetched: Fetched) -> Published:
    """From archived bytes to facts."""
    staged = stage(fetched)
    audit(staged)
    return publish_staged(staged)


@flow(name="benchmark-lists", validate_parameters=True)
def benchmark_lists() -> RunReport:
    """One look at the ranking lists alone, then the marts; Jobindsats is not asked. Never beside a night."""
    lists = ["ranking_lists"]
    return as_shown(one_at_a_time("nightly", tables=lists, work=lambda run_id: night(run_id, tables=lists)))
