"""Each fault of the stand-in, what it does to a call, and that rates are shares of calls which come out the same."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.standin import faults
from tests.standin.server import StandIn, running

QUERY = "data/y25i01?mgroup.*=*&period.M=latest:2&hierarchy._nykom=*&format=json"


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with running(today="2023-12-05", slow_seconds=0.3) as stand_in:
        yield stand_in


@pytest.fixture
def publisher(server: StandIn) -> Iterator[StandIn]:
    yield server
    server.clear_faults()


def get(stand_in: StandIn, path: str = QUERY, *, timeout: float = 20) -> requests.Response:
    headers = {"Authorization": f"Bearer {stand_in.token}"}
    return requests.get(f"{stand_in.url}/{path}", headers=headers, timeout=timeout, allow_redirects=False)


def rows(stand_in: StandIn) -> list[list[Any]]:
    return list(get(stand_in).json()["rows"])


@pytest.mark.parametrize("name", sorted(faults.STATUSES))
def test_a_status_hits_every_call(publisher: StandIn, name: str) -> None:
    publisher.set_faults({name: 1})
    for path in (QUERY, "tables?format=json"):
        response = get(publisher, path)
        assert response.status_code == faults.STATUSES[name]
        assert ("Retry-After" in response.headers) == (name == "http-429")
    assert publisher.calls()[-1]["faults"] == [name]


def test_a_web_page_comes_with_status_200(publisher: StandIn) -> None:
    publisher.set_faults({"html-200": 1})
    response = get(publisher)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.text.startswith("<!DOCTYPE html>")


def test_a_redirect_leads_to_another_host(publisher: StandIn) -> None:
    publisher.set_faults({"redirect": 1})
    response = get(publisher)
    assert response.status_code == 302
    assert response.headers["Location"].startswith(f"http://127.0.0.2:{publisher.port}/v3/data/y25i01?")


def test_a_truncated_body_breaks_off(publisher: StandIn) -> None:
    publisher.set_faults({"truncated": 1})
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        get(publisher)


def test_a_timeout_never_answers(publisher: StandIn) -> None:
    publisher.set_faults({"timeout": 1})
    with pytest.raises(requests.exceptions.ReadTimeout):
        get(publisher, timeout=0.2)


def test_a_slow_answer_is_late_and_right(publisher: StandIn) -> None:
    at_once = rows(publisher)
    publisher.set_faults({"slow": 1})
    begun = time.monotonic()
    assert rows(publisher) == at_once
    assert time.monotonic() - begun >= 0.3


def test_wrong_columns_miss_a_measure(publisher: StandIn) -> None:
    columns = get(publisher).json()["columns"]
    publisher.set_faults({"wrong-columns": 1})
    assert get(publisher).json()["columns"] == columns[:-1]


def test_a_label_is_renamed(publisher: StandIn) -> None:
    columns = get(publisher).json()["columns"]
    publisher.set_faults({"renamed-label": 1})
    renamed = get(publisher).json()["columns"]
    assert len(set(columns) - set(renamed)) == len(set(renamed) - set(columns)) == 1


def test_percentages_are_a_hundredfold(publisher: StandIn) -> None:
    plain = rows(publisher)
    publisher.set_faults({"units-times-100": 1})
    for before, after in zip(plain, rows(publisher), strict=True):
        assert after[:4] == before[:4]
        assert before[4] is None or after[4] == pytest.approx(100 * before[4])


def test_rows_come_twice(publisher: StandIn) -> None:
    plain = rows(publisher)
    publisher.set_faults({"duplicated-rows": 1})
    counts = Counter(tuple(row) for row in rows(publisher))
    assert set(counts) == {tuple(row) for row in plain}
    assert set(counts.values()) == {1, 2}


def test_municipalities_are_missing(publisher: StandIn) -> None:
    plain = {row[1] for row in rows(publisher)}
    publisher.set_faults({"missing-municipalities": 1})
    left = {row[1] for row in rows(publisher)}
    assert "Hele landet" in left
    assert 0.4 * len(plain) < len(left) < 0.9 * len(plain)


def test_a_third_of_the_values_is_null(publisher: StandIn) -> None:
    publisher.set_faults({"null-storm": 1})
    values = [cell for row in rows(publisher) for cell in row[2:]]
    assert sum(cell is None for cell in values) / len(values) == pytest.approx(1 / 3, abs=0.06)


def test_half_the_rows_are_missing(publisher: StandIn) -> None:
    plain = rows(publisher)
    publisher.set_faults({"half-the-rows": 1})
    assert rows(publisher) == plain[::2]


def test_a_release_comes_in_the_middle_of_a_fetch_once() -> None:
    def listed(stand_in: StandIn) -> tuple[str, str]:
        subjects = get(stand_in, "tables?format=json").json()
        tables = {t["table_id"]: t for s in subjects for group in s["table_groups"] for t in group["tables"]}
        found = tables["y25i01"]
        return found["update_latest"], found["periods"]["periodtypes"][0]["period_last"]

    with running(today="2023-12-05", faults={"release-mid-fetch": 1}) as stand_in:
        assert listed(stand_in) == ("2023-11-20", "2023M10")
        first = rows(stand_in)
        assert listed(stand_in) == ("2023-12-05", "2023M11")
        second = rows(stand_in)
        rows(stand_in)
        assert listed(stand_in) == ("2023-12-05", "2023M11")
        stand_in.set_today("2023-12-29")
        assert listed(stand_in) == ("2023-12-05", "2023M11")
    assert {row[0] for row in first} == {"2023M09", "2023M10"}
    assert {row[0] for row in second} == {"2023M10", "2023M11"}


def test_faults_of_data_leave_descriptions_alone(publisher: StandIn) -> None:
    publisher.set_faults(dict.fromkeys(faults.ON_DATA, 1.0))
    assert get(publisher, "table/y25i01").json()["mgroups"][0]["mgroup_name"] == "Antal ledige personer"


LEVELS = "data/y25i01?mgroup.*=*&period.M=latest:1&hierarchy._nykom=/&hierarchy._ygrpi09=level:ygrpi09&format=json"


def described(stand_in: StandIn) -> tuple[dict[str, str], dict[str, str]]:
    """Members and measures by id, as /table says."""
    document = get(stand_in, "table/y25i01").json()
    hierarchies = {h["hierarchy_id"]: h for d in document["dimensions"] for h in d["hierarchies"]}
    members = {v["value_id"]: v["value_name"] for v in hierarchies["_ygrpi09"]["levels"][1]["values"]}
    return members, {m["measure_id"]: m["measure_name"] for group in document["mgroups"] for m in group["measures"]}


def answered(stand_in: StandIn) -> tuple[dict[str, list[Any]], list[str]]:
    """Each member's figures, and the labels of the measures, as /data answers."""
    document = get(stand_in, LEVELS).json()
    return {row[2]: row[3:] for row in document["rows"]}, document["columns"][3:]


