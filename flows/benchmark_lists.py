"""The benchmark's lists: those of the ministry's printed ranking lists that came, over the road of every night."""

from __future__ import annotations

from prefect import flow

from flows.nightly import night
from tasks.runs.lifecycle import RunReport, one_at_a_time
from tasks.runs.report import as_shown


@flow(name="benchmark-lists", validate_parameters=True)
def benchmark_lists() -> RunReport:
    """One look at the ranking lists alone, then the marts; Jobindsats is not asked. Never beside a night."""
    lists = ["ranking_lists"]
    return as_shown(one_at_a_time("nightly", tables=lists, work=lambda run_id: night(run_id, tables=lists)))
