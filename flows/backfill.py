"""The backfill: planned, worked through partition by partition, then the marts, then the report."""

from __future__ import annotations

from prefect import flow

from tasks.backfill.steps import BackfillReport, begin_backfill, end_backfill, work
from tasks.derive import derive_figures, derive_marts


@flow(name="backfill", validate_parameters=True)
def backfill(
    first: str | None = None,
    last: str | None = None,
    tables: list[str] | None = None,
    *,
    resume: int | None = None,
    workers: int = 1,
    dask: str | None = None,
) -> BackfillReport:
    """Fill periods of every table, or of those named; or go on with a backfill that was broken off.

    Args:
        first: The first period: 2019M01, 2019Q1 or 2019, whatever a table has.
        last: The last period, itself included.
        tables: Only these tables, by id (y01a02). Nothing: all of them.
        resume: The number of a backfill to go on with; then first, last and tables are left out.
        workers: So many processes on the worker's machine.
        dask: Work on the Dask cluster with this scheduler (tcp://host:8786), or on one of so many processes (local).
    """
    backfill_id = begin_backfill(first, last, tables=tables, resume=resume)
    work(backfill_id, workers=workers, dask=dask)
    derive_marts()
    derive_figures()
    return end_backfill(backfill_id)
