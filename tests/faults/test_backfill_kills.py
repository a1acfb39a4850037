"""kill -9 at every point of a backfill: whoever goes on asks for nothing twice and ends with the same content."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from tasks.archive.receipts import get_publications
from tasks.backfill.steps import begin
from tasks.backfill.work import work_on
from tasks.derive import bring_figures_up_to_date, bring_up_to_date
from tests.conftest import Stage
from tests.content import content_of
from tests.faults.dying import context, worker
from tests.faults.points import Point
from tests.faults.test_kills import holds_together
from tests.scene import Scene

pytestmark = pytest.mark.slow

TABLES = ["y25i03", "y01h01"]
DAY = "2023-11-05"
LEDGER = "UPDATE ops.backfill_partitions SET"
CLAIM = "update ops.backfill_partitions p set run_id"
POINTS = (
    Point("before the first claim", "statement", "before", CLAIM),
    Point("just claimed", "statement", "after", CLAIM, nth=2),
    Point("asking for metadata", "question", "before", "/table/", nth=2),
    Point("between two questions", "question", "after", "/data/", nth=3),
    Point("all figures fetched, before the list is asked for", "question", "before", "/tables"),
    Point("writing an answer to the archive", "file", "before", "payloads", nth=4),
    Point("before the manifest has its name", "file", "before", "manifests/", nth=2),
    Point("in the archive, the ledger does not know", "file", "after", "manifests/", nth=2),
    Point("in the archive, the ledger is told", "statement", "after", f"{LEDGER} state", nth=1),
    Point("inside COPY", "copy", "after", nth=2),
    Point("after staging, before the audit", "statement", "after", "_changes is 'One row", nth=2),
    Point("inside the audit", "statement", "before", "with batch as", nth=7),
    Point(
        "after the audit, before publishing", "statement", "before", "pg_advisory_xact_lock(hashtext('publish')", nth=2
    ),
    Point("inside publish, the partition attached", "statement", "after", "attach partition"),
    Point("inside publish, new rows opened", "statement", "after", "insert into core.observations", nth=2),
    Point("published but for the commit", "statement", "after", "vintage_id=%(vintage_id)s", nth=2),
    Point("published, before the receipt", "file", "before", "publications/", nth=2),
    Point("published, after the receipt", "file", "after", "publications/", nth=2),
    Point("before the run is closed", "statement", "before", "UPDATE ops.runs SET ended_at", nth=2),
)


def ready(scene: Scene) -> int:
    """A backfill on record, in several partitions; gives its number."""
    scene.patch.setenv("JOBINDSATS_CELLS_PER_CALL", "5")
    scene.set_clock(DAY)
    return begin("2022", "2023M10", tables=TABLES, resume=None)


def derived(scene: Scene) -> str:
    """The content of the warehouse once its marts are derived."""
    engine = create_engine(scene.database)
    bring_up_to_date(engine)
    bring_figures_up_to_date(engine, told=pytest.fail)
    engine.dispose()
    return content_of(scene.database)


@pytest.fixture(scope="module")
def undisturbed(stage: Stage) -> Iterator[str]:
    """The content after a backfill that nothing disturbs."""
    with stage(today=DAY, scale="small") as scene:
        progress = work_on(ready(scene))
        assert progress.done == progress.partitions >= 6
        yield derived(scene)


def killed(scene: Scene, backfill_id: int, point: Point) -> bool:
    """Let a worker run until it dies at a point; whether it did."""
    process = context().Process(target=worker, args=(point, dict(os.environ), backfill_id, None, None))
    process.start()
    process.join(120)
    assert process.exitcode in (0, -9), process.exitcode
    return bool(process.exitcode)


def in_the_archive(scene: Scene) -> set[tuple[str, str]]:
    """Table and period of every answer that an archived look holds."""
    looks = (scene.folder / "data" / "archive" / "manifests").rglob("*.jsonl")
    return asked_in(line for look in looks for line in look.read_text(encoding="utf-8").splitlines())


def asked_in(lines: object) -> set[tuple[str, str]]:
    """Table and period of each question for figures."""
    found = set()
    for line in lines:  # type: ignore[attr-defined]
        question = line.split('"asked": "')[1].split('"')[0] if '"asked": "' in line else line
        split = urlsplit(question)
        table = split.path.rpartition("/")[2]
        if "/data/" in split.path:
            names = [value for key, value in parse_qsl(split.query) if key.startswith("period.")]
            found |= {(table, period) for name in names for period in name.split(",")}
    return found


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_a_backfill_that_is_killed(scene: Scene, undisturbed: str, point: Point) -> None:
    backfill_id = ready(scene)
    assert killed(scene, backfill_id, point), f"the worker did not die {point.name}"
    assert holds_together(scene)
    kept, before = in_the_archive(scene), len(scene.publisher.calls())

    scene.set_clock()
    progress = work_on(begin(None, None, tables=(), resume=backfill_id))
    assert progress.done == progress.partitions
    asked = asked_in(call["path"] for call in scene.publisher.calls()[before:])
    assert asked.isdisjoint(kept), "what was in the archive was asked for again"
    assert kept or not point.name.startswith(("in the archive", "published"))
    assert derived(scene) == undisturbed
    assert_left_in_order(scene)


def assert_left_in_order(scene: Scene) -> None:
    """Each vintage has its receipt and was brought once; nothing is on its way and no run is open."""
    assert holds_together(scene)
    vintages = scene.query("select vintage_id from core.vintages order by 1")
    from tasks.archive.store import Archive

    receipts = get_publications(Archive((scene.folder / "data" / "archive").as_uri()))
    assert len(receipts) == len(vintages)
    brought = scene.query("select vintage_id from ops.backfill_partitions where vintage_id is not null order by 1")
    assert brought == vintages
    assert scene.query("select 1 from core.observations where superseded_by is not null") == []
    assert scene.query("select 1 from ops.runs where ended_at is null") == []


@pytest.mark.timeout(900)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(deaths=st.lists(st.integers(1, 160), min_size=1, max_size=4))
def test_wherever_it_is_killed_and_however_often_it_comes_to_the_same(
    stage: Stage, undisturbed: str, deaths: list[int]
) -> None:
    with stage(today=DAY, scale="small") as scene:
        backfill_id = ready(scene)
        for nth in deaths:
            kept, before = in_the_archive(scene), len(scene.publisher.calls())
            killed(scene, backfill_id, Point("anywhere", "anything", "before", nth=nth))
            assert asked_in(call["path"] for call in scene.publisher.calls()[before:]).isdisjoint(kept)
            scene.set_clock()
        progress = work_on(begin(None, None, tables=(), resume=backfill_id))
        assert progress.done == progress.partitions
        assert derived(scene) == undisturbed
        assert_left_in_order(scene)
