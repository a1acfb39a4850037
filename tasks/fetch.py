"""Fetch: one table's answers from its source into the archive, as they came.

How a source is asked, and what happens where a release falls into it, is in the fetch.py of each folder of tasks/sources.
"""

from __future__ import annotations

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from tasks.resources import open_resources
from tasks.results import Due, Fetched
from tasks.sources.registry import source_of


@task(name="fetch", task_run_name="fetch {due.table_id}", cache_policy=NO_CACHE)
def fetch(due: Due, *, run_id: int) -> Fetched:
    """Fetch one table into the archive; raises a Stoppage."""
    with open_resources() as resources:
        fetched = source_of(due.table_id).fetching.fetch(due, access=resources.access(run_id=run_id))
    get_run_logger().info("%s: %d calls, %d bytes", fetched.table_id, fetched.calls, fetched.size)
    return fetched
