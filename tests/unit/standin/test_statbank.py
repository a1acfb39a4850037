"""The stand-in as StatBank: shapes, refusals, the clock, faults, and a population that sums."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
import requests

from tasks.sources.statbank.cells import to_cells
from tasks.sources.statbank.describe import listed
from tasks.sources.statbank.fetch import Bank, figures, in_chunks, metadata_of
from tasks.sources.statbank.metadata import differences, read_metadata
from tasks.stoppages import BodyUnreadable, Stoppage, Undeclared
from tests.standin.server import StandIn, running
from tests.standin.statbank.tables import population_released_on
from tests.statbank_answers import AUK01, FOLK1A
from warehouse.areas import all_areas, municipalities
from warehouse.catalogue.model import Table
from warehouse.periods import Period

REGIONS = {area.code: area.key for area in all_areas() if area.kind == "region"}

# 1 January, Danmarks Statistik: Herlev and the country (2024 and 2025: the country only).
KNOWN = {
    2018: (28_572, 5_781_190), 2019: (28_786, 5_806_081), 2020: (28_953, 5_822_763), 2021: (28_913, 5_840_045),
    2022: (28_867, 5_873_420), 2023: (29_215, 5_932_654), 2024: (None, 5_961_249), 2025: (None, 5_992_734),
    2026: (32_030, 6_025_511),
}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with running(today="2026-08-20") as stand_in:
        yield stand_in


@pytest.fixture
def publisher(server: StandIn) -> Iterator[StandIn]:
    yield server
    server.clear_faults()
    server.set_today("2026-08-20")


def get(stand_in: StandIn, path: str, *, timeout: float = 20) -> requests.Response:
    return requests.get(f"{stand_in.statbank_url}/{path}", timeout=timeout, allow_redirects=False)


def lines(response: requests.Response) -> list[list[str]]:
    assert response.status_code == 200, response.text
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


def fetched(stand_in: StandIn, table: Table, **options: Any) -> pl.DataFrame:
    """All that StatBank has of a table, on the road a night takes."""
    with Bank(stand_in.statbank_url, now=lambda: datetime.now(UTC), retries=0, **options) as bank:
        metadata = read_metadata(bank.ask(metadata_of(table)).body, table=table)
        assert differences(metadata, table=table) == []
        chunks = in_chunks(metadata.periods, table=table, metadata=metadata)
        answers = [bank.ask(figures(table, metadata=metadata, periods=chunk)).body for chunk in chunks]
    read = [
        to_cells(body, table=table, metadata=metadata, periods=chunk)
        for body, chunk in zip(answers, chunks, strict=True)
    ]
    return pl.concat(read)


@pytest.fixture(scope="module")
def population(server: StandIn) -> pl.DataFrame:
    return fetched(server, FOLK1A)


def at(cells: pl.DataFrame, period: str) -> dict[int, float]:
    found = cells.filter(pl.col("period_id") == Period.parse(period).key)
    return dict(found.select("area_id", "value").iter_rows())


# ---- the population -----------------------------------------------------------------------------------------
def test_herlev_and_the_country_have_their_known_populations_on_each_first_of_january(population: pl.DataFrame) -> None:
    for year, (herlev, country) in KNOWN.items():
        found = at(population, f"{year}Q01")
        assert found[0] == country
        assert herlev is None or found[163] == herlev


def test_municipalities_sum_to_their_regions_and_regions_to_the_country_in_every_quarter(
    population: pl.DataFrame,
) -> None:
    inside = {area.code: area.parent_code for area in all_areas()}
    regions = {area.key: REGIONS[inside[area.parent_code or ""] or ""] for area in municipalities()}
    christianso = {REGIONS["1084"]: 90}  # counts in its region and is no municipality
    for period_id in population["period_id"].unique():
        found = at(population, str(Period.from_key(period_id)))
        for region in REGIONS.values():
            own = sum(found[code] for code in regions if regions[code] == region)
            assert own + christianso.get(region, 0) == found[region]
        assert sum(found[region] for region in REGIONS.values()) == found[0]
        assert 411 not in found


def test_no_population_jumps_from_one_quarter_to_the_next(population: pl.DataFrame) -> None:
    steps = population.sort("area_id", "period_id").with_columns(
        change=(pl.col("value") / pl.col("value").shift(1).over("area_id") - 1).abs()
    )
    assert steps["change"].max() < 0.015  # type: ignore[operator]
    smallest = population.filter(pl.col("area_id").is_in([825])).select("value").to_series()
    assert smallest.min() > 1_000  # type: ignore[operator]


def test_the_same_seed_has_the_same_population_and_another_seed_another(population: pl.DataFrame) -> None:
    with running(today="2026-08-20") as same, running(today="2026-08-20", seed=7) as other:
        assert fetched(same, FOLK1A).equals(population)
        assert not fetched(other, FOLK1A).equals(population)


def test_recipients_are_whole_hidden_or_nil_and_never_exceed_their_total(server: StandIn) -> None:
    cells = fetched(server, AUK01)
    assert set(cells["status"]) == {"observed", "suppressed"}
    assert cells.filter(pl.col("status") == "observed")["value"].is_in([1.0, 2.0]).sum() == 0
    newest = cells.filter(pl.col("period_id") == cells["period_id"].max(), pl.col("area_id") == 0)
    total = newest.filter(pl.col("members") == '{"Ydelsestype": "I alt"}')["value"][0]
    assert newest["value"].sum() - total < total
    assert cells.filter(pl.col("area_id") == 998).height > 0


# ---- the clock ----------------------------------------------------------------------------------------------
def described(stand_in: StandIn, table_id: str = "FOLK1A") -> dict[str, Any]:
    return dict(get(stand_in, f"tableinfo/{table_id}?lang=da&format=JSON").json())


def quarters(stand_in: StandIn, table_id: str = "FOLK1A") -> list[str]:
    return [value["id"] for value in described(stand_in, table_id)["variables"][-1]["values"]]


@pytest.mark.parametrize(
    ("today", "newest", "updated"),
    [
        ("2025-08-10", "2025K2", "2025-05-12T08:00:00"),
        ("2025-08-11", "2025K3", "2025-08-11T08:00:00"),
        ("2026-08-09", "2026K2", "2026-05-11T08:00:00"),
        ("2026-08-10", "2026K3", "2026-08-10T08:00:00"),
    ],
)
def test_a_quarter_is_there_from_six_weeks_after_its_first_day(
    publisher: StandIn, today: str, newest: str, updated: str
) -> None:
    publisher.set_today(today)
    assert quarters(publisher)[-1] == newest
    assert quarters(publisher)[0] == "2008K1"
    assert described(publisher)["updated"] == updated


def test_every_release_is_on_a_weekday_about_six_weeks_into_its_quarter() -> None:
    for step in range(60):
        period = Period.parse("2015Q01").shifted(step)
        released = population_released_on(period)
        assert released.weekday() < 5
        assert 40 <= (released - period.first_day).days <= 42


def test_a_quarter_that_is_not_there_yet_cannot_be_asked_for(publisher: StandIn) -> None:
    publisher.set_today("2023-12-05")
    response = get(publisher, "data/FOLK1A/CSV?OMRÅDE=000&Tid=2024K1")
    assert (response.status_code, response.json()["errorTypeCode"]) == (400, "EXTRACT-NOTFOUND")


# ---- the protocol -------------------------------------------------------------------------------------------
def test_its_list_has_every_table_and_is_read_by_ours(publisher: StandIn) -> None:
    lines = {line["id"]: line for line in get(publisher, "tables?lang=da&format=JSON").json()}
    folk1a = lines["FOLK1A"]
    assert (folk1a["firstPeriod"], folk1a["latestPeriod"], folk1a["variables"][0]) == ("2008K1", "2026K3", "område")
    with Bank(publisher.statbank_url, now=lambda: datetime.now(UTC)) as bank:
        assert {(line.id, line.title) for line in listed(bank)} == {
            (key.lower(), line["text"]) for key, line in lines.items()
        }


def test_a_description_has_the_keys_in_the_order_that_was_seen(publisher: StandIn) -> None:
    found = described(publisher, "folk1a")
    assert list(found) == [
        "id", "text", "description", "unit", "suppressedDataValue", "updated", "active", "contacts", "documentation",
        "footnote", "variables",
    ]  # fmt: skip
    assert [(each["id"], len(each["values"])) for each in found["variables"][:4]] == [
        ("OMRÅDE", 105),
        ("KØN", 3),
        ("ALDER", 127),
        ("CIVILSTAND", 5),
    ]
    assert [each["elimination"] for each in found["variables"]] == [True, True, True, True, False]


def test_a_csv_begins_with_a_mark_and_a_header_in_capitals_and_left_out_variables_have_no_column(
    publisher: StandIn,
) -> None:
    response = get(publisher, "data/folk1a/CSV?KØN=TOT&OMRÅDE=101,411&Tid=2023*")
    assert response.content.startswith(b"\xef\xbb\xbfK")
    assert response.content.endswith(b"\r\n")
    header, *rows = lines(response)
    assert header == ["KØN", "OMRÅDE", "TID", "INDHOLD"]
    assert [row[:3] for row in rows][:2] == [["I alt", "København", "2023K1"], ["I alt", "København", "2023K2"]]
    assert len(rows) == 8
    assert rows[-1][1] == "Christiansø"


@pytest.mark.parametrize(
    ("presentation", "label"),
    [("Code", "163"), ("Value", "Herlev"), ("CodeAndValue", "163 Herlev"), ("ValueAndCode", "Herlev 163")],
)
def test_values_are_presented_as_asked(publisher: StandIn, presentation: str, label: str) -> None:
    found = lines(get(publisher, f"data/FOLK1A/CSV?valuePresentation={presentation}&OMRÅDE=163&Tid=2023K1"))
    assert found[1] == [label, "2023K1", "29215"]


def test_of_any_other_sex_or_age_the_stand_in_knows_nothing(publisher: StandIn) -> None:
    found = lines(get(publisher, "data/FOLK1A/CSV?valuePresentation=Code&KØN=1,TOT&ALDER=IALT&Tid=2023K1"))
    assert [row[-1] for row in found[1:]] == ["5932654", ".."]


REFUSALS = [
    ("tableinfo/FOLK9Z?format=JSON", 400, "EXTRACT-NOTFOUND", "FOLK9Z"),
    ("data/FOLK9Z/CSV?Tid=2023K1", 400, "EXTRACT-NOTFOUND", "FOLK9Z"),
    ("data/FOLK1A/CSV?OMRÅDE=999&Tid=2023K1", 400, "EXTRACT-NOTFOUND", "Kan ikke finde værdien: 999 (OMRÅDE)"),
    ("data/FOLK1A/CSV?FARVE=1&Tid=2023K1", 400, "EXTRACT-NOTFOUND", "Variablen"),
    ("data/FOLK1A/CSV?OMRÅDE=000", 400, "EXTRACT-NOTALLOWED", "Der skal vælges værdier for variabel: Tid"),
    ("data/FOLK1A/CSV?OMRÅDE=&Tid=2023K1", 400, "EXTRACT-NOTALLOWED", "OMRÅDE"),
    ("data/FOLK1A/BULK?OMRÅDE=000&Tid=2023K1", 400, "EXTRACT-NOTALLOWED", "KØN"),
    ("data/FOLK1A/JSON?OMRÅDE=000&Tid=2023K1", 400, "REQUEST-MISSING", "Format"),
    ("data/FOLK1A/CSV?ALDER=*&KØN=*&OMRÅDE=*&Tid=*", 400, "REQUEST-LIMIT", "3.000.375 celler er over"),
    ("subjects", 404, "REQUEST-NOTFOUND", "Not Found"),
]


@pytest.mark.parametrize(("path", "status", "code", "message"), REFUSALS)
def test_a_wrong_question_is_refused_in_statbanks_words(
    publisher: StandIn, path: str, status: int, code: str, message: str
) -> None:
    response = get(publisher, path)
    assert (response.status_code, response.json()["errorTypeCode"]) == (status, code)
    assert message in response.json()["message"]


# ---- calls and faults ---------------------------------------------------------------------------------------
def test_calls_of_statbank_are_listed_apart_from_those_of_v3(publisher: StandIn) -> None:
    before = publisher.calls()
    get(publisher, "tableinfo/AUK01")
    listed = requests.get(f"http://127.0.0.1:{publisher.port}/standin/statbank-calls", timeout=20).json()
    assert listed == publisher.statbank_calls()
    assert listed[-1]["path"] == "/statbank/v1/tableinfo/AUK01"
    assert list(listed[-1]) == ["method", "path", "status", "faults", "time"]
    assert publisher.calls() == before


@pytest.mark.parametrize(("fault", "status"), [("http-500", 500), ("http-429", 429), ("redirect", 302)])
def test_a_status_hits_every_call(publisher: StandIn, fault: str, status: int) -> None:
    publisher.set_faults({fault: 1})
    for path in ("tableinfo/FOLK1A", "data/FOLK1A/CSV?Tid=2023K1"):
        assert get(publisher, path).status_code == status
    assert publisher.statbank_calls()[-1]["faults"] == [fault]


def test_faults_of_v3s_descriptions_leave_statbank_alone(publisher: StandIn) -> None:
    publisher.set_faults({"vanished-table": 1, "swapped-labels": 1})
    assert get(publisher, "data/FOLK1A/CSV?Tid=2023K1").status_code == 200
    assert publisher.statbank_calls()[-1]["faults"] == []


def v3(stand_in: StandIn) -> int:
    headers = {"Authorization": f"Bearer {stand_in.token}"}
    return requests.get(f"{stand_in.url}/subjects", headers=headers, timeout=20).status_code


@pytest.mark.parametrize(
    ("only", "statuses"), [("/statbank/", (503, 503, 200)), ("FOLK1A", (503, 200, 200)), ("/v3/", (200, 200, 503))]
)
def test_faults_can_be_aimed_at_statbank_or_a_table_of_it(
    publisher: StandIn, only: str, statuses: tuple[int, int, int]
) -> None:
    publisher.set_faults({"http-503": 1}, only=only)
    found = [get(publisher, f"tableinfo/{table_id}").status_code for table_id in ("FOLK1A", "AUK01")]
    assert (*found, v3(publisher)) == statuses


def test_v3s_calls_fare_the_same_whether_or_not_statbank_is_asked_between_them() -> None:
    def statuses(between: int) -> list[int]:
        with running(today="2023-12-05", faults={"http-503": 0.4}) as stand_in:
            found = []
            for _ in range(20):
                found.append(v3(stand_in))
                [get(stand_in, "tableinfo/AUK01") for _ in range(between)]
            return found

    assert statuses(0) == statuses(1)


STOPPING: list[tuple[str, type[Stoppage], str]] = [
    ("html-200", BodyUnreadable, "JOBINDSATS_STATBANK_URL"),
    ("wrong-columns", BodyUnreadable, "INDHOLD were asked for"),
    ("renamed-label", BodyUnreadable, "ny opgørelse"),
    ("missing-municipalities", BodyUnreadable, "were asked for"),
    ("half-the-rows", BodyUnreadable, "were asked for"),
]


@pytest.mark.parametrize(("fault", "stoppage", "said"), STOPPING)
def test_a_spoilt_answer_stops_the_table(publisher: StandIn, fault: str, stoppage: type[Stoppage], said: str) -> None:
    publisher.set_faults({fault: 1})
    with pytest.raises(stoppage, match=said):
        fetched(publisher, FOLK1A)


def test_rows_that_come_twice_change_nothing_and_a_storm_hides_figures(
    publisher: StandIn, population: pl.DataFrame
) -> None:
    publisher.set_faults({"duplicated-rows": 1})
    assert fetched(publisher, FOLK1A).equals(population)
    publisher.set_faults({"duplicated-rows": 0, "null-storm": 1})
    stormy = fetched(publisher, FOLK1A)
    assert stormy.height == population.height
    assert 0.2 < stormy["value"].null_count() / stormy.height < 0.45


def test_a_release_in_the_middle_of_a_fetch_moves_the_update(publisher: StandIn) -> None:
    before = described(publisher)["updated"]
    publisher.set_faults({"release-mid-fetch": 1})
    get(publisher, "data/FOLK1A/CSV?Tid=2023K1")
    assert described(publisher)["updated"] > before
    assert date.fromisoformat(before[:10]) == date(2026, 8, 10)


def test_a_slow_answer_is_right() -> None:
    with running(today="2023-12-05", slow_seconds=0.1, faults={"slow": 1}) as stand_in:
        assert lines(get(stand_in, "data/FOLK1A/CSV?OMRÅDE=163&Tid=2023K1"))[1][-1] == "29215"


def test_an_undeclared_area_would_be_noticed(publisher: StandIn) -> None:
    with Bank(publisher.statbank_url, now=lambda: datetime.now(UTC)) as bank:
        metadata = read_metadata(bank.ask(metadata_of(FOLK1A)).body, table=FOLK1A)
        asked = figures(FOLK1A, metadata=metadata, periods=metadata.periods[-1:])
        body = bank.ask(asked).body.replace("825 Læsø".encode(), "826 Læsø".encode())
    with pytest.raises(Undeclared, match="826 Læsø"):
        to_cells(body, table=FOLK1A, metadata=metadata)
