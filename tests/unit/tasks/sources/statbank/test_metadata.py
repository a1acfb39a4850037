"""StatBank's description of a table: what is read of it, what is refused, and what is asked on its strength."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest

from tasks.sources.statbank.codes import LEFT_OUT, area_of, is_left_out, read_time, write_time
from tasks.sources.statbank.fetch import CELL_LIMIT, figures, in_chunks, metadata_of
from tasks.sources.statbank.metadata import differences, members_asked, read_metadata
from tasks.stoppages import BodyUnreadable, Undeclared
from tests.statbank_answers import AREAS, AUK01, FOLK1A, MEMBERS, description, metadata, variable
from warehouse.areas import all_areas, municipalities
from warehouse.catalogue.model import Hierarchy
from warehouse.periods import Period, PeriodError, PeriodKind

FIRST, SECOND = Period.parse("2023Q01"), Period.parse("2023Q02")


def test_the_description_gives_the_update_the_quarters_and_the_codes_with_their_texts() -> None:
    found = metadata()
    assert (found.table_id, found.title) == ("folk1a", "Befolkningen den 1. i kvartalet")
    assert found.updated_at == datetime.fromisoformat("2025-08-11T08:00:00")
    assert found.updated_on == date(2025, 8, 11)
    assert found.hidden_as == "0"
    assert found.periods == (FIRST, SECOND)
    assert dict(found.variable("OMRÅDE").texts) == AREAS
    assert [each.may_be_left_out for each in found.variables] == [True, True, False]
    assert found.time.variable_id == "Tid"


def test_quarters_come_in_order_whatever_order_they_are_listed_in() -> None:
    assert metadata(quarters=("2023K2", "2022K4", "2023K1")).periods == (Period.parse("2022Q04"), FIRST, SECOND)


def without(key: str) -> bytes:
    document = json.loads(description())
    del document[key]
    return json.dumps(document).encode()


def with_variables(change: Any) -> bytes:
    document = json.loads(description())
    change(document["variables"])
    return json.dumps(document).encode()


REFUSED = {
    "a key twice": description().replace(b'"id":', b'"id": "AUK01", "id":', 1),
    "a variable twice": with_variables(lambda variables: variables.insert(0, variable("OMRÅDE", {"163": "Herlev"}))),
    "a web page": b"<!DOCTYPE html><html>Vi opdaterer</html>",
    "nothing": b"",
    "not UTF-8": b'{"id":"FOLK1A\xff"}',
    "torn": description()[:-20],
    "a list": b"[]",
    "a number": b"5",
    "no id": without("id"),
    "no unit": without("unit"),
    "no update": without("updated"),
    "no variables": without("variables"),
    "an update that is no date": description(updated="i morgen"),
    "an update that is none": description(updated=None),
    "another table": description(id="FOLK1B"),
    "no time": with_variables(lambda own: own.pop()),
    "two times": with_variables(lambda own: own.append(own[-1])),
    "one code twice": with_variables(lambda own: own[0]["values"].append({"id": "163", "text": "Ishøj"})),
    "a value without a text": with_variables(lambda own: own[0]["values"].append({"id": "190"})),
}


@pytest.mark.parametrize("what", list(REFUSED))
def test_what_is_not_of_the_promised_shape_is_refused(what: str) -> None:
    with pytest.raises(BodyUnreadable, match="/tableinfo/FOLK1A"):
        read_metadata(REFUSED[what], table=FOLK1A)


@pytest.mark.parametrize("unit", ["1.000 personer", "Pct.", ""])
def test_another_unit_stops_the_table(unit: str) -> None:
    with pytest.raises(Undeclared, match=r"folk1a.*'Antal' is declared"):
        metadata(unit=unit)


@pytest.mark.parametrize("code", ["2023M01", "2023", "2023Q1", "2023K5", "2023K 1"])
def test_a_period_that_is_no_quarter_stops_the_table(code: str) -> None:
    with pytest.raises(Undeclared, match=f"folk1a: '{code}'.*Accepting does not help here"):
        metadata(quarters=("2023K1", code))


def test_danish_months_quarters_and_years_are_read_and_written() -> None:
    assert read_time("2024K1") == Period.parse("2024Q01")
    assert write_time(Period.parse("2024Q04")) == "2024K4"
    for code in ("2024K1", "2024M03", "2024"):
        assert write_time(read_time(code)) == code
    with pytest.raises(PeriodError, match="2024QMAT01"):
        write_time(Period(PeriodKind.ROLLING_YEAR, 2024, 1))


# ---- areas --------------------------------------------------------------------------------------------------
def test_each_code_of_statbank_is_one_of_our_areas_under_its_name() -> None:
    for area in municipalities():
        assert area_of(area.code, text=area.name) == area
    assert [area_of(f"08{n}", text=f"Region {name}") for n, name in REGIONS.items()] == [
        area for area in all_areas() if area.kind == "region"
    ]
    assert getattr(area_of("000", text="Hele landet"), "key", None) == 0
    assert getattr(area_of("997", text="Uoplyst"), "code", None) == "998"
    assert getattr(area_of("01", text="Byen København"), "code", None) == "01"


REGIONS = {1: "Nordjylland", 2: "Midtjylland", 3: "Syddanmark", 4: "Hovedstaden", 5: "Sjælland"}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("101", "Herlev"),
        ("163", "herlev"),
        ("0163", "Herlev"),
        ("1084", "Region Hovedstaden"),
        ("084", "Region Sjælland"),
        ("997", "Udlandet"),
        ("998", "Uoplyst område"),
        ("411", "Christiansø"),
        ("999", "Ny Kommune"),
    ],
)
def test_a_code_with_another_text_is_no_area(code: str, text: str) -> None:
    assert area_of(code, text=text) is None


def test_christianso_is_left_out_by_declaration_and_nothing_else_is() -> None:
    assert LEFT_OUT == {"411": "Christiansø"}
    assert is_left_out("411", text="Christiansø")
    assert not is_left_out("411", text="Ertholmene")
    assert not is_left_out("999", text="Christiansø")


# ---- members ------------------------------------------------------------------------------------------------
def test_the_codes_of_declared_members_are_read_from_their_texts_and_subtotals_are_not_asked_for() -> None:
    renumbered = {"A": "I alt", "B": "I alt uden SU-modtagere", "C": "SU-modtagere", "D": "Ledighedsydelse"}
    found = members_asked(metadata(AUK01, members=renumbered), hierarchy=AUK01.breakdowns[0])
    assert found == {"A": "I alt", "C": "SU-modtagere", "D": "Ledighedsydelse"}


def test_a_member_that_is_not_offered_is_told() -> None:
    told = differences(metadata(AUK01), table=AUK01)
    assert "member 'Førtidspension' of YDELSESTYPE is declared but not offered" in told
    assert not [sentence for sentence in told if "SU-modtagere" in sentence]
    assert differences(metadata(), table=FOLK1A) == []


def test_a_breakdown_without_its_total_stops_the_table() -> None:
    with pytest.raises(Undeclared, match=r"auk01: YDELSESTYPE has no value 'I alt' \(it has Alle"):
        members_asked(metadata(AUK01, members=MEMBERS | {"TOT": "Alle"}), hierarchy=AUK01.breakdowns[0])


def test_of_an_open_breakdown_every_code_is_asked_for_and_its_total_must_be_there() -> None:
    is_open = Hierarchy(id="YDELSESTYPE", dimension="Ydelsestype", root="I alt", open=True)
    texts = {"TOT": "I alt", "A": "Kontanthjælp", "B": "Kontanthjælp", "C": "Noget nyt"}
    assert members_asked(metadata(AUK01, members=texts), hierarchy=is_open) == texts
    with pytest.raises(Undeclared, match="has no value 'I alt'"):
        members_asked(metadata(AUK01, members=texts | {"TOT": "Alle"}), hierarchy=is_open)


def test_a_variable_that_is_gone_is_named_with_those_there_are() -> None:
    with pytest.raises(Undeclared, match=r"auk01: StatBank has no variable YDELSESTYPE \(it has OMRÅDE, KØN, Tid\)"):
        members_asked(
            read_metadata(description(id="AUK01"), table=AUK01),
            hierarchy=AUK01.breakdowns[0],
        )


# ---- questions ----------------------------------------------------------------------------------------------
def test_the_description_is_asked_for_in_danish_and_in_json() -> None:
    assert metadata_of(FOLK1A) == "/tableinfo/FOLK1A?lang=da&format=JSON"


def test_population_is_asked_for_by_area_and_quarter_and_all_else_is_left_out() -> None:
    assert figures(FOLK1A, metadata=metadata(), periods=(FIRST, SECOND)) == (
        "/data/FOLK1A/CSV?lang=da&valuePresentation=CodeAndValue&delimiter=Semicolon&OMRÅDE=*&Tid=2023K1,2023K2"
    )


def test_recipients_are_asked_for_by_the_declared_members_and_no_subtotal() -> None:
    asked = figures(AUK01, metadata=metadata(AUK01), periods=(FIRST,))
    assert asked.endswith("&OMRÅDE=*&YDELSESTYPE=TOT,SU,LY&Tid=2023K1")


def test_a_variable_that_cannot_be_left_out_stops_the_question() -> None:
    kept = (variable("KØN", {"1": "Mænd", "2": "Kvinder"}, elimination=False),)
    with pytest.raises(Undeclared, match=r"folk1a.*no longer sums over KØN.*Accepting does not help here"):
        figures(FOLK1A, metadata=metadata(others=kept), periods=(FIRST,))


@pytest.mark.parametrize(("cells_per_call", "sizes"), [(8, [2, 2, 1]), (4, [1] * 5), (3, [1] * 5), (20, [5])])
def test_quarters_are_asked_for_in_chunks_that_fit_the_limit(cells_per_call: int, sizes: list[int]) -> None:
    periods = tuple(FIRST.shifted(step) for step in range(5))
    chunks = in_chunks(periods, table=FOLK1A, metadata=metadata(), cells_per_call=cells_per_call)
    assert [len(chunk) for chunk in chunks] == sizes
    assert sum(chunks, ()) == periods


def test_the_members_count_in_the_size_of_a_chunk() -> None:
    periods = tuple(FIRST.shifted(step) for step in range(4))
    chunks = in_chunks(periods, table=AUK01, metadata=metadata(AUK01), cells_per_call=2 * 4 * 3)
    assert [len(chunk) for chunk in chunks] == [2, 2]
    assert in_chunks(periods, table=AUK01, metadata=metadata(AUK01)) == [periods]
    assert CELL_LIMIT == 1_000_000
