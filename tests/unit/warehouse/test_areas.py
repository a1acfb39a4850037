"""The country, regions, landsdele and the 98 municipalities, by code and by whatever a person calls them."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from warehouse.areas import COUNTRY, UNKNOWN_AREA, Area, AreaUnknown, all_areas, by_publisher_name, find, municipalities


def test_there_are_98_municipalities_in_five_regions_and_eleven_landsdele() -> None:
    kinds = Counter(area.kind for area in all_areas())
    assert kinds == {"country": 1, "region": 5, "landsdel": 11, "municipality": 98, "unknown": 1}
    assert len(municipalities()) == 98


def test_codes_names_and_keys_tell_areas_apart() -> None:
    areas = all_areas()
    for values in ([a.code for a in areas], [a.key for a in areas], [a.name for a in areas]):
        assert len(set(values)) == len(areas)
    assert areas[0].code == COUNTRY


def test_every_municipality_has_its_four_digit_code_and_a_landsdel_in_a_region() -> None:
    by_code = {area.code: area for area in all_areas()}
    for area in municipalities():
        assert area.code4 == area.code.zfill(4)
        landsdel = by_code[area.parent_code or ""]
        assert landsdel.kind == "landsdel"
        assert by_code[landsdel.parent_code or ""].kind == "region"
        assert landsdel.nuts3 == area.nuts3
        assert area.valid_from is not None
        assert area.valid_to is None


@pytest.mark.parametrize(
    ("written", "code", "name"),
    [
        ("Herlev", "163", "Herlev"),
        ("herlev", "163", "Herlev"),
        (" Herlev ", "163", "Herlev"),
        ("Herlev Kommune", "163", "Herlev"),
        ("HERLEV KOMMUNE", "163", "Herlev"),
        ("0163", "163", "Herlev"),
        ("163", "163", "Herlev"),
        ("Ishøj", "183", "Ishøj"),
        ("Ishøj Kommune", "183", "Ishøj"),
        ("Københavns Kommune", "101", "København"),
        ("Århus", "751", "Aarhus"),
        ("Århus Kommune", "751", "Aarhus"),
        ("Ålborg", "851", "Aalborg"),
        ("Åbenrå", "580", "Aabenraa"),
        ("Høje Taastrup", "169", "Høje-Taastrup"),
        ("Bornholms Regionskommune", "400", "Bornholm"),
        ("Bornholm", "400", "Bornholm"),
        ("Hele landet", "000", "Hele landet"),
        ("Region Hovedstaden", "1084", "Region Hovedstaden"),
        ("Nordfyn", "480", "Nordfyns"),
    ],
)
def test_a_person_finds_an_area_by_name_old_spelling_or_code(written: str, code: str, name: str) -> None:
    found = find(written)
    assert (found.code, found.name) == (code, name)


@pytest.mark.parametrize(
    ("written", "offered"),
    [("Herlv", "Herlev"), ("Ishoj", "Ishøj"), ("Lyngby", "Lyngby-Taarbæk"), ("Randes", "Randers")],
)
def test_a_misspelling_is_an_error_that_offers_the_nearest(written: str, offered: str) -> None:
    with pytest.raises(AreaUnknown) as stopped:
        find(written)
    assert f"'{written}'" in str(stopped.value)
    assert offered in str(stopped.value)


@pytest.mark.parametrize("written", ["", "xyzzy", "99999", "-1", "16３"])
def test_nonsense_is_an_error_without_an_offer_of_nonsense(written: str) -> None:
    with pytest.raises(AreaUnknown, match="no area is called"):
        find(written)


def test_only_the_publishers_own_names_are_taken_from_the_publisher() -> None:
    names = by_publisher_name()
    assert names["Hele landet"].code == COUNTRY
    assert names["Uoplyst område"].code == UNKNOWN_AREA
    assert names["Ishøj"].code == "183"
    assert not {"Århus", "herlev", "163", "Herlev Kommune"} & set(names)
    assert len(names) == len(all_areas())


def test_every_name_in_the_real_editions_is_known(real: Path) -> None:
    text = (real / "editions" / "y25i01" / "2026M07.csv").read_text(encoding="utf-8-sig")
    written = {row["Område"] for row in csv.DictReader(text.splitlines())}
    assert written == {"Hele landet", *(area.name for area in municipalities())}


def test_every_name_and_code_finds_its_own_area() -> None:
    def found(area: Area) -> list[Area]:
        return [find(text) for text in (area.name, area.code, area.code4 or area.code)]

    assert [found(area) for area in all_areas()] == [[area] * 3 for area in all_areas()]
