"""Narrowed exports: the rows asked for and no others, of every mart that can be narrowed, and described as what they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from frictionless import validate
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, insert

from flows.command_line.main import run
from tasks.exports.export import export, marts_named, narrow, tables_named
from tasks.exports.files import ExportRefused
from tests.properties.releases import PERSONS, night, publish_release, shown
from warehouse.errors import QuestionError
from warehouse.marts import benchmark, benefits
from warehouse.marts.contract import MARTS
from warehouse.marts.narrowed import has_benefits, narrowing
from warehouse.marts.star import observations
from warehouse.periods import Period, PeriodKind

NOW = datetime(2026, 8, 11, 4, 30, tzinfo=UTC)
NOTHING: dict[str, Any] = {"areas": [], "period": None, "benefits": []}


@pytest.fixture(scope="module")
def filled(module_engine: Engine) -> Engine:
    """Two benefits in two municipalities over three years, two savings, and three observations of one table."""
    recipients = [
        {
            "benefit_group": benefit, "benefit_group_name": name, "area_code": code, "area_name": area,
            "area_kind": "municipality", "period": f"{year}M06", "period_first_day": date(year, 6, 1),
            "period_last_day": date(year, 6, 30),
            "counted_in_total": True, "back_cast": False, "table_id": "y01a02", "vintage_id": 1, "seen_at": NOW,
        }
        for benefit, name in (("unemployment_insurance", "A-dagpenge"), ("sickness_benefit", "Sygedagpenge"))
        for code, area in (("163", "Herlev"), ("151", "Ballerup"))
        for year in (2022, 2023, 2024)
    ]  # fmt: skip
    savings = [
        {
            "area_code": code, "area_name": area, "period": "2023QMAT02", "period_first_day": date(2022, 7, 1),
            "period_last_day": date(2023, 6, 30), "benefit_area": "I alt", "basis": "", "table_id": "y30r21",
            "caveats": "", "vintages": "1", "assumptions": "",
        }
        for code, area in (("163", "Herlev"), ("151", "Ballerup"))
    ]  # fmt: skip
    with module_engine.begin() as connection:
        connection.execute(insert(benefits.benefit_recipients), recipients)
        connection.execute(insert(benchmark.savings), savings)
    release = {
        (period, area, PERSONS): shown(40) for period, area in (("2026M05", 163), ("2026M06", 163), ("2026M06", 151))
    }
    publish_release(module_engine, release, seen_at=night(0))
    return module_engine


Exported = Callable[..., dict[str, Any]]


@pytest.fixture
def exported(filled: Engine, tmp_path: Path) -> Exported:
    """Exports what is asked for to the test's folder; gives the manifest."""

    def exported(*names: str, form: str = "csv international", named: bool = True, **asked: Any) -> dict[str, Any]:
        marts = narrow(marts_named(names), **NOTHING | asked, named=named)
        return export(filled, to=tmp_path, form=form, marts=marts, now=NOW)

    return exported


def test_only_the_rows_asked_for_are_written(exported: Exported, tmp_path: Path) -> None:
    manifest = exported("benefit_recipients", areas=["herlev kommune"], period="2022:2023", benefits=["sygedagpenge"])
    read = pl.read_csv(tmp_path / "benefit_recipients.csv")
    assert set(read.select("area_name", "period", "benefit_group").rows()) == {
        ("Herlev", f"{year}M06", "sickness_benefit") for year in (2022, 2023)
    }
    told = "area_code 163; period 2022Y01:2023Y01; benefit_group sickness_benefit"
    assert manifest["narrowed_to"] == {"benefit_recipients": told}
    described = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert [resource["narrowed_to"] for resource in described["resources"]] == [told]
    assert validate(str(tmp_path / "datapackage.json")).valid


def test_a_year_takes_the_rolling_years_that_end_in_it(exported: Exported) -> None:
    assert exported("savings", areas=["0163"], period="2023")["marts"] == {"savings": 1}
    with pytest.raises(ExportRefused, match="nothing of what was asked for is held in savings"):
        exported("savings", period="2024")


