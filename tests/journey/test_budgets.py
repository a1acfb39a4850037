"""A budget of Herlev, and a list of its own, through the road: followed up as on a spreadsheet that was worked by hand.

Three benefits with decimals by month: sygedagpenge is whole, a-dagpenge lacks March, fleksjob has no price. April is the
newest month. The spreadsheet (SHEET) has what stands in the file and at the publisher; what is expected of it is written as
it was reckoned, month by month.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from statistics import median
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, text

from tasks.derive import bring_figures_up_to_date
from tests.own_nights import OwnNights
from tests.own_tables import PERSON_BUDGET, save
from tests.properties.releases import HIDDEN, night, publish_release, shown
from warehouse.areas import municipalities
from warehouse.assumptions.model import shipped
from warehouse.assumptions.record import record
from warehouse.danish.reservations import PROVISIONAL_EXPLAINED
from warehouse.figures import FIGURES
from warehouse.figures.budgets import TOO_YOUNG, followed_up
from warehouse.figures.disclosure.audit import audit
from warehouse.figures.disclosure.cells import Scope
from warehouse.periods import Period, spanning

pytestmark = pytest.mark.slow

HERLEV = 163
YEAR = [str(month) for month in spanning(Period.parse("2023M01"), Period.parse("2023M12"))]
FLAT = [100.0] * 12
SHEET: dict[str, dict[str, Any]] = {
    "Sygedagpenge": {
        "table": "y07a02",
        "now": [280.0, 284.0, 276.0, 288.0],
        "before": [236.0, 238.0, 239.0, 240.0, 245.0, 250.0, 255.0, 260.0, 250.0, 240.0, 230.0, 230.0],
        "budget": ["282,4", "281,9", "280,6", "279,5", *["277,2"] * 8],
        "price": "150.000",
    },
    "A-dagpenge": {
        "table": "y01a02",
        "now": [410.0, 420.0, None, 400.0],
        "before": FLAT,
        "budget": ["405,5"] * 12,
        "price": "100.000",
    },
    "Fleksjob": {
        "table": "y08a02",
        "now": [100.0, 102.0, 104.0, 106.0],
        "before": FLAT,
        "budget": ["105,5"] * 12,
        "price": "..",
    },
}


def file() -> str:
    lines = [
        f"{month};{benefit};{persons};{sheet['price']}"
        for benefit, sheet in SHEET.items()
        for month, persons in zip(YEAR, sheet["budget"], strict=True)
    ]
    return "\n".join(["Måned;Ydelse;Helårspersoner;Pris", *lines, ""])


def release(sheet: dict[str, Any]) -> dict[tuple[str, int, str], tuple[float | None, str]]:
    earlier = {str(Period.parse(month).year_earlier): value for month, value in zip(YEAR, sheet["before"], strict=True)}
    now = dict(zip(YEAR, sheet["now"], strict=False))
    return {
        (month, HERLEV, "full_time_persons"): shown(value)
        for month, value in (earlier | now).items()
        if value is not None
    }


LIST = {
    "title": "Kommuner, vi sammenligner os med",
    "feeds": "comparable",
    "period": "2023Y01",
    "keys": [{"column": "Kommune"}],
    "columns": [{"name": "comparable_rank", "label": "Nr.", "unit": "rank"}],
}
LISTED = "Kommune;Nr.\nBallerup;1\nGladsaxe;2\nLæsø;3\n"
# Of the 98 in their order: population, expected and actual share of it.
LEVELS = {
    area.code: (10_000 + 500 * nth, round(7 + nth / 50, 2), round(7 + nth / 50 + (nth * 7 % 11 - 5) / 10, 2))
    for nth, area in enumerate(municipalities())
}


def benchmark() -> dict[tuple[str, int, str], tuple[float | None, str]]:
    cells = {}
    for code, (people, *shares) in LEVELS.items():
        for name, share in zip(("expected", "actual"), shares, strict=True):
            cells["2023QMAT02", int(code), f"{name}_pct"] = shown(share)
            cells["2023QMAT02", int(code), f"{name}_full_time_persons"] = shown(float(round(people * share / 100, -1)))
    return cells


@pytest.fixture(scope="module")
def followed(module_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnNights]:
    """The budget, published by a night, and the three benefits as the publisher has them then; these tests only read."""
    with pytest.MonkeyPatch.context() as patch:
        nights = OwnNights.set_up(module_engine, folder=tmp_path_factory.mktemp("budget"), patch=patch)
        save(nights.own, "personbudget", rows=file(), **PERSON_BUDGET)
        save(nights.own, "comparable", rows=LISTED, **LIST)
        assert nights.outcomes("2026-07-01") == {"local_personbudget": "published", "local_comparable": "published"}
        for nth, sheet in enumerate(SHEET.values()):
            publish_release(module_engine, release(sheet), seen_at=night(nth), table_id=sheet["table"])
        publish_release(module_engine, benchmark(), seen_at=night(5), table_id="y30r21")
        with module_engine.begin() as connection:
            record(connection, shipped(), now=night(6))
        bring_figures_up_to_date(module_engine, told=pytest.fail)
        yield nights


def row(followed: OwnNights, item: str, basis: str, *, period: str = "2023M04") -> dict[str, Any]:
    found = followed.answer("figure", "budget_followup", "--area", "Herlev", "--period", period)
    (only,) = (each for each in found if (each["item"], each["basis"]) == (item, basis))
    return dict(only)


def too_narrow(rows: pl.DataFrame) -> pl.DataFrame:
    """The follow-up with a greatest average that tells more than a hidden month lets anybody know."""
    return followed_up(rows).with_columns(pl.col("average_high_full_time_persons") - 0.1)


def told(row: dict[str, Any], *names: str) -> list[Any]:
    return [row[name] for name in names]


def test_a_whole_benefit_is_followed_up_as_on_the_spreadsheet(followed: OwnNights) -> None:
    found = row(followed, "Sygedagpenge", "as_it_stands")
    # (280 + 284 + 276 + 288) / 4 = 282; (282.4 + 281.9 + 280.6 + 279.5) / 4 = 281.1
    assert told(found, "average_full_time_persons", "budget_average_full_time_persons") == [282, 281.1]
    assert (round(found["gap_full_time_persons"], 6), found["months"], found["months_expected"]) == (0.9, 4, 4)
    # 1,128 months at 12,500 kr. = 14,100,000; 1,124.4 months = 14,055,000
    assert told(found, "spent_dkk", "budget_spent_dkk", "gap_dkk") == [14_100_000, 14_055_000, 45_000]
    # 1,128 + 8 x 288 = 3,432; / 12 = 286; the budget 1,124.4 + 8 x 277.2 = 3,342; / 12 = 278.5
    assert told(found, "value", "budget_year_full_time_persons", "year_end_gap_full_time_persons") == [286, 278.5, 7.5]
    assert told(found, "year_end_dkk", "budget_year_dkk", "year_end_gap_dkk") == [42_900_000, 41_775_000, 1_125_000]
    assert (found["status"], found["provisional"]) == ("observed", True)
    assert PROVISIONAL_EXPLAINED in found["caveats"]


def test_with_last_years_course_the_rest_moves_as_it_did_then(followed: OwnNights) -> None:
    found = row(followed, "Sygedagpenge", "last_years_course")
    # 288 x (245 + 250 + 255 + 260 + 250 + 240 + 230 + 230) / 240 = 288 x 1,960 / 240 = 2,352; (1,128 + 2,352) / 12 = 290
    assert told(found, "value", "year_end_dkk", "year_end_gap_dkk") == [290, 43_500_000, 1_725_000]


def test_a_settled_month_that_nobody_can_tell_is_none(followed: OwnNights) -> None:
    found = row(followed, "Sygedagpenge", "settled_month")
    assert told(found, "value", "year_end_dkk", "status") == [None, None, "missing"]
    assert found["average_full_time_persons"] == 282
    assert TOO_YOUNG in found["caveats"]


def test_a_month_that_is_missing_leaves_no_average_and_no_end(followed: OwnNights) -> None:
    found = row(followed, "A-dagpenge", "as_it_stands")
    assert told(found, "average_full_time_persons", "spent_dkk", "value", "year_end_dkk") == [None] * 4
    assert told(found, "months", "months_expected", "status") == [3, 4, "missing"]
    assert told(found, "budget_average_full_time_persons", "budget_year_dkk") == [405.5, 40_550_000]
    before = row(followed, "A-dagpenge", "as_it_stands", period="2023M02")
    # (410 + 420 + 10 x 420) / 12
    assert told(before, "average_full_time_persons", "months", "value") == [415, 2, round(5030 / 12, 6)]


def test_without_a_price_persons_are_followed_up_and_money_is_not(followed: OwnNights) -> None:
    found = row(followed, "Fleksjob", "as_it_stands")
    # (100 + 102 + 104 + 106) / 4 = 103; (412 + 8 x 106) / 12 = 105
    assert told(found, "average_full_time_persons", "gap_full_time_persons", "value") == [103, -2.5, 105]
    assert told(found, "price_dkk", "spent_dkk", "gap_dkk", "year_end_dkk", "year_end_gap_dkk") == [None] * 5


def test_the_sum_is_whole_or_says_that_it_is_not(followed: OwnNights) -> None:
    april, february = (row(followed, "I alt", "as_it_stands", period=period) for period in ("2023M04", "2023M02"))
    assert told(april, "average_full_time_persons", "value", "parts", "parts_expected") == [None, None, 2, 3]
    # 282 + 415 + 101; the budget (282.4 + 281.9) / 2 + 405.5 + 105.5
    assert told(february, "average_full_time_persons", "parts", "parts_expected") == [798, 3, 3]
    assert february["budget_average_full_time_persons"] == 793.15
    assert told(february, "spent_dkk", "year_end_dkk") == [None, None], "fleksjob has no price"


def test_every_month_that_it_was_reckoned_from_is_explained_down_to_the_file(followed: OwnNights) -> None:
    asked = ("budget_followup", "--area", "Herlev", "--period", "2023M04", "--item", "Sygedagpenge")
    tree = next(each for each in followed.answer("explain", *asked) if each["basis"] == "as_it_stands")
    counted = {leaf["period"]: leaf["value"] for leaf in tree["inputs"] if leaf["name"] == "full_time_persons"}
    assert [counted[month] for month in YEAR[:4]] == SHEET["Sygedagpenge"]["now"]
    budget = [leaf for leaf in tree["inputs"] if leaf["name"] == "budget_full_time_persons"]
    assert [leaf["value"] for leaf in budget][:4] == [282.4, 281.9, 280.6, 279.5]
    assert {leaf["vintage"]["table"] for leaf in budget} == {"local_personbudget"}


def test_the_mart_says_the_same(followed: OwnNights) -> None:
    (found,) = followed.query(
        "select * from marts.budget_followup where period = '2023M04' and benefit_group_name = 'Sygedagpenge' "
        "and basis = 'last_years_course'"
    )
    assert told(found, "area_name", "year_end_full_time_persons", "gap_dkk") == ["Herlev", 290, 45_000]
    (many,) = followed.query("select count(*) as rows, count(distinct period) as months from marts.budget_followup")
    # Four months, three benefits and their sum, on two bases, and on the third in the newest.
    assert many == {"rows": 4 * 4 * 2 + 4, "months": 4}


def test_what_the_newest_month_settles_at_is_taken_where_it_is_known(followed: OwnNights) -> None:
    settled = (
        "insert into marts.settled_values (table_id, measure, area_code, period, area_name, period_first_day, "
        "period_last_day, unit, age_releases, status, published_value, settled_value, settled_low_value, "
        "settled_high_value) values ('y07a02', 'full_time_persons', '163', '2023M04', 'Herlev', '2023-04-01', "
        "'2023-04-30', 'full_time_persons', "
        "0, 'enough releases', 288, 294, 291, 300)"
    )
    with followed.engine.begin() as connection:
        connection.execute(text(settled))
    found = row(followed, "Sygedagpenge", "settled_month")
    # 840 + 9 x 294 = 3,486; / 12 = 290.5; low (840 + 9 x 291) / 12 = 288.25; high (840 + 9 x 300) / 12 = 295
    assert told(found, "value", "low", "high", "average_full_time_persons") == [290.5, 288.25, 295, 282]
    asked = ("figure", "budget_followup", "--area", "Herlev", "--period", "2023M04", "--as-of", "2026-10-01")
    then = [each for each in followed.answer(*asked) if each["basis"] == "settled_month"]
    assert {each["value"] for each in then} == {None}, "what was expected then is not kept"


def test_with_a_hidden_month_it_is_told_between_bounds_that_narrow_nothing(
    followed: OwnNights, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = release(SHEET["Fleksjob"])
    hidden = earlier | {("2023M03", HERLEV, "full_time_persons"): HIDDEN}
    publish_release(followed.engine, hidden, seen_at=night(7), table_id="y08a02")
    bring_figures_up_to_date(followed.engine, told=pytest.fail)
    found = row(followed, "Fleksjob", "as_it_stands")
    assert told(found, "average_full_time_persons", "gap_full_time_persons", "value", "months") == [None, None, None, 3]
    # 100 + 102 + 106 = 308 and at most 2 more; / 4; with 8 x 106, / 12
    assert told(found, "average_low_full_time_persons", "average_high_full_time_persons") == [77, 77.5]
    assert told(found, "low", "high") == [round(1156 / 12, 6), round(1158 / 12, 6)]
    with followed.engine.connect() as connection:
        audited = audit(connection, scope=Scope())
        assert (audited.hidden.height, audited.leaks.to_dicts()) == (1, [])
        monkeypatch.setitem(FIGURES, "budget_followup", replace(FIGURES["budget_followup"], compute=too_narrow))
        assert {*audit(connection, scope=Scope()).leaks["place"]} == {"figure budget_followup"}
    publish_release(followed.engine, earlier, seen_at=night(8), table_id="y08a02")
    bring_figures_up_to_date(followed.engine, told=pytest.fail)


# ---- comparable municipalities ------------------------------------------------------------------------------


def test_who_is_compared_with_and_what_the_gap_is_worth_is_answered_and_explained(followed: OwnNights) -> None:
    asked = ("comparable_municipalities", "--area", "Herlev", "--period", "2023QMAT02")
    rows = {row["basis"]: row for row in followed.answer("figure", *asked)}
    assert set(rows) == {"expected_share / accounts_2022", "own_list / accounts_2022"}
    nearest, own = (rows[f"{chosen} / accounts_2022"] for chosen in ("expected_share", "own_list"))
    codes = list(LEVELS)
    nth = codes.index("163")
    assert nearest["comparable_area_codes"].split(", ") == [codes[at] for at in range(nth - 4, nth + 5) if at != nth]
    assert own["comparable_municipalities"] == "Ballerup, Gladsaxe, Læsø"
    for row in rows.values():
        others = row["comparable_area_codes"].split(", ")
        shares = [LEVELS[code][2] for code in others]
        assert row["median_pct"] == pytest.approx(median(shares))
        persons, people = (sum(of(code) for code in others) for of in (actual_persons, implied))
        assert row["weighted_pct"] == pytest.approx(100 * persons / people, abs=1e-5)
        gap = LEVELS["163"][2] - median(shares)
        assert row["value"] == pytest.approx(gap)
        assert row["gap_to_median_dkk"] == pytest.approx(gap / 100 * implied("163") * 132_350, rel=1e-6)
        assert (row["price_year"], row["price_age_years"]) == (2022, 1)
    trees = {tree["basis"]: tree for tree in followed.answer("explain", *asked)}
    leaves = trees["own_list / accounts_2022"]["inputs"]
    assert {leaf["area"] for leaf in leaves if leaf["name"] == "actual_pct"} == {
        "Herlev",
        "Ballerup",
        "Gladsaxe",
        "Læsø",
    }
    listed = {leaf["area"]: leaf["value"] for leaf in leaves if leaf["name"] == "comparable_rank"}
    assert listed == {"Ballerup": 1, "Gladsaxe": 2, "Læsø": 3}
    assert all(leaf["vintage"] for leaf in leaves)
    assert [
        leaf for leaf in trees["expected_share / accounts_2022"]["inputs"] if leaf["name"] == "comparable_rank"
    ] == []


def actual_persons(code: str) -> float:
    return round(LEVELS[code][0] * LEVELS[code][2] / 100, -1)


def implied(code: str) -> float:
    people, *shares = LEVELS[code]
    return 100 * sum(round(people * share / 100, -1) for share in shares) / sum(shares)


def test_the_mart_has_each_of_the_98(followed: OwnNights) -> None:
    (found,) = followed.query(
        "select count(distinct area_code) as areas, count(*) filter (where rank is null) as unplaced "
        "from marts.comparable_municipalities where chosen_by = 'expected_share'"
    )
    assert found == {"areas": 98, "unplaced": 0}


def test_the_appendix_has_both(followed: OwnNights) -> None:
    page = followed.folder / "herlev.html"
    status, _, told = followed.command("briefing", "--area", "Herlev", "--since", "2026-07-02", "--out", str(page))
    assert status == 0, told
    html = page.read_text(encoding="utf-8")
    assert "Budgetopfølgning</h2>" in html
    assert "Sammenlignelige kommuner</h2>" in html
    assert 'id="budget-title"' in html
