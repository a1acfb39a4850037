"""Release as a step of a flow: a load that cannot be released is a run that failed, and Prefect says why."""

from __future__ import annotations

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from tasks.quarantine.release import Released
from tasks.quarantine.release import release as publish_stopped
from tasks.resources import ready
from tasks.runs.states import ended_as


@task(name="release", task_run_name="release load {load}", cache_policy=NO_CACHE)
def release_load(load: int, *, reason: str, by: str) -> Released:
    """Publish a stopped load; raises QuestionError, and a Stoppage where it cannot be released."""
    with ready() as resources:
        released = publish_stopped(resources, load, reason=reason, by=by)
    get_run_logger().info("load %d of %s was released by %s: %s", load, released.table, by, released.reason)
    return released


def as_shown(released: Released) -> Released:
    """A release as its flow gives it: somebody must look where the marts could not follow."""
    said = (
        f"Load {released.id} of {released.table}, released by {released.by}: {released.new:,} new, {released.revised:,} "
        f"revised, {released.withdrawn:,} withdrawn, {released.unchanged:,} unchanged"
    )
    outcome = "attention" if released.problems else "completed"
    return ended_as(outcome, released, message=". ".join((said, *released.problems)))
