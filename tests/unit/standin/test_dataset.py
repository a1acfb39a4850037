"""The stand-in over a folder of editions: one replaces another as the clock moves, and a bad folder is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.standin.dataset import Dataset
from tests.standin.dataset_files import DatasetError
from tests.standin.server import StandIn, running

REAL = Path(__file__).parents[3].parent / "shared" / "real"

EVERYTHING = "mgroup.*=*&period.M=latest:{n}&hierarchy._nykom=*&hierarchy._ygrpi09=*&format=json"


def real() -> Path:
    if not REAL.exists() and not os.environ.get("CI"):
        pytest.skip(f"the real editions are not at {REAL}; they must be in CI")
    return REAL


def ask(stand_in: StandIn, path: str) -> Any:
    headers = {"Authorization": f"Bearer {stand_in.token}"}
    response = requests.get(f"{stand_in.url}/{path}", headers=headers, timeout=20)
    assert response.status_code == 200, response.text
    return response.json()


def listed(stand_in: StandIn) -> dict[str, Any]:
    subjects = ask(stand_in, "tables?format=json")
    return {t["table_id"]: t for s in subjects for group in s["table_groups"] for t in group["tables"]}


def test_one_edition_replaces_another_as_the_clock_moves() -> None:
    with running(dataset=real(), today="2026-08-01") as publisher:
        before = ask(publisher, "data/y25i01?" + EVERYTHING.format(n=59))
        assert listed(publisher)["y25i01"]["update_next"] == "2026-08-19"
        publisher.set_today("2026-08-20")
        after = ask(publisher, "data/y25i01?" + EVERYTHING.format(n=60))
        assert listed(publisher)["y25i01"]["update_latest"] == "2026-08-19"
        assert listed(publisher)["y25i01"]["update_next"] == "2026-09-19"
    assert (len(before["rows"]), len(after["rows"])) == (17_523, 17_820)
    country = ["2026M06", "Hele landet", "Ydelsesgrupper i alt"]
    assert [row[3] for row in before["rows"] if row[:3] == country] == [88_080]
    assert [row[3] for row in after["rows"] if row[:3] == country] == [89_907]


def test_a_table_is_listed_from_the_day_of_its_first_edition() -> None:
    with running(dataset=real(), today="2026-07-20") as publisher:
        assert listed(publisher) == {}
        publisher.set_today("2026-08-20")
        assert set(listed(publisher)) == {"y25i01"}
        publisher.set_today("2026-08-21")
        assert set(listed(publisher)) == {"y25i01", "y60a02", "y60c02", "y60c07", "y60j01"}


def test_the_breakdown_asked_for_chooses_the_file() -> None:
    query = "data/y60a02?mgroup.*=*&period.M=2026M07&hierarchy._nykom=/&format=json"
    with running(dataset=real(), today="2026-08-25") as publisher:
        total = ask(publisher, query)
        parts = ask(publisher, f"{query}&hierarchy._viskat_1int=level:viskat_1int")
        at_root = ask(publisher, f"{query}&hierarchy._viskat_1int=/")
    assert total["rows"] == [["2026M07", "Hele landet", 85_491, 83_581, 2.8, 2.1]]
    assert parts["columns"] == ["Periode", "Område", "Visitationskategori", "Antal fuldtidspersoner"]
    assert len(parts["rows"]) == 5
    assert at_root["rows"] == [["2026M07", "Hele landet", "Visitationskategori i alt", 85_491, 83_581, 2.8, 2.1]]


def test_a_breakdown_left_out_gives_the_root_without_its_column() -> None:
    with running(dataset=real(), today="2026-08-01") as publisher:
        answer = ask(publisher, "data/y25i01?mgroup.*=*&period.M=2026M06&hierarchy._nykom=/")
    assert answer["columns"][:3] == ["Periode", "Område", "Antal ledige fuldtidspersoner"]
    assert answer["rows"] == [["2026M06", "Hele landet", 88_080, 2.9]]


def test_percentages_keep_their_decimal_and_empty_is_null() -> None:
    with running(dataset=real(), today="2026-08-01") as publisher:
        answer = ask(publisher, "data/y25i01?" + EVERYTHING.format(n=59))
    assert all(isinstance(row[3], int | None) for row in answer["rows"])
    assert all(isinstance(row[4], float | None) for row in answer["rows"])
    assert sum(row[3] is None for row in answer["rows"]) == 55


def folder(tmp_path: Path, *, editions: str, files: dict[str, str]) -> Path:
    (tmp_path / "editions.csv").write_text(editions, encoding="utf-8")
    for name, text in files.items():
        path = tmp_path / "editions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_an_unknown_table_with_strange_labels_is_served_as_it_is(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        editions="table,edition,published_on\nx01,2026Q01,2026-05-01\n",
        files={"x01/2026Q01.csv": "Periode,Område,Farve,Antal ting,Andel ting\n2026Q01,Atlantis,Rød,4,2\n"},
    )
    with running(dataset=place, today="2026-05-02") as publisher:
        answer = ask(publisher, "data/x01?mgroup.*=*&period.Q=latest:1&hierarchy._nykom=*&hierarchy._farve=*")
    assert answer == {
        "columns": ["Periode", "Område", "Farve", "Antal ting", "Andel ting"],
        "rows": [["2026Q01", "Atlantis", "Rød", 4, 2.0]],
    }


@pytest.mark.parametrize(
    ("editions", "files", "words"),
    [
        ("table,edition\nx01,2026Q01\n", {}, "published_on"),
        ("table,edition,published_on\nx01,2026Q01,soon\n", {}, "published_on"),
        ("table,edition,published_on\nx01,2026Q01,2026-05-01\n", {}, "holds no file"),
        ("table,edition,published_on\nx01,a,2026-05-01\n", {"x01/a.csv": "By,Tal\nHerlev,1\n"}, "should begin with"),
        ("table,edition,published_on\nx01,a,2026-05-01\n", {"x01/a.csv": "Periode,Område,Tal\nmaj,Herlev,1\n"}, "maj"),
        ("table,edition,published_on\nx01,a,2026-05-01\n", {"x01/a.csv": "Periode,Område,Tal\n"}, "no rows"),
    ],
)
def test_a_bad_folder_is_refused_by_name(tmp_path: Path, editions: str, files: dict[str, str], words: str) -> None:
    with pytest.raises(DatasetError, match=words):
        Dataset(folder(tmp_path, editions=editions, files=files))


def test_a_folder_without_editions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"editions\.csv"):
        Dataset(tmp_path)
