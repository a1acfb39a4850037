"""Comparable municipalities over the ministry's real benchmark: eight for each, whatever the order, by rates that are sums."""

from __future__ import annotations

import csv
import inspect
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl
import pytest

from warehouse.areas import find, municipalities
from warehouse.figures.benchmark import ALL_BENEFITS
from warehouse.figures.comparable import BY_LIST, BY_SHARE, FIGURES, compared, with_price
from warehouse.formulas import comparable as formulas
from warehouse.formulas.benefits import SumRefused
from warehouse.periods import Period

KEY = ["area_code", "period_id", "item", "basis"]
COLUMNS = {"expected_persons": 3, "actual_persons": 4, "expected_pct": 6, "actual_pct": 7}
PERIOD = Period.parse("2022QMAT04")
TEXTS, NUMBERS = pl.List(pl.String), pl.List(pl.Int64)
PRICES = pl.DataFrame(
    [("net_unit_cost_dkk", "accounts_2022", 4, 132_350.0, "163", date(2022, 1, 1), date(2022, 12, 31))],
    schema={
        "name": pl.String,
        "basis": pl.String,
        "assumption_id": pl.Int64,
        "value": pl.Float64,
        "area_code": pl.String,
    }
    | {"valid_from": pl.Date, "valid_to": pl.Date},
    orient="row",
).with_columns(
    *(pl.lit(None, dtype=pl.Float64).alias(end) for end in ("low", "high")),
    unit=pl.lit("dkk"),
    source=pl.lit("a"),
    evidence=pl.lit("confirmed"),
)


@pytest.fixture(scope="module")
def lines(field_real: Path) -> list[list[str]]:
    with (field_real / "editions" / "y30r21" / "2022QMAT04.csv").open(encoding="utf-8") as file:
        return [line for line in list(csv.reader(file))[1:] if line[0] == str(PERIOD)]


@pytest.fixture(scope="module")
def levels(lines: list[list[str]]) -> pl.DataFrame:
    """The benchmark's rows as a figure reads them; Herlev has a list of its own."""
    rows = [
        {"area_code": find(line[1]).code, "period_id": PERIOD.key, "item": line[2], "day": PERIOD.last_day, "basis": ""}
        | {name: float(line[at]) if line[at] else None for name, at in COLUMNS.items()}
        for line in lines
    ]
    own = pl.col("area_code") == "163"
    return pl.DataFrame(rows, schema_overrides={"period_id": pl.Int32}).with_columns(
        assumptions=pl.lit([], dtype=NUMBERS),
        caveats=pl.lit([], dtype=TEXTS),
        vintages=pl.lit([7], dtype=NUMBERS),
        listed=pl.when(own).then(pl.lit(["151", "159", "253"], dtype=TEXTS)),
        unlisted=pl.when(own).then(pl.lit([], dtype=TEXTS)),
    )


def standing(levels: pl.DataFrame) -> pl.DataFrame:
    return compared(with_price(levels, PRICES)[0]).sort(KEY)


@pytest.fixture(scope="module")
def stands(levels: pl.DataFrame) -> pl.DataFrame:
    return standing(levels)


def test_each_of_the_98_has_eight_others(stands: pl.DataFrame) -> None:
    chosen = stands.filter(chosen_by=BY_SHARE)
    codes = {area.code for area in municipalities()}
    assert set(chosen["area_code"]) == codes
    assert chosen.height == 98 * 4
    for code, others in chosen.select("area_code", "comparable_area_codes").rows():
        found = others.split(", ")
        assert len(found) == len(set(found)) == formulas.OTHERS
        assert code not in found
        assert codes.issuperset(found)
    assert chosen["compared"].unique().to_list() == [9]


def test_none_left_out_is_nearer_in_expected_share_than_one_taken(stands: pl.DataFrame, levels: pl.DataFrame) -> None:
    expected = {(code, item): share for code, item, share in levels.select("area_code", "item", "expected_pct").rows()}
    for code, item, others in (
        stands.filter(chosen_by=BY_SHARE).select("area_code", "item", "comparable_area_codes").rows()
    ):
        apart = {
            each: abs(expected[each, item] - expected[code, item])
            for each, of in expected
            if of == item and each != code
        }
        taken = others.split(", ")
        assert max(apart[each] for each in taken) <= min(far for each, far in apart.items() if each not in taken) + 1e-9


def test_the_order_of_the_rows_says_nothing(stands: pl.DataFrame, levels: pl.DataFrame) -> None:
    assert standing(levels.sample(fraction=1, shuffle=True, seed=11)).equals(stands)


