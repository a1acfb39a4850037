"""Resources: where a task reads the settings and opens what it needs, and closes it again.

Functions below this module get what they need as arguments. Tasks pass only small, picklable results to each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy import Connection, Engine

from warehouse import migrations
from warehouse.danish.clock import Clock, danish_day
from warehouse.database import embedded, server_needs, sessions
from warehouse.database.call_budget import Budget, wait_for_turn
from warehouse.errors import QuestionError, went_away
from warehouse.settings import Settings, read_settings

# What only a run needs is loaded where it is used: commands that read come through here too, and answer in a moment.
if TYPE_CHECKING:
    from tasks.archive.store import Archive
    from tasks.results import Known
    from tasks.sources.access import Access
    from tasks.sources.deadlines import RunTime
    from tasks.sources.registry import Source
    from warehouse.catalogue.model import Table

_RUN_TIMES: dict[int, RunTime] = {}


@dataclass(frozen=True)
class Resources:
    """What one task may use: settings, the run's clock, the warehouse, the archive."""

    settings: Settings
    clock: Clock
    engine: Engine

    @cached_property
    def archive(self) -> Archive:
        """The archive of answers."""
        from tasks.archive.store import Archive

        return Archive(self.settings.archive, seconds=self.settings.timeout_seconds)

    @property
    def budget(self) -> Budget | None:
        """The calls that the publisher may be asked; None: as many as there are."""
        limit = self.settings.call_limit
        return None if limit is None else Budget(urlsplit(self.settings.api_url).netloc, limit)

    def migrate(self) -> str:
        """Bring the warehouse's schema up to date; gives the revision. Gives up when the patience is over.

        Raises ServerUnfit where the server, the database or the account is no place for one.
        """
        with self.engine.connect() as connection:
            server_needs.require(connection)
        return migrations.upgrade(self.engine, patience_seconds=self.settings.patience_seconds)

    def keep_budget(self) -> None:
        """Wait until the publisher may be asked once more."""
        if self.budget is not None:
            wait_for_turn(self.engine, self.budget)

    def access(
        self,
        *,
        run_id: int,
        known: Mapping[str, Known] | None = None,
        calls: list[None] | None = None,
        again: bool = False,
    ) -> Access:
        """What a run lets a source use; a publisher's calls keep the budget, and each is added to `calls`."""
        from tasks.sources.access import Access
        from tasks.sources.deadlines import unlimited

        def before_call() -> None:
            self.keep_budget()
            if calls is not None:
                calls.append(None)

        return Access(
            settings=self.settings,
            clock=self.clock,
            archive=self.archive,
            run_id=run_id,
            before_call=before_call,
            known=known or {},
            run_time=_RUN_TIMES.get(run_id) or unlimited(),
            again=again,
        )

    @contextmanager
    def limited_time(self, run_id: int) -> Iterator[None]:
        """Give a run the time that a night may take, for the length of a block and in this process."""
        from tasks.sources.deadlines import RunTime

        seconds = self.settings.night_hours * 3600
        _RUN_TIMES[run_id] = RunTime(seconds, for_waiting=seconds / 6)
        try:
            yield
        finally:
            del _RUN_TIMES[run_id]


@contextmanager
def open_resources(warehouse: SecretStr | None = None) -> Iterator[Resources]:
    """Settings from the environment, the warehouse reached; raises SettingsError and WarehouseUnreachable.

    Where the address of another warehouse is given, that one is reached and the configured one is left alone.
    """
    settings = read_settings()
    if warehouse is not None:
        settings = settings.model_copy(update={"warehouse_url": warehouse})
    with sessions.engine_for(settings) as engine:
        yield Resources(settings, clock_from(settings.now), engine)


@cache
def clock_from(starts_at: datetime | None) -> Clock:
    """One clock per process and starting moment, so that the tasks of a rehearsed run follow one another in time."""
    return Clock(starts_at)


def _lost_the_warehouse(_task: Any, _run: Any, state: Any) -> bool:
    return went_away(state.result(raise_on_failure=False))


# For tasks that put on record what happened; each can be repeated without harm.
RETRIES: dict[str, Any] = {
    "retries": 4,
    "retry_delay_seconds": [0.5, 2, 8, 30],
    "retry_jitter_factor": 0.3,
    "retry_condition_fn": _lost_the_warehouse,
}


@contextmanager
def ready() -> Iterator[Resources]:
    """The resources of a warehouse that is there, its schema brought up to date where it is an older one.

    Raises QuestionError where there is none: what reads never makes one.
    """
    require_warehouse(read_settings())
    with open_resources() as resources:
        with resources.engine.connect() as connection:
            revision, current = migrations.current(connection), migrations.is_current(connection)
        if revision is None:
            raise QuestionError(
                "the database holds no warehouse: correct JOBINDSATS_WAREHOUSE_URL, or make one in it with `jobindsats "
                "warehouse migrate` and fill it with `jobindsats nightly`"
            )
        if not current:
            resources.migrate()
        yield resources


def require_warehouse(settings: Settings) -> None:
    """Raise QuestionError where the embedded warehouse is meant and the data folder has none; nothing is started."""
    if settings.warehouse_url is None and not embedded.is_made(settings.data_dir):
        raise QuestionError(
            f"there is no warehouse in {settings.data_dir.absolute()} yet: the first `jobindsats nightly` makes one; if there "
            "should be one, correct JOBINDSATS_DATA_DIR"
        )


def settings_here() -> Settings:
    """The settings as the environment has them; raises SettingsError."""
    return read_settings()


def own_municipality() -> str | None:
    """The reader's own municipality, where the settings name it; raises SettingsError."""
    return read_settings().municipality


def own_or(area: str | None) -> str:
    """The area that was asked for, or the reader's own municipality where none was.

    Raises QuestionError where there is neither, and SettingsError.
    """
    chosen = own_municipality() if area is None else area
    if chosen is None:
        raise QuestionError(
            "no area is named: write --area Herlev, or name your own municipality once in JOBINDSATS_MUNICIPALITY"
        )
    return chosen


def declare(connection: Connection, tables: Iterable[Table], *, source: Source, renew: bool = False) -> None:
    """Write the tables that are not as they are shipped; what stands declared of one stays unless it is renewed."""
    from warehouse.history.dimensions import write_own_breaks, write_tables

    for table in tables:
        if table not in source.declared_tables:
            write_tables(connection, [table], publisher=source.name, renew=renew)
            if renew and not source.declares(table.id):
                write_own_breaks(connection, table)


def data_folder() -> Path:
    """Where everything of ours lies on this machine; made, where it is not there, for its owner alone."""
    folder = read_settings().data_dir.absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def has_data_folder() -> bool:
    """Whether there is one already."""
    return read_settings().data_dir.absolute().is_dir()


def today(resources: Resources) -> date:
    """The day on the run's clock, in Denmark."""
    return danish_day(resources.clock())
