"""The stand-in beside what was really asked and answered: thirteen questions, eight bodies, every table that is known."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tasks.sources.jobindsats.client import cuts
from tasks.sources.jobindsats.metadata import differences, read_metadata
from tasks.sources.jobindsats.placed import Placed, placed
from tests.standin import wide
from tests.standin.server import StandIn, running
from tests.standin.synthetic import declared_in_the_wide_world
from warehouse.catalogue.model import jobindsats

Asked = dict[str, Any]


@pytest.fixture(scope="module")
def synthetic() -> Iterator[StandIn]:
    with running(today="2026-08-20", scale="national") as publisher:
        yield publisher


@pytest.fixture(scope="module")
def questions(real: Path, field_real: Path) -> list[Asked]:
    """The thirteen questions with what was answered: the body, or its columns and labels."""
    found = []
    for folder in (real / "bodies", field_real / "bodies"):
        for entry in json.loads((folder / "index.json").read_text(encoding="utf-8")):
            body = json.loads((folder / entry["file"]).read_text(encoding="utf-8")) if entry["file"] else entry
            found.append({**entry, "columns": body["columns"], "body": body.get("rows") if entry["file"] else None})
    return found


def answer(publisher: StandIn, question: str, *, method: str = "GET") -> Any:
    headers = {"Authorization": f"Bearer {publisher.token}"}
    path = question.removeprefix("GET /v3/")
    response = requests.request(method, f"{publisher.url}/{path}", headers=headers, timeout=60)
    assert response.status_code == 200, response.text
    return response.json()


def test_every_real_question_is_answered_with_the_columns_it_had(synthetic: StandIn, questions: list[Asked]) -> None:
    assert len(questions) == 13
    for asked in questions:
        found = answer(synthetic, asked["request"])
        assert found["columns"] == asked["columns"]
        for column, labels in asked.get("labels", {}).items():
            at = asked["columns"].index(column)
            assert {row[at] for row in found["rows"]} == set(labels)


def test_a_question_by_post_is_answered_as_one_by_get(synthetic: StandIn, questions: list[Asked]) -> None:
    for asked in questions:
        assert answer(synthetic, asked["request"], method="POST") == answer(synthetic, asked["request"])
    assert answer(synthetic, "tables?format=json", method="POST") == answer(synthetic, "tables?format=json")


# What each column of the bodies is, and the label of its total.
HIERARCHIES = """table,column,hierarchy,root
y25i01,A-kasse,_akassebl,I alt
y25i09,A-kasse,_akassebl,I alt
y01c01,A-kasse,_akassedp,A-kasse i alt
y01c01,Tilbud,_tilb_2ptv,Tilbud i alt
y01h01,A-kasse,_akassedp,A-kasse i alt
y25i06,Arbejdsfordelingstype,_var13uger,
y01ud01di,Område,_hele_landet,Hele landet
y01ud01di,A-kasse,_akassedp,A-kasse i alt
y01ud01di,Dimittend,_dimittend,Ledige i alt
y01ud01di,Forlængelser af dagpengeperioden,_forlang,Personer i alt
"""


@pytest.fixture(scope="module")
def bodies(questions: list[Asked], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The eight bodies as a folder of editions that says which hierarchies its columns are."""
    folder = tmp_path_factory.mktemp("bodies")
    listed: dict[str, str] = {}
    for asked in questions:
        if asked["body"] is None:
            continue
        table = asked["request"].partition("/data/")[2].partition("?")[0]
        name = f"all-{asked['file'].removesuffix('.json')}" if table in listed else "all"
        path = folder / "editions" / table / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([asked["columns"], *asked["body"]])
        listed[table] = f"{table},all,2026-07-20"
    (folder / "editions.csv").write_text("\n".join(["table,edition,published_on", *listed.values()]), encoding="utf-8")
    (folder / "hierarchies.csv").write_text(HIERARCHIES, encoding="utf-8")
    return folder


def test_the_real_bodies_are_served_row_for_row(bodies: Path, questions: list[Asked]) -> None:
    with running(dataset=bodies, today="2026-08-01") as publisher:
        for asked in questions:
            if asked["body"] is None:
                continue
            for method in ("GET", "POST"):
                found = answer(publisher, asked["request"], method=method)
                assert found["columns"] == asked["columns"]
                assert sorted(found["rows"], key=repr) == sorted(asked["body"], key=repr), asked["file"]


