"""The Prefect server that a command uses: the one configured or served here, else one of its own, which ends with it.

Prefect would start one by itself, and leave it running where the command is killed.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from tasks import child_processes
from warehouse.formats.owner_only import for_the_owner

LOOPBACK = "127.0.0.1"

SERVED = "served"
PASSWORD = "password"  # noqa: S105  # the name of a file

_UNTIL_EXIT = ExitStack()


def prepare_orchestrator(*, only_to_look: bool = False) -> None:
    """Set Prefect's folder, start-up timeout and logging, and turn telemetry off, unless the environment says otherwise.

    Where `jobindsats serve` serves the same data folder, its server is the one to use. Who comes only to look makes no data
    folder: where there is none, Prefect has a temporary one.
    """
    from tasks.resources import data_folder, has_data_folder

    if only_to_look and not has_data_folder():
        temporary = TemporaryDirectory(prefix="jobindsats-prefect-")
        atexit.register(temporary.cleanup)
        within = Path(temporary.name)
    else:
        within = data_folder()
    home = Path(os.environ.setdefault("PREFECT_HOME", str(within / "prefect")))
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    defaults = {
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # the report says what matters; logs go to Prefect
        "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
    }
    if set("%?") & set(str(home)):
        # Prefect writes the folder into an address as it is, where %20 is a blank and ? ends it.
        escaped = quote(str(home), safe="/")
        defaults["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = f"sqlite+aiosqlite:///{escaped}/prefect.db"
    served = served_here(home)
    if served:
        defaults |= {"PREFECT_API_URL": served, "PREFECT_API_AUTH_STRING": password_of(home)}
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    os.environ["NO_PROXY"] = ",".join(filter(None, (os.environ.get("NO_PROXY"), LOOPBACK)))


@contextmanager
def serving(home: Path, *, address: str) -> Iterator[None]:
    """Put on record, for the length of a block, where this data folder is served; raises RuntimeError if it is already."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / SERVED).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError(f"{home.parent} is served already: {served_here(home)}. One is enough") from None
        file.truncate(0)
        file.write(address)
        file.flush()
        yield


def password_of(home: Path) -> str:
    """What whoever asks this data folder's server has to know; made at the first question, for its owner's eyes only."""
    path = home / PASSWORD
    with suppress(FileExistsError), open(path, "x", opener=for_the_owner) as file:
        file.write(f"jobindsats:{token_urlsafe(24)}")
    return path.read_text(encoding="utf-8")


def served_here(home: Path) -> str | None:
    """The API's address of the server that serves this data folder now: the file counts only while its lock is held."""
    with suppress(FileNotFoundError), (home / SERVED).open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return file.read() or None
    return None


def begin_orchestrator() -> None:
    """Begin to start this process's own server, unless one is configured. It takes seconds: import meanwhile."""
    from prefect.settings import (
        PREFECT_API_AUTH_STRING,
        PREFECT_API_URL,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        get_current_settings,
        temporary_settings,
    )

    if not get_current_settings().api.url:
        address, _ = _own_server()
        # Nobody waits for heartbeats of a run whose server ends with it, and each flow would wait a second for its last.
        own = {PREFECT_API_URL: address, PREFECT_API_AUTH_STRING: _own_password()}
        known: dict[Any, Any] = own | {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
        _UNTIL_EXIT.enter_context(temporary_settings(known))


def await_orchestrator() -> None:
    """Wait until the server that was begun answers, if one was. Raises RuntimeError where it does not."""
    if _own_server.cache_info().currsize:
        address, process = _own_server()
        wait_for(address, process=process, log=_log())


@cache
def _own_password() -> str:
    return f"jobindsats:{token_urlsafe(24)}"


@cache
def _own_server() -> tuple[str, subprocess.Popen[bytes]]:
    """The API's address and the process of this process's own server."""
    port = free_port()
    # As Prefect 3.8.8 starts its own: without interface and schedules. Not `prefect server start`, which has both.
    factory = "flows.serving.prefect_patch:create_guarded_app"
    command = ["uvicorn", "--factory", factory, "--host", LOOPBACK, "--port", str(port)]
    ephemeral = {"PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}
    process = child_processes.start(
        [sys.executable, "-m", *command, "--log-level", "error", "--lifespan", "on"],
        environment={**server_environment(port, password=_own_password()), **ephemeral},
        log=_log(),
    )
    # Registered before Prefect's threads register theirs, so that it runs after they have sent everything to the server.
    atexit.register(child_processes.end, process)
    return api_of(port), process


def _log() -> Path:
    return Path(os.environ["PREFECT_HOME"]) / "logs" / "server.log"


def api_of(port: int) -> str:
    """The address of the API of a server on this machine."""
    return f"http://{LOOPBACK}:{port}/api"


def free_port() -> int:
    """A port of this machine that is free at this moment."""
    with socket.create_server((LOOPBACK, 0)) as found:
        return int(found.getsockname()[1])


def wait_for(address: str, *, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers; raises RuntimeError, with the place of its log, where it ends or takes too long."""
    from prefect.settings import get_current_settings
    from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

    patience = get_current_settings().server.ephemeral.startup_timeout_seconds
    trying = Retrying(
        retry=retry_if_exception_type(OSError), wait=wait_fixed(0.1), stop=stop_after_delay(patience), reraise=True
    )
    try:
        trying(_ask_health, address, process=process, log=log)
    except OSError as error:
        raise RuntimeError(f"the Prefect server does not answer at {address}: {error}. Look at {log}") from error


def _ask_health(address: str, *, process: subprocess.Popen[bytes], log: Path) -> None:
    from urllib.request import ProxyHandler, build_opener

    if process.poll() is not None:
        raise RuntimeError(f"the Prefect server ended at once, with {process.returncode}. Look at {log}")
    # No proxy of the environment: the server is on this machine.
    with build_opener(ProxyHandler({})).open(f"{address}/health", timeout=10) as answer:
        answer.read()


def why_silent(address: str) -> str | None:
    """Why the API at an address does not answer; None where it does, be it with an error."""
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        with urlopen(f"{address}/health", timeout=10) as answer:  # noqa: S310  # Prefect's own setting
            answer.read()
    except HTTPError:
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return str(getattr(reason, "strerror", None) or reason).lower()
    return None


def server_environment(port: int, *, password: str) -> dict[str, str]:
    """The environment of a Prefect server: without this project's settings, above all without the publisher's token.

    It answers who knows the password, and pages of no other origin.
    """
    others = {name: value for name, value in os.environ.items() if not name.startswith("JOBINDSATS_")}
    guards = {
        "PREFECT_SERVER_API_AUTH_STRING": password,
        "PREFECT_API_AUTH_STRING": password,  # its own services ask it too
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": api_of(port).removesuffix("/api"),
    }
    return others | guards
