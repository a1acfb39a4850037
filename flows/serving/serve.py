"""Prefect's server, the deployments and a worker on this machine, started together and ended together.

All of them are child processes of this one (tasks/child_processes.py) and listen on this machine only. A worker that dies
is started again, after its runs have been ended. docs/operations.md says what a production machine needs instead.
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
from flows.serving.crashed_runs import end_active_runs
from flows.serving.local_server import (
    LOOPBACK,
    PASSWORD,
    api_of,
    free_port,
    password_of,
    prepare_orchestrator,
    server_environment,
    serving,
    wait_for,
)
from flows.serving.pool import POOL, make_pool
from tasks import child_processes

RUNS_AT_ONCE = "4"

SERVED = """
Prefect's interface  {interface}
Its password         {password}
Figures and logs     {home}
Settings             those of this command, and .env in {folder}

The night comes by itself at 04:15 in Denmark, as long as this runs. A night now:
  in the interface under Deployments, nightly, Run; or in another terminal
  PREFECT_API_URL={api} PREFECT_API_AUTH_STRING="$(cat '{file}')" \\
    {prefect} deployment run nightly/nightly --watch

To stop: Ctrl-C, or kill {pid}. Everything ends with it; a night that is cut short leaves nothing to mend. The
warehouse stays up for whoever reads it; its own server, where it has one, ends with jobindsats warehouse down.
"""


def serve_until_stopped(port: int) -> bool:
    """Serve until a signal ends it; False where the server ended by itself instead. Port 0 is any that is free."""
    folder = _project()
    home = _prepare(port or free_port())
    try:
        with _ended_by_signals(), serving(home, address=os.environ["PREFECT_API_URL"]), _server(home) as server:
            _deploy(home)
            end_active_runs(POOL, why="nobody served it any more")
            try:
                _keep_worker(home, folder=folder, server=server)
            finally:
                console().print("Ending the worker, its runs and the server ...")
                end_active_runs(POOL, why="it was ended with its server")
    except KeyboardInterrupt:
        console().print("Nothing of it runs any more.")
        return True
    return False


def _project() -> Path:
    """The project's folder, in which runs take place; raises RuntimeError where this is another folder."""
    folder = Path.cwd()
    if not (folder / "prefect.yaml").is_file():
        raise RuntimeError(f"{folder} has no prefect.yaml: call `jobindsats serve` in the project's folder")
    return folder


def _prepare(port: int) -> Path:
    """Set Prefect's address, folder and logging for this process and its children; gives Prefect's folder."""
    os.environ |= {
        "PREFECT_API_URL": api_of(port),
        "PREFECT_SERVER_API_HOST": LOOPBACK,
        "PREFECT_SERVER_API_PORT": str(port),
    }
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "INFO")  # each child's console is its log file
    os.environ.setdefault("PREFECT_LOGGING_SERVER_LEVEL", "WARNING")
    prepare_orchestrator()
    from tasks.resources import data_folder

    home = Path(os.environ["PREFECT_HOME"]).absolute()
    own = {"PREFECT_HOME": str(home), "JOBINDSATS_DATA_DIR": str(data_folder())}
    os.environ |= {**own, "PREFECT_API_AUTH_STRING": password_of(home)}
    # Prefect would unpack its interface among the installed packages.
    os.environ.setdefault("PREFECT_SERVER_UI_STATIC_DIRECTORY", str(home / "interface"))
    return home


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let the first Ctrl-C, SIGTERM or SIGHUP end the block in order, and ignore those that follow."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end_block(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, lambda *_: None)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end_block) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _server(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Prefect's server: it answers when the block begins and has ended when the block ends."""
    log, port = home / "logs" / "server.log", os.environ["PREFECT_SERVER_API_PORT"]
    console().print("Starting Prefect's server (half a minute the first time) ...")
    command = ["flows.serving.prefect_patch", "server", "start", "--host", LOOPBACK, "--port", port]
    environment = server_environment(int(port), password=password_of(home))
    server = child_processes.start([sys.executable, "-m", *command], environment=environment, log=log)
    try:
        wait_for(os.environ["PREFECT_API_URL"], process=server, log=log)
        yield server
    finally:
        child_processes.end(server)


def _deploy(home: Path) -> None:
    """Create the work pool, and the deployments of prefect.yaml; raises RuntimeError where Prefect rejects them."""
    console().print("Bringing it the deployments of prefect.yaml ...")
    make_pool()
    log = home / "logs" / "deploy.log"
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    # What it is told is what Prefect needs: the publisher's token is for the runs alone.
    told = {name: value for name, value in os.environ.items() if not name.startswith("JOBINDSATS_")}
    deploying = child_processes.start(command, environment=told, log=log)
    try:
        if deploying.wait():
            raise RuntimeError(f"Prefect did not take the deployments. Look at {log}")
    finally:
        child_processes.end(deploying)


def _keep_worker(home: Path, *, folder: Path, server: subprocess.Popen[bytes]) -> None:
    """Keep a worker running until the server ends."""
    ended: Queue[subprocess.Popen[bytes]] = Queue()
    _report_end(server, to=ended)
    worker = _worker(home, ended=ended)
    try:
        console().print(_what_to_do(home, folder=folder), soft_wrap=True)
        while ended.get() is not server:
            console().print(f"The worker ended with {worker.returncode}; it is started again.")
            end_active_runs(POOL, why="its worker ended")
            worker = _worker(home, ended=ended)
        console().print(f"The server ended with {server.returncode}. Look at {home / 'logs' / 'server.log'}")
    finally:
        child_processes.end(worker)


def _worker(home: Path, *, ended: Queue[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    command = ["prefect", "worker", "start", "--pool", POOL, "--type", "process", "--limit", RUNS_AT_ONCE]
    worker = child_processes.start(
        [sys.executable, "-m", *command, "--install-policy", "never"],
        environment=os.environ,
        log=home / "logs" / "worker.log",
    )
    _report_end(worker, to=ended)
    return worker


def _report_end(process: subprocess.Popen[bytes], *, to: Queue[subprocess.Popen[bytes]]) -> None:
    """Put a process on a queue, from a thread, once it has ended."""

    def wait() -> None:
        process.wait()
        to.put(process)

    Thread(target=wait, daemon=True).start()


def _what_to_do(home: Path, *, folder: Path) -> str:
    api, file = os.environ["PREFECT_API_URL"], home / PASSWORD
    return SERVED.format(
        interface=api.removesuffix("/api"),
        password=_told_once(home),
        home=home.parent,
        folder=folder,
        api=api,
        file=file,
        prefect=Path(sys.executable).with_name("prefect"),
        pid=os.getpid(),
    )


def _told_once(home: Path) -> str:
    """The password the first time, and where it stands from then on."""
    told = home / "password-told"
    if told.exists():
        return f"in {home / PASSWORD}"
    told.touch(mode=0o600)
    return f"{password_of(home)} (told this once; it stands in {home / PASSWORD})"
