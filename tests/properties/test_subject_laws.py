"""Marts of one subject: shares, distances and groups are what their figures say, and a hidden count leaves none of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from tasks.sources.cells import SCHEMA
from tests.properties.releases import HIDDEN, Content, forget, load, night, open_run, shown
from warehouse.danish.reservations import SMALLEST_BASE
from warehouse.formulas.own_tables import offer_mix, ordinary_hours
from warehouse.history.dimensions import SeriesNumbers, canonical, write_periods
from warehouse.history.staging import copy_in, create_staging, finish_staging, table_number
from warehouse.history.vintages import publish
from warehouse.periods import Period

OFFERS = ("Vejledning og opkvalificering", "Virksomhedspraktik", "Løntilskud")
MONTH = Period.parse("2025M08")
COUNTS = st.sampled_from([shown(0), shown(3), shown(17), shown(40), HIDDEN])


def publish_cells(
    engine: Engine, table_id: str, cells: Mapping[tuple[int, str, str], Content], *, dimension: str = "", at: int = 0
) -> None:
    """A release of one month: area, member (empty: a table without breakdowns) and measure to what is published."""
    rows = [
        (MONTH.key, area, canonical({dimension: member} if dimension else {}), measure, *content)
        for (area, member, measure), content in cells.items()
    ]
    with engine.begin() as connection:
        run_id = open_run(connection, started_at=night(at))
        name = create_staging(connection, table_id=table_id, run_id=run_id)
        table_no = table_number(connection, table_id=table_id)
        write_periods(connection, periods=[MONTH])
        frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
        copy_in(connection, SeriesNumbers(connection, table_no=table_no).numbered(frame), name=name)
        finish_staging(connection, name=name, table_no=table_no, root_members={})
    with engine.begin() as connection:
        publish(connection, load(name, run_id=run_id, seen_at=night(at), table_id=table_id))


def rows(engine: Engine, query: str) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(query)).mappings()]


@settings(max_examples=10)
@given(st.tuples(COUNTS, COUNTS, COUNTS))
@example((shown(40), shown(3), shown(17)))
@example((shown(40), HIDDEN, shown(17)))
@example((shown(3), shown(3), shown(3)))
def test_a_share_of_courses_is_the_formulas_where_none_is_hidden(
    module_engine: Engine, counts: tuple[Content, ...]
) -> None:
    forget(module_engine)
    parts = dict(zip(OFFERS, counts, strict=True))
    cells = {(163, offer, "activation_cases"): content for offer, content in parts.items()}
    publish_cells(
        module_engine, "y60c02", {**cells, (163, "Tilbud i alt", "activation_cases"): shown(99)}, dimension="Tilbud"
    )
    found = {row["offer"]: row for row in rows(module_engine, "select * from marts.activation order by offer")}
    assert found.keys() == {"", *OFFERS}
    assert (found[""]["courses_cases"], found[""]["share_pct"]) == (99, None)
    frame = pl.DataFrame([("x", *content) for content in counts], schema=["area", "value", "status"], orient="row")
    mix = offer_mix(frame.cast({"value": pl.Float64}), by=["area"])
    enough = sum(value or 0 for value, _ in counts) >= SMALLEST_BASE
    for offer, expected in zip(OFFERS, mix["share_pct"].to_list(), strict=True):
        assert found[offer]["share_pct"] == (pytest.approx(expected) if enough and expected is not None else None)
        assert (found[offer]["courses_cases"], found[offer]["courses_cases_status"]) == parts[offer]
        assert (found[offer]["benefit_group"], found[offer]["subject"]) == ("cash_assistance", "Kontanthjælp")
    assert rows(module_engine, "select * from marts.activation_as_of('infinity') order by offer") == list(
        found.values()
    )


@settings(max_examples=10)
@given(st.tuples(COUNTS, st.sampled_from([shown(15.7), shown(0.0), HIDDEN]), st.sampled_from([shown(11.6), HIDDEN])))
@example((shown(40), shown(15.7), shown(11.6)))
@example((shown(3), shown(15.7), shown(11.6)))
def test_ordinary_hours_are_held_against_the_country(
    module_engine: Engine, counts: tuple[Content, Content, Content]
) -> None:
    forget(module_engine)
    persons, share, country = counts
    cells = {(163, "", "ordinary_hours_persons"): persons, (163, "", "ordinary_hours_pct"): share}
    publish_cells(module_engine, "y60j01", {**cells, (0, "", "ordinary_hours_pct"): country})
    [own] = rows(module_engine, "select * from marts.ordinary_hours where area_code = '163'")
    frame = pl.DataFrame(
        [(persons[0], share[0], country[0])], schema=["persons", "share_pct", "country_share_pct"], orient="row"
    )
    expected = ordinary_hours(frame.cast(pl.Float64)).row(0, named=True)
    assert (own["target_group"], own["country_pct"]) == ("Kontanthjælp", country[0])
    assert own["base_persons"] == expected["group_persons"]
    enough = (expected["group_persons"] or 0) >= SMALLEST_BASE
    gap = expected["difference_pct_point"]
    assert own["gap_pct_point"] == (pytest.approx(gap) if enough and gap is not None else None)
    as_of = "select * from marts.ordinary_hours_as_of('infinity') where area_code = '163'"
    assert rows(module_engine, as_of) == [own]
