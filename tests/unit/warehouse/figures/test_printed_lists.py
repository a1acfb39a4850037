"""Printed lists beside the benchmark's table: one answer for each place, period and group, and what differs is said."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest

from warehouse.figures import FIGURES, benchmark
from warehouse.figures import printed_lists as printed
from warehouse.figures.benchmark import AS_COUNTED, REVERSED, UNTOLD
from warehouse.figures.inputs import moved, named
from warehouse.figures.model import Figure, Printed
from warehouse.periods import Period

NOW, BEFORE = Period.parse("2023QMAT02"), Period.parse("2022QMAT04")

TABLE, LIST = benchmark.TABLE, "ranking_all"

SHORT = {
    "rank": "rank",
    "actual": "actual_full_time_persons",
    "expected": "expected_full_time_persons",
    "gap": "gap_full_time_persons",
    "points": "gap_pct_point",
}

TABLES_OWN = {"rank": 17, "actual": 950, "expected": 1000, "gap": -50, "points": -0.27}

AS_PRINTED = TABLES_OWN | {"points": -0.3}

ON_THE_WEB = {"rank": 17, "gap": -50, "points": -0.3}

VINTAGES = {TABLE: 1, LIST: 2}


def cells(source: str, measures: Mapping[str, float], *, period: Period = NOW, area: str = "163") -> pl.DataFrame:
    """Observed cells of one source, as they are read."""
    rows = [
        (source, area, period.key, SHORT[name], float(value), "observed", VINTAGES[source], benchmark.ALL_BENEFITS)
        for name, value in measures.items()
    ]
    schema = {"table_id": pl.String, "area_code": pl.String, "period_id": pl.Int32, "measure": pl.String}
    schema |= {"value": pl.Float64, "status": pl.String, "vintage_id": pl.Int32, "item": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def lists(figure: Figure) -> Printed:
    assert figure.printed is not None
    return figure.printed


def side_by_side(held: pl.DataFrame, *, figure: Figure) -> pl.DataFrame:
    """The table's rows with a column for each input, as the warehouse gives them."""
    rows = held.select(*printed.SOURCE_KEY).unique()
    for wanted in figure.inputs:
        beside = moved(held.filter(pl.col("measure") == wanted.measure), periods=wanted.earlier).drop("measure")
        rows = rows.join(named(beside, name=wanted.name), on=printed.SOURCE_KEY, how="left")
    return rows


def figured(name: str, *held: pl.DataFrame, **assumed: float | str | None) -> pl.DataFrame:
    """A figure over what is held, the table's rows first."""
    figure = FIGURES[name]
    both = pl.concat(held)
    own = side_by_side(both.filter(pl.col("table_id") == TABLE), figure=figure)
    of_lists = printed.rows_of_lists(both.filter(pl.col("table_id") != TABLE), figure=figure, printed=lists(figure))
    rows = printed.answering(pl.concat([own, of_lists], how="diagonal"), figure=figure, printed=lists(figure))
    said = printed.differences(both, printed=lists(figure))
    rows = printed.with_sources_told(printed.with_earlier(rows, figure=figure), said=said, printed=lists(figure))
    rows = rows if lists(figure).stands_beside else rows.filter(~pl.col("stands_beside"))
    assumptions = (pl.lit(value, pl.Float64 if value is None else None).alias(name) for name, value in assumed.items())
    found = figure.compute(rows.with_columns(assumptions))
    return found.sort("period_id", "stands_beside")


def priced(*held: pl.DataFrame) -> pl.DataFrame:
    bounds = {"net_unit_cost_low_dkk": None, "net_unit_cost_high_dkk": None}
    return figured("savings", *held, net_unit_cost_dkk=132_350.0, basis="accounts_2022", **bounds)


def test_the_table_answers_and_the_list_stands_beside_it() -> None:
    found = figured("benchmark_gap", cells(TABLE, TABLES_OWN), cells(LIST, AS_PRINTED))
    assert found["table_id"].to_list() == [TABLE, LIST]
    assert found["stands_beside"].to_list() == [False, True]
    assert found["gap_persons"].to_list() == [-50, -50]
    assert found["caveats"][0].to_list() == []
    assert "ved siden af tabel y30r21" in found["caveats"][1][0]


def test_a_period_that_only_a_list_has_is_answered_by_it() -> None:
    found = figured("benchmark_gap", cells(TABLE, TABLES_OWN), cells(LIST, AS_PRINTED, period=BEFORE))
    assert found["table_id"].to_list() == [LIST, TABLE]
    assert found["stands_beside"].to_list() == [False, False]
    assert "har ikke perioden" in found["caveats"][0][0]
    assert priced(cells(LIST, AS_PRINTED)).select("saving_dkk", "table_id").row(0) == (6_617_500, LIST)


def test_savings_have_one_row_for_each_place_period_and_group() -> None:
    found = priced(cells(TABLE, TABLES_OWN), cells(LIST, AS_PRINTED | {"actual": 930}))
    assert found.select("table_id", "saving_dkk").rows() == [(TABLE, 6_617_500)]
    assert any("faktisk antal 950 mod 930" in caveat for caveat in found["caveats"][0])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rank": 16}, "placering 17 mod 16"),
        ({"gap": -60}, "forskel i personer −50 mod −60"),
        ({"points": -0.4}, "forskel i procentpoint −0,27 mod −0,40"),
        ({"expected": 1010, "rank": 18}, "forventet antal 1.000 mod 1.010, placering 17 mod 18"),
    ],
)
def test_what_table_and_list_say_differently_is_said_of_both(changed: dict[str, float], said: str) -> None:
    found = figured("benchmark_gap", cells(TABLE, TABLES_OWN), cells(LIST, AS_PRINTED | changed))
    assert [any(said in caveat for caveat in caveats) for caveats in found["caveats"].to_list()] == [True, True]


