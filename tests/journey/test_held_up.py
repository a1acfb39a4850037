"""Somebody holds what an upgrade or a night needs: they give up after a stated time, and say who it is and since when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine, text

from flows.command_line.main import run
from tests.conftest import Stage
from tests.scene import Scene
from warehouse import migrations
from warehouse.database import reader_limits
from warehouse.database.locks import Lock, held
from warehouse.database.reader_role import give

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TABLES = ["y30r21", "y01a02"]
NAMED = r"{user} \(psql\) since 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d"


@pytest.fixture(scope="module")
def scene(stage: Stage) -> Iterator[Scene]:
    """A warehouse after a night."""
    with stage(today="2023-11-05", scale="small") as scene:
        assert scene.night(tables=TABLES).outcome == "completed"
        yield scene


@contextmanager
def open_transaction(scene: Scene, *statements: str) -> Iterator[Connection]:
    """A person's session that is left open in a transaction, with what it did there."""
    engine = create_engine(scene.database, connect_args={"application_name": "psql"})
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
            yield connection
    finally:
        engine.dispose()


def owner(scene: Scene) -> str:
    return str(scene.query("select current_user as name")[0]["name"])


@pytest.fixture
def outdated(scene: Scene) -> None:
    """Views that are not those of this version, so that an upgrade has to replace them."""
    scene.change("update ops.schema_version set definitions = 'of another version'")


@pytest.mark.usefixtures("outdated")
def test_an_upgrade_behind_an_open_transaction_gives_up_and_says_who_holds_it(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.patch.setenv("JOBINDSATS_PATIENCE_SECONDS", "4")
    began = monotonic()
    with open_transaction(scene, "select from marts.freshness"):
        assert run(["warehouse", "migrate"]) == 1
    said = capsys.readouterr().err
    assert re.search(f"kept locked for too long by {NAMED.format(user=owner(scene))}", said), said
    assert monotonic() - began < 60
    assert run(["warehouse", "migrate"]) == 0
    assert scene.query("select definitions from ops.schema_version")[0]["definitions"] != "of another version"


@pytest.mark.usefixtures("outdated")
def test_others_do_not_stand_long_behind_an_upgrade_that_waits(scene: Scene) -> None:
    scene.patch.setenv("JOBINDSATS_PATIENCE_SECONDS", "8")
    longest = 0.0
    with (
        open_transaction(scene, "select from marts.freshness"),
        open_transaction(scene, "set statement_timeout = '30s'") as other,
        ThreadPoolExecutor(1) as pool,
    ):
        waiting = pool.submit(run, ["warehouse", "migrate"])
        while not waiting.done():
            began = monotonic()
            other.execute(text("select from marts.freshness"))
            other.commit()
            longest = max(longest, monotonic() - began)
        assert waiting.result() == 1
    assert 0.2 < longest < 5, "it never stood in the queue, or too long"


@pytest.mark.usefixtures("outdated")
def test_a_reader_who_sleeps_too_long_is_ended_and_the_upgrade_goes_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_limits.end_overdue, "__kwdefaults__", {"longest": timedelta(seconds=2)})
    scene.patch.setenv("JOBINDSATS_PATIENCE_SECONDS", "60")
    name = f"reader_{uuid4().hex[:10]}"
    engine = create_engine(scene.database)
    with engine.begin() as connection:
        if not connection.scalar(text("select rolsuper from pg_roles where rolname = current_user")):
            pytest.skip("the user of the given server may not make roles")
        give(connection, login=name)
    sleepers = create_engine(scene.database.set(username=name))
    try:
        with sleepers.connect() as sleeper:
            sleeper.execute(text("select from marts.freshness"))
            assert run(["warehouse", "migrate"]) == 0
            sleeper.invalidate()
    finally:
        sleepers.dispose()
        with engine.begin() as connection:
            connection.execute(text(f"drop role {name}"))
        engine.dispose()


HELD = [
    "lock table core.observations_y01a02 in access exclusive mode",
    "select from core.observations_y01a02 where superseded_by is null for update",
]


@pytest.mark.parametrize("statement", HELD, ids=["the table", "its rows"])
def test_a_night_stops_the_table_that_is_held_names_who_holds_it_and_goes_on(scene: Scene, statement: str) -> None:
    scene.patch.setenv("JOBINDSATS_PATIENCE_SECONDS", "2")
    scene.set_clock(scene.query("select max(seen_at)::date + 32 as day from core.vintages")[0]["day"].isoformat())
    with open_transaction(scene, statement):
        ended = scene.night(tables=TABLES)
    outcomes = {table["table"]: table for table in ended.tables}
    assert outcomes["y01a02"]["outcome"] == "failed"
    assert re.search(NAMED.format(user=owner(scene)), outcomes["y01a02"]["message"]), outcomes["y01a02"]["message"]
    assert outcomes["y30r21"]["outcome"] in ("published", "unchanged", "not_due")
    assert scene.outcomes(scene.night(tables=TABLES))["y01a02"] == "published"


def test_a_table_that_another_run_keeps_is_told_with_who_keeps_it(scene: Scene) -> None:
    scene.patch.setenv("JOBINDSATS_PATIENCE_SECONDS", "0.1")
    number = scene.query("select table_no from core.tables where table_id = 'y01a02'")[0]["table_no"]
    scene.set_clock(scene.query("select max(seen_at)::date + 32 as day from core.vintages")[0]["day"].isoformat())
    engine = create_engine(scene.database, connect_args={"application_name": "psql"})
    with held(engine, Lock.TABLE, number=number):
        ended = scene.night(tables=["y01a02"])
    engine.dispose()
    assert f"({owner(scene)} (psql)" in ended.tables[0]["message"]


def test_a_night_that_cannot_upgrade_says_who_holds_it_up(scene: Scene, outdated: None) -> None:
    scene.patch.setenv("JOBINDSATS_PATIENCE_SECONDS", "3")
    with open_transaction(scene, "select from marts.freshness"):
        told = scene.command("nightly", "--table", "y01a02")
    assert told.returncode == 1
    assert re.search(NAMED.format(user=owner(scene)), told.stderr), told.stderr
    assert migrations.newest()
