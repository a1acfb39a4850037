"""The backfill: planned, worked through partition by partition, then the marts, then the report."""

from __future__ import annotations

from prefect import flow

from tasks.backfill.steps import (
    BackfillReport,
    as_shown,
    begin_backfill,
    derive_after,
    end_backfill,
    show_plan,
    work,
)
from tasks.runs import names
from tasks.runs.forms import AsPeriod, DaskCluster, FilledTables, Number


@flow(name="backfill", flow_run_name=names.of_backfill, validate_parameters=True)
def backfill(
    first: AsPeriod | None = None,
    last: AsPeriod | None = None,
    tables: FilledTables = None,
    *,
    plan: bool = False,
    resume: Number | None = None,
    workers: Number = 1,
    dask: DaskCluster | None = None,
) -> BackfillReport:
    """Fill periods of every table, or of those named; or go on with a backfill that was broken off.

    Args:
        first: The first period: 2019M01, 2019Q01 or 2019, whatever a table has.
        last: The last period, itself included.
        tables: Only these tables, by id (y01a02). Nothing: all of them.
        plan: Only show what it would fetch, table by table, with calls, cells and time: nothing is fetched.
        resume: The number of a backfill to go on with; then first, last and tables are left out.
        workers: So many processes on the worker's machine.
        dask: Work on the Dask cluster with this scheduler (tcp://host:8786), or on one of so many processes (local).
    """
    return (
        show_plan(first, last, tables=tables)
        if plan
        else fill(first, last, tables=tables, resume=resume, workers=workers, dask=dask)
    )


def fill(
    first: str | None, last: str | None, *, tables: list[str] | None, resume: int | None, workers: int, dask: str | None
) -> BackfillReport:
    """A backfill's steps, in order."""
    backfill_id = begin_backfill(first, last, tables=tables, resume=resume)
    progress = work(backfill_id, workers=workers, dask=dask)
    return as_shown(end_backfill(backfill_id, problems=derive_after(progress)))
