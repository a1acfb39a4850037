"""Runs that Prefect believes to be under way in a pool whose workers are gone: told apart, ended, called crashed.

Only for a server of this machine's own, whose runs are processes here.
"""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

PATIENCE_SECONDS = 10


def end_what_runs(pool: str, *, why: str) -> None:
    """End the processes of all runs that are under way, and call crashed those that do not say themselves how they ended.

    A run whose worker has died would go on by itself for as long as it waits for an answer, and hold the night's lock;
    one whose process is gone too would be under way for ever, and keep its slot.
    """
    for run in _under_way(pool):
        _end(run)
    for run in _under_way(pool):
        _call_crashed(run, why=why)


def _under_way(pool: str) -> list[FlowRun]:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas import filters
    from prefect.client.schemas.objects import StateType

    kinds = filters.FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING, StateType.CANCELLING])
    with get_client(sync_client=True) as client:
        return client.read_flow_runs(
            flow_run_filter=filters.FlowRunFilter(state=filters.FlowRunFilterState(type=kinds)),
            work_pool_filter=filters.WorkPoolFilter(name=filters.WorkPoolFilterName(any_=[pool])),
        )


def _call_crashed(run: FlowRun, *, why: str) -> None:
    from prefect.client.orchestration import get_client
    from prefect.states import Crashed

    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.id, Crashed(message=f"Called crashed: {why}. What it published stands"))


def _is_carried_out(run: FlowRun) -> bool:
    """Whether the process that Prefect names is there and this run's: the number may be another's by now."""
    return run.infrastructure_pid is not None and str(run.id) in _told_to(int(run.infrastructure_pid))


def _told_to(pid: int) -> str:
    """The environment of a process of this user's, which names the run; nothing where there is none."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_text(encoding="utf-8", errors="replace")
    if Path("/proc/self").exists():
        return ""
    asked = ["ps", "eww", "-o", "command=", "-p", str(pid)]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603  # no shell reads it
    return said.stdout


def _end(run: FlowRun) -> None:
    """End a run's process with its group, which Prefect gives each run."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not _is_carried_out(run):
            return
        with suppress(ProcessLookupError):
            os.killpg(int(run.infrastructure_pid or 0), number)
        with suppress(RetryError):
            _UNTIL_GONE(_is_carried_out, run)


_UNTIL_GONE = Retrying(retry=retry_if_result(bool), wait=wait_fixed(0.1), stop=stop_after_delay(PATIENCE_SECONDS))