def test_dimensions_alone_are_no_answer(exported: Exported) -> None:
    assert exported("areas", areas=["Herlev"])["marts"] == {"areas": 1}
    with pytest.raises(ExportRefused, match="nothing of what was asked for is held in savings"):
        exported("areas", "savings", areas=["Herlev"], period="2024")


def test_parquet_has_only_the_years_that_are_asked_for(exported: Exported, tmp_path: Path) -> None:
    exported("benefit_recipients", form="parquet", period="2023M01:2023M12")
    assert [path.parent.name for path in tmp_path.rglob("*.parquet")] == ["year=2023"]


def test_every_mart_is_narrowed_or_whole(exported: Exported) -> None:
    manifest = exported(named=False, areas=["Herlev"])
    rows = manifest["marts"]
    assert list(rows) == [table.name for table in MARTS if table is not observations]
    assert (rows["benefit_recipients"], rows["savings"], rows["areas"]) == (6, 1, 1)
    of_areas = {table.name for table in MARTS if "area_code" in table.columns}
    assert set(manifest["narrowed_to"]) == of_areas - {"observations"}
    assert rows["data_dictionary"] > 100


def test_of_benefits_only_marts_of_benefits_are_written(exported: Exported) -> None:
    rows = exported(named=False, benefits=["A-dagpenge"])["marts"]
    assert set(rows) == {table.name for table in MARTS if has_benefits(table)} - {"observations"}
    assert {"benefit_recipients", "block_grant_share", "revisions"} <= set(rows) < {table.name for table in MARTS}
    assert rows["benefit_recipients"] == 6
    with pytest.raises(ExportRefused, match="savings are of no benefit"):
        exported("savings", benefits=["A-dagpenge"])


def test_a_tables_observations_are_narrowed_too(filled: Engine, tmp_path: Path) -> None:
    with filled.connect() as connection:
        tables = tables_named(connection, ["y25i01"])
    wanted = narrow(tables, **NOTHING | {"areas": ["163"], "period": "2026M06"}, named=True)
    assert export(filled, to=tmp_path, form="parquet", marts=wanted, now=NOW)["marts"] == {"y25i01": 1}


@pytest.mark.parametrize("asked", [{"benefits": ["Sygedagpeng"]}, {"period": "2023M13"}, {"period": "2024:2023"}])
def test_what_does_not_exist_is_told(asked: dict[str, Any]) -> None:
    with pytest.raises(QuestionError, match=r"Sygedagpenge|01 to 12|earlier period first"):
        narrowing(**asked)


MONTH = st.integers(2020 * 12, 2026 * 12).map(lambda month: Period(PeriodKind.MONTH, month // 12, month % 12 + 1))


@given(ends=st.tuples(MONTH, MONTH).map(sorted), kind=st.sampled_from(PeriodKind), month=MONTH)
def test_the_periods_written_out_are_those_that_the_span_covers(
    ends: list[Period], kind: PeriodKind, month: Period
) -> None:
    asked = narrowing(period=f"{ends[0]}:{ends[1]}")
    assert asked.span is not None
    period = Period.containing(month.first_day, kind=kind)
    assert (str(period) in asked.of(benefits.benefit_recipients)["period"]) is asked.span.covers(period)


def test_the_command_narrows(
    filled: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JOBINDSATS_WAREHOUSE_URL", filled.url.render_as_string(hide_password=False))
    asked = ["export", "--to", str(tmp_path / "ud"), "--format", "csv", "--area", "Herlev", "--json"]
    assert run([*asked, "--mart", "savings"]) == 0
    assert json.loads(capsys.readouterr().out)["marts"] == {"savings": 1}
    assert run([*asked, "--benefit", "Sygedagpeng"]) == 2
    assert "Sygedagpenge" in capsys.readouterr().err
    assert run([*asked[:-2], "Herlv"]) == 2
