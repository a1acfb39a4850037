"""Tables that nobody declared: found, adopted without code, published by a night, shown, and read again by a replay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Stage
from tests.scene import Scene

pytestmark = pytest.mark.slow

HEADER = ["Periode", "Område", "Status 3 mdr. efter afsluttet forløb, pct.: Beskæftigelse", "Antal afsluttede forløb"]
PLACES = ["Hele landet", "Herlev", "Aarhus"]


def written(folder: Path, table: str, *, rows: list[list[Any]], edition: str = "1", day: str = "2023-11-01") -> Path:
    """A data set with one more edition of a table."""
    file = folder / "editions" / table / f"{edition}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows) + "\n", encoding="utf-8")
    listed = folder / "editions.csv"
    if not listed.exists():
        listed.write_text("table,edition,published_on\n", encoding="utf-8")
    with listed.open("a", encoding="utf-8") as lines:
        lines.write(f"{table},{edition},{day}\n")
    return folder


def quarters(*periods: str) -> list[list[Any]]:
    cells = [[p, place, f"{40 + n}.5", 1000 - n] for p in periods for n, place in enumerate(PLACES)]
    return [HEADER, *cells]


@pytest.fixture
def scene(stage: Stage, tmp_path: Path) -> Iterator[Scene]:
    folder = written(tmp_path / "publisher", "y07b15", rows=quarters("2023Q01", "2023Q02"))
    with stage(dataset=folder, today="2023-11-05") as scene:
        scene.set_clock()
        yield scene


def told(*arguments: str) -> tuple[int, str]:
    """The exit status of a command, and what it says on standard error."""
    from flows.command_line.main import run

    with redirect_stderr(StringIO()) as said:
        status = run([*arguments])
    return status, said.getvalue()


def test_a_table_is_found_adopted_published_and_shown(scene: Scene) -> None:
    assert scene.night().outcome == "completed"
    (found,) = [row for row in scene.answer("tables", "y07b1") if row["table"] == "y07b15"]
    assert found["declared"] is False
    described = scene.answer("tables", "Y07B15")
    assert [each["unit"] for each in described["measures"]] == ["pct", "cases"]
    (adopted,) = scene.answer("adopt", "y07b15")
    assert (adopted["periods"], adopted["cells"], adopted["area"]) == (2, 2 * 2 * 3, "_nykom")
    assert Path(adopted["file"]).read_text(encoding="utf-8").count("evidence: guessed") == 2
    before = len(json.loads(json.dumps(scene.publisher.calls())))
    report = scene.night(tables=["y07b15"])
    assert report.tables[0]["outcome"] == "published", report.tables[0]["message"]
    asked = [call for call in scene.publisher.calls()[before:] if "y07b15" in call["path"]]
    assert len(asked) == adopted["calls"] - 1  # the list of tables is asked for of all
    shown = scene.answer("show", "y07b15", "--area", "Herlev", "--period", "2023Q02")
    assert {(row["unit"], row["value"]) for row in shown} == {("pct", 41.5), ("cases", 999)}
