"""The night: ask the publisher what is new, bring each table in, derive the marts, report."""

from __future__ import annotations

from prefect import flow

from tasks.audit import audit
from tasks.decide import Decision, ask_publisher
from tasks.derive import derive_marts
from tasks.derive_figures import derive_figures
from tasks.fetch import fetch
from tasks.outcomes import alone_with, record_outcome, settle
from tasks.publish import Published, publish_staged
from tasks.runs import RunReport, end_run, one_at_a_time
from tasks.stage import stage


@flow(name="nightly", validate_parameters=True)
def nightly(tables: list[str] | None = None) -> RunReport:
    """One night: every table of the catalogue, or those named, ends with exactly one outcome. Never two at once."""
    return one_at_a_time("nightly", work=lambda run_id: night(run_id, tables=tables))


def night(run_id: int, *, tables: list[str] | None) -> RunReport:
    """A night's steps, in order."""
    for decision in ask_publisher(run_id, tables=tables):
        outcome = settle(decision, walk=lambda due: road(due, run_id=run_id))
        record_outcome(run_id, decision=decision, outcome=outcome)
    derive_marts()
    derive_figures()
    return end_run(run_id)


def road(decision: Decision, *, run_id: int) -> Published:
    """The road of one table: archive, staging, audit, facts. Raises a Stoppage wherever it ends early."""
    with alone_with(decision.table_id):
        fetched = fetch(decision.table_id, listing=decision.listing, run_id=run_id)
        staged = stage(fetched)
        audit(staged)
        return publish_staged(staged)
