"""The archive on object storage: nights, a replay, and a line that breaks, tears, is slow or is refused in the middle."""

from __future__ import annotations

from collections.abc import Iterator

import fsspec
import pytest

from tests.scene import Scene
from tests.standin.object_storage import BUCKET, Storage, running_storage

pytestmark = pytest.mark.slow

TABLES = ["y10a02"]
FIRST, SECOND = "2023-11-05", "2023-12-05"


@pytest.fixture
def remote(scene: Scene) -> Iterator[Storage]:
    """A storage that has the scene's archive."""
    driver = fsspec.get_filesystem_class("s3")
    with running_storage() as storage:
        for name, value in storage.settings.items():
            scene.patch.setenv(name, value)
        scene.patch.setenv("JOBINDSATS_ARCHIVE_URL", f"s3://{BUCKET}/jobindsats")
        driver.clear_instance_cache()
        yield storage
    driver.clear_instance_cache()


def said(scene: Scene, day: str) -> str:
    """Why the one table failed in a night, which published nothing."""
    before = scene.history()
    report = scene.night(day, tables=TABLES)
    assert scene.outcomes(report) == {"y10a02": "failed"}
    assert scene.history() == before
    return str(report.tables[0]["message"])


def test_nights_and_a_replay_with_trouble_between_them(scene: Scene, remote: Storage) -> None:
    remote.how = "slow"
    assert scene.night(FIRST, tables=TABLES).outcome == "completed"
    for how in ("broken", "torn", "refused"):
        remote.how = how
        assert "s3://figures/jobindsats cannot be" in said(scene, SECOND)
    remote.how = "well"
    assert scene.night(SECOND, tables=TABLES).outcome == "completed"
    assert {row["nth"] for row in scene.history()} == {1, 2}
    assert scene.answer("replay", "--verify")["equal"] is True


@pytest.mark.parametrize(("how", "pieces"), [("broken", 12), ("refused", 40)])
def test_a_line_that_goes_in_the_middle_of_a_night_loses_nothing(
    scene: Scene, remote: Storage, how: str, pieces: int
) -> None:
    remote.how, remote.pieces = how, pieces
    report = scene.night(FIRST, tables=TABLES)
    assert report.outcome in ("failed", "completed")  # the receipt of what is published may be owed
    remote.how = "well"
    assert scene.night(SECOND, tables=TABLES).outcome == "completed"
    assert scene.answer("replay", "--verify")["equal"] is True


def test_a_storage_that_never_answers_is_left_in_time(scene: Scene, remote: Storage) -> None:
    scene.patch.setenv("JOBINDSATS_TIMEOUT_SECONDS", "3")
    remote.how = "silent"
    assert "did not answer within 3 seconds" in said(scene, FIRST)
    scene.patch.delenv("JOBINDSATS_TIMEOUT_SECONDS")
    remote.how = "well"
    assert scene.night(FIRST, tables=TABLES).outcome == "completed"


def test_a_bucket_that_is_not_there_is_said(scene: Scene, remote: Storage) -> None:
    scene.patch.setenv("JOBINDSATS_ARCHIVE_URL", "s3://nobodys-bucket/jobindsats")
    assert "bucket does not exist" in said(scene, FIRST)
    scene.patch.setenv("JOBINDSATS_ARCHIVE_URL", f"s3://{BUCKET}/jobindsats")
    assert scene.night(FIRST, tables=TABLES).outcome == "completed"
