"""The release of a load that was stopped: published after all, since a person has looked at it and says why."""

from __future__ import annotations

from prefect import flow

from tasks.quarantine.release import Released
from tasks.quarantine.steps import as_shown, release_load
from tasks.runs.forms import Number, Person, Reason


@flow(name="release", flow_run_name="release of load {load}", validate_parameters=True)
def release(load: Number, reason: Reason, by: Person) -> Released:
    """Publish a stopped load after all: somebody has looked at it and says why.

    Args:
        load: Its number, as `jobindsats quarantine` lists it.
        reason: Why it may be published, in ten characters or more; it stays on record.
        by: Who releases it; the name stays on record.
    """
    return as_shown(release_load(load, reason=reason, by=by))
