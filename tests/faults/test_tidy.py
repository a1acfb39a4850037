"""The archive is tidied after real nights, good and bad: the same warehouse comes out of it, and every answer is there.

Killed in the middle, beside a night, or cut off from the warehouse, tidying takes nothing that anything rests on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from tasks.archive.receipts import missing_answers
from tasks.archive.store import Archive
from tasks.quarantine.stopped_loads import stopped_loads
from tests.conftest import Stage
from tests.faults.dying import context, night, tidying
from tests.faults.points import Point, point
from tests.scene import Scene
from warehouse.database.locks import Lock, held

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TABLES = ["y01a02"]
MONTHS = ["2023-11-05", "2023-12-05", "2024-01-05", "2024-02-05", "2024-03-05", "2024-04-05", "2024-05-05"]
LONG_AFTER = "2060-01-01T00:00:00+00:00"
EVERYTHING = ["a night", "a night again", "a stopped load", "a refused night", "a night cut short", "a stopped load"]


# ---- what happens ------------------------------------------------------------------------------------------------


def a_night(scene: Scene, day: str) -> None:
    """The publisher's newest is published."""
    assert scene.night(day, tables=TABLES).outcome in ("completed", "attention")


def a_stopped_load(scene: Scene, day: str) -> None:
    """What the publisher sends is stopped by a check."""
    scene.publisher.set_faults({"units-times-100": 1.0})
    report = scene.night(day, tables=TABLES)
    scene.publisher.clear_faults()
    assert scene.outcomes(report).keys() == set(TABLES)


def a_refused_night(scene: Scene, day: str) -> None:
    """The publisher breaks every answer off."""
    scene.publisher.set_faults({"http-403": 1.0})
    assert scene.night(day, tables=TABLES).outcome == "failed"
    scene.publisher.clear_faults()


def a_night_cut_short(scene: Scene, day: str) -> None:
    """A night dies with some answers in the archive, if it fetches at all."""
    scene.set_clock(day)
    cut = point("in the middle of the fetch")
    process = context().Process(target=night, args=(cut, dict(os.environ), TABLES, None, None))
    process.start()
    process.join(120)
    assert process.exitcode in (0, 3, -9)


END_WHO_HOLDS = """
select count(pg_terminate_backend(pid)) from (
    select distinct pid from pg_locks
    where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())) holding
"""

HAPPENS: dict[str, tuple[Callable[[Scene, str], None], bool]] = {
    "a night": (a_night, True),
    "a night again": (a_night, False),
    "a stopped load": (a_stopped_load, True),
    "a refused night": (a_refused_night, False),
    "a night cut short": (a_night_cut_short, True),
}


def live(scene: Scene, events: list[str]) -> None:
    """Let one thing happen after the other; some wait for the publisher's next release."""
    month = 0
    a_night(scene, MONTHS[0])
    for name in events:
        happens, later = HAPPENS[name]
        month += later
        happens(scene, MONTHS[month])
    scene.patch.setenv("JOBINDSATS_NOW", LONG_AFTER)


def archive_of(scene: Scene) -> Archive:
    return Archive((scene.folder / "data" / "archive").as_uri())


def tidied(scene: Scene) -> Any:
    return scene.answer("archive", "tidy", "--remove", "--older-than", "0")


def require_sound(scene: Scene) -> None:
    """Every answer that a vintage, an open load or any look at all needs is there."""
    archive = archive_of(scene)
    assert missing_answers(archive) == {}
    for name in archive.names("manifests"):
        assert all(archive.get(entry.sha256) is not None for entry in archive.get_manifest(name).entries)
    engine = create_engine(scene.database)
    with engine.connect() as connection:
        assert {load.manifest for load in stopped_loads(connection) if load.manifest} <= archive.names("manifests")
    engine.dispose()
    (tree,) = scene.answer(
        "explain", "block_grant_share", "--area", "Herlev", "--period", "2023M09", "--item", "A-dagpenge"
    )[:1]
    answers = [answer for each in tree["inputs"] for answer in (each.get("vintage") or {}).get("archived", ())]
    assert answers
    assert all(answer["held"] for answer in answers)


@pytest.fixture(scope="module")
def history(stage: Stage) -> Iterator[Scene]:
    """Everything has happened once, and two loads were stopped: one overtaken, one open."""
    with stage(today=MONTHS[0], scale="small") as scene:
        live(scene, EVERYTHING[2:4] + EVERYTHING[:2] + EVERYTHING[4:])
        assert [load["state"] for load in scene.answer("quarantine", "--all")] == ["open", "overtaken"]
        yield scene


@contextmanager
def again(stage: Stage, history: Scene) -> Iterator[Scene]:
    """A copy of that history."""
    with stage(after=history, today=MONTHS[5], scale="small") as scene:
        scene.patch.setenv("JOBINDSATS_NOW", LONG_AFTER)
        yield scene


# ---- laws --------------------------------------------------------------------------------------------------------


