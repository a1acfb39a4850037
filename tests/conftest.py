"""What every test may stand on: one PostgreSQL and one Prefect for the whole session, a database of its own for each.

`JOBINDSATS_WAREHOUSE_URL` in the environment names the PostgreSQL to use (databases are made beside the one it names and
dropped again); without it the embedded one is started in a temporary folder.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

GIVEN_SERVER = os.environ.get("JOBINDSATS_WAREHOUSE_URL")
for name in [name for name in os.environ if name.startswith(("JOBINDSATS_", "PREFECT_"))]:
    del os.environ[name]
_PREFECT_HOME = tempfile.TemporaryDirectory(prefix="prefect-of-the-tests-")
os.environ |= {
    "PREFECT_HOME": _PREFECT_HOME.name,
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
}
# What the server does beside serving: nothing here is scheduled, late or triggered, and there are two cores. Its record of
# task runs is kept where a test reads it (`recorder`).
for service in (
    "SCHEDULER",
    "LATE_RUNS",
    "CANCELLATION_CLEANUP",
    "PAUSE_EXPIRATIONS",
    "TRIGGERS",
    "FOREMAN",
    "REPOSSESSOR",
    "DB_VACUUM",
    "CLEANUP_RECONCILER",
    "EVENT_LOGGER",
    "EVENT_PERSISTER",
    "TASK_RUN_RECORDER",
):
    os.environ[f"PREFECT_SERVER_SERVICES_{service}_ENABLED"] = "false"

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text

from tasks.archive.store import Archive
from tests.given import Given, given_server
from tests.scene import Scene
from tests.standin.server import running
from warehouse import migrations
from warehouse.database import embedded, sessions

ROOT = Path(__file__).parent.parent
REAL = ROOT.parent / "shared" / "real"
FIELD_REAL = ROOT.parent / "shared" / "field" / "real"
FIELD_CASES = ROOT.parent / "shared" / "field" / "cases"
FIELD_REVISIONS = ROOT.parent / "shared" / "field" / "revisions"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--on-postgresql` leaves out what needs no PostgreSQL, since on another one it would only be the same again."""
    parser.addoption("--on-postgresql", action="store_true", help="only tests that need a PostgreSQL")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs no PostgreSQL, where that is asked for."""
    if config.getoption("--on-postgresql"):
        rest = [item for item in items if "server" not in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=rest)
        items[:] = [item for item in items if "server" in getattr(item, "fixturenames", ())]


@pytest.fixture(scope="session")
def server() -> Iterator[URL]:
    """The session's PostgreSQL."""
    if GIVEN_SERVER:
        yield make_url(GIVEN_SERVER).set(drivername="postgresql+psycopg")
        return
    # Not in pytest's own folder: it keeps the last three sessions, and a parallel session is soon not among them.
    with tempfile.TemporaryDirectory(prefix="warehouse-of-the-tests-") as folder:
        url = embedded.start(Path(folder))
        _keep_small(url)
        yield url
        embedded.stop(Path(folder))


def _keep_small(server: URL) -> None:
    """Let the log of a server of the tests take little room: there is one of them for each process that tests."""
    control = create_engine(server, isolation_level="AUTOCOMMIT")
    with control.connect() as connection:
        connection.execute(text("alter system set max_wal_size = '192MB'"))
        connection.execute(text("select pg_reload_conf()"))
    control.dispose()


@contextmanager
def _database(server: URL, *, template: str | None = None) -> Iterator[URL]:
    name = f"jobindsats_test_{uuid4().hex[:12]}"
    control = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with control.connect() as connection:
            connection.execute(text(f"create database {name}" + (f" template {template}" if template else "")))
        yield server.set(database=name)
    finally:
        with control.connect() as connection:
            connection.execute(text(f"drop database if exists {name} with (force)"))
        control.dispose()


@contextmanager
def _engine(url: URL) -> Iterator[Engine]:
    engine = create_engine(url, connect_args=sessions.SESSION)
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def template(server: URL) -> Iterator[URL]:
    """A migrated, empty warehouse that others are copied from."""
    with _database(server) as url:
        with _engine(url) as engine:
            migrations.upgrade(engine)
        yield url


