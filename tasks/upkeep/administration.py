"""Upkeep: the warehouse made ready for reading, its address, start, stop and migrations, its readers and their limits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Connection

from tasks.resources import data_folder, open_resources, ready, require_warehouse
from tasks.watch.thresholds.content import ThresholdsError
from warehouse.areas import AreaUnknown
from warehouse.assumptions.model import AssumptionError
from warehouse.catalogue.model import CatalogueError
from warehouse.claims.file import ClaimsError
from warehouse.database import embedded, listening, loopback, reader_limits, reader_role, server_needs
from warehouse.database.scratch import WrongTarget
from warehouse.errors import QuestionError
from warehouse.periods import PeriodError
from warehouse.settings import SettingsError, read_settings

WRONG_USE = (
    AreaUnknown,
    AssumptionError,
    CatalogueError,
    ClaimsError,
    PeriodError,
    QuestionError,
    SettingsError,
    ThresholdsError,
    WrongTarget,
)


def contact() -> str | None:
    """Whom to ask of the figures, by the settings."""
    return read_settings().contact


def migrate() -> str:
    """Bring the schema, the areas and the catalogue up to date; gives the revision."""
    with open_resources() as resources:
        return resources.migrate()


def lacking() -> list[str]:
    """What the server lacks for a night, in sentences with what mends each."""
    with open_resources() as resources, resources.engine.connect() as connection:
        return [str(need) for need in server_needs.unmet(connection)]


def address() -> str:
    """The warehouse's address for a client, started if need be; raises QuestionError where there is none."""
    return _for_libpq(_address(), hide_password=False)


def address_without_password() -> str:
    """The same for a page or a terminal that others may see."""
    return _for_libpq(_address(), hide_password=True)


def _address() -> URL:
    settings = read_settings()
    require_warehouse(settings)
    url = embedded.address(settings)
    if settings.warehouse_url is None:
        url = listening.address(settings.data_dir) or url
    return url.set(drivername="postgresql")


def _for_libpq(url: URL, *, hide_password: bool) -> str:
    return url.render_as_string(hide_password=hide_password).replace(" ", "%20")


def listen(port: int) -> None:
    """Let the embedded server be reached at a port of 127.0.0.1, with a password; 0: at its socket alone.

    Raises QuestionError where the warehouse is not the embedded one, or no port has that number; WarehouseUnreachable.
    """
    settings = read_settings()
    if settings.warehouse_url is not None:
        raise QuestionError("JOBINDSATS_WAREHOUSE_URL names a server that is not ours: --port is for the embedded one")
    if port and not 1024 <= port <= 65_535:
        raise QuestionError(f"--port {port}: name one from 1024 to 65535, or 0 for none")
    listening.listen(data_folder(), port=port or None)


def unheard() -> str | None:
    """Why the embedded server does not listen at the port that it was given, in a sentence; None: it does, or has none."""
    settings = read_settings()
    wanted = None if settings.warehouse_url is not None else loopback.kept(settings.data_dir)
    if wanted is None or embedded.port(settings.data_dir) == wanted.port:
        return None
    return (
        f"port {wanted.port} of {loopback.ADDRESS} was taken by another program when the server was started, so it is reached "
        "through its socket alone: name another with `jobindsats warehouse up --port N`, or none with --port 0"
    )


def give_readers(login: str | None, *, renew_password: bool = False) -> dict[str, Any]:
    """Make the readers' role, and an account where one is named: what was done, and what a person does next.

    An account of the embedded server gets a password where that is reached at a port, once or when it is renewed.
    Raises ReaderRefused, and QuestionError where there is no password to renew.
    """
    with ready() as resources:
        embedded_one = resources.settings.warehouse_url is None
        at_port = listening.address(resources.settings.data_dir, user=login) if embedded_one and login else None
        if renew_password and at_port is None:
            raise QuestionError(
                "--new-password is for an account (--login NAME) of the embedded server that is reached at a port: "
                "`jobindsats warehouse up --port N` opens one"
            )
        with resources.engine.begin() as connection:
            given = reader_role.give(connection, login=login)
            if login is not None and at_port is not None:
                at_port = _with_password(connection, at_port, login=login, renew=renew_password)
        where = resources.engine.url.set(drivername="postgresql", password=None)
    return {
        "role": reader_limits.READER,
        "login": login,
        "address": where.set(username=login).render_as_string() if login else None,
        "done": given.done,
        "remarks": given.remarks,
        "next": _next_at_port(at_port) if at_port else _next_for_readers(where, login=login, embedded_one=embedded_one),
    }


def _with_password(connection: Connection, where: URL, *, login: str, renew: bool) -> URL:
    """An account's address, with its password where that is made now."""
    if listening.has_password(connection, role=login) and not renew:
        return where
    password = listening.new_password()
    listening.set_password(connection, role=login, password=password)
    return where.set(password=password)


def _next_at_port(where: URL) -> list[str]:
    connect = f"connect with {where.render_as_string(hide_password=False)}"
    if where.password is None:
        return [f"{connect} and the password that was told when it was made; --new-password makes another"]
    return [f"{connect} (the password is told this once)"]


def limit_readers() -> dict[str, Any]:
    """Put the limits of readers' accounts back, and end what has lasted too long: what was ended, and what is lacking."""
    with ready() as resources, resources.engine.begin() as connection:
        lacking = reader_limits.set_limits(connection)
        ended = reader_limits.end_overdue(connection)
    return {"ended": ended, "lacking": lacking}


def _next_for_readers(where: URL, *, login: str | None, embedded_one: bool) -> list[str]:
    if login is None:
        return ["jobindsats warehouse reader --login NAME makes an account for a dashboard"]
    connect = f"connect with {where.set(username=login).render_as_string()}"
    if embedded_one:
        return [f"{connect}: on this machine, where the embedded server asks for no password"]
    return [f'give it a password, which is asked for and stands nowhere: psql "{where.render_as_string()}", then '
            f"\\password {login}", connect]  # fmt: skip


def stop() -> str:
    """Stop the embedded server; gives what was done, in a sentence."""
    settings = read_settings()
    if settings.warehouse_url is not None:
        return "JOBINDSATS_WAREHOUSE_URL names a server that is not ours to stop"
    require_warehouse(settings)
    return "The warehouse is stopped" if embedded.stop(settings.data_dir) else "The warehouse was not running"


def is_wrong_use(error: Exception) -> bool:
    """Whether a person asked for something that does not exist, rather than something having failed."""
    return isinstance(error, WRONG_USE)
