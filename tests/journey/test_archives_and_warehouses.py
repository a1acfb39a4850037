"""A warehouse and its archive belong together: an archive that went away, and two copies of a warehouse on one archive."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tasks.archive.receipts import BEGUN_ANEW
from tasks.publish import publishing
from tasks.resources import open_resources
from tasks.stoppages import Refused
from tests.conftest import Stage
from tests.scene import Scene

pytestmark = pytest.mark.slow

TABLES = ["y10a02"]


def archive_of(scene: Scene) -> Path:
    return scene.folder / "data" / "archive"


def answers_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "writer.lock"]


def test_an_archive_that_is_not_mounted_is_written_to_by_nobody(scene: Scene) -> None:
    assert scene.night(tables=TABLES).outcome == "completed"
    archive, away = archive_of(scene), scene.folder / "away"
    shutil.move(archive, away)
    archive.mkdir()
    report = scene.night("2023-12-08", tables=TABLES)
    assert scene.outcomes(report) == {"y10a02": "failed"}
    assert "is not mounted" in str(report.tables)
    assert answers_in(archive) == []
    shutil.rmtree(archive)
    shutil.move(away, archive)
    assert scene.outcomes(scene.night("2023-12-08", tables=TABLES)) == {"y10a02": "published"}


def test_an_older_copy_of_the_archive_is_refused_and_given_no_receipts(scene: Scene) -> None:
    assert scene.night(tables=TABLES).outcome == "completed"
    archive, older = archive_of(scene), scene.folder / "older"
    shutil.copytree(archive, older)
    assert scene.outcomes(scene.night("2023-12-08", tables=TABLES)) == {"y10a02": "published"}
    scene.patch.setenv("JOBINDSATS_ARCHIVE_URL", older.as_uri())
    before = answers_in(older)
    report = scene.night("2024-01-12", tables=TABLES)
    assert scene.outcomes(report) == {"y10a02": "failed"}
    assert "older copy" in str(report.tables)
    assert answers_in(older) == before


def test_a_person_whose_archive_is_lost_for_good_says_so_and_goes_on(scene: Scene) -> None:
    assert scene.night(tables=TABLES).outcome == "completed"
    shutil.rmtree(archive_of(scene))
    archive_of(scene).mkdir()
    (archive_of(scene) / BEGUN_ANEW).touch()
    assert scene.outcomes(scene.night("2023-12-08", tables=TABLES)) == {"y10a02": "published"}


def test_of_two_copies_on_one_archive_the_slower_is_refused_and_the_other_goes_on(stage: Stage, scene: Scene) -> None:
    assert scene.night(tables=TABLES).outcome == "completed"
    with stage(after=scene, today="2023-11-05", scale="small") as copy:
        copy.patch.setenv("JOBINDSATS_ARCHIVE_URL", archive_of(scene).as_uri())
        assert copy.outcomes(copy.night("2023-12-08", tables=TABLES)) == {"y10a02": "published"}
        assert copy.outcomes(copy.night("2024-01-12", tables=TABLES)) == {"y10a02": "published"}
    # It looked before the other published: what it would publish now would be a second history.
    with open_resources() as resources, pytest.raises(Refused, match="does not hold"), publishing(resources):
        pytest.fail("the other warehouse has published meanwhile")
    assert scene.outcomes(scene.night("2023-12-08", tables=TABLES)) == {"y10a02": "failed"}
