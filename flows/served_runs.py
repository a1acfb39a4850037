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


def crash_what_died(pool: str) -> None:
    """Call crashed what is under way by Prefect's record and by no process: it would hold its slot and never end."""
    for run in _under_way(pool):
        if not _is_carried_out(run):
            _call_crashed(
                run, why="its process was gone; what it published stands, and the next run goes on from there"
            )


def end_what_runs(pool: str) -> None:
    """End the processes of all runs that are under way; where they do not say so themselves, they have crashed."""
    for run in _under_way(pool):
        _end(run)
    for run in _under_way(pool):
        _call_crashed(run, why="it was ended with the server; what it published stands")


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
        client.set_flow_run_state(run.id, Crashed(message=f"Called crashed: {why}"))


def _is_carried_out(run: FlowRun) -> bool:
    """Whether the process that Prefect names is there and one of Prefect's: the number may be another's by now."""
    return run.infrastructure_pid is not None and "prefect" in _command_of(int(run.infrastructure_pid))


def _command_of(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    if Path("/proc/self").exists():
        return ""
    asked = ["ps", "-o", "args=", "-p", str(pid)]
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