@pytest.mark.parametrize(
    ("fault", "members", "measures"),
    [
        ("renamed-id", {"/72/": "A-dagpenge", "/3/": "Kontanthjælp"}, {}),
        ("renamed-member", {"/2/": "A-dagpenge", "/3/": "Kontanthjælp (ny opgørelse)"}, {}),
        ("swapped-labels", {"/2/": "Kontanthjælp", "/3/": "A-dagpenge"}, {}),
        ("vanished-member", {"/2/": "A-dagpenge"}, {}),
        ("vanished-measure", {}, {"measy25i01_4": None}),
        (
            "swapped-measures",
            {},
            {"measy25i01_1": "Antal ledige fuldtidspersoner", "measy25i01_2": "Antal ledige personer"},
        ),
        ("respelled-label", {}, {"measy25i01_3": "Ledige fuldtidspersoner i pct. af arbejdsstyrken"}),
    ],
)
def test_a_table_is_described_otherwise_and_the_figures_follow(
    publisher: StandIn, fault: str, members: dict[str, str], measures: dict[str, str | None]
) -> None:
    plain_members, plain_measures = described(publisher)
    plain_figures, _ = answered(publisher)
    publisher.set_faults({fault: 1})
    now_members, now_measures = described(publisher)
    assert now_members == (members or plain_members)
    expected = {key: measures.get(key, name) for key, name in plain_measures.items()}
    assert {key: expected[key] for key in measures} == {key: now_measures.get(key) for key in measures}
    figures, labels = answered(publisher)
    assert set(figures) == set(now_members.values())
    assert labels == list(now_measures.values())
    if fault == "swapped-labels":
        assert figures["Kontanthjælp"] == plain_figures["A-dagpenge"]


def test_a_table_vanishes_from_the_list(publisher: StandIn) -> None:
    def listed() -> set[str]:
        subjects = get(publisher, "tables").json()
        return {t["table_id"] for s in subjects for group in s["table_groups"] for t in group["tables"]}

    before = listed()
    publisher.set_faults({"vanished-table": 1})
    assert before - listed() == {"y38a02"}, "the last of those that a catalogue declares"


def test_faults_can_be_aimed_at_some_calls(publisher: StandIn) -> None:
    publisher.set_faults({"http-500": 1}, only="/table/")
    assert [get(publisher, path).status_code for path in ("tables", "table/y25i01", QUERY)] == [200, 500, 200]


def test_a_rate_is_a_share_of_calls_and_the_same_calls_each_time() -> None:
    def statuses() -> list[int]:
        with running(today="2023-12-05", faults={"http-503": 0.3}) as stand_in:
            return [get(stand_in, "subjects").status_code for _ in range(60)]

    first = statuses()
    assert first == statuses()
    assert 8 <= first.count(503) <= 28


def control(stand_in: StandIn, path: str, document: object) -> requests.Response:
    return requests.post(f"{stand_in.url.removesuffix('/v3')}/standin/{path}", json=document, timeout=20)


def test_controls_need_no_token_and_meet_no_fault(publisher: StandIn) -> None:
    assert control(publisher, "faults", {"http-500": 1}).json() == {"http-500": 1.0}
    assert get(publisher).status_code == 500
    assert control(publisher, "faults", {"http-500": 0}).json() == {}
    assert get(publisher).status_code == 200


def test_the_clock_can_be_moved(publisher: StandIn) -> None:
    assert control(publisher, "today", {"date": "2023-12-29"}).status_code == 200
    assert {row[0] for row in rows(publisher)} == {"2023M10", "2023M11"}
    publisher.set_today("2023-12-05")


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("faults", {"no-such": 1}),
        ("faults", {"slow": 2}),
        ("faults", {"slow": "often"}),
        ("faults", [1]),
        ("today", {"date": "soon"}),
        ("today", {}),
    ],
)
def test_what_cannot_be_done_is_a_400_that_says_why(publisher: StandIn, path: str, document: object) -> None:
    response = control(publisher, path, document)
    assert response.status_code == 400
    assert response.json()["cause"]
    if document == {"no-such": 1}:
        assert "release-mid-fetch" in response.json()["cause"]


def test_unknown_error_bodies_can_be_chosen() -> None:
    with running(today="2023-12-05", error_bodies={401: b"nej"}) as stand_in:
        assert requests.get(f"{stand_in.url}/tables", timeout=20).content == b"nej"
