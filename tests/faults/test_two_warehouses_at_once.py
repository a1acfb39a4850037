"""Two warehouses that publish into one archive in the same instant: one does, the other is refused, the archive is whole.

Each publishes in a process of its own, as two nights do, so that the archive's lock is what they contend for.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import URL, Engine, create_engine

from tasks.archive.receipts import get_publications
from tasks.archive.store import Archive
from tasks.publish import publish_table, publishing, write_receipt
from tasks.replay.vintage import publish_again, still_waiting
from tasks.resources import Resources
from tasks.results import Staged
from tasks.sources.registry import source_of
from tasks.stage import stage_table
from tasks.stoppages import Refused
from tests.conftest import Database
from tests.content import checksum
from tests.faults.plain_nights import PlainNights
from tests.properties.releases import open_run
from tests.standin.server import StandIn, running
from warehouse import migrations
from warehouse.danish.clock import Clock
from warehouse.database import sessions
from warehouse.settings import Settings

pytestmark = pytest.mark.slow
DAYS = ("2023-11-05", "2023-12-05")
NOW = datetime(2023, 12, 5, 4, tzinfo=UTC)
_START: list[Barrier] = []


class Staging(PlainNights):
    """Nights that end before they publish."""

    def staged(self, day: str) -> Staged:
        """The table of a day, staged."""
        self.publisher.set_today(day)
        resources = self.resources(day)
        with self.engine.begin() as connection:
            run_id = open_run(connection, started_at=resources.clock())
        due = self._due(resources, run_id=run_id)
        fetched = source_of(due.table_id).fetching.fetch(due, access=resources.access(run_id=run_id))
        with self.engine.begin() as connection:
            return stage_table(connection, manifest=fetched.manifest, archive=resources.archive, run_id=run_id)


def publish_at_once(url: str, folder: Path, staged: Staged) -> str:
    """Publish in this process as the night's task does, when the other process is ready too; gives how it ended."""
    settings = Settings(data_dir=folder, warehouse_url=SecretStr(url))
    with sessions.engine_for(settings) as engine:
        resources = Resources(settings, Clock(NOW), engine)
        _START[0].wait(60)
        try:
            with publishing(resources) as connection:
                vintage = publish_table(connection, staged=staged, archive=resources.archive)
                connection.commit()
                assert write_receipt(resources, vintage_id=vintage.vintage_id) is None
        except Refused as refused:
            return str(refused)
    return "published"


def keep(barrier: Barrier) -> None:
    """Keep in this process what both wait at."""
    _START.append(barrier)


@pytest.fixture
def third(empty_database: Database) -> Iterator[Engine]:
    """A warehouse to rebuild in."""
    with empty_database() as url:
        engine = create_engine(url, connect_args=sessions.SESSION)
        migrations.upgrade(engine)
        yield engine
        engine.dispose()


@pytest.fixture(scope="module")
def publisher() -> Iterator[StandIn]:
    with running(today=DAYS[0], scale="small") as publisher:
        yield publisher


def replayed(engine: Engine, *, archive: Archive) -> str:
    """A warehouse with what it lacks of the archive's history; gives the checksum of its facts."""
    with engine.begin() as connection:
        run_id = open_run(connection, started_at=NOW)
        for publication in still_waiting(connection, get_publications(archive)):
            publish_again(connection, publication, archive=archive, run_id=run_id)
        return checksum(connection, marts={})


def address(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def test_of_two_at_once_one_publishes_and_the_archive_gives_its_history_back(
    publisher: StandIn,
    engine: Engine,
    module_engine: Engine,
    third: Engine,
    tmp_path: Path,
) -> None:
    both = [Staging(publisher, each, tmp_path) for each in (engine, module_engine)]
    archive = both[0].resources(DAYS[0]).archive
    spawn = get_context("spawn")
    with ProcessPoolExecutor(2, spawn, initializer=keep, initargs=(spawn.Barrier(2),)) as processes:
        for number, day in enumerate(DAYS, 1):
            loads = [(address(night.engine.url), tmp_path, night.staged(day)) for night in both]
            ended = list(processes.map(publish_at_once, *zip(*loads, strict=True)))
            assert ended.count("published") == 1, ended
            assert sum("that this warehouse does not hold" in said for said in ended) == 1, ended
            assert len(get_publications(archive)) == number, "a second history was begun"
            assert replayed(engine, archive=archive) == replayed(module_engine, archive=archive)
    assert replayed(third, archive=archive) == replayed(engine, archive=archive)
