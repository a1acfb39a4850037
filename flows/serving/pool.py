"""The work pool that runs are taken from, made or renewed: `python -m flows.serving.pool`.

Whoever may start a run may not choose a command, an environment or a folder for it: the worker's own has the publisher's
token, and a command of somebody else's would run with it.
"""

from __future__ import annotations

from typing import Any

POOL = "jobindsats"


def make_pool() -> None:
    """Make the pool at the server that Prefect's settings name, or renew one that offers more."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.workers.process import ProcessWorker

    template = without_choices(ProcessWorker.get_default_base_job_template())
    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template), overwrite=True)


def without_choices(template: dict[str, Any]) -> dict[str, Any]:
    """A pool's template in which whoever starts a run may choose no command, no environment and no folder for it."""
    fixed = {name: value for name, value in template["job_configuration"].items() if name in ("name", "stream_output")}
    offered = {name: value for name, value in template["variables"]["properties"].items() if name in fixed}
    return {
        "job_configuration": fixed,
        "variables": {"type": "object", "properties": offered, "additionalProperties": False},
    }


if __name__ == "__main__":
    make_pool()
