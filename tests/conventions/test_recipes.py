"""What recipes bring for reporting tools, as far as it can be held without them: it can be read, and names what marts have."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.conventions.sources import ROOT, named
from warehouse.marts.contract import MARTS

EXAMPLES = ROOT / "docs" / "examples"
COLUMNS = {mart.name: {column.name for column in mart.columns} for mart in MARTS}
TABLES = sorted((EXAMPLES / "powerbi").rglob("tables/*.tmdl"))
DATASETS = sorted((EXAMPLES / "superset" / "datasets").rglob("*.yaml"))
DATABASE = EXAMPLES / "superset" / "databases" / "jobindsats.yaml"


@pytest.mark.parametrize("file", TABLES, ids=named)
def test_a_table_of_the_power_bi_project_is_a_mart(file: Path) -> None:
    said = file.read_text(encoding="utf-8")
    columns = re.findall(r"^\tcolumn (\w+)$", said, re.MULTILINE)
    assert set(columns) <= COLUMNS[file.stem]
    assert columns == re.findall(r"^\t\tsourceColumn: (\w+)$", said, re.MULTILINE)
    assert said.count("summarizeBy: none") == len(columns)
    (kept,) = re.findall(r"SelectColumns\(Mart, \{(.*?)\}\)", said)
    assert re.findall(r'"(\w+)"', kept) == columns
    assert f'Item = "{file.stem}"' in said


def test_its_relationships_join_columns_that_are_there() -> None:
    (file,) = (EXAMPLES / "powerbi").rglob("relationships.tmdl")
    ends = re.findall(r"(?:from|to)Column: (\w+)\.(\w+)", file.read_text(encoding="utf-8"))
    assert len(ends) == 4
    assert all(column in COLUMNS[table] for table, column in ends)
    assert {table for table, _ in ends} == {path.stem for path in TABLES}


@pytest.mark.parametrize(
    "file", [*(EXAMPLES / "powerbi").rglob("*.pb*"), *(EXAMPLES / "powerbi").rglob("*.json")], ids=named
)
def test_its_descriptions_are_json_and_lead_somewhere(file: Path) -> None:
    said = json.loads(file.read_text(encoding="utf-8"))
    places = re.findall(r'"path": "([^"]+)"', json.dumps(said))
    assert all((file.parent / place).is_dir() for place in places)


@pytest.mark.parametrize("file", DATASETS, ids=named)
def test_a_dataset_of_the_superset_bundle_is_a_mart(file: Path) -> None:
    said = yaml.safe_load(file.read_text(encoding="utf-8"))
    columns = [column["column_name"] for column in said["columns"]]
    assert (said["schema"], said["table_name"]) == ("marts", file.stem)
    assert set(columns) <= COLUMNS[file.stem]
    assert [column["column_name"] for column in said["columns"] if column["is_dttm"]] == [said["main_dttm_col"]]
    assert said["database_uuid"] == yaml.safe_load(DATABASE.read_text(encoding="utf-8"))["uuid"]


def test_the_database_of_the_bundle_may_make_nothing_and_has_no_password() -> None:
    said = yaml.safe_load(DATABASE.read_text(encoding="utf-8"))
    assert not any(value for name, value in said.items() if name.startswith("allow_"))
    assert ":XXXXXXXXXX@" in said["sqlalchemy_uri"]
