"""Figures over a warehouse: printed lists, the population of FOLK1A and AUK01, now and as of the nights before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete

from tests.properties.releases import Cell, Content, forget, night, publish_release, shown
from warehouse.assumptions import record as assumed
from warehouse.assumptions.model import shipped
from warehouse.figures import FIGURES, population
from warehouse.figures.compute import answer
from warehouse.figures.explain import rests_on, tree
from warehouse.figures.inputs import Scope
from warehouse.marts.contract import FIGURE_MARTS
from warehouse.marts.fill import fill, is_behind
from warehouse.schema.core import assumptions

HERLEV = "163"

MEASURES = {
    "rank": "rank",
    "actual": "actual_full_time_persons",
    "expected": "expected_full_time_persons",
    "gap": "gap_full_time_persons",
}

BENCHMARK = {"rank": 17.0, "actual": 950.0, "expected": 1000.0, "gap": -50.0}


@pytest.fixture
def empty(module_engine: Engine) -> Iterator[Engine]:
    """The module's warehouse with the shipped assumptions and nothing else."""
    forget(module_engine)
    with module_engine.begin() as connection:
        connection.execute(delete(assumptions))
        assumed.record(connection, shipped(), now=datetime(2020, 1, 1, tzinfo=UTC))
    yield module_engine
    forget(module_engine)


def benchmark(period: str = "2023QMAT02", **values: float) -> dict[Cell, Content]:
    return {(period, 163, MEASURES[name]): shown(value) for name, value in (BENCHMARK | values).items()}


def people(*, herlev: float = 29_215, country: float = 5_932_654) -> dict[Cell, Content]:
    return {("2023Q01", area, "population_persons"): shown(n) for area, n in ((163, herlev), (0, country))}


def asked(connection: Connection, figure: str, *, as_of: datetime | None = None) -> list[dict[str, Any]]:
    return answer(connection, FIGURES[figure], scope=Scope(HERLEV, as_of)).rows.to_dicts()


def told(engine: Engine, figure: str, *columns: str, as_of: datetime | None = None) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row[name] for name in columns) for row in asked(connection, figure, as_of=as_of)]


def test_a_list_that_comes_later_changes_nothing_of_what_was_known_before(empty: Engine) -> None:
    publish_release(empty, benchmark(), seen_at=night(0), table_id="y30r21")
    publish_release(empty, benchmark() | benchmark("2022QMAT02", gap=50), seen_at=night(1), table_id="ranking_all")
    columns = ("period", "table_id", "stands_beside", "published_gap_is")
    before = [("2023QMAT02", "y30r21", False, "actual - expected")]
    assert told(empty, "benchmark_gap", *columns, as_of=night(0)) == before
    assert told(empty, "benchmark_gap", *columns) == [
        ("2022QMAT02", "ranking_all", False, "expected - actual"),
        *before,
        ("2023QMAT02", "ranking_all", True, "actual - expected"),
    ]
    assert told(empty, "savings", "period", "table_id", "value") == [
        ("2022QMAT02", "ranking_all", 6_617_500),
        ("2023QMAT02", "y30r21", 6_617_500),
    ]


def test_a_corrected_list_keeps_the_sign_it_had(empty: Engine) -> None:
    publish_release(empty, benchmark(gap=50), seen_at=night(0), table_id="ranking_all")
    publish_release(empty, benchmark(), seen_at=night(1), table_id="ranking_all")
    assert told(empty, "benchmark_gap", "published_gap_is") == [("actual - expected",)]
    assert told(empty, "benchmark_gap", "published_gap_is", as_of=night(0)) == [("expected - actual",)]


def test_marts_hold_the_lists_and_are_behind_when_a_list_comes(empty: Engine) -> None:
    marts = [mart for mart in FIGURE_MARTS if mart.name in ("benchmark_ranking", "savings")]
    publish_release(empty, benchmark(), seen_at=night(0), table_id="y30r21")
    with empty.begin() as connection:
        assert [fill(connection, mart).rows for mart in marts] == [1, 1]
    publish_release(empty, benchmark(), seen_at=night(1), table_id="ranking_all")
    with empty.begin() as connection:
        assert [is_behind(connection, mart) for mart in marts] == [True, True]
        assert {mart.name: fill(connection, mart).rows for mart in marts} == {
            "benchmark_ranking": 2,
            "savings": 1,
        }
        for mart in marts:
            connection.execute(mart.delete())