@pytest.mark.parametrize("changed", [{"points": -0.32}, {"gap": 50, "points": 0.3}, {"actual": 953}])
def test_rounding_and_the_other_sign_are_no_difference(changed: dict[str, float]) -> None:
    held = pl.concat([cells(TABLE, TABLES_OWN), cells(LIST, AS_PRINTED | changed)])
    assert printed.differences(held, printed=lists(FIGURES["benchmark_gap"])).is_empty()


def test_other_periods_and_areas_are_not_compared() -> None:
    held = [cells(TABLE, TABLES_OWN), cells(LIST, {"rank": 3}, period=BEFORE), cells(LIST, {"rank": 4}, area="151")]
    assert printed.differences(pl.concat(held), printed=lists(FIGURES["benchmark_gap"])).is_empty()


def test_a_withdrawn_table_does_not_answer_where_a_list_does() -> None:
    withdrawn = cells(TABLE, TABLES_OWN).with_columns(value=pl.lit(None, dtype=pl.Float64), status=pl.lit("withdrawn"))
    found = figured("benchmark_gap", withdrawn, cells(LIST, AS_PRINTED))
    assert found.select("table_id", "stands_beside").rows() == [(LIST, False), (TABLE, True)]
    assert priced(withdrawn, cells(LIST, AS_PRINTED))["table_id"].to_list() == [LIST]
    assert figured("benchmark_gap", withdrawn)["stands_beside"].to_list() == [False]


def test_a_list_that_subtracts_the_other_way_is_turned_and_says_so() -> None:
    turned = AS_PRINTED | {"gap": 50, "points": 0.3}
    found = figured("benchmark_gap", cells(LIST, turned))
    told = found.select("gap_persons", "gap_pct_point", "published_gap_is", "published_gap_persons").row(0)
    assert told == (-50, -0.3, REVERSED, 50)


def test_each_list_has_a_sign_of_its_own() -> None:
    turned = AS_PRINTED | {"gap": 50, "points": 0.3}
    found = figured("benchmark_gap", cells(LIST, turned, period=BEFORE), cells(LIST, AS_PRINTED))
    assert found["published_gap_is"].to_list() == [REVERSED, AS_COUNTED]
    assert found["gap_pct_point"].to_list() == [-0.3, -0.3]


def test_a_list_without_levels_has_no_sign_and_saves_nothing() -> None:
    found = figured("benchmark_gap", cells(LIST, ON_THE_WEB), cells(TABLE, TABLES_OWN, period=BEFORE))
    bare = found.filter(pl.col("table_id") == LIST).row(0, named=True)
    assert (bare["published_gap_is"], bare["gap_persons"], bare["gap_pct_point"]) == (None, None, None)
    assert (bare["published_gap_persons"], bare["published_pct_point"], bare["rank"]) == (-50, -0.3, 17)
    assert UNTOLD in bare["caveats"]
    saved = priced(cells(LIST, ON_THE_WEB)).row(0, named=True)
    assert (saved["saving_dkk"], saved["saving_low_dkk"], saved["saving_dkk_status"]) == (None, None, "missing")
    assert UNTOLD in saved["caveats"]


def test_rows_of_one_list_that_contradict_each_other_tell_no_sign_and_the_tables_go_by_most() -> None:
    odd = AS_PRINTED | {"gap": 50, "rank": 3}
    one, two = cells(LIST, AS_PRINTED), cells(LIST, odd, area="151")
    assert figured("benchmark_gap", one, two)["published_gap_is"].to_list() == [None, None]
    rows = [cells(TABLE, TABLES_OWN), cells(TABLE, TABLES_OWN, area="153"), cells(TABLE, TABLES_OWN | odd, area="151")]
    assert set(figured("benchmark_gap", *rows)["published_gap_is"]) == {AS_COUNTED}


def test_the_place_half_a_year_before_is_the_lists_where_the_table_has_it_no_more() -> None:
    found = figured("benchmark_rank", cells(TABLE, {"rank": 17}), cells(LIST, {"rank": 16}, period=BEFORE))
    now = found.filter(pl.col("table_id") == TABLE).row(0, named=True)
    assert (now["rank_half_a_year_earlier"], now["places_gained"]) == (16, -1)
    assert now["rank_half_a_year_earlier_vintage"] == VINTAGES[LIST]
    assert printed.EARLIER_ELSEWHERE in now["caveats"]


def test_a_sources_own_place_half_a_year_before_comes_first() -> None:
    before = [cells(LIST, {"rank": 20}, period=BEFORE), cells(TABLE, {"rank": 16}, period=BEFORE)]
    found = figured("benchmark_rank", cells(TABLE, {"rank": 17}), cells(LIST, {"rank": 17}), *before)
    now = found.filter(pl.col("period_id") == NOW.key)
    assert dict(now.select("table_id", "rank_half_a_year_earlier").iter_rows()) == {TABLE: 16, LIST: 20}


def test_every_list_stands_for_a_group_of_the_table() -> None:
    from warehouse.catalogue.model import jobindsats, ranking_lists

    groups = {name for breakdown in jobindsats().table(TABLE).breakdowns for name in breakdown.canonical}
    assert {table.id for table in ranking_lists().tables} == set(benchmark.LISTS)
    assert set(benchmark.LISTS.values()) == groups
    shared = [{measure.name for measure in table.measures} for table in ranking_lists().tables]
    assert all(set(benchmark.COMPARED) <= names for names in shared)
