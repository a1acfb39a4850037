"""The address holds what was chosen, both ways; a name may be spelled as people do, and one that is not there is an error."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import address
from dashboards.address import Field, NotThere
from warehouse.areas import find, municipalities, reference_rows

NAMES = {area.code: area.name for area in municipalities()}
TITLES = {"y01a02": "Fuldtidspersoner, a-dagpenge (y01a02)", "own": "Own", "twin": "Own"}
FIELDS = [
    Field("side", {"overblik": "Overblik", "kort": "Danmarkskort"}, "overblik", "en side"),
    Field("kommune", NAMES, "163", "en kommune"),
    Field("naboer", NAMES, (), "en kommune"),
    Field("dag", address.days_of([date(2023, 11, 5), date(2023, 12, 5)]), "2023-12-05", "en dag"),
    Field("tabel", TITLES, "own", "en tabel"),
    Field("maaling", {}, "", "en måling"),
]
CHOSEN = st.fixed_dictionaries({
    "side": st.sampled_from(["overblik", "kort"]),
    "kommune": st.sampled_from(sorted(NAMES)),
    "naboer": st.lists(st.sampled_from(sorted(NAMES)), unique=True, max_size=4).map(tuple),
    "dag": st.sampled_from(["2023-11-05", "2023-12-05"]),
    "tabel": st.sampled_from(sorted(TITLES)),
    "maaling": st.text(max_size=20),
})  # fmt: skip


@given(CHOSEN)
def test_what_is_written_is_read_again(chosen: address.Values) -> None:
    assert address.read(address.write(chosen, fields=FIELDS), fields=FIELDS) == chosen


def test_an_address_can_be_read_by_a_person_and_is_no_longer_than_it_must_be() -> None:
    first = address.read({}, fields=FIELDS)
    assert address.write(first, fields=FIELDS) == {}
    chosen = {**first, "kommune": "751", "naboer": ("151", "159"), "side": "kort"}
    assert address.write(chosen, fields=FIELDS) == {
        "kommune": "Aarhus",
        "naboer": "Ballerup,Gladsaxe",
        "side": "Danmarkskort",
    }
    assert address.read({"side": "kort"}, fields=FIELDS)["side"] == "kort"


@pytest.mark.parametrize("spelled", ["herlev", "HERLEV", " Herlev Kommune ", "163", "0163"])
def test_a_municipality_is_found_however_it_is_spelled(spelled: str) -> None:
    assert FIELDS[1].read(spelled) == "163"


# Those of municipalities that became part of another are no spellings.
NAMES_BEFORE = {"Bogense", "Brønderslev-Dronninglund"}


def test_older_spellings_are_found_too() -> None:
    aliases = {row["alias"] for row in reference_rows("area_aliases.csv")} - NAMES_BEFORE
    assert {alias: FIELDS[1].read(alias) for alias in aliases} == {alias: find(alias).code for alias in aliases}
    assert len(aliases) > 10


def test_every_name_and_code_is_its_own() -> None:
    assert {FIELDS[1].read(name) for name in NAMES.values()} == set(NAMES)
    assert [FIELDS[1].read(code) for code in NAMES] == list(NAMES)


@pytest.mark.parametrize(("typed", "near"), [("Herlv", "163"), ("Kobenhavn", "101"), ("Balerup", "151")])
def test_a_name_that_is_not_there_is_an_error_with_the_nearest(typed: str, near: str) -> None:
    with pytest.raises(NotThere, match=f"Der findes ikke en kommune, der hedder »{typed}«") as told:
        FIELDS[1].read(typed)
    assert near in told.value.nearest
    assert NAMES[near] in str(told.value)


def test_nowhere_is_an_error_too_and_so_is_a_day_of_no_figures() -> None:
    with pytest.raises(NotThere) as told:
        address.read({"kommune": "Nowhere"}, fields=FIELDS)
    assert len(told.value.nearest) == 3
    with pytest.raises(NotThere, match="De nærmeste er »2023-1"):
        address.read({"dag": "2023-11-06"}, fields=FIELDS)
