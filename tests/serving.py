"""Prefect's server asked over HTTP as a dashboard or an engineer would, and `jobindsats serve` as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tenacity import Retrying, retry_if_exception, retry_if_not_result, stop_after_delay, wait_fixed

from tests.conftest import ROOT
from tests.processes import left_of
from tests.scene import JOBINDSATS
from tests.standin.server import StandIn


def _answer(request: urllib.request.Request) -> Any:
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def _is_busy(error: BaseException) -> bool:
    return isinstance(error, urllib.error.HTTPError) and error.code == HTTPStatus.SERVICE_UNAVAILABLE


# Prefect's server says so while another writes to its SQLite; its own clients ask again too.
_ASKING = Retrying(retry=retry_if_exception(_is_busy), wait=wait_fixed(0.2), stop=stop_after_delay(30), reraise=True)
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


@dataclass
class Server:
    """A Prefect server: its API, and the environment that commands beside it have."""

    api: str
    environment: dict[str, str]

    def ask(self, path: str, question: Mapping[str, Any] | None = None) -> Any:
        """Prefect's answer: a question is posted, where there is one."""
        body = json.dumps(question).encode() if question is not None else None
        known = b64encode(self.environment.get("PREFECT_API_AUTH_STRING", "").encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {known}"}
        request = urllib.request.Request(self.api + path, data=body, headers=headers)
        return _ASKING(_answer, request)

    def deployment(self, name: str) -> Any:
        """A deployment by its name."""
        (found,) = self.ask("/deployments/filter", {"deployments": {"name": {"any_": [name]}}})
        return found

    def trigger(self, name: str, **parameters: object) -> str:
        """Start a deployment; gives the run's id."""
        where = f"/deployments/{self.deployment(name)['id']}/create_flow_run"
        return str(self.ask(where, {"parameters": parameters, "state": {"type": "SCHEDULED"}})["id"])

    def run(self, run_id: str) -> Any:
        """A run as Prefect has it."""
        return self.ask(f"/flow_runs/{run_id}")

    def artifacts(self, run_id: str) -> list[dict[str, Any]]:
        """What a run left to be shown in Prefect's interface."""
        found: list[dict[str, Any]] = self.ask(
            "/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run_id]}}, "limit": 200}
        )
        return found

    def logs(self, run_id: str) -> str:
        """What a run logged."""
        lines = self.ask("/logs/filter", {"logs": {"flow_run_id": {"any_": [run_id]}}, "limit": 200})
        return "\n".join(line["message"] for line in lines)

    def ended(self, run_id: str, *, within_seconds: float = 300) -> Any:
        """A run when it has ended."""
        return self.when(run_id, lambda run: run["state_type"] in ENDED, within_seconds=within_seconds)

    def when(self, run_id: str, reached: Callable[[Any], bool], *, within_seconds: float = 300) -> Any:
        """A run when it is as far as that; fails with what it has come to."""
        waiting = Retrying(
            retry=retry_if_not_result(reached),
            wait=wait_fixed(0.1),
            stop=stop_after_delay(within_seconds),
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        run = waiting(self.run, run_id)
        assert reached(run), f"{run['state_name']}: {run['state']['message']}\n{self.logs(run_id)}\n{self.worker_log()}"
        return run

    def worker_log(self) -> str:
        """What its workers and their runs said."""
        logs = sorted((Path(self.environment["PREFECT_HOME"]) / "logs").glob("*worker.log"))
        return "\n".join(log.read_text(encoding="utf-8") for log in logs)


@dataclass
class Served(Server):
    """A data folder that is served: its process beside its server, and what it said."""

    process: subprocess.Popen[str]
    said: list[str]

    @property
    def mark(self) -> str:
        """What all of its processes were told, and no others."""
        return f"PREFECT_HOME={self.environment['PREFECT_HOME']}"

    def command(self, *arguments: str) -> Any:
        """`jobindsats ... --json` beside it, read."""
        asked = [JOBINDSATS, *arguments, "--json"]
        return json.loads(subprocess.check_output(asked, text=True, env=self.environment, timeout=300))

    def stop(self, number: int = signal.SIGINT) -> int:
        """End it, and give its exit status."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        self.said.append(rest)
        return self.process.returncode

    def left(self) -> dict[int, str]:
        """What still runs of it, when it should have ended."""
        return left_of(self.mark)


@contextmanager
def serving(folder: Path, *, publisher: StandIn, warehouse: str) -> Iterator[Served]:
    """`jobindsats serve` over a data folder, when it says how to stop it. It is ended with the block, if need be."""
    data = folder / "data"
    # What this session's own Prefect was told is not for this one: schedules above all.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "JOBINDSATS_"))
    }
    environment |= {
        "JOBINDSATS_API_URL": publisher.url,
        "JOBINDSATS_API_TOKEN": publisher.token,
        "JOBINDSATS_WAREHOUSE_URL": warehouse,
        "JOBINDSATS_DATA_DIR": str(data),
        "JOBINDSATS_NOW": f"{publisher.today}T04:15:00+01:00",
    }
    command = [JOBINDSATS, "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
    said = []
    try:
        for line in process.stdout or ():
            said.append(line)
            if "To stop" in line:
                break
        (interface,) = [line.split()[-1] for line in said if line.startswith("Prefect's interface")]
        told = {
            **environment,
            "PREFECT_HOME": str(data / "prefect"),
            "PREFECT_API_AUTH_STRING": (data / "prefect" / "password").read_text(encoding="utf-8"),
        }
        yield Served(f"{interface}/api", told, process, said)
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=60)
        if process.stdout:
            process.stdout.close()
