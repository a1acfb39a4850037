"""The stand-in speaks v3 as the public answers show it: shapes, key order, refusals, and the query language."""

from __future__ import annotations

import csv
import io
import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.standin.server import StandIn, running

REAL = Path(__file__).parents[3].parent / "shared" / "real"

STOCK = "mgroup.*=*&period.M=latest:2&hierarchy._nykom=/"


@pytest.fixture(scope="module")
def publisher() -> Iterator[StandIn]:
    with running(today="2023-12-05") as stand_in:
        yield stand_in


def get(stand_in: StandIn, path: str, *, token: str | None = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {token or stand_in.token}"}
    return requests.get(f"{stand_in.url}/{path}", headers=headers, timeout=20)


def real(name: str) -> Any:
    path = REAL / name
    if not path.exists() and not os.environ.get("CI"):
        pytest.skip(f"the real answers are not at {path}; they must be in CI")
    return json.loads(path.read_text(encoding="utf-8"))


def cause(response: requests.Response) -> str:
    assert response.status_code == 422, response.text
    return str(response.json()["cause"])


def test_a_call_without_the_token_is_refused(publisher: StandIn) -> None:
    assert get(publisher, "tables?format=json", token="wrong").status_code == 401
    bare = requests.get(f"{publisher.url}/tables", headers={"Authorization": publisher.token}, timeout=20)
    assert bare.status_code == 401


def test_subjects_have_the_keys_that_were_seen(publisher: StandIn) -> None:
    (group,) = get(publisher, "subjects?format=json").json()
    assert list(group) == ["subject_group_id", "subject_group_name", "subjects"]
    assert list(group["subjects"][0]) == ["subject_id", "subject_name"]


def test_tables_have_the_keys_in_the_order_that_was_seen(publisher: StandIn) -> None:
    subject = get(publisher, "tables?format=json").json()[0]
    table = subject["table_groups"][0]["tables"][0]
    assert list(subject) == ["subject_id", "subject_name", "table_groups"]
    assert list(subject["table_groups"][0]) == ["table_group_id", "table_group_name", "tables"]
    assert list(table) == [
        "table_id",
        "table_name",
        "link_infopage",
        "link_tablepage",
        "update_freq",
        "update_latest",
        "update_next",
        "mgroups",
        "periods",
        "dimensions",
    ]
    assert list(table["periods"]) == ["period_first_date", "period_last_date", "periodtypes"]
    assert list(table["periods"]["periodtypes"][0]) == [
        "periodtype_id",
        "periodtype_name",
        "period_first",
        "period_last",
    ]
    assert all(list(group) == ["mgroup_id", "mgroup_name"] for group in table["mgroups"])
    assert all("levels" not in hierarchy for d in table["dimensions"] for hierarchy in d["hierarchies"])


def test_tables_can_be_asked_for_by_subject(publisher: StandIn) -> None:
    every = get(publisher, "tables?format=json").json()
    wanted = [subject["subject_id"] for subject in every[:2]]
    assert get(publisher, f"tables?subject_id={','.join(wanted)}").json() == every[:2]


def test_a_table_describes_itself_as_seen(publisher: StandIn) -> None:
    table = get(publisher, "table/y25i01?format=json").json()
    assert list(table) == ["table_id", "table_name", "periods", "dimensions", "mgroups"]
    (periods,) = table["periods"]
    ids = [value["period_id"] for value in periods["values"]]
    assert periods["periodtype_id"] == "M"
    assert ids[0] == "2023M10"
    assert ids == sorted(ids, reverse=True)
    area, groups, *_ = table["dimensions"]
    assert (area["dimension_id"], area["dimension_name"]) == ("_omrade", "Område")
    root, municipalities = area["hierarchies"][0]["levels"]
    assert root["values"] == [{"value_id": "/", "value_name": "Hele landet"}]
    names = [value["value_name"] for value in municipalities["values"]]
    assert len(names) == 99
    assert names[0] == "Albertslund"
    assert names[-2:] == ["Aalborg", "Aarhus"]
    assert not {value["value_id"].strip("/") for value in municipalities["values"]} & {"101", "163", "751"}
    assert [v["value_id"] for v in groups["hierarchies"][0]["levels"][1]["values"]] == ["/2/", "/3/"]
    assert list(table["mgroups"][0]) == ["mgroup_id", "mgroup_name", "measures"]


def test_ages_have_two_levels_and_offers_repeat_labels(publisher: StandIn) -> None:
    stock = get(publisher, "table/y01a02").json()
    ages = next(d for d in stock["dimensions"] if d["dimension_name"] == "Alder")["hierarchies"][0]
    assert {"value_id": "/2/4/", "value_name": "16-19 år"} in ages["levels"][-1]["values"]
    with running(today="2025-12-01") as later:
        offers = get(later, "table/y60c02").json()["dimensions"][1]["hierarchies"][0]["levels"]
    upper, lower = ({value["value_name"] for value in level["values"]} for level in offers[1:])
    assert upper & lower == {"Nytteindsats", "Særligt tilrettelagt nytteindsats"}


@pytest.mark.parametrize(("path", "status"), [("table/y99x99", 404), ("data/y99x99?" + STOCK, 404), ("nothing", 404)])
def test_what_does_not_exist_is_404(publisher: StandIn, path: str, status: int) -> None:
    assert get(publisher, path).status_code == status


def test_answers_have_the_shape_of_the_real_ones(publisher: StandIn) -> None:
    body = real("bodies/unemployment_total.json")
    ours = get(
        publisher, "data/y25i01?mgroup.*=*&period.M=latest:14&hierarchy._nykom=/&hierarchy._ygrpi09=/&format=json"
    )
    assert list(ours.json()) == list(body)
    assert ours.json()["columns"] == [name for name in body["columns"] if name != "A-kasse"]
    assert [type(cell) for cell in ours.json()["rows"][0]] == [
        type(cell) for cell in body["rows"][0] if cell != "I alt"
    ]
    assert "Område".encode() in ours.content
    assert not ours.content.startswith(b"\xef\xbb\xbf")


def test_sanctions_are_labelled_as_in_the_real_answer(publisher: StandIn) -> None:
    body = real("bodies/sanctions_total.json")
    ours = get(publisher, "data/y01h01?mgroup.*=*&period.Q=latest:4&hierarchy._nykom=/&format=json").json()
    assert ours["columns"] == [name for name in body["columns"] if name != "A-kasse"]
    table = get(publisher, "table/y01h01").json()
    together = next(group for group in table["mgroups"] if len(group["measures"]) > 1)
    assert together["mgroup_name"] == "Antal sanktioner fordelt på type"
    assert together["measures"][0]["measure_name"] == "Udelukkes fra dagpenge i en periode"


def test_refusals_are_worded_as_the_real_ones(publisher: StandIn) -> None:
    bodies = {error["body"]["cause"] for error in real("bodies/errors.json")}
    assert {"Unknown hierarchies: ['_omrade']", "Unknown period type: Q", "Unknown period type: Å"} <= bodies
    for query, text in [
        ("mgroup.*=*&period.M=latest:2&hierarchy._omrade=/", "Unknown hierarchies: ['_omrade']"),
        ("mgroup.*=*&period.Q=latest:2&hierarchy._nykom=/", "Unknown period type: Q"),
        ("mgroup.*=*&period.Å=latest:2&hierarchy._nykom=/", "Unknown period type: Å"),
    ]:
        assert cause(get(publisher, f"data/y01a02?{query}")) == text


def test_a_refusal_is_compact_and_carries_a_uuid4(publisher: StandIn) -> None:
    response = get(publisher, "data/y01a02?mgroup.*=*&period.M=latest:40&hierarchy._nykom=/&format=json")
    body = response.json()
    assert list(body) == ["code", "cause", "request_id"]
    assert body["cause"] == "Requested latest:40 for type M, but only 14 periods are available."
    assert uuid.UUID(body["request_id"]).version == 4
    assert response.text.startswith('{"code":422,"cause":"')


def test_hierarchies_are_refused_before_period_types_and_these_before_lengths(publisher: StandIn) -> None:
    wrong_in_all = "data/y01a02?mgroup.*=*&period.Q=latest:400&hierarchy._x=/&hierarchy._ygrpi09=/"
    assert cause(get(publisher, wrong_in_all)) == "Unknown hierarchies: ['_x', '_ygrpi09']"
    wrong_in_two = "data/y01a02?mgroup.*=*&period.Q=latest:400"
    assert cause(get(publisher, wrong_in_two)) == "Unknown period type: Q"


@pytest.mark.parametrize(
    "query",
    [
        "mgroup.*=*&period.M=latest:2",
        "mgroup.*=*&period.M=*&hierarchy._nykom=/",
        "mgroup.*=*&period.M=l(m:12)&hierarchy._nykom=/",
        "mgroup.*=*&period.M=2031M01&hierarchy._nykom=/",
        "mgroup.*=*&period.M=latest:2&hierarchy._nykom=/777/",
        "mgroup.*=*&period.M=latest:2&hierarchy._nykom=level:x",
        "mgroup.x=*&period.M=latest:2&hierarchy._nykom=/",
        "period.M=latest:2&hierarchy._nykom=/",
        "mgroup.*=*&hierarchy._nykom=/",
        "mgroup.*=*&period.M=latest:2&hierarchy._nykom=/&hierarchy._nykom=/1/",
        "mgroup.*=*&period.M=latest:2&hierarchy._nykom=/&surprise=1",
    ],
)
def test_what_was_never_seen_to_work_is_refused(publisher: StandIn, query: str) -> None:
    assert cause(get(publisher, f"data/y01a02?{query}"))


def test_a_query_may_be_raw_or_percent_encoded(publisher: StandIn) -> None:
    raw = get(publisher, "data/y01a02?mgroup.*=*&period.M=latest:2&hierarchy._nykom=*&format=json")
    encoded = "mgroup.%2A=%2A&period.M=latest%3A2&hierarchy._nykom=%2A&format=json"
    assert get(publisher, f"data/y01a02?{encoded}").content == raw.content


def test_named_periods_nodes_levels_and_measures_can_be_chosen(publisher: StandIn) -> None:
    table = get(publisher, "table/y25i01").json()
    group = table["mgroups"][1]
    values = {v["value_name"]: v["value_id"] for v in table["dimensions"][0]["hierarchies"][0]["levels"][1]["values"]}
    query = (
        f"mgroup.{group['mgroup_id']}={group['measures'][0]['measure_id']}&period.M=2023M10,2022M10"
        f"&hierarchy._nykom={values['Herlev']},{values['Læsø']}&hierarchy._ygrpi09=level:ygrpi09"
    )
    answer = get(publisher, f"data/y25i01?{query}").json()
    assert answer["columns"] == ["Periode", "Område", "Ydelsesgrupper", "Antal ledige fuldtidspersoner"]
    assert {row[0] for row in answer["rows"]} == {"2023M10", "2022M10"}
    assert {row[1] for row in answer["rows"]} == {"Herlev", "Læsø"}
    assert {row[2] for row in answer["rows"]} == {"A-dagpenge", "Kontanthjælp"}


def test_a_dimension_left_out_is_its_total_without_a_column(publisher: StandIn) -> None:
    without = get(publisher, "data/y25i01?" + STOCK).json()
    at_root = get(publisher, f"data/y25i01?{STOCK}&hierarchy._ygrpi09=/").json()
    assert "Ydelsesgrupper" not in without["columns"]
    assert {row[2] for row in at_root["rows"]} == {"Ydelsesgrupper i alt"}
    assert [row[:2] + row[3:] for row in at_root["rows"]] == without["rows"]


def test_a_split_over_sexes_adds_up_to_within_one(publisher: StandIn) -> None:
    answer = get(publisher, f"data/y01a02?{STOCK}&hierarchy._kon=*").json()
    cells = {(row[0], row[2]): row[4] for row in answer["rows"]}
    for period in {row[0] for row in answer["rows"]}:
        assert abs(cells[period, "Kvinder"] + cells[period, "Mænd"] - cells[period, "Køn i alt"]) <= 1


def test_rows_come_in_no_order_but_the_same_each_time(publisher: StandIn) -> None:
    path = "data/y01a02?mgroup.*=*&period.M=latest:14&hierarchy._nykom=*&format=json"
    first = get(publisher, path)
    periods = [row[0] for row in first.json()["rows"]]
    assert periods != sorted(periods)
    assert periods != sorted(periods, reverse=True)
    assert get(publisher, path).content == first.content


def test_csv_has_the_same_cells_with_semicolons_and_decimal_commas(publisher: StandIn) -> None:
    path = "data/y25i01?mgroup.*=*&period.M=latest:3&hierarchy._nykom=*&hierarchy._ygrpi09=*&format="
    document, text = get(publisher, path + "json").json(), get(publisher, path + "csv")
    assert text.content.startswith(b"\xef\xbb\xbfPeriode;Omr")
    header, *rows = csv.reader(io.StringIO(text.content.decode("utf-8-sig")), delimiter=";")
    printed = [["" if cell is None else str(cell) for cell in row] for row in document["rows"]]
    assert header == document["columns"]
    assert [[cell.replace(",", ".") for cell in row] for row in rows] == printed


def test_calls_are_listed_without_the_token(publisher: StandIn) -> None:
    get(publisher, "data/y01a02?" + STOCK)
    root = publisher.url.removesuffix("/v3")
    calls = requests.get(f"{root}/standin/calls", timeout=20)
    assert calls.json()[-1]["path"] == "/v3/data/y01a02?" + STOCK
    assert calls.json()[-1]["status"] == 200
    assert publisher.token not in calls.text
    assert calls.json() == publisher.calls()
