"""Lets programs that know no Unix socket reach the embedded server at a port of 127.0.0.1, never without a password."""

from __future__ import annotations

import secrets
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, text

from warehouse.database import embedded, loopback
from warehouse.database.embedded import WarehouseUnreachable
from warehouse.database.locks import SESSION_IN_WORDS
from warehouse.database.loopback import ADDRESS, Kept

_OWNER = "postgres"
_OTHERS = text(
    f"select string_agg(distinct {SESSION_IN_WORDS}, ', ') from pg_stat_activity a "  # noqa: S608  # our own words
    "where a.backend_type = 'client backend' and a.pid <> pg_backend_pid()"
)
_HAS_PASSWORD = text("select rolpassword is not null from pg_authid where rolname = :role")


def listen(data_dir: Path, *, port: int | None) -> None:
    """Let the server listen at a port, or at none; it is started anew where it does otherwise.

    Raises WarehouseUnreachable where the port is taken, or where somebody is connected who would be cut off.
    """
    if port == embedded.port(data_dir) and (port is None) == (loopback.kept(data_dir) is None):
        return
    if embedded.is_running(data_dir):
        _require_alone(data_dir)
    if port is not None and port != embedded.port(data_dir) and not loopback.is_free(port):
        raise WarehouseUnreachable(
            f"port {port} of {ADDRESS} is taken by another program, or may not be used by this user: name another --port"
        )
    embedded.stop(data_dir)
    before = loopback.kept(data_dir)
    loopback.keep(data_dir, None if port is None else Kept(port, before.password if before else new_password()))
    _start(data_dir)


def _start(data_dir: Path) -> None:
    """Start the server, and give its owner the password that is kept, if one is."""
    engine = create_engine(embedded.start(data_dir))
    kept = loopback.kept(data_dir)
    try:
        with engine.begin() as connection:
            set_password(connection, role=_OWNER, password=kept.password if kept else None)
    finally:
        engine.dispose()


def _require_alone(data_dir: Path) -> None:
    engine = create_engine(embedded.start(data_dir))
    try:
        with engine.connect() as connection:
            others = connection.scalar(_OTHERS)
    finally:
        engine.dispose()
    if others:
        raise WarehouseUnreachable(
            f"the server has to be started anew for that, which would cut off {others}: wait until they have ended, or end "
            "them with `jobindsats warehouse down`, and run this again"
        )


def address(data_dir: Path, *, user: str = _OWNER, password: str | None = None) -> URL | None:
    """The address of the running server at its port, for its owner or another account; None: it listens at none."""
    port, kept = embedded.port(data_dir), loopback.kept(data_dir)
    if port is None or kept is None:
        return None
    password = kept.password if user == _OWNER else password
    return URL.create("postgresql", user, password, ADDRESS, port, database="postgres")


def new_password() -> str:
    """A password that nobody guesses, of signs that stand in an address as they are."""
    return secrets.token_urlsafe(24)


def has_password(connection: Connection, *, role: str) -> bool:
    """Whether an account of the embedded server has a password, without which nobody gets in at a port."""
    return bool(connection.scalar(_HAS_PASSWORD, {"role": role}))


def set_password(connection: Connection, *, role: str, password: str | None) -> None:
    """Give an account its password, None: take it away. The server, its logs among it, gets no more than a verifier."""
    verifier = "null"
    if password is not None:
        driver = connection.connection.driver_connection
        made = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")  # type: ignore[union-attr]
        verifier = f"'{made.decode()}'"
    connection.exec_driver_sql(f'alter role "{role}" password {verifier}', execution_options={"no_parameters": True})
