"""A PostgreSQL as an organisation gives it: Debian's, over TCP and TLS, with an account of few rights, a pooler, a standby."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import TupleRow
from pydantic import SecretStr
from sqlalchemy import URL

from warehouse.settings import Settings

USER, PASSWORD = "jobindsats", "its own"
_ROOT, _MAY_ALL = os.geteuid() == 0, "the administrator's"


def postgresql_programs() -> Path:
    """The folder of Debian's newest PostgreSQL, which has to have a pooler beside it."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
    if found and shutil.which("pgbouncer"):
        return found[-1]
    if os.environ.get("CI"):
        pytest.fail("Debian's postgresql and pgbouncer must be there in CI")
    pytest.skip("Debian's postgresql and pgbouncer are not installed")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens at."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _other() -> dict[str, Any]:
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if _ROOT else {}


def _run(*command: str, folder: Path) -> None:
    """Run a program that does not run as root as PostgreSQL's own user, there and at home there."""
    with folder.with_suffix(".said").open("a") as said:  # no pipes: a server would keep them open
        home = os.environ | {"HOME": str(folder)}
        done = subprocess.run(command, cwd=folder, stdout=said, stderr=said, check=False, env=home, **_other())
    assert done.returncode == 0, folder.with_suffix(".said").read_text()


def _owned(path: Path) -> Path:
    if _ROOT:
        shutil.chown(path, "postgres", "postgres")
    return path


@dataclass
class Given:
    """A server in a folder at a port of 127.0.0.1."""

    folder: Path
    port: int

    def url(self, *, user: str = USER, password: str = PASSWORD, database: str = "warehouse", **query: str) -> URL:
        """Its address for an account."""
        return URL.create("postgresql+psycopg", user, password, "127.0.0.1", self.port, database, query)

    def start(self, *options: str) -> None:
        """Start it, or a standby that was promoted in its place."""
        told = " ".join(["-c listen_addresses=127.0.0.1", "-k ''", f"-p {self.port}", *options])
        given = ["--wait", "--silent", "--log=log", "-D", ".", "-o", told]
        _run(str(postgresql_programs() / "pg_ctl"), "start", *given, folder=self.folder)

    def stop(self, mode: str = "fast") -> None:
        """Stop it: fast ends sessions, immediate is a crash."""
        _run(str(postgresql_programs() / "pg_ctl"), "stop", "--silent", "-m", mode, "-D", ".", folder=self.folder)

    @contextmanager
    def administrator(self, database: str = "warehouse") -> Iterator[psycopg.Connection[TupleRow]]:
        """A session of its administrator, each statement carried out at once."""
        url = self.url(user="postgres", password=_MAY_ALL, database=database)
        with psycopg.connect(libpq(url), autocommit=True) as connection:
            yield connection

    def administer(self, *statements: str, database: str = "warehouse") -> None:
        """Carry out statements of its administrator."""
        with self.administrator(database) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def anew(self, made: str = f"owner {USER}") -> None:
        """An empty database, the account's own where nothing else is said, and the account as at first."""
        self.administer(
            "drop database if exists warehouse with (force)", f"create database warehouse {made}",
            f"alter role {USER} reset all", f"alter role {USER} connection limit -1",
            database="postgres",
        )  # fmt: skip

    @contextmanager
    def standby(self) -> Iterator[Given]:
        """A second server that follows this one, which waits for it with each commit; it may be promoted."""
        folder = _owned(_made(self.folder.parent / f"second-{uuid4().hex[:6]}"))
        address = libpq(self.url(user="postgres", password=_MAY_ALL, database="postgres"))
        _run(
            str(postgresql_programs() / "pg_basebackup"),
            "-d",
            address,
            "-D",
            ".",
            "-R",
            "--checkpoint=fast",
            folder=folder,
        )
        other = Given(folder, free_port())
        other.start()
        self.administer("alter system set synchronous_standby_names = '*'", "select pg_reload_conf()")
        try:
            yield other
        finally:
            other.stop("immediate")

    def promote(self, *, port: int) -> None:
        """Make a standby the server that takes writes, at another's port."""
        _run(str(postgresql_programs() / "pg_ctl"), "promote", "--wait", "--silent", "-D", ".", folder=self.folder)
        self.stop()
        self.port = port
        self.start()

    def certificate(self, folder: Path) -> Path:
        """A copy of its certificate, where this user may read it."""
        return Path(shutil.copy(self.folder / "server.crt", folder))

    def settings(self, url: URL | None = None, **chosen: Any) -> Settings:
        """Settings that name it."""
        address = (url or self.url()).render_as_string(hide_password=False)
        return Settings(warehouse_url=SecretStr(address), **chosen)


