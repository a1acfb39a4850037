"""An own file that was cut, grows or is older than what stands: it stops, nothing is withdrawn, and the next is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.local import text_of
from tests.scene import Scene

pytestmark = pytest.mark.slow

OWN = "local_courses"
PERIOD = {"column": "Måned", "form": "month"}
ROWS = [f"2023M{month:02};Tilbud {n};{100 + month + n}" for month in range(1, 10) for n in range(1, 21)]
SMALL = [row.rpartition(";")[0] + ";4" if "Tilbud 20;" in row else row for row in ROWS]
WHOLE = "\n".join(["Måned;Tilbud;Antal", *SMALL, ""])


@pytest.fixture
def file(scene: Scene) -> Path:
    """A file of nine months and its contract, published."""
    folder = scene.folder / "own"
    folder.mkdir()
    scene.patch.setenv("JOBINDSATS_LOCAL_FILES", str(folder))
    (folder / "courses.yml").write_text(text_of(period=PERIOD), encoding="utf-8")
    (folder / "courses.csv").write_text(WHOLE, encoding="utf-8")
    assert scene.outcomes(scene.night("2023-11-05", tables=[OWN])) == {OWN: "published"}
    return folder / "courses.csv"


def ended(scene: Scene, day: str) -> dict[str, Any]:
    (table,) = scene.night(day, tables=[OWN]).tables
    return table


CUTS = {
    "inside the last number": (WHOLE.removesuffix("4\n") + "1", "FileRefused", "expected an end of its last line"),
    "before the last line's end": (WHOLE.removesuffix("\n"), "FileRefused", "expected an end of its last line"),
    "one row before the end": (WHOLE.removesuffix(SMALL[-1] + "\n"), "published_cells_return", "Tilbud 20"),
    "one month before the end": (WHOLE.partition("2023M09")[0], "newest_period_returns", "has the newest of them"),
}


@pytest.mark.parametrize("cut", list(CUTS))
def test_a_cut_file_withdraws_nothing_and_the_whole_one_is_read_after_it(scene: Scene, file: Path, cut: str) -> None:
    written, rule, says = CUTS[cut]
    before = scene.content()
    file.write_text(written, encoding="utf-8")
    for day in ("2023-11-06", "2023-11-07"):
        stopped = ended(scene, day)
        assert (stopped["outcome"], says in stopped["message"]) == ("quarantined", True), stopped
        assert scene.content() == before
    assert scene.answer("quarantine")[0]["rule"] == rule
    file.write_text(WHOLE.replace("2023M09;Tilbud 1;110", "2023M09;Tilbud 1;111"), encoding="utf-8")
    mended = ended(scene, "2023-11-08")
    assert (mended["outcome"], mended["revised"], mended["withdrawn"]) == ("published", 1, 0), mended


def test_a_file_of_other_months_and_a_correction_of_one_are_read(scene: Scene, file: Path) -> None:
    file.write_text("Måned;Tilbud;Antal\n2022M12;Tilbud 1;7\n", encoding="utf-8")
    assert ended(scene, "2023-11-06")["outcome"] == "published"
    january = [row.replace("2023M01;Tilbud 1;102", "2023M01;Tilbud 1;103") for row in SMALL[:20]]
    file.write_text("\n".join(["Måned;Tilbud;Antal", *january, ""]), encoding="utf-8")
    assert ended(scene, "2023-11-07")["revised"] == 1


def test_a_linked_file_is_told_and_its_content_goes_nowhere(scene: Scene, file: Path) -> None:
    secret = scene.folder / "secret.csv"
    secret.write_text("rod:x:0:0:hemmeligt\n", encoding="utf-8")
    file.unlink()
    file.symlink_to(secret)
    before, archived = scene.content(), payloads(scene)
    report = scene.night("2023-11-06", tables=["local_files"])
    (said,) = report.tables
    assert said["outcome"] == "not_due"
    assert "courses.csv is a symbolic link" in said["message"]
    assert "hemmeligt" not in str(report.tables)
    assert (scene.content(), payloads(scene)) == (before, archived)


def payloads(scene: Scene) -> set[str]:
    return {path.name for path in (scene.folder / "data" / "archive" / "payloads").rglob("*.gz")}
