"""The Data Package descriptor of an export: frictionless reads every file by it, and finds what the marts hold."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package, validate
from sqlalchemy import Engine, insert

from tasks.exports.export import FORMATS, export
from warehouse.marts import benchmark as figure_marts
from warehouse.marts import benefits as marts
from warehouse.marts.contract import MARTS, entries_of
from warehouse.marts.declaration import years_by

NOW = datetime(2026, 8, 11, 4, 30, tzinfo=UTC)
SEEN = datetime(2026, 7, 1, 2, 3, 4, 567000, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(module_engine: Engine) -> Engine:
    """A warehouse with two years of a benefit, hidden and negative, and a saving with its vintages."""
    recipients: list[dict[str, Any]] = [
        {
            "benefit_group": "unemployment_insurance", "benefit_group_name": "A-dagpenge; =1+1", "area_code": "163",
            "area_name": 'Herlev "by"', "area_kind": "municipality", "period": f"{year}M10",
            "period_first_day": date(year, 10, 1), "period_last_day": date(year, 10, 31), "recipients_persons": None,
            "recipients_persons_status": "suppressed", "recipients_full_time_persons": -491,
            "recipients_full_time_persons_status": "observed", "share_of_workforce_pct": -1.25,
            "counted_in_total": True, "back_cast": False,
            "table_id": "y01a02", "vintage_id": 1, "publisher_updated_on": date(2026, 6, 30), "seen_at": SEEN,
        }
        for year in (2022, 2023)
    ]  # fmt: skip
    saving: dict[str, Any] = {
        "area_code": "163", "area_name": "Herlev", "period": "2023QMAT02", "period_last_day": date(2023, 6, 30),
        "period_first_day": date(2022, 7, 1),
        "benefit_area": "I alt", "basis": "", "table_id": "y30r21", "saving_dkk": 6_617_500.5,
        "caveats": "", "vintages": "1, 2", "assumptions": "",
    }  # fmt: skip
    with module_engine.begin() as connection:
        connection.execute(insert(marts.benefit_recipients), recipients)
        connection.execute(insert(figure_marts.savings), [saving])
    return module_engine


def exported(engine: Engine, folder: Path, form: str) -> Package:
    export(engine, to=folder, form=form, marts=MARTS, now=NOW)
    return Package(str(folder / "datapackage.json"))


@pytest.mark.parametrize("form", [form for form in FORMATS if form.startswith("csv")])
def test_frictionless_finds_no_fault_in_any_file_of_text(filled: Engine, tmp_path: Path, form: str) -> None:
    exported(filled, tmp_path, form)
    report = validate(str(tmp_path / "datapackage.json"))
    assert report.flatten(["title", "fieldName", "note"]) == []
    assert [task.name for task in report.tasks] == [table.name for table in MARTS]


@pytest.mark.parametrize("form", [form for form in FORMATS if form.startswith("csv")])
def test_what_it_reads_is_what_the_marts_hold(filled: Engine, tmp_path: Path, form: str) -> None:
    package = exported(filled, tmp_path, form)
    first, second = package.get_table_resource("benefit_recipients").read_rows()
    assert (first["recipients_full_time_persons"], first["recipients_persons"]) == (-491, None)
    assert first["share_of_workforce_pct"] == Decimal("-1.25")
    assert (second["period_first_day"], second["counted_in_total"]) == (date(2023, 10, 1), True)
    assert second["seen_at"] == SEEN
    [saving] = package.get_table_resource("savings").read_rows()
    assert (saving["saving_dkk"], saving["vintages"], saving["assumptions"] or "") == (Decimal("6617500.5"), "1, 2", "")


@pytest.mark.parametrize("form", FORMATS)
def test_each_mart_is_a_resource_with_its_files_columns_and_units(filled: Engine, tmp_path: Path, form: str) -> None:
    package = exported(filled, tmp_path, form)
    for table, resource in zip(MARTS, package.resources, strict=True):
        said = entries_of(table)
        assert (resource.name, resource.description) == (table.name, said[0].grain_en)
        assert [field.name for field in resource.schema.fields] == [column.column_name for column in said]
        assert [field.custom.get("unit") for field in resource.schema.fields] == [column.unit for column in said]
        assert all((tmp_path / path).is_file() for path in resource.paths)
    assert str(package.get_resource("savings").hash).startswith("sha256:")
    divided = form == "parquet" and years_by(marts.benefit_recipients)
    assert len(package.get_resource("benefit_recipients").paths) == (2 if divided else 1)


def test_a_workbook_is_read_by_its_sheet(filled: Engine, tmp_path: Path) -> None:
    [saving] = exported(filled, tmp_path, "xlsx").get_table_resource("savings").read_rows()
    assert (saving["area_name"], saving["saving_dkk"]) == ("Herlev", Decimal("6617500.5"))


def test_the_next_export_of_fewer_marts_describes_these_alone(filled: Engine, tmp_path: Path) -> None:
    exported(filled, tmp_path, "parquet")
    export(filled, to=tmp_path, form="csv", marts=[figure_marts.savings], now=NOW)
    described = json.loads((tmp_path / "datapackage.json").read_text())
    assert [each["path"] for each in described["resources"]] == ["savings.csv"]
    assert described["resources"][0]["sources"] == described["sources"] == [{"title": "Jobindsats.dk / STAR"}]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["datapackage.json", "manifest.json", "savings.csv"]
