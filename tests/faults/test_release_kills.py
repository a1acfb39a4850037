"""kill -9 at every point of a release: it is released whole or not at all, and may be released again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tasks.archive.receipts import get_publications
from tasks.archive.store import Archive
from tasks.quarantine.release import release
from tasks.resources import open_resources
from tasks.stoppages import Refused
from tests.conftest import Stage
from tests.content import content_of
from tests.faults import dying
from tests.faults.points import Point
from tests.faults.test_kills import holds_together
from tests.processes import until
from tests.scene import Scene

pytestmark = pytest.mark.slow

TABLE = "y07a02"
FIRST, BAD, NEXT = "2023-11-05", "2023-12-05", "2023-12-06"
REASON = "STAR confirms by telephone that these municipalities report a month later"
BEFORE_COMMIT = (
    Point("before its run is on record", "statement", "before", "INSERT INTO ops.runs"),
    Point("before staging", "statement", "before", "drop table if exists staging."),
    Point("inside COPY", "copy", "after"),
    Point("after staging, before the audit", "statement", "after", "_changes is 'One row"),
    Point("inside the audit", "statement", "before", "with batch as", nth=3),
    Point("after the audit, before publishing", "statement", "before", "pg_advisory_xact_lock(hashtext('publish')"),
    Point("inside publish, old rows closed", "statement", "after", "update core.observations"),
    Point("inside publish, new rows opened", "statement", "after", "insert into core.observations"),
    Point("published but for the commit", "statement", "after", "UPDATE ops.quarantine SET"),
)
AFTER_COMMIT = (
    Point("released, before the receipt", "file", "before", "publications/"),
    Point("released, after the receipt", "file", "after", "publications/"),
    Point("inside the marts", "statement", "after", "delete from marts."),
)

OTHERS = """
select count(*) as n from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""


@dataclass(frozen=True)
class Left:
    """What stands: every version of every cell, and the hash of facts and marts."""

    history: list[dict[str, object]]
    content: str


def left(scene: Scene) -> Left:
    return Left(scene.history(), content_of(scene.database))


def released(scene: Scene) -> None:
    scene.set_clock()
    with open_resources() as resources:
        release(resources, 1, reason=REASON, by="Kim")


@pytest.fixture(scope="module")
def stopped(stage: Stage) -> Iterator[Scene]:
    """A good night, and one on which a third of the municipalities is missing."""
    with stage(today=FIRST, scale="small") as scene:
        assert scene.night(tables=[TABLE]).outcome == "completed"
        scene.publisher.set_faults({"missing-municipalities": 1.0})
        assert scene.outcomes(scene.night(BAD, tables=[TABLE])) == {TABLE: "quarantined"}
        yield scene


@pytest.fixture(scope="module")
def undisturbed(stage: Stage, stopped: Scene) -> tuple[Left, Left]:
    """What stands after a release that nothing disturbs, and after the night behind it."""
    with stage(after=stopped, today=BAD, scale="small") as scene:
        released(scene)
        first = left(scene)
        scene.night(NEXT, tables=[TABLE])
        return first, left(scene)


def killed(scene: Scene, point: Point) -> None:
    scene.set_clock()
    process = dying.context().Process(target=dying.release, args=(point, dict(os.environ), 1, REASON))
    process.start()
    process.join(120)
    assert process.exitcode == -9, f"the release did not die {point.name}"
    until(lambda: scene.query(OTHERS) == [{"n": 0}], within_seconds=30)  # its locks go with its sessions


def left_in_order(scene: Scene) -> bool:
    """Each vintage has its receipt; nothing is on its way and no run is open."""
    receipts = get_publications(Archive((scene.folder / "data" / "archive").as_uri()))
    assert len(receipts) == len(scene.query("select 1 from core.vintages"))
    assert scene.query("select 1 from ops.runs where ended_at is null") == []
    assert scene.query("select tablename from pg_tables where schemaname = 'staging'") == []
    return holds_together(scene)


@pytest.mark.parametrize("point", BEFORE_COMMIT, ids=lambda point: point.name)
def test_a_release_that_is_killed_changes_nothing_and_is_made_again(
    stage: Stage, stopped: Scene, undisturbed: tuple[Left, Left], point: Point
) -> None:
    with stage(after=stopped, today=BAD, scale="small") as scene:
        before = left(scene)
        killed(scene, point)
        assert left(scene) == before
        released(scene)
        assert left(scene) == undisturbed[0]
        assert left_in_order(scene)


@pytest.mark.parametrize("point", AFTER_COMMIT, ids=lambda point: point.name)
def test_a_release_that_is_killed_once_it_is_made_stands_and_the_next_night_brings_the_rest(
    stage: Stage, stopped: Scene, undisturbed: tuple[Left, Left], point: Point
) -> None:
    with stage(after=stopped, today=BAD, scale="small") as scene:
        killed(scene, point)
        assert scene.history() == undisturbed[0].history
        with pytest.raises(Refused, match="was released by Kim"):
            released(scene)
        scene.night(NEXT, tables=[TABLE])
        assert left(scene) == undisturbed[1]
        assert left_in_order(scene)


def test_the_night_after_a_release_that_was_killed_is_as_any_other(stage: Stage, stopped: Scene) -> None:
    with stage(after=stopped, today=BAD, scale="small") as scene:
        scene.night(NEXT, tables=[TABLE])
        alone = left(scene)
    with stage(after=stopped, today=BAD, scale="small") as scene:
        killed(scene, BEFORE_COMMIT[-1])
        scene.night(NEXT, tables=[TABLE])
        assert left(scene) == alone
        assert left_in_order(scene)
