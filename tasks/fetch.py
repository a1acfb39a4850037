"""Fetch: one table's answers from the publisher into the archive, as they came.

A question that times out is asked again in halves, and what follows is asked in pieces of that size. A release in the
middle of a fetch (the update date before and after differ) makes the fetch begin again.
"""

from __future__ import annotations

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from tasks.resources import crossing
from tasks.results import Fetched, Listing
from tasks.sources.jobindsats.fetch import fetch_table
from warehouse.catalogue.model import jobindsats


@task(name="fetch", task_run_name="fetch {table_id}", cache_policy=NO_CACHE)
def fetch(table_id: str, *, listing: Listing, run_id: int) -> Fetched:
    """Fetch one table into the archive."""
    with crossing() as border, border.publisher() as publisher:
        fetched = fetch_table(
            jobindsats().table(table_id), listing=listing, run_id=run_id, publisher=publisher, border=border
        )
    get_run_logger().info("%s: %d calls, %d bytes", table_id, fetched.calls, fetched.size)
    return fetched
