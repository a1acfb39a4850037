"""Briefing: the committee's appendices written as files, and a list of them left with Prefect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from tasks.briefing.grounds import Made
from tasks.briefing.write import Written, of_many
from tasks.resources import RETRIES, ready
from tasks.runs.artifacts import left_table
from warehouse.danish.asked import moment
from warehouse.danish.clock import danish_day

FOLDER = "briefings"


@task(name="briefings", task_run_name="briefings", cache_policy=NO_CACHE, **RETRIES)
def write_briefings(
    areas: Sequence[str] | None, *, folder: str | None, as_of: str | None, since: str | None
) -> list[Written]:
    """Write the briefings of the municipalities named, or of all 98; gives a receipt for each.

    Without a folder they go to `briefings` in the data folder. Raises AreaUnknown and QuestionError.
    """
    at, from_then = (moment(said) if said else None for said in (as_of, since))
    with ready() as resources:
        to = Path(folder) if folder else resources.settings.data_dir.absolute() / FOLDER
        made = Made(danish_day(resources.clock()), resources.settings.contact)
        written = list(of_many(resources.engine, areas or None, folder=to, made=made, as_of=at, since=from_then))
    get_run_logger().info("%s briefings written to %s", len(written), to)
    return written


@task(name="list of briefings", task_run_name="list of briefings", cache_policy=NO_CACHE)
def list_briefings(written: Sequence[Written]) -> None:
    """Leave with Prefect which briefings lie where."""
    said = f"{len(written)} briefings" if len(written) != 1 else f"The briefing of {written[0].area}"
    left_table("briefings", [asdict(each) for each in written], description=said)