@pytest.fixture
def database(server: URL, template: URL) -> Iterator[URL]:
    """A migrated, empty warehouse of this test's own."""
    with _database(server, template=template.database) as url:
        yield url


Database = Callable[[], AbstractContextManager[URL]]


@pytest.fixture(scope="session")
def empty_database(server: URL) -> Database:
    """Makes databases with nothing in them, each dropped again with its block."""
    return lambda: _database(server)


@pytest.fixture
def engine(database: URL) -> Iterator[Engine]:
    """An engine on this test's own warehouse."""
    with _engine(database) as engine:
        yield engine


@pytest.fixture(scope="module")
def module_engine(server: URL, template: URL) -> Iterator[Engine]:
    """An engine on a warehouse of this module's own, for tests that clean up themselves."""
    with _database(server, template=template.database) as url, _engine(url) as engine:
        yield engine


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An empty archive in a temporary folder."""
    return Archive((tmp_path / "archive").as_uri())


@pytest.fixture(scope="session")
def given() -> Iterator[Given]:
    """Debian's PostgreSQL over TCP and TLS, whose account may use one database and no more."""
    with given_server() as given:
        yield given


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real series and answers, which lies beside the project and is not part of it."""
    return _beside(REAL, what="the real series")


@pytest.fixture(scope="session")
def field_real() -> Path:
    """The real benchmark and answers found later, which lie beside the project and are not part of it."""
    return _beside(FIELD_REAL, what="the real benchmark and answers")


@pytest.fixture(scope="session")
def field_cases() -> Path:
    """The folder of small files with the faults of real reports, which lies beside the project and is not part of it."""
    return _beside(FIELD_CASES, what="the cases from the field")


@pytest.fixture(scope="session")
def field_revisions() -> Path:
    """The folder of real vintages of a series, which lies beside the project and is not part of it."""
    return _beside(FIELD_REVISIONS, what="the vintages from the field")


def _beside(folder: Path, *, what: str) -> Path:
    where = folder.relative_to(ROOT.parent)
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{what} must be there in CI: ../{where}")
        pytest.skip(f"{what} are not beside this checkout (../{where})")
    return folder


@pytest.fixture(scope="session")
def orchestrator() -> Iterator[str]:
    """The session's Prefect server; gives its address."""
    from prefect.settings import get_current_settings
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield str(get_current_settings().api.url)


@pytest.fixture(scope="module")
def recorder(orchestrator: str) -> Iterator[str]:
    """A Prefect server of this module's own that keeps a record of task runs too; gives its address.

    Whoever sends events is ended first: Prefect keeps one sender for all servers, and it would go on with the session's.
    """
    from prefect import settings
    from prefect.events.worker import EventsWorker
    from prefect.testing.utilities import prefect_test_harness

    EventsWorker.drain_all(at_exit=False)
    recording = {settings.PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED: True}
    with settings.temporary_settings(updates=recording), prefect_test_harness(server_startup_timeout=120):
        yield str(settings.get_current_settings().api.url)


Stage = Callable[..., AbstractContextManager[Scene]]


@pytest.fixture(scope="session")
def stage(orchestrator: str, server: URL, template: URL) -> Stage:
    """Sets up a scene: a publisher, a warehouse and an archive of its own; its arguments are the stand-in's.

    `after` is a scene to go on from: warehouse and archive begin as copies of its own.
    """

    @contextmanager
    def set_up(*, after: Scene | None = None, **publisher: Any) -> Iterator[Scene]:
        copied = after.database.database if after else template.database
        with (
            tempfile.TemporaryDirectory(prefix="scene-of-the-tests-") as folder,
            _database(server, template=copied) as database,
            pytest.MonkeyPatch.context() as patch,
            running(**publisher) as standin,
        ):
            if after:
                shutil.copytree(after.folder / "data" / "archive", Path(folder) / "data" / "archive")
            yield Scene.set_up(standin, orchestrator=orchestrator, database=database, folder=Path(folder), patch=patch)

    return set_up


@pytest.fixture
def scene(stage: Stage) -> Iterator[Scene]:
    """A synthetic publisher that starts on 5 November 2023, and a warehouse of this test's own."""
    with stage(today="2023-11-05", scale="small") as scene:
        yield scene
