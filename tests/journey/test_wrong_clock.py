"""A clock that is wrong: the night is refused and every table told; what one did before is taken back, on record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from flows.command_line.main import run
from tasks.runs.states import value_of
from tasks.sources import publisher_clock
from tests.conftest import ROOT, Stage
from tests.scene import Scene
from warehouse.danish.clock import Clock

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TABLES = ["y30r21", "y01a02"]
WRONG = "2033-11-05T04:15:00+01:00"
REASON = "the machine's battery was empty, and it stood in 2033"
MOMENTS = """
select greatest((select max(seen_at) from core.vintages), (select max(recorded_at) from core.assumptions),
                (select max(started_at) from ops.runs), (select max(seen_at) from ops.table_outcomes),
                (select max(seen_at) from marts.benefit_recipients)) as newest
"""


@pytest.fixture
def scene(stage: Stage) -> Iterator[Scene]:
    """A warehouse after one night with a right clock."""
    with stage(today="2023-11-05", scale="small") as scene:
        assert scene.night(tables=TABLES).outcome == "completed"
        yield scene


def with_local_files(scene: Scene) -> None:
    scene.patch.setenv("JOBINDSATS_LOCAL_FILES", str(ROOT / "docs" / "examples" / "local_files"))


def refused(scene: Scene, *, why: str) -> None:
    """A night that publishes nothing, and tells every table of every source the reason."""
    from flows.nightly import nightly

    before = scene.content()
    ended = value_of(nightly, [*TABLES, "local_files"])
    assert ended.outcome == "failed"
    assert set(scene.outcomes(ended).values()) == {"failed"}
    assert {why in table["message"] for table in ended.tables} == {True}, ended.tables
    assert len({table["table"] for table in ended.tables} - set(TABLES)) >= 1, "no local table was told"
    assert scene.content() == before


@pytest.mark.parametrize(
    ("now", "why"),
    [(WRONG, "by our clock it is 2033-11-05"), ("2013-11-05T04:15:00+01:00", "released after today")],
)
def test_a_night_on_another_day_than_the_publishers_publishes_nothing(scene: Scene, now: str, why: str) -> None:
    with_local_files(scene)
    scene.publisher.set_today("2023-12-05")
    scene.patch.setenv("JOBINDSATS_NOW", now)
    refused(scene, why=why)
    scene.patch.delenv("JOBINDSATS_LOCAL_FILES")
    assert scene.outcomes(scene.night("2023-12-05", tables=TABLES))["y01a02"] == "published"


def test_a_machines_clock_that_is_wrong_publishes_nothing(scene: Scene) -> None:
    with_local_files(scene)
    scene.publisher.set_today("2023-12-05")
    scene.patch.delenv("JOBINDSATS_NOW")
    scene.patch.setattr(Clock, "__call__", lambda _: datetime.now(UTC) + timedelta(days=3650))
    refused(scene, why="by its clock, and by ours it is")


@pytest.fixture
def misled(scene: Scene) -> Scene:
    """A warehouse in which an earlier version published a night of the year 2033."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publisher_clock, "NEWS_AT_LEAST_EVERY", timedelta(days=36_500))
        patch.setattr(publisher_clock, "QUIET_AT_MOST", timedelta(days=36_500))
        scene.publisher.set_today("2023-12-05")
        scene.patch.setenv("JOBINDSATS_NOW", WRONG)
        from flows.nightly import nightly

        assert scene.outcomes(value_of(nightly, TABLES))["y01a02"] == "published"
    return scene


def later(scene: Scene) -> datetime:
    return datetime.fromisoformat(str(scene.query(MOMENTS)[0]["newest"]))


def archived(scene: Scene, folder: str) -> set[str]:
    root = scene.folder / "data" / "archive" / folder
    return {str(path.relative_to(root)) for path in root.rglob("*.json")}


def test_what_a_wrong_clock_did_is_taken_back_on_record(misled: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    held = misled.content()
    assert later(misled).year == 2033
    stopped = misled.night("2024-01-05", tables=TABLES)
    assert "jobindsats warehouse redate" in {table["table"]: table["message"] for table in stopped.tables}["y01a02"]
    assert run(["warehouse", "redate", "--reason", "short"]) == 2
    capsys.readouterr()

    assert run(["warehouse", "redate", "--reason", REASON, "--by", "Karen", "--json"]) == 0
    done = json.loads(capsys.readouterr().out)

    assert [each["table_id"] for each in done["vintages"]] == ["y01a02"]
    assert later(misled) < datetime(2024, 1, 7, tzinfo=UTC)
    assert misled.content() == held
    said = misled.query("select message from ops.table_outcomes where run_id = :run", run=done["run"])
    assert all(REASON in row["message"] and "Karen" in row["message"] for row in said)
    assert len(said) == 1
    assert not [name for name in archived(misled, "publications") if "/2033" in name]
    assert len([name for name in archived(misled, "put-aside") if "/2033" in name]) == 1
    why = next((misled.folder / "data" / "archive" / "put-aside").glob("*/why.json"))
    assert REASON in why.read_text(encoding="utf-8")
    # Again, there is nothing to do; the next night is as any other, and the archive can rebuild all of it.
    assert run(["warehouse", "redate", "--reason", REASON]) == 0
    assert "No vintage is dated after" in capsys.readouterr().out
    assert misled.outcomes(misled.night(tables=TABLES))["y01a02"] == "published"
    assert misled.answer("replay", "--verify")["equal"] is True


def test_broken_off_before_the_archive_it_goes_on(misled: Scene) -> None:
    from tasks.upkeep import wrong_clock

    misled.set_clock("2024-01-05")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wrong_clock, "write_missing_receipts", lambda *_, **__: 1 / 0)
        assert run(["warehouse", "redate", "--reason", REASON]) == 1
    assert run(["warehouse", "redate", "--reason", REASON]) == 0
    assert misled.outcomes(misled.night(tables=TABLES))["y01a02"] == "published"
    assert misled.answer("replay", "--verify")["equal"] is True


def test_while_a_clock_is_still_wrong_nothing_is_taken_back(misled: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    misled.patch.setenv("JOBINDSATS_NOW", "2033-11-05T06:15:00+01:00")
    assert run(["warehouse", "redate", "--reason", REASON]) == 0
    assert "correct the machine's clock first" in capsys.readouterr().out.replace("\n", " ")
    assert later(misled).year == 2033
