"""Upkeep: the warehouse made ready for reading, its address, start, stop and migrations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL

from tasks.resources import open_resources, ready, require_warehouse
from warehouse.areas import AreaUnknown
from warehouse.assumptions.model import AssumptionError
from warehouse.catalogue.model import CatalogueError
from warehouse.claims.file import ClaimsError
from warehouse.database import embedded, reader_limits, reader_role, server_needs
from warehouse.database.scratch import WrongTarget
from warehouse.errors import DATABASE_ERRORS, QuestionError, in_words
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
    WrongTarget,
)


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
    settings = read_settings()
    require_warehouse(settings)
    url = embedded.address(settings)
    return url.set(drivername="postgresql").render_as_string(hide_password=False).replace(" ", "%20")  # for libpq


def give_readers(login: str | None) -> dict[str, Any]:
    """Make the readers' role, and an account where one is named: what was done, and what a person does next.

    Raises ReaderRefused.
    """
    with ready() as resources:
        with resources.engine.begin() as connection:
            given = reader_role.give(connection, login=login)
        where = resources.engine.url.set(drivername="postgresql", password=None)
        embedded_one = resources.settings.warehouse_url is None
    return {
        "role": reader_limits.READER,
        "login": login,
        "done": given.done,
        "remarks": given.remarks,
        "next": _next_for_readers(where, login=login, embedded_one=embedded_one),
    }


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


def in_a_sentence(error: Exception) -> str:
    """What a person is told of an error."""
    return in_words(error) if isinstance(error, DATABASE_ERRORS) else str(error)


def is_wrong_use(error: Exception) -> bool:
    """Whether a person asked for something that does not exist, rather than something having failed."""
    return isinstance(error, WRONG_USE)
