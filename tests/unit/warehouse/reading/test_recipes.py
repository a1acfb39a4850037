"""The recipes that say that they were tried: their SQL as the readers' role, their files with the programs they name."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from sqlalchemy import Engine, insert, text

from tasks.exports.export import export, marts_named
from tests.conventions.sources import ROOT
from tests.properties.releases import FULL_TIME, night, publish_release, shown
from warehouse.catalogue.model import jobindsats
from warehouse.database.reader_limits import READER
from warehouse.database.reader_role import give
from warehouse.history.dimensions import write_periods
from warehouse.marts import benchmark as figure_marts
from warehouse.marts import benefits as marts
from warehouse.periods import Period

PAGE = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")

NOW = datetime(2026, 8, 11, tzinfo=UTC)


def code(heading: str, *, language: str) -> list[str]:
    """The passages of code under a heading."""
    section = re.split(r"\n##+ ", PAGE.split(f"# {heading}", 1)[1], maxsplit=1)[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


@pytest.fixture
def herlev(engine: Engine) -> Engine:
    """A warehouse with a month of one benefit and a saving of Herlev."""
    month: dict[str, Any] = {
        "benefit_group": "unemployment_insurance", "benefit_group_name": "A-dagpenge", "area_code": "163",
        "area_name": "Herlev", "area_kind": "municipality", "period": "2023M10", "period_first_day": date(2023, 10, 1),
        "period_last_day": date(2023, 10, 31),
        "recipients_full_time_persons": 491, "recipients_full_time_persons_status": "observed",
        "counted_in_total": True, "back_cast": False, "table_id": "y01a02", "vintage_id": 1, "seen_at": NOW,
    }  # fmt: skip
    saving: dict[str, Any] = {
        "area_code": "163", "area_name": "Herlev", "period": "2023QMAT02", "period_last_day": date(2023, 6, 30),
        "period_first_day": date(2022, 7, 1),
        "benefit_area": "I alt", "basis": "", "table_id": "y30r21", "saving_dkk": 6_617_500.5,
        "caveats": "", "vintages": "1", "assumptions": "1",
    }  # fmt: skip
    with engine.begin() as connection:
        write_periods(connection, periods={Period.parse("2023M10")})
        connection.execute(insert(marts.benefit_recipients), [month])
        connection.execute(insert(figure_marts.savings), [saving])
    return engine


def test_the_benefit_that_the_recipes_name_is_one_of_ours() -> None:
    named = set(re.findall(r"benefit_group = '(\w+)'", PAGE))
    assert named
    assert named <= {group.id for group in jobindsats().benefit_groups}


def test_the_sql_for_dashboards_answers_to_a_reader(herlev: Engine) -> None:
    statements = code("SQL that dashboards need", language="sql")
    assert len(statements) == 9
    with herlev.begin() as connection:
        if not connection.scalar(text("select rolsuper from pg_roles where rolname = current_user")):
            pytest.skip("the user of the given server may not make roles and act as them")
        give(connection)
        connection.execute(text(f"set local role {READER}"))
        answers = [connection.exec_driver_sql(statement).all() for statement in statements]
    assert [len(rows) for rows in answers[:3]] == [1, 1, 1]
    [total] = answers[1]
    assert (total.total_full_time_persons, total.status, "A-dagpenge" in total.missing) == (None, "missing", False)
    assert [(row.months, row.parts, row.status) for row in answers[4]] == [(12, 0, "missing"), (1, 0, "missing")]
    assert [*answers[3:4], *answers[5:8]] == [[], [], [], []]  # nothing was published to the facts
    assert len(answers[8]) == len(figure_marts.savings.columns)


def test_the_sql_of_the_star_answers_to_a_reader(herlev: Engine) -> None:
    statements = code("The star", language="sql")
    assert len(statements) == 4
    publish_release(herlev, {("2023M10", 163, FULL_TIME): shown(491)}, seen_at=night(0))
    with herlev.begin() as connection:
        if not connection.scalar(text("select rolsuper from pg_roles where rolname = current_user")):
            pytest.skip("the user of the given server may not make roles and act as them")
        give(connection)
        connection.execute(text(f"set local role {READER}"))
        answers = [connection.exec_driver_sql(statement.replace("%", "%%")).all() for statement in statements]
    assert [len(rows) for rows in answers] == [1, 1, 0, 1]  # nothing was known on the day of the third
    [first], [second] = answers[:2]
    assert (first.value, first.status, first.member) == (491, "observed", "")
    assert (second.period_name, second.area_name, second.value) == ("oktober 2023", "Herlev", 491)


def test_the_files_are_read_as_the_recipes_say(herlev: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder, form in (("eksport", "parquet"), ("eksport-csv", "csv")):
        export(herlev, to=Path(folder), form=form, marts=marts_named([]), now=NOW)
    statements = code("DuckDB (tried)", language="sql")[0].split(";\n")
    with duckdb.connect() as database:
        assert database.execute(statements[0]).fetchall() == [(date(2023, 10, 1), 491.0)]
        savings = database.execute(statements[1])
        columns = [column[0] for column in savings.description or []]
        [row] = savings.fetchall()
    assert dict(zip(columns, row, strict=True))["saving_dkk"] == 6_617_500.5
    scope: dict[str, Any] = {}
    exec(code("Python (tried)", language="python")[0], scope)
    assert isinstance(scope["herlev"], pl.DataFrame)
    assert scope["herlev"]["recipients_full_time_persons"].to_list() == [491.0]
