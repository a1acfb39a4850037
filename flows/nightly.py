"""The night: load the assumptions, plan what is due, load each table, derive marts and figures, report."""

from __future__ import annotations

from prefect import flow

from tasks.audit import audit
from tasks.derive import derive_figures, derive_marts
from tasks.fetch import fetch
from tasks.load_assumptions import load_assumptions
from tasks.plan import plan, sources_asked
from tasks.publish import Published, publish
from tasks.results import Due
from tasks.runs.alerts import notify
from tasks.runs.lifecycle import end_run, one_at_a_time
from tasks.runs.outcomes import outcome_of, record_outcome, table_lock
from tasks.runs.report import RunReport, as_shown, report, tracked
from tasks.stage import stage


@flow(name="nightly", validate_parameters=True)
def nightly(tables: list[str] | None = None) -> RunReport:
    """One night: every table of every source, or those named, ends with exactly one outcome. Never two at once.

    Args:
        tables: Only these tables, by id (y01a02), or all of a source by its name (jobindsats, statbank, ranking_lists,
            local_files). Nothing: all of them.
    """
    return as_shown(one_at_a_time("nightly", tables=tables, work=lambda run_id: night(run_id, tables=tables)))


@flow(name="benchmark-lists", validate_parameters=True)
def benchmark_lists() -> RunReport:
    """The ranking lists alone, then the marts; Jobindsats is not asked. Never beside a night."""
    lists = ["ranking_lists"]
    return as_shown(one_at_a_time("nightly", tables=lists, work=lambda run_id: night(run_id, tables=lists)))


def night(run_id: int, *, tables: list[str] | None) -> RunReport:
    """A night's steps, in order."""
    problems = [load_assumptions()]
    for source in sources_asked(tables):
        for due in tracked(plan(source, run_id=run_id, tables=tables), key="night-progress"):
            outcome = outcome_of(due, load=lambda due: load(due, run_id=run_id))
            record_outcome(run_id, due=due, outcome=outcome)
    problems += [derive_marts(), derive_figures(run_id)]
    ended = end_run(run_id, problems=problems)
    report(ended)
    notify()
    return ended


def load(due: Due, *, run_id: int) -> Published:
    """One table from its source to a vintage; raises a Stoppage wherever it ends early."""
    with table_lock(due.table_id):
        staged = stage(fetch(due, run_id=run_id))
        audit(staged)
        return publish(staged)
