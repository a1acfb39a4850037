"""kill -9 at every point of a night: what stands is the last good state, and the next night brings the rest."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.conftest import Stage
from tests.faults.dying import context, night
from tests.faults.points import POINTS, Point
from tests.scene import Scene

pytestmark = pytest.mark.slow

TABLES = ["y10a02", "y25i01"]
FIRST, SECOND = "2023-11-05", "2023-12-05"
AFTER_COMMIT = {"after publishing, before the record", "inside the marts", "before the night is closed"}


@pytest.fixture(scope="module")
def first(stage: Stage) -> Iterator[Scene]:
    """One good night."""
    with stage(today=FIRST, scale="small") as scene:
        assert scene.night(tables=TABLES).outcome == "completed"
        yield scene


@pytest.fixture(scope="module")
def undisturbed(stage: Stage, first: Scene) -> Iterator[Scene]:
    """A second night that nothing disturbs."""
    with stage(after=first, today=SECOND, scale="small") as scene:
        assert scene.night(tables=TABLES).outcome == "completed"
        yield scene


@pytest.fixture
def good(stage: Stage, first: Scene) -> Iterator[Scene]:
    """One good night behind, and the publisher has released again."""
    with stage(after=first, today=SECOND, scale="small") as scene:
        scene.set_clock()
        yield scene


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_a_night_that_is_killed(good: Scene, undisturbed: Scene, point: Point) -> None:
    history, mart = good.history(), good.mart()
    process = context().Process(target=night, args=(point, dict(os.environ), TABLES, None, None))
    process.start()
    process.join(120)
    assert process.exitcode == -9, f"the night did not die {point.name}"

    if point.name not in AFTER_COMMIT:
        assert good.history() == history
        assert good.mart() == mart
    assert holds_together(good)

    assert good.night(SECOND, tables=TABLES).outcome == "completed"
    assert good.history() == undisturbed.history()
    assert good.mart() == undisturbed.mart()
    assert good.query("select tablename from pg_tables where schemaname = 'staging'") == []
    ended = good.query("select outcome from ops.runs order by run_id")
    assert [row["outcome"] for row in ended] == ["completed", "died", "completed"]


def holds_together(scene: Scene) -> bool:
    """No cell stands twice, and each closed row was closed by a vintage that is there."""
    twice = scene.query(
        "select 1 from core.observations where superseded_by is null "
        "group by table_no, series_id, period_id having count(*) > 1"
    )
    orphans = scene.query(
        "select 1 from core.observations o where not exists (select from core.vintages v where v.vintage_id = o.vintage_id) or "
        "(superseded_by is not null and not exists (select from core.vintages v where v.vintage_id = o.superseded_by))"
    )
    return not twice and not orphans
