"""A warehouse's life on a PostgreSQL as an organisation gives it: an account of few rights, a pooler, a failover at night."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from tests.conftest import Stage
from tests.content import content_of
from tests.given import Given, given_server, pooled
from tests.processes import until
from tests.scene import Scene
from tests.standin.server import running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TABLES = ["y10a02", "y25i01"]
FIRST, THEN, LAST = "2023-11-05", "2023-12-05", "2024-01-05"
SCHEMAS = ("core", "marts", "ops", "staging")


def lived(scene: Scene) -> str:
    """Nights, a backfill, a quarantine and its release; gives what stands then, as a hash."""
    assert scene.night(FIRST, tables=TABLES).outcome == "completed"
    scene.publisher.set_faults({"missing-municipalities": 1.0}, only="y10a02")
    assert scene.outcomes(scene.night(THEN, tables=TABLES)) == {"y10a02": "quarantined", "y25i01": "published"}
    scene.publisher.clear_faults()
    (waiting,) = scene.answer("quarantine")
    scene.set_clock()
    scene.answer("quarantine", "release", str(waiting["id"]), "--reason", "looked at by a person")
    assert scene.answer("quarantine") == []
    assert scene.night(LAST, tables=TABLES).outcome == "completed"
    scene.set_clock()
    filled = scene.answer("backfill", "--from", "2023M01", "--to", "2023M03", "--table", "y10a02")
    assert filled["done"] == filled["partitions"] > 0
    return content_of(scene.database)


@pytest.fixture(scope="module")
def elsewhere(stage: Stage) -> str:
    """What stands after the same life on a server of our own."""
    with stage(today=FIRST, scale="small") as scene:
        return lived(scene)


@contextmanager
def few_rights(given: Given) -> Iterator[URL]:
    """An account that owns four schemas and may make nothing beside them, no temporary table either."""
    given.anew("")
    given.administer(
        "revoke all on database warehouse from public", "grant connect on database warehouse to jobindsats",
        *(f"create schema {name} authorization jobindsats" for name in SCHEMAS),
    )  # fmt: skip
    yield given.url()


@contextmanager
def through_a_pooler(given: Given) -> Iterator[URL]:
    """An account's own database, through a pooler of transactions with the places that a night needs."""
    given.anew()
    with pooled(given, size=12) as url:
        yield url


@contextmanager
def on(url: URL, *, folder: Path, orchestrator: str) -> Iterator[Scene]:
    """A scene before that server."""
    with pytest.MonkeyPatch.context() as patch, running(today=FIRST, scale="small") as publisher:
        yield Scene.set_up(publisher, orchestrator=orchestrator, database=url, folder=folder, patch=patch)


@pytest.mark.parametrize("way", [few_rights, through_a_pooler], ids=["few rights", "a pooler"])
def test_a_warehouse_lives_there_as_on_a_server_of_our_own(
    way: Callable[[Given], AbstractContextManager[URL]],
    given: Given,
    elsewhere: str,
    orchestrator: str,
    tmp_path: Path,
) -> None:
    with way(given) as url, on(url, folder=tmp_path, orchestrator=orchestrator) as scene:
        assert lived(scene) == elsewhere
        assert scene.query("select tablename from pg_tables where schemaname = 'staging'") == []
        assert scene.query("select schemaname from pg_tables where schemaname not in "
                           "('core', 'marts', 'ops', 'staging', 'pg_catalog', 'information_schema')") == []  # fmt: skip


@contextmanager
def with_a_standby() -> Iterator[tuple[Given, Given]]:
    """A server of this test's own and one that follows it; the first may be crashed in the block."""
    with given_server() as first, ExitStack() as after, first.standby() as second:
        after.callback(first.start)
        yield first, second


def test_a_standby_that_takes_over_in_the_middle_of_a_night(stage: Stage, orchestrator: str, tmp_path: Path) -> None:
    with stage(today=FIRST, scale="small") as quiet:
        for day in (FIRST, THEN):
            assert quiet.night(day, tables=TABLES).outcome == "completed"
        expected = content_of(quiet.database)
    with with_a_standby() as (first, second), on(first.url(), folder=tmp_path, orchestrator=orchestrator) as scene:
        assert scene.night(FIRST, tables=TABLES).outcome == "completed"
        scene.publisher.set_today(THEN)
        asked = len(data_calls(scene))
        with ThreadPoolExecutor(1) as beside:
            taken_over = beside.submit(_fail_over, first, second, scene, asked=asked)
            report = scene.night(THEN, tables=TABLES)
            taken_over.result()
        assert report.outcome in ("completed", "failed")
        assert scene.night(tables=TABLES).outcome == "completed"
        assert content_of(scene.database) == expected
        assert scene.query("select 1 from ops.runs where ended_at is null") == []


def data_calls(scene: Scene) -> list[dict[str, Any]]:
    """The calls for figures so far."""
    return [call for call in scene.publisher.calls() if "/data" in call["path"]]


def _fail_over(first: Given, second: Given, scene: Scene, *, asked: int) -> None:
    """Crash the server once the night has asked for figures, and promote the one that follows in its place."""
    until(lambda: len(data_calls(scene)) > asked, within_seconds=120)
    first.stop("immediate")
    second.promote(port=first.port)