def test_weighted_rates_are_sums_over_sums(stands: pl.DataFrame, lines: list[list[str]]) -> None:
    of: dict[tuple[str, str], dict[str, float]] = {
        (find(line[1]).code, line[2]): {name: float(line[at]) for name, at in COLUMNS.items()} for line in lines
    }

    def people(code: str) -> float:
        every = of[code, ALL_BENEFITS]
        return (
            100 * (every["expected_persons"] + every["actual_persons"]) / (every["expected_pct"] + every["actual_pct"])
        )

    unweighted = 0
    for row in stands.to_dicts():
        others = row["comparable_area_codes"].split(", ")
        shares = {code: of[code, row["item"]]["actual_pct"] for code in others}
        best = sorted(others, key=lambda code: (shares[code], code))[: -(-len(others) // 4)]
        for name, codes in (("weighted_pct", others), ("best_quarter_pct", best)):
            persons = sum(of[code, row["item"]]["actual_persons"] for code in codes)
            assert row[name] == pytest.approx(100 * persons / sum(map(people, codes)), abs=1e-8)
        assert row["median_pct"] == pytest.approx(median(shares.values()))
        assert row["rank"] == 1 + sum(share < row["actual_pct"] for share in shares.values())
        unweighted += abs(row["weighted_pct"] - sum(shares.values()) / len(shares)) > 0.02
    assert unweighted > 100, "the mean of the rates is another number"


def test_a_gap_is_worth_its_persons_at_the_price_whose_age_is_told(stands: pl.DataFrame) -> None:
    (herlev,) = stands.filter(area_code="163", item=ALL_BENEFITS, chosen_by=BY_SHARE).to_dicts()
    assert (herlev["price_year"], herlev["price_age_years"], herlev["assumptions"]) == (2022, 0.0, [4])
    persons = (herlev["actual_pct"] - herlev["median_pct"]) * herlev["population_persons"] / 100
    assert herlev["gap_to_median_dkk"] == pytest.approx(persons * 132_350)
    (other,) = stands.filter(area_code="101", item=ALL_BENEFITS).to_dicts()
    assert (other["basis"], other["gap_to_median_dkk"], other["gap_to_median_dkk_status"]) == (
        BY_SHARE,
        None,
        "missing",
    )
    assert other["gap_to_median_full_time_persons"] is not None


def test_a_municipalitys_own_list_stands_beside_the_ministrys(stands: pl.DataFrame, levels: pl.DataFrame) -> None:
    own = stands.filter(chosen_by=BY_LIST)
    assert set(own["area_code"]) == {"163"}
    assert set(own["comparable_municipalities"]) == {"Ballerup, Gladsaxe, Greve"}
    assert own["compared"].unique().to_list() == [4]
    unknown = levels.with_columns(unlisted=pl.when(area_code="163").then(pl.lit(["Nabo By"], dtype=TEXTS)))
    told = standing(unknown).filter(chosen_by=BY_LIST)
    assert told["median_pct"].to_list() == told["weighted_pct"].to_list() == told["rank"].to_list() == [None] * 4
    assert all("Nabo By, som ikke er en kommune" in " ".join(caveats) for caveats in told["caveats"])


def test_where_one_of_them_is_not_known_there_is_no_rate(levels: pl.DataFrame, stands: pl.DataFrame) -> None:
    (before,) = stands.filter(area_code="163", item=ALL_BENEFITS, chosen_by=BY_SHARE).to_dicts()
    lost = before["comparable_area_codes"].split(", ")[0]
    gone = pl.col("area_code") == lost
    less = levels.with_columns(pl.when(~gone).then(name).alias(name) for name in ("actual_persons", "actual_pct"))
    (now,) = standing(less).filter(area_code="163", item=ALL_BENEFITS, chosen_by=BY_SHARE).to_dicts()
    assert now["comparable_area_codes"] == before["comparable_area_codes"]
    assert (now["weighted_pct"], now["median_pct"], now["rank"]) == (None, None, None)


@pytest.mark.parametrize("unit", ["pct", "pct_point", "fraction", "ratio", "rank", "dkk"])
def test_a_mean_of_rates_cannot_be_asked_for(unit: str) -> None:
    two = pl.DataFrame({"group": [1, 1], "share": [8.0, 10.0], "people": [1.0, 1.0]})
    with pytest.raises(SumRefused, match=f"never of {unit}"):
        formulas.weighted_rate(two, by=("group",), persons="share", population="people", unit=unit)


def test_no_rate_over_several_is_computed_but_as_sums_over_sums() -> None:
    said = inspect.getsource(formulas)
    assert ".mean(" not in said
    (figure,) = FIGURES
    told: dict[str, Any] = {name: unit for name, unit in figure.columns.items() if unit == "pct"}
    assert set(told) == {"expected_pct", "actual_pct", "weighted_pct", "median_pct", "best_quarter_pct"}
