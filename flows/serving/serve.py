"""Serve: Prefect's server, the deployments and a worker on this machine, begun by one command and ended with it.

Everything is tethered to this process (tasks/child_processes.py) and listens on this machine only. A worker that dies is
started again; the runs it was carrying out end with it. What a production machine needs instead stands in
docs/operations.md.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from types import FrameType

from flows.printing import console
from flows.serving.crashed_runs import end_what_runs
from flows.serving.local_server import (
    LOOPBACK,
    api_of,
    free_port,
    prepare_orchestrator,
    server_environment,
    serving,
    wait_for,
)
from tasks import child_processes as tethered

POOL = "jobindsats"

AT_ONCE = "4"

WELL, FAILED = 0, 1

SERVED = """
Prefect's interface  {interface}
Figures and logs     {home}
Settings             those of this command, and .env in {folder}

The night comes by itself at 04:15 in Denmark, as long as this runs. A night now:
  in the interface under Deployments, nightly, Run; or in another terminal
  PREFECT_API_URL={api} {prefect} deployment run nightly/nightly --watch

To stop: Ctrl-C, or kill {pid}. Everything ends with it; a night that is cut short leaves nothing to mend. The
warehouse stays up for whoever reads it; its own server, where it has one, ends with jobindsats warehouse down.
"""


def serve(port: int) -> int:
    """Serve until somebody ends it; 1 where the server ended by itself. Port 0 is any that is free."""
    folder = _project()
    home = _prepare(port or free_port())
    try:
        with _ended_by_signals(), serving(home, address=os.environ["PREFECT_API_URL"]), _server(home) as server:
            _deploy(home)
            end_what_runs(POOL, why="nobody served it any more")
            try:
                return _work(home, folder=folder, server=server)
            finally:
                console().print("Ending the worker, its runs and the server ...")
                end_what_runs(POOL, why="it was ended with its server")
    except KeyboardInterrupt:
        console().print("Nothing of it runs any more.")
        return WELL


def _project() -> Path:
    """The folder of the project, which runs take place in; raises RuntimeError elsewhere."""
    folder = Path.cwd()
    if not (folder / "prefect.yaml").is_file():
        raise RuntimeError(f"{folder} has no prefect.yaml: call `jobindsats serve` in the project's folder")
    return folder


def _prepare(port: int) -> Path:
    """Settle, for this process and all it starts, where Prefect is and what it may do; gives Prefect's folder."""
    os.environ |= {
        "PREFECT_API_URL": api_of(port),
        "PREFECT_SERVER_API_HOST": LOOPBACK,
        "PREFECT_SERVER_API_PORT": str(port),
    }
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "INFO")  # the console of each is its log here
    os.environ.setdefault("PREFECT_LOGGING_SERVER_LEVEL", "WARNING")
    prepare_orchestrator()
    from tasks.resources import data_folder

    home = Path(os.environ["PREFECT_HOME"]).absolute()
    os.environ |= {"PREFECT_HOME": str(home), "JOBINDSATS_DATA_DIR": str(data_folder())}
    # Prefect would unpack its interface among the installed packages.
    os.environ.setdefault("PREFECT_SERVER_UI_STATIC_DIRECTORY", str(home / "interface"))
    return home


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let the first Ctrl-C, SIGTERM or SIGHUP end the block in order, and those that follow change nothing."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def begin_to_end(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, lambda *_: None)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, begin_to_end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _server(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The server, which answers when the block begins and has ended when it ends."""
    log, port = home / "logs" / "server.log", os.environ["PREFECT_SERVER_API_PORT"]
    console().print("Starting Prefect's server (half a minute the first time) ...")
    command = [
        sys.executable,
        "-m",
        "flows.serving.prefect_patch",
        "server",
        "start",
        "--host",
        LOOPBACK,
        "--port",
        port,
    ]
    server = tethered.start(command, environment=server_environment(), log=log)
    try:
        wait_for(os.environ["PREFECT_API_URL"], process=server, log=log)
        yield server
    finally:
        tethered.end(server)


def _deploy(home: Path) -> None:
    """The work pool, and the deployments of prefect.yaml; raises RuntimeError where Prefect does not take them."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.workers.process import ProcessWorker

    console().print("Bringing it the deployments of prefect.yaml ...")
    template = ProcessWorker.get_default_base_job_template()
    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template), overwrite=True)
    log = home / "logs" / "deploy.log"
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    deploying = tethered.start(command, environment=os.environ, log=log)
    try:
        if deploying.wait():
            raise RuntimeError(f"Prefect did not take the deployments. Look at {log}")
    finally:
        tethered.end(deploying)


def _work(home: Path, *, folder: Path, server: subprocess.Popen[bytes]) -> int:
    """Keep a worker until the server ends."""
    ended: Queue[subprocess.Popen[bytes]] = Queue()
    _tell_the_end(server, ended=ended)
    worker = _worker(home, ended=ended)
    try:
        console().print(_what_to_do(home, folder=folder), markup=False, highlight=False, soft_wrap=True)
        while ended.get() is not server:
            console().print(f"The worker ended with {worker.returncode}; it is started again.")
            end_what_runs(POOL, why="its worker ended")
            worker = _worker(home, ended=ended)
        console().print(f"The server ended with {server.returncode}. Look at {home / 'logs' / 'server.log'}")
        return FAILED
    finally:
        tethered.end(worker)


def _worker(home: Path, *, ended: Queue[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    command = ["prefect", "worker", "start", "--pool", POOL, "--type", "process", "--limit", AT_ONCE]
    worker = tethered.start(
        [sys.executable, "-m", *command, "--install-policy", "never"],
        environment=os.environ,
        log=home / "logs" / "worker.log",
    )
    _tell_the_end(worker, ended=ended)
    return worker


def _tell_the_end(process: subprocess.Popen[bytes], *, ended: Queue[subprocess.Popen[bytes]]) -> None:
    def wait() -> None:
        process.wait()
        ended.put(process)

    Thread(target=wait, daemon=True).start()


def _what_to_do(home: Path, *, folder: Path) -> str:
    api = os.environ["PREFECT_API_URL"]
    prefect = Path(sys.executable).with_name("prefect")
    return SERVED.format(
        interface=api.removesuffix("/api"), home=home.parent, folder=folder, api=api, prefect=prefect, pid=os.getpid()
    )
