"""A new figure with its mart: a formula, a figure and a mart in three files of one name, and no other file of production.

The warehouse's package is copied, three of its files get a passage more, and everything that lists figures and marts is
asked for the new ones in a process that runs on the copy.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table

from tests.conventions.sources import ROOT
from tests.properties.releases import night, publish_release, shown
from warehouse.figures import FIGURES
from warehouse.marts.contract import FIGURE_MARTS
from warehouse.marts.declaration import figure_of, sources_of, value_of

PASSAGES = {
    "formulas": '''
def level(frame: pl.DataFrame) -> pl.DataFrame:
    """The actual level in per cent of the expected one."""
    return computed(frame, level_pct=pl.col("actual_persons") / pl.col("expected_persons") * 100)
''',
    "figures": """
FIGURES = (
    *FIGURES,
    Figure(
        name="benchmark_level",
        title="Niveau i pct. af det forventede",
        title_en="Level in per cent of the expected one",
        formula="100 x actual_persons / expected_persons",
        unit="pct",
        source=_SOURCE,
        inputs=_LEVELS,
        compute=formulas.level,
        value="level_pct",
        columns={"expected_persons": "full_time_persons"},
    ),
)
""",
    "marts": """
benchmark_level = figure_mart(
    "benchmark_level",
    "One row per municipality, four quarters and group of benefits.",
    "Én række pr. kommune, fire kvartaler og ydelsesområde.",
    key("benefit_area", "The group of benefits.", "Ydelsesområdet.", source="item"),
    number("level_pct", "Actual in per cent of expected.", "Faktisk i procent af forventet.", source="value"),
    number("expected_full_time_persons", "What is expected.", "Det forventede.", source="expected_persons"),
    figure="benchmark_level",
    years_by="period_last_day",
)

MARTS = (*MARTS, benchmark_level)
""",
}

ASKED = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, text

from tasks.answers.figures import listed
from tasks.derive import bring_figures_up_to_date
from tasks.exports.dictionary import markdown
from tasks.exports.export import export, marts_named
from warehouse.history.checksum import parts
from warehouse.marts.contract import HASHED, MARTS, write_dictionary

engine, folder, told = create_engine(sys.argv[1]), Path(sys.argv[2]), []
with engine.begin() as connection:
    {table.name: table for table in MARTS}["benchmark_level"].create(connection)
    write_dictionary(connection)
filled = [(each.mart, each.rows) for each in bring_figures_up_to_date(engine, told=told.append)]
export(engine, to=folder, form="parquet", marts=marts_named(["benchmark_level"]), now=datetime.now(UTC))
with engine.connect() as connection:
    rows = connection.execute(text("select area_name, benefit_area, level_pct, expected_full_time_persons "
                                   "from marts.benchmark_level")).all()
    described = connection.execute(text("select column_name, unit from marts.data_dictionary "
                                        "where table_name = 'benchmark_level' and unit is not null order by position")).all()
    hashed = [(part.relation, part.at) for part in parts(connection, marts=HASHED)]
print(json.dumps({
    "figures": [each["figure"] for each in listed()],
    "filled": filled,
    "told": told,
    "rows": [list(row) for row in rows],
    "described": [list(row) for row in described],
    "page": "## marts.benchmark_level" in markdown("da"),
    "exported": sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")),
    "hashed": ["marts.benchmark_level", "2023QMAT02"] in [list(each) for each in hashed],
}))
"""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder with the package of the warehouse, three files of which have a passage more."""
    package = tmp_path / "copy" / "warehouse"
    shutil.copytree(ROOT / "warehouse", package, ignore=shutil.ignore_patterns("__pycache__"))
    for floor, passage in PASSAGES.items():
        with (package / floor / "benchmark.py").open("a", encoding="utf-8") as file:
            file.write(passage)
    return package.parent


def asked(copied: Path, engine: Engine, *, folder: Path) -> dict[str, Any]:
    url = engine.url.render_as_string(hide_password=False)
    found = subprocess.run(
        [sys.executable, "-c", ASKED, url, str(folder)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(copied), str(ROOT)])},
        cwd=copied,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    answer: dict[str, Any] = json.loads(found.stdout.splitlines()[-1])
    return answer


def test_a_new_figure_with_a_mart_is_three_files_of_one_name(copied: Path, engine: Engine, tmp_path: Path) -> None:
    levels = {"actual_full_time_persons": 950.0, "expected_full_time_persons": 1000.0}
    release = {("2023QMAT02", 163, measure): shown(value) for measure, value in levels.items()}
    publish_release(engine, release, seen_at=night(0), table_id="y30r21")
    found = asked(copied, engine, folder=tmp_path / "out")
    assert set(found["figures"]) == {*FIGURES, "benchmark_level"}
    assert found["told"] == []
    assert ["benchmark_level", 1] in found["filled"]
    assert len(found["filled"]) == len(FIGURE_MARTS) + 1
    assert found["rows"] == [["Herlev", "Ydelsesgrupper i alt", 95.0, 1000.0]]
    assert found["described"] == [["level_pct", "pct"], ["expected_full_time_persons", "full_time_persons"]]
    assert found["page"]
    assert found["exported"] == ["benchmark_level/year=2023/data.parquet"]
    assert found["hashed"]


@pytest.mark.parametrize("mart", FIGURE_MARTS, ids=lambda mart: mart.name)
def test_a_mart_asks_for_columns_that_its_figure_gives(mart: Table) -> None:
    figure = FIGURES[figure_of(mart)]
    given = {"item", "basis", "value", "low", "high", *figure.columns, *(wanted.name for wanted in figure.inputs)}
    assert set(sources_of(mart).values()) <= given
    assert sources_of(mart)[value_of(mart)] == "value"