def test_what_the_table_has_withdrawn_is_answered_by_the_list(empty: Engine) -> None:
    publish_release(empty, benchmark(), seen_at=night(0), table_id="y30r21")
    without_herlev = {(period, 151, measure): content for (period, _, measure), content in benchmark().items()}
    publish_release(empty, without_herlev, seen_at=night(1), table_id="y30r21")
    publish_release(empty, benchmark(), seen_at=night(2), table_id="ranking_all")
    assert told(empty, "savings", "table_id", "value") == [("ranking_all", 6_617_500)]
    assert told(empty, "savings", "table_id", "value", as_of=night(1)) == [("y30r21", None)]
    assert told(empty, "savings", "table_id", "value", as_of=night(0)) == [("y30r21", 6_617_500)]


def test_the_population_key_is_of_what_was_loaded_at_the_moment(empty: Engine) -> None:
    publish_release(empty, people(), seen_at=night(0), table_id="folk1a")
    publish_release(empty, people(herlev=30_000, country=6_000_000), seen_at=night(1), table_id="folk1a")

    def keys(as_of: datetime | None = None) -> list[tuple[Any, ...]]:
        rows = told(empty, "unemployment_projection", "basis", "key_pct", "vintages", as_of=as_of)
        return [(round(key, 4), len(vintages)) for basis, key, vintages in rows if basis == "population"]

    assert keys() == [(0.5, 1)]
    assert keys(night(0)) == [(0.4924, 1)]
    assert keys(night(-1)) == [(0.4924, 0)]


def test_a_population_that_is_loaded_for_one_of_the_two_is_not_used(empty: Engine) -> None:
    only_herlev = {cell: content for cell, content in people(herlev=99_999).items() if cell[1] == 163}
    publish_release(empty, only_herlev, seen_at=night(0), table_id="folk1a")
    rows = told(empty, "unemployment_projection", "basis", "value", "caveats", "vintages")
    (found,) = [row for row in rows if row[0] == "population"]
    assert found[1:] == (98, [population.AS_ASSUMED], [])


@pytest.mark.parametrize("quarter", ["2023Q02", "2023Q04"])
def test_other_quarters_are_not_the_first_of_january(empty: Engine, quarter: str) -> None:
    later = {(quarter, area, measure): content for (_, area, measure), content in people(herlev=9).items()}
    publish_release(empty, later, seen_at=night(0), table_id="folk1a")
    rows = told(empty, "unemployment_projection", "basis", "value", "vintages")
    assert ("population", 98, []) in rows


def test_a_key_by_population_is_taken_apart_to_the_vintage_of_both(empty: Engine) -> None:
    publish_release(empty, people(), seen_at=night(0), table_id="folk1a")
    with empty.connect() as connection:
        figure = FIGURES["unemployment_projection"]
        answered = answer(connection, figure, scope=Scope(HERLEV))
        vintages, used = rests_on(connection, answered)
        rows = {row["basis"]: row for row in answered.rows.to_dicts()}
        trees = {basis: tree(row, figure=figure, brought=vintages, used=used) for basis, row in rows.items()}
    leaves = [(leaf["table"], leaf["area"], leaf["period"], leaf["value"]) for leaf in trees["population"]["inputs"]]
    assert leaves == [("folk1a", "Herlev", "2023Q01", 29_215), ("folk1a", "Hele landet", "2023Q01", 5_932_654)]
    assert all(leaf["vintage"]["table"] == "folk1a" for leaf in trees["population"]["inputs"])
    assert trees["stated"]["inputs"] == trees["claimed"]["inputs"] == []


def test_a_share_of_the_working_age_needs_a_population_on_record(empty: Engine) -> None:
    publish_release(empty, {("2023Q02", 329, "full_time_persons"): shown(900)}, seen_at=night(0), table_id="auk01")
    with empty.connect() as connection:
        figure = FIGURES["public_support_share_of_working_age"]
        found = answer(connection, figure, scope=Scope("329"))
    assert found.rows.is_empty()
    assert any("working_age_population_persons" in reason for reason in found.missing)


def test_the_source_is_a_column_for_people_only_where_it_tells_rows_apart(
    empty: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    from flows.command_line.figures import _print_rows
    from warehouse.figures.compute import plain

    publish_release(empty, benchmark(), seen_at=night(0), table_id="y30r21")
    publish_release(empty, benchmark(), seen_at=night(1), table_id="ranking_all")
    printed = []
    for as_of in (night(0), night(1)):
        with empty.connect() as connection:
            answered = answer(connection, FIGURES["benchmark_rank"], scope=Scope(HERLEV, as_of))
            vintages, used = rests_on(connection, answered)
            _print_rows(plain(answered, vintages=vintages, assumptions=used))
        printed.append(capsys.readouterr().out)
    assert ["table_id" in shown for shown in printed] == [False, True]
