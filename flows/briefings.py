"""The briefings: a committee's appendix for each municipality, written from the warehouse as it stands."""

from __future__ import annotations

from prefect import flow

from tasks.briefing.steps import list_briefings, write_briefings
from tasks.briefing.write import Written


@flow(name="briefings", validate_parameters=True)
def briefings(
    areas: list[str] | None = None, folder: str | None = None, *, as_of: str | None = None, since: str | None = None
) -> list[Written]:
    """Write the committee's appendix of every municipality, or of those named, one HTML file each.

    Args:
        areas: Only these municipalities, by name or code. Nothing: all 98.
        folder: Where the files go on the worker's machine. Nothing: `briefings` in the data folder.
        as_of: As it was known then: a date (end of day) or a time. Nothing: as it is known now.
        since: When the briefings before were made. Nothing: a month before the newest counts were seen.
    """
    written = write_briefings(areas, folder=folder, as_of=as_of, since=since)
    list_briefings(written)
    return written
