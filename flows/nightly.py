"""The night: load the assumptions, plan what is due, load each table, derive marts and figures, judge, report."""

from __future__ import annotations

from prefect import flow

from tasks.audit import audit
from tasks.derive import derive_figures, derive_marts, judge_thresholds
from tasks.fetch import fetch
from tasks.load_assumptions import load_assumptions
from tasks.plan import plan, sources_asked
from tasks.publish import Published, publish
from tasks.results import Due
from tasks.runs import names
from tasks.runs.alerts import notify
from tasks.runs.artifacts import tracked
from tasks.runs.forms import AnyTables
from tasks.runs.lifecycle import end_run, one_at_a_time
from tasks.runs.outcomes import TableOutcome, outcome_of, record_outcome, record_settled, table_as_shown, table_lock
from tasks.runs.report import RunReport, as_shown, report
from tasks.runs.states import value_of
from tasks.stage import stage


@flow(name="nightly", flow_run_name=names.of_night, validate_parameters=True)
def nightly(tables: AnyTables = None, again: bool = False) -> RunReport:
    """One night: every table of every source, or those named, ends with exactly one outcome. Never two at once.

    Args:
        tables: Only these tables, by id (y01a02), or all of a source by its name (jobindsats, statbank, ranking_lists,
            local_files, which has a municipality's own). Nothing: all of them.
        again: Fetch them though nothing says that they are new: a source was corrected without a new date.
    """

    def work(run_id: int) -> RunReport:
        return night(run_id, tables=tables, again=again)

    return as_shown(one_at_a_time("nightly", tables=tables, work=work, again=again))


@flow(name="benchmark-lists", flow_run_name=names.of_lists, validate_parameters=True)
def benchmark_lists() -> RunReport:
    """The ranking lists alone, then the marts; Jobindsats is not asked. Never beside a night."""
    lists = ["ranking_lists"]
    return as_shown(one_at_a_time("nightly", tables=lists, work=lambda run_id: night(run_id, tables=lists)))


def night(run_id: int, *, tables: list[str] | None, again: bool = False) -> RunReport:
    """A night's steps, in order."""
    problems = [value_of(load_assumptions)]
    sources = sources_asked(tables)
    to_load = (due_at(source, run_id=run_id, tables=tables, again=again) for source in sources)
    for due in tracked(to_load, of=len(sources), key="night-progress"):
        value_of(table, due, run_id=run_id)
    problems += [value_of(derive_marts), value_of(derive_figures, run_id), value_of(judge_thresholds, run_id)]
    ended = end_run(run_id, problems=problems)
    report(ended)
    value_of(notify)
    return ended


def due_at(source: str, *, run_id: int, tables: list[str] | None, again: bool) -> list[Due]:
    """The tables of one source that are to be loaded; the others' outcomes are put on record."""
    planned = value_of(plan, source, run_id=run_id, tables=tables, again=again)
    return value_of(record_settled, source, planned, run_id=run_id)


@flow(name="table", flow_run_name="{due.table_id}", validate_parameters=False)
def table(due: Due, *, run_id: int) -> TableOutcome:
    """One table of a night: in Prefect's graph a box of its own, named by the table and ended by its outcome."""
    outcome = outcome_of(due, load=lambda due: load(due, run_id=run_id))
    return table_as_shown(record_outcome(run_id, due=due, outcome=outcome))


def load(due: Due, *, run_id: int) -> Published:
    """One table from its source to a vintage; raises a Stoppage wherever it ends early."""
    with table_lock(due.table_id):
        staged = stage(fetch(due, run_id=run_id))
        audit(staged)
        return publish(staged)
