"""Runs that Prefect believes active in a pool whose worker has died: their processes are ended, and the runs marked crashed.

Only for a server on this machine, whose runs are processes here.
"""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

PATIENCE_SECONDS = 10


def end_active_runs(pool: str, *, why: str) -> None:
    """End the processes of all active runs of a pool, and mark crashed those that do not report themselves how they ended.

    A run whose worker has died would go on for as long as it waits for an answer, and hold the night's lock; one whose
    process has died too would stay active for ever, and keep its slot of the concurrency limit.
    """
    for run in _active(pool):
        _end(run)
    for run in _active(pool):
        _mark_crashed(run, why=why)


def _active(pool: str) -> list[FlowRun]:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas import filters
    from prefect.client.schemas.objects import StateType

    types = filters.FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING, StateType.CANCELLING])
    with get_client(sync_client=True) as client:
        return client.read_flow_runs(
            flow_run_filter=filters.FlowRunFilter(state=filters.FlowRunFilterState(type=types)),
            work_pool_filter=filters.WorkPoolFilter(name=filters.WorkPoolFilterName(any_=[pool])),
        )


def _mark_crashed(run: FlowRun, *, why: str) -> None:
    from prefect.client.orchestration import get_client
    from prefect.states import Crashed

    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.id, Crashed(message=f"Called crashed: {why}. What it published stands"))


def _end(run: FlowRun) -> None:
    """End a run's process with its group, which Prefect gives each run."""
    from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

    until_gone = Retrying(retry=retry_if_result(bool), wait=wait_fixed(0.1), stop=stop_after_delay(PATIENCE_SECONDS))
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not _has_process(run):
            return
        with suppress(ProcessLookupError):
            os.killpg(int(run.infrastructure_pid or 0), number)
        with suppress(RetryError):
            until_gone(_has_process, run)


def _has_process(run: FlowRun) -> bool:
    """Whether the process that Prefect names exists and is this run's: its number may be another process's by now."""
    return run.infrastructure_pid is not None and str(run.id) in _environment_of(int(run.infrastructure_pid))


def _environment_of(pid: int) -> str:
    """The environment of a process of this user, which names the run; empty where there is no such process."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_text(encoding="utf-8", errors="replace")
    if Path("/proc/self").exists():
        return ""
    command = ["ps", "eww", "-o", "command=", "-p", str(pid)]  # macOS has no /proc
    listed = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # no shell reads it
    return listed.stdout
