"""The briefings: a committee's appendix for each municipality, written from the warehouse as it stands."""

from __future__ import annotations

from prefect import flow

from tasks.briefing.steps import list_briefings, write_briefings
from tasks.briefing.write import Written
from tasks.runs import names
from tasks.runs.forms import AsMoment, Municipalities


@flow(name="briefings", flow_run_name=names.of_briefings, validate_parameters=True)
def briefings(
    areas: Municipalities = None,
    folder: str | None = None,
    *,
    as_of: AsMoment | None = None,
    since: AsMoment | None = None,
) -> list[Written]:
    """Write the committee's appendix of every municipality, or of those named, one HTML file each.

    Args:
        areas: Only these municipalities. Nothing: all 98.
        folder: Where the files go on the worker's machine. Nothing: `briefings` in the data folder.
        as_of: As it was known then: a date (end of day) or a time. Nothing: as it is known now.
        since: When the briefings before were made. Nothing: a month before the newest counts were seen.
    """
    written = write_briefings(areas, folder=folder, as_of=as_of, since=since)
    list_briefings(written)
    return written
