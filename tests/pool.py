"""A pool as in production: Prefect's server, the deployments of prefect.yaml, and workers, each as a machine of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from flows.serving.local_server import LOOPBACK, api_of, free_port, wait_for
from tasks import child_processes
from tests.conftest import ROOT
from tests.processes import left_of, told
from tests.serving import Server

POOL = "jobindsats"
FOR_BACKFILLS = ("--work-queue", "backfill", "--limit", "1")
FOR_NIGHTS = ("--work-queue", "default", "--limit", "4")


@dataclass
class Pool(Server):
    """A server with the deployments, and the workers that a test starts by name."""

    folder: Path
    workers: ExitStack

    def start_worker(self, name: str, *arguments: str) -> None:
        """Start a worker as on another machine: the same warehouse and archive, a data folder and a Prefect of its own."""
        begun = ["worker", "start", "--pool", POOL, "--type", "process", "--name", name, "--install-policy", "never"]
        worker = child_processes.start(
            [sys.executable, "-m", "prefect", *begun, *arguments],
            environment=self.environment | self._of_its_own(name),
            log=Path(self.environment["PREFECT_HOME"]) / "logs" / f"{name}-worker.log",
        )
        self.workers.callback(child_processes.end, worker)

    def _of_its_own(self, name: str) -> dict[str, str]:
        return {
            "JOBINDSATS_DATA_DIR": str(self.folder / name),
            "PREFECT_HOME": str(self.folder / name / "prefect"),
            "PREFECT_WORKER_QUERY_SECONDS": "1",
        }

    def processes_of(self, name: str) -> dict[int, str]:
        """What runs on a worker's machine."""
        return told(f"JOBINDSATS_DATA_DIR={self._of_its_own(name)['JOBINDSATS_DATA_DIR']}")

    def pull_the_plug(self, name: str) -> None:
        """End all that runs on a worker's machine at once, as when it loses its power."""
        for pid in self.processes_of(name):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def worker_of(self, run_id: str) -> str:
        """The worker that took a run."""
        return str(self.run(run_id)["labels"]["prefect.worker.name"])


@contextmanager
def standing(folder: Path) -> Iterator[Server]:
    """A server with the pool and the deployments, as docs/operations.md has it; it ends with the block."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "JOBINDSATS_"))
    }
    port = free_port()
    environment |= {
        "PREFECT_API_URL": api_of(port),
        "PREFECT_HOME": str(folder / "prefect"),
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",  # a test may run at 04:15
    }
    log = folder / "prefect" / "logs" / "server.log"
    command = [
        sys.executable,
        "-m",
        "flows.serving.prefect_patch",
        "server",
        "start",
        "--host",
        LOOPBACK,
        "--port",
        str(port),
    ]
    server = child_processes.start(command, environment=environment, log=log)
    try:
        wait_for(api_of(port), process=server, log=log)
        _run("flows.serving.pool", environment=environment)
        _run("prefect", "--no-prompt", "deploy", "--all", environment=environment)
        yield Server(api_of(port), environment)
    finally:
        child_processes.end(server)
    assert left_of(f"PREFECT_API_URL={api_of(port)}") == {}


@contextmanager
def manned(server: Server, *, folder: Path, settings: dict[str, str]) -> Iterator[Pool]:
    """The pool for one test, whose workers are told these settings and end with the block."""
    with ExitStack() as workers:
        yield Pool(server.api, server.environment | settings, folder, workers)


def _run(*arguments: str, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
