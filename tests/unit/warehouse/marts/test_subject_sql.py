"""The views of one subject: what is looked up for an observation is looked up once, and told with the row it is of."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import Engine, Table, text

from tests.properties.releases import forget, shown
from tests.properties.test_subject_laws import MONTH, publish_cells, rows
from warehouse.history.dimensions import write_periods
from warehouse.marts.subjects import MARTS, activation, unemployment
from warehouse.periods import Period


@pytest.mark.parametrize("mart", MARTS, ids=lambda mart: mart.name)
def test_breaks_are_looked_up_once_for_each_observation(module_engine: Engine, mart: Table) -> None:
    with module_engine.connect() as connection:
        plan = connection.scalar(text(f"explain (format json) select * from {mart.fullname} where area_code = '163'"))
    assert json.dumps(plan).count('"Relation Name": "series_breaks"') == 1


def test_a_row_tells_the_break_of_its_observations(module_engine: Engine) -> None:
    forget(module_engine)
    measures = ("activation_pct", "reached_by_activation_pct")
    publish_cells(module_engine, "y07c07", {(area, "", each): shown(40) for area in (0, 163) for each in measures})
    columns = "area_code, series_break, series_break_caveat"
    observed = rows(module_engine, f"select distinct {columns} from marts.observations order by area_code")
    assert [row["area_code"] for row in observed] == ["000", "163"]
    assert {row["series_break"] for row in observed} == {"activation_whole_again_2019"}
    assert all(row["series_break_caveat"].startswith("Databrud i aktivering oktober 2019") for row in observed)
    for source in (activation.fullname, f"{activation.fullname}_as_of('infinity')"):
        assert rows(module_engine, f"select {columns} from {source} order by area_code") == observed


_BREAK = """
insert into core.series_breaks (series_break, table_no, first_period_id, title, caveat, source)
select :name, table_no, :first, 'Databrud', 'Databrud ' || :name, 'test' from core.tables where table_id = :table
"""


@pytest.mark.parametrize(("older", "newer"), [("a", "z"), ("z", "a")])
@pytest.mark.parametrize("tables", [("y25i01", "y25i09"), ("y25i09", "y25i01")])
def test_of_several_breaks_in_a_row_the_newest_is_told(
    module_engine: Engine, older: str, newer: str, tables: tuple[str, str]
) -> None:
    forget(module_engine)
    publish_cells(module_engine, "y25i01", {(163, "", "unemployed_persons"): shown(40)})
    publish_cells(module_engine, "y25i09", {(163, "", "long_term_unemployed_persons"): shown(9)}, at=1)
    broken = [(older, Period.parse("2015M01"), tables[0]), (newer, MONTH, tables[1])]
    with module_engine.begin() as connection:
        write_periods(connection, periods=[first for _, first, _ in broken])
        for name, first, table in broken:
            connection.execute(text(_BREAK), {"name": name, "first": first.key, "table": table})
    columns = "unemployed_persons, long_term_unemployed_persons, series_break, series_break_caveat"
    try:
        for source in (unemployment.fullname, f"{unemployment.fullname}_as_of('infinity')"):
            [row] = rows(module_engine, f"select {columns} from {source}")
            assert tuple(row.values()) == (40, 9, newer, f"Databrud {newer}")
    finally:
        with module_engine.begin() as connection:
            connection.execute(text("delete from core.series_breaks where series_break in ('a', 'z')"))