@given(events=st.lists(st.sampled_from(list(HAPPENS)), min_size=1, max_size=4))
@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happened_a_tidied_archive_gives_the_same_warehouse(stage: Stage, events: list[str]) -> None:
    with stage(today=MONTHS[0], scale="small") as scene:
        live(scene, events)
        tidied(scene)
        require_sound(scene)
        assert scene.answer("replay", "--verify")["equal"]
        assert tidied(scene)["files"] == []


def test_what_is_announced_is_removed_and_the_rest_stays(stage: Stage, history: Scene) -> None:
    with again(stage, history) as scene:
        before = archive_of(scene).sizes()
        announced = scene.answer("archive", "tidy", "--older-than", "0")
        assert not announced["removed"]
        assert archive_of(scene).sizes() == before, "nothing is removed unless it is asked for"
        removed = tidied(scene)
        assert removed == announced | {"removed": True}
        assert removed["looks"] >= 7
        assert removed["answers"] >= 1
        assert sum(before[name] for name in removed["files"]) == removed["bytes"]
        assert set(archive_of(scene).sizes()) == before.keys() - set(removed["files"])
        shown = {row["purpose"]: row for row in scene.answer("archive", "show", "--older-than", "0")["purposes"]}
        assert (shown["published"]["looks"], shown["stopped"]["looks"], shown["none"]["bytes"]) == (2, 1, 0)
        require_sound(scene)
        assert scene.answer("replay", "--verify")["equal"]


def test_a_load_that_is_open_can_be_released_after_tidying(stage: Stage, history: Scene) -> None:
    with again(stage, history) as scene:
        tidied(scene)
        (load,) = scene.answer("quarantine")
        reason = "the publisher says that it is so"
        assert scene.answer("quarantine", "release", str(load["id"]), "--reason", reason)["vintage"] == 3
        require_sound(scene)


# ---- what goes wrong ---------------------------------------------------------------------------------------------


def started(scene: Scene, at: Point, *, reached: Any = None, go_on: Any = None) -> Any:
    process = context().Process(target=tidying, args=(at, dict(os.environ), reached, go_on))
    process.start()
    return process


@pytest.mark.parametrize("nth", [1, 2, 7, 9, 10])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_tidying_that_is_killed_leaves_everything_sound_and_the_next_one_ends_it(
    stage: Stage, history: Scene, nth: int, when: Any
) -> None:
    with again(stage, history) as scene:
        before = set(archive_of(scene).sizes())
        announced = set(scene.answer("archive", "tidy", "--older-than", "0")["files"])
        process = started(scene, Point("", "removal", when, nth=nth))
        process.join(120)
        assert process.exitcode == -9
        assert len(before - set(archive_of(scene).sizes())) == nth - (when == "before")
        require_sound(scene)
        tidied(scene)
        assert set(archive_of(scene).sizes()) == before - announced


@contextmanager
def in_the_middle(scene: Scene) -> Iterator[Any]:
    """A tidying that is about to remove its second file, as long as the block lasts."""
    reached, go_on = context().Event(), context().Event()
    process = started(scene, Point("", "removal", "before", nth=2), reached=reached, go_on=go_on)
    assert reached.wait(60)
    try:
        yield process
    finally:
        go_on.set()
        process.join(60)


def test_a_night_leaves_a_tidying_to_its_work(stage: Stage, history: Scene) -> None:
    with again(stage, history) as scene:
        with in_the_middle(scene) as process:
            assert scene.night(MONTHS[5], tables=TABLES).outcome == "yielded"
            number = scene.query("select table_no from core.tables where table_id = 'y01a02'")[0]["table_no"]
            engine = create_engine(scene.database)
            with held(engine, Lock.TABLE, number=number) as mine:
                assert not mine, "a backfill would fetch meanwhile"
            engine.dispose()
        assert process.exitcode == 0
        require_sound(scene)
        assert scene.night(MONTHS[5], tables=TABLES).outcome == "completed"


def test_a_tidying_that_loses_its_locks_removes_no_more(stage: Stage, history: Scene) -> None:
    with again(stage, history) as scene:
        before = len(archive_of(scene).sizes())
        with in_the_middle(scene) as process:
            engine = create_engine(scene.database, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                assert connection.scalar(text(END_WHO_HOLDS)) == 1
            engine.dispose()
        assert process.exitcode == 1
        assert before - len(archive_of(scene).sizes()) <= 2
        require_sound(scene)


@pytest.mark.parametrize("lock", [Lock.NIGHT, Lock.TABLE])
def test_whoever_is_at_work_is_not_disturbed(
    stage: Stage, history: Scene, capsys: pytest.CaptureFixture[str], lock: Lock
) -> None:
    from flows.command_line.main import run

    with again(stage, history) as scene:
        before = archive_of(scene).sizes()
        number = 0 if lock is Lock.NIGHT else scene.query("select max(table_no) as n from core.tables")[0]["n"]
        engine = create_engine(scene.database)
        with held(engine, lock, number=number):
            assert run(["archive", "tidy", "--remove", "--older-than", "0"]) == 1
        engine.dispose()
        assert "at work: tidy when it has ended. Nothing was removed" in capsys.readouterr().err
        assert archive_of(scene).sizes() == before
