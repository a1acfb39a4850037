"""Upkeep: the warehouse made ready for reading, its address, start, stop and migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from tasks.border import Border, crossing
from warehouse import embedded, migrations
from warehouse.areas import AreaUnknown
from warehouse.assumptions import AssumptionError
from warehouse.catalogue import CatalogueError
from warehouse.claims.file import ClaimsError
from warehouse.periods import PeriodError
from warehouse.reading import QuestionError
from warehouse.scratch import WrongTarget
from warehouse.settings import SettingsError, danish_day, read_settings
from warehouse.trouble import TROUBLE, in_words


@contextmanager
def ready() -> Iterator[Border]:
    """The border, with the schema there: a warehouse never migrated is migrated, an outdated one too."""
    with crossing() as border:
        with border.engine.connect() as connection:
            outdated = migrations.current(connection) != migrations.newest()
        if outdated:
            migrations.upgrade(border.engine)
        yield border


def data_folder() -> Path:
    """Where everything of ours lies on this machine."""
    return read_settings().data_dir.absolute()


def today(border: Border) -> date:
    """The day on the run's clock, in Denmark."""
    return danish_day(border.clock())


def migrate() -> str:
    """Bring the schema, the areas and the catalogue up to date; gives the revision."""
    with crossing() as border:
        return migrations.upgrade(border.engine)


def address() -> str:
    """The warehouse's address for a client, started if need be."""
    url = embedded.address(read_settings())
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def stop() -> str:
    """Stop the embedded server; gives what was done, in a sentence."""
    settings = read_settings()
    if settings.warehouse_url is not None:
        return "JOBINDSATS_WAREHOUSE_URL names a server that is not ours to stop"
    return "The warehouse is stopped" if embedded.stop(settings.data_dir) else "The warehouse was not running"


def in_a_sentence(error: Exception) -> str:
    """What a person is told of an error."""
    return in_words(error) if isinstance(error, TROUBLE) else str(error)


def is_wrong_use(error: Exception) -> bool:
    """Whether a person asked for something that does not exist, rather than something having failed."""
    wrong = (
        AreaUnknown,
        AssumptionError,
        CatalogueError,
        ClaimsError,
        PeriodError,
        QuestionError,
        SettingsError,
        WrongTarget,
    )
    return isinstance(error, wrong)
