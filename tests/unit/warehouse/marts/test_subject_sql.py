"""The views of one subject: what is looked up for an observation is looked up once, and told with the row it is of."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import Engine, Table, text

from tests.properties.releases import forget, shown
from tests.properties.test_subject_laws import publish_cells, rows
from warehouse.marts.subjects import MARTS, activation


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