# ---- the wide world ---------------------------------------------------------------------------------------------
def test_every_known_table_is_served_with_its_dimensions(synthetic: StandIn, real: Path) -> None:
    with (real / "tables.csv").open(encoding="utf-8", newline="") as file:
        known = {row["table_id"]: row["dimension_ids"] for row in csv.DictReader(file)}
    assert set(wide.lines()) == set(known)
    listed = {
        table["table_id"]: {each["dimension_id"] for each in table["dimensions"]}
        for subject in answer(synthetic, "tables?format=json")
        for group in subject["table_groups"]
        for table in group["tables"]
    }
    retired = {table.id for table in jobindsats().tables if table.retired}
    assert set(listed) == {*known, *(table.id for table in jobindsats().tables)} - retired
    for table_id, dimensions in listed.items():
        written = {name for name in known[table_id].split() if name.startswith("_") and name.replace("_", "").isalnum()}
        assert written <= dimensions | {"_alder5i30", "_region"}, table_id


def metadata(publisher: StandIn, table_id: str) -> dict[str, list[str]]:
    """The value ids of each hierarchy of a table."""
    return {
        hierarchy["hierarchy_id"]: [value["value_id"] for level in hierarchy["levels"] for value in level["values"]]
        for dimension in answer(publisher, f"table/{table_id}?format=json")["dimensions"]
        for hierarchy in dimension["hierarchies"]
    }


def test_there_are_rootless_hierarchies_regions_without_a_country_and_hundreds_of_members(synthetic: StandIn) -> None:
    assert "/" not in metadata(synthetic, "y25i06")["_var13uger"]
    assert metadata(synthetic, "y25i14")["_region"] == ["/1/", "/4/", "/5/", "/2/", "/3/"]
    assert len(metadata(synthetic, "y25i07")["_esco_uri"]) == 501
    assert set(metadata(synthetic, "y28a15")) >= {"_nykom", "_region"}


def test_the_countrys_newest_month_is_null_in_work_sharing(synthetic: StandIn) -> None:
    asked = "data/y25i06?mgroup.*=*&period.M=latest:2&hierarchy._nykom=/&format=json"
    rows = sorted(answer(synthetic, asked)["rows"])
    assert [row[2] is None for row in rows] == [False, True]


def test_a_count_of_the_wide_world_is_that_of_its_municipalities(synthetic: StandIn) -> None:
    asked = "data/y40a02?mgroup.*=*&period.M=latest:1&hierarchy._nykom=*&format=json"
    rows = answer(synthetic, asked)["rows"]
    country = next(row[2] for row in rows if row[1] == "Hele landet")
    assert 0 <= country - sum(row[2] or 0 for row in rows if row[1] != "Hele landet") <= 2 * 98


# ---- tables of the wide world that the catalogue declares --------------------------------------------------------
@pytest.mark.parametrize("table_id", sorted(declared_in_the_wide_world()))
def test_a_declared_table_of_the_wide_world_is_described_as_it_is_declared(synthetic: StandIn, table_id: str) -> None:
    table = jobindsats().table(table_id)
    described = read_metadata(json.dumps(answer(synthetic, f"table/{table_id}?format=json")).encode(), table=table)
    assert differences(described, table=table) == []
    assert placed(described, table=table) == Placed(table, ())
    assert described.measure_labels >= set(table.measure_by_label)
    assert cuts(table, metadata=described)


def test_what_became_of_people_is_open_in_the_newest_quarters(synthetic: StandIn) -> None:
    asked = "data/y07b15?mgroup.*=*&period.Q=latest:4&hierarchy._nykom=/&hierarchy._amstatusb15=level:amstatusb15"
    found = answer(synthetic, asked)
    rows = sorted(found["rows"], reverse=True)
    quarters = sorted({row[0] for row in rows}, reverse=True)
    assert len(rows) == 4 * 5
    labels = [measure.label for measure in jobindsats().table("y07b15").measures]
    assert found["columns"] == ["Periode", "Område", "Arbejdsmarkedsstatus", *labels]
    for quarter, shown in zip(quarters, (2, 3, 3, 4), strict=True):
        assert {tuple(value is not None for value in row[3:]) for row in rows if row[0] == quarter} == {
            (True,) * shown + (False,) * (4 - shown)
        }


def test_recruitment_in_vain_has_every_third_month(synthetic: StandIn) -> None:
    rows = answer(synthetic, "data/y25i14?mgroup.*=*&period.M=latest:3&hierarchy._region=*")["rows"]
    assert sorted({row[0] for row in rows}) == ["2025M12", "2026M03", "2026M06"]
    assert len(rows) == 3 * 5