def libpq(url: URL) -> str:
    """An address as psql takes it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False).replace(" ", "%20")


@contextmanager
def given_server() -> Iterator[Given]:
    """A server that lets nobody in without a password and TLS, with an account that owns one database and no more."""
    with tempfile.TemporaryDirectory(prefix="given-server-of-the-tests-") as place:
        Path(place).chmod(0o755)
        folder = _owned(_made(Path(place) / "first"))
        given = Given(folder, free_port())
        password = _owned(_written(Path(place) / "password", _MAY_ALL))
        make = ["--auth=scram-sha-256", f"--pwfile={password}", "--username=postgres", "--encoding=UTF8", "-D", "."]
        _run(str(postgresql_programs() / "initdb"), *make, "--no-sync", "--locale=C.UTF-8", folder=folder)
        _certified(folder)
        with (folder / "pg_hba.conf").open("w") as rules:
            rules.write("hostssl all,replication all 127.0.0.1/32 scram-sha-256\n")
        given.start()
        given.administer(f"create role {USER} login password '{PASSWORD}'", database="postgres")
        given.anew()
        try:
            yield given
        finally:
            given.stop("immediate")


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


def _written(path: Path, content: str) -> Path:
    path.write_text(content)
    path.chmod(0o600)
    return path


def _certified(folder: Path) -> None:
    """A certificate for 127.0.0.1 that signs itself."""
    told = "req -new -x509 -days 2 -nodes -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    _run("openssl", *told.split(), "-out", "server.crt", "-keyout", "server.key", folder=folder)
    with (folder / "postgresql.conf").open("a") as settings:
        settings.write("ssl = on\nfsync = off\n")


@contextmanager
def pooled(given: Given, *, size: int = 20, mode: str = "transaction", **settings: str) -> Iterator[URL]:
    """A pgbouncer before a server; gives the address through it."""
    port = free_port()
    server = f"host=127.0.0.1 port={given.port} password='{PASSWORD}'"
    told = {
        "listen_addr": "127.0.0.1", "listen_port": port, "unix_socket_dir": "", "auth_type": "plain",
        "auth_file": "users", "pool_mode": mode, "default_pool_size": size, "server_tls_sslmode": "require",
    } | settings  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="pooler-of-the-tests-") as place:
        Path(place).chmod(0o755)
        folder = _owned(_made(Path(place) / "pooler"))
        users = f'"{USER}" "{PASSWORD}"\n'
        _owned(_written(folder / "users", users))
        lines = ["[databases]", f"* = {server}", "[pgbouncer]", *(f"{name} = {value}" for name, value in told.items())]
        _owned(_written(folder / "pgbouncer.ini", "\n".join(lines)))
        with (Path(place) / "said").open("w") as said:
            pooler = subprocess.Popen(["pgbouncer", "pgbouncer.ini"], cwd=folder, stdout=said, stderr=said, **_other())
        try:
            _await_listening(port, pooler)
            yield given.url().set(port=port)
        finally:
            pooler.terminate()
            pooler.wait()


def _await_listening(port: int, program: subprocess.Popen[bytes]) -> None:
    deadline = monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert program.poll() is None, "it does not start"
            assert monotonic() < deadline, "nobody listens"
        else:
            return
