"""The pieces of the pages: orders, the map, comparisons, two days, any table, markup and downloads: pure functions."""

from __future__ import annotations

import csv
import doctest
import importlib
import io
import pkgutil
from datetime import date
from typing import Any

import pytest

import dashboards
from dashboards import (
    address,
    charts,
    compared,
    courses,
    downloads,
    editions,
    explored,
    markup,
    municipality_map,
    order,
    two_days,
)
from dashboards.shown import said_share
from tests.unit.dashboards.test_shown import BREAK, JULY, JUNE, YEAR_BEFORE, row, whole
from warehouse.areas import municipalities
from warehouse.catalogue.model import jobindsats
from warehouse.danish.writing import TIED

NAMES = {area.code: area.name for area in municipalities()}


def test_benefits_stand_in_the_order_of_the_catalogue() -> None:
    assert tuple(group.name for group in jobindsats().benefit_groups) == order.BENEFITS
    assert sorted(["Fleksjob", "Aa ny", "Sygedagpenge", "A-dagpenge"], key=order.benefit) == [
        "A-dagpenge", "Sygedagpenge", "Fleksjob", "Aa ny",
    ]  # fmt: skip


def test_danish_letters_come_last_and_aa_with_them() -> None:
    names = {"1": "Ærø", "2": "Aalborg", "3": "Ølby", "4": "Zealand", "5": "Ålum", "6": "ærlig"}
    ordered = order.in_danish_order(names)
    assert list(ordered.values()) == ["Zealand", "ærlig", "Ærø", "Ølby", "Aalborg", "Ålum"]


# ---- the map ------------------------------------------------------------------------------------------------


def test_the_map_has_every_municipality_once_and_no_two_in_one_place() -> None:
    tiles = municipality_map.tiles()
    assert tiles.keys() == NAMES.keys()
    assert (
        len({(tile["column"], tile["row"]) for tile in tiles.values()})
        == len({tile["short"] for tile in tiles.values()})
        == 98
    )
    assert all(1 <= int(tile["column"]) <= 17 and 1 <= int(tile["row"]) <= 13 for tile in tiles.values())


@pytest.mark.parametrize(
    ("of", "to_the", "than"),
    [("Thisted", "west", "Aalborg"), ("Esbjerg", "west", "Kolding"), ("Odense", "west", "Slagelse"),
     ("Kolding", "west", "Odense"), ("Slagelse", "west", "København"), ("København", "west", "Bornholm"),
     ("Hjørring", "north", "Aalborg"), ("Helsingør", "north", "København"), ("Aarhus", "north", "Vejle"),
     ("Gentofte", "north", "København"), ("Odense", "north", "Svendborg"), ("Køge", "north", "Vordingborg")],
)  # fmt: skip
def test_places_lie_on_the_map_as_they_do_in_the_country(of: str, to_the: str, than: str) -> None:
    tiles = {NAMES[code]: tile for code, tile in municipality_map.tiles().items()}
    axis = "column" if to_the == "west" else "row"
    assert int(tiles[of][axis]) < int(tiles[than][axis]) or (of, than) == ("København", "Bornholm")


def test_a_hidden_municipality_has_no_colour_and_its_word() -> None:
    numbers: municipality_map.Numbers = {code: (float(nth), "observed") for nth, code in enumerate(NAMES)}
    numbers["825"] = (None, "suppressed")
    placed = {place.code: place for place in municipality_map.places(numbers, names=NAMES, write=said_share)}
    assert (placed["825"].shade, placed["825"].told) == (None, "Læsø: skjult")
    shades = [place.shade for place in placed.values() if place.shade is not None]
    assert [19 <= shades.count(shade) <= 20 for shade in range(5)] == [True] * 5
    listed = municipality_map.ranked(numbers, names=NAMES, heading="Andel", write=said_share)
    assert listed[-1] == {"Kommune": "Læsø", "Andel": "skjult"}
    assert len(municipality_map.legend(numbers, write=said_share)) == 5


def test_a_map_of_one_number_has_one_class_and_none_has_none() -> None:
    alike: municipality_map.Numbers = dict.fromkeys(NAMES, (1.0, "observed"))
    assert municipality_map.limits(alike) == []
    assert municipality_map.legend(alike, write=said_share) == [f"1,0{TIED}%"]
    assert municipality_map.legend({}, write=said_share) == []


def test_a_change_on_the_map_is_none_of_hidden_of_few_or_across_a_break() -> None:
    def at(code: str, value: float | None, status: str = "observed") -> dict[str, Any]:
        return row("sick", JULY, value, status, area_code=code)

    now = [at("163", 110.0), at("825", None, "suppressed"), at("151", 22.0), at("101", 5.0)]
    before = [at("163", 100.0), at("825", 30.0), at("151", 19.0)]
    found = municipality_map.changes(now, before, broken=False)
    assert found["163"][0] == pytest.approx(10.0)
    assert [found[code][1] for code in ("825", "151", "101")] == ["suppressed", "too_few", "missing"]
    assert {status for _, status in municipality_map.changes(now, before, broken=True).values()} == {"series_break"}


# ---- comparisons --------------------------------------------------------------------------------------------

MONTHS = [date(2025, month, 1) for month in range(4, 10)]


def course(values: list[float | None], *, breaks: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    rows = [
        row("cash", month, value, "observed" if value is not None else "suppressed")
        for month, value in zip(MONTHS, values, strict=True)
    ]
    return courses.course(rows, totals=[], group="Cash", revised=[], breaks=breaks or [], newest=[])


def test_an_index_begins_where_all_have_a_number_and_after_the_newest_break() -> None:
    found = {"Herlev": course([50, None, 60, 80, 100, 120], breaks=[BREAK]), "Læsø": course([9] * 6, breaks=[BREAK])}
    stretch = compared.newest_stretch(found)
    assert [point["month"] for point in stretch["Herlev"]] == ["2025-07-01", "2025-08-01", "2025-09-01"]
    base = compared.base_month(stretch)
    assert base == "2025-07-01"
    indexed = compared.indexed(stretch, base=base)
    assert [point["value"] for point in indexed["Herlev"]] == [100.0, 125.0, 150.0]
    assert {point["value"] for point in indexed["Læsø"]} == {None}, "an index of nine persons would leap"
    assert compared.not_drawn(indexed) == "Ikke tegnet, fordi tallene er skjult, for få eller mangler: Læsø."
    assert list(compared.drawn(indexed)) == ["Herlev"]
    assert compared.newest_months(indexed, write=lambda value: f"{value:.0f}")[0] == {
        "Måned": "09-2025", "Herlev": "150", "Læsø": "for få",
    }  # fmt: skip


def test_where_all_is_hidden_there_is_no_base_and_nothing_is_drawn() -> None:
    hidden = {"Fanø": course([None] * 6)}
    assert compared.base_month(hidden) is None
    assert compared.drawn(hidden) == {}
    assert compared.base_month({"Fanø": course([None] * 6), "Herlev": course([None, *[30] * 5])}) == "2025-05-01"


def test_shares_over_time_are_hidden_with_their_counts() -> None:
    share: dict[str, Any] = {"share_of_workforce_pct": 0.4, "share_of_workforce_pct_status": "observed"}
    rows = [row("cash", JUNE, 30.0, **share), row("cash", JULY, None, "suppressed", **share)]
    points = courses.of_shares(rows, group="Cash", breaks=[], newest=[])
    assert [(point["value"], point["text"]) for point in points] == [
        (0.4, f"06-2025: 0,4{TIED}%"),
        (None, "07-2025: skjult"),
    ]


def test_lines_of_several_areas_have_a_colour_and_a_dash_each() -> None:
    drawn = charts.compared(
        {"Herlev": course([1, 2, 3, 4, 5, 6]), "Ærø": course([6] * 6)}, title="t", decimals=0
    ).to_dict()
    line = drawn["layer"][0]["encoding"]
    assert line["color"]["scale"]["domain"] == line["strokeDash"]["scale"]["domain"] == ["Herlev", "Ærø"]
    assert len(set(map(str, charts.DASHES))) == len(set(charts.COLOURS)) == 6


# ---- two days -----------------------------------------------------------------------------------------------


def test_two_days_stand_side_by_side_with_the_difference_and_what_moved() -> None:
    before = two_days.known(
        [row("sick", JUNE, 264.0), row("cash", JUNE, None, "suppressed"), row("cash", YEAR_BEFORE, 5.0)],
        totals=[whole(JUNE, None, "suppressed")],
    )
    after = two_days.known(
        [row("sick", JUNE, 272.0), row("cash", JUNE, 4.0), row("cash", YEAR_BEFORE, 5.0), row("cash", JULY, 7.0)],
        totals=[whole(JUNE, 276.0), whole(JULY, 7.0)],
    )
    days = ("A", "B")
    lines = two_days.of_month(before, after, month=JUNE, days=days)
    assert lines == [
        {"Ydelse": "Cash", "A": "skjult", "B": "4", "Forskel": "skjult"},
        {"Ydelse": "Sick", "A": "264", "B": "272", "Forskel": "+8"},
        {"Ydelse": "Alle ydelser", "A": "skjult", "B": "276", "Forskel": "skjult"},
    ]
    moved = two_days.moved(before, after)
    assert [(each["ydelse"], each["måned"]) for each in moved] == [("Cash", JUNE), ("Sick", JUNE)]
    assert two_days.as_table(moved, days=days)[1] == {
        "Ydelse": "Sick", "Måned": "juni 2025", "A": "264", "B": "272", "Forskel": "+8",
    }  # fmt: skip
    assert two_days.moved(after, after) == []


# ---- any table ----------------------------------------------------------------------------------------------


def observed(period: str, value: float | None, status: str = "observed", **also: Any) -> dict[str, Any]:
    day = date(int(period[:4]), int(period[5:]), 1)
    return {
        "table_id": "adopted", "label": "Antal personer", "unit": "persons", "member": "", "period": period, "value": value,
        "status": status, "period_first_day": day, "period_last_day": day.replace(day=28), "series_break": None,
        "series_break_caveat": None, "area_name": "Herlev", "vintage_id": 7, **also,
    }  # fmt: skip


def test_any_table_shows_its_newest_periods_in_its_units_and_a_hole_where_a_value_is_hidden() -> None:
    rows = [
        observed("2023M09", 1234.0), observed("2023M10", None, "suppressed"), observed("2023M11", 1250.0),
        observed("2023M11", 6.25, label="Andel", unit="pct"),
    ]  # fmt: skip
    assert explored.newest(rows) == [
        {"Periode": "november 2023", "Antal personer": "1.250", "Andel": "6,25"},
        {"Periode": "oktober 2023", "Antal personer": "skjult", "Andel": "mangler"},
        {"Periode": "september 2023", "Antal personer": "1.234", "Andel": "mangler"},
    ]
    points = explored.course(rows[:3])
    assert points[0]["stretch"] != points[2]["stretch"]
    assert [point["value"] for point in points] == [1234.0, None, 1250.0]
    assert explored.members([*rows, observed("2023M11", 1.0, member="Mænd")]) == {"I alt": "I alt", "Mænd": "Mænd"}


def test_every_unit_of_the_catalogue_has_a_danish_word() -> None:
    units = {measure.unit for table in jobindsats().tables for measure in table.measures}
    assert units <= explored.UNITS.keys()


# ---- markup, downloads, editions ----------------------------------------------------------------------------


def test_a_table_has_heads_for_rows_and_columns_and_escapes_what_it_holds() -> None:
    said = markup.table([{"Ydelse": "<b>&", "Tal": "1.234", "Ord": "ja"}], caption='"x"', words={"Ord"})
    assert '<th scope="row">&lt;b&gt;&amp;</th><td class="tal">1.234</td><td>ja</td>' in said
    assert '<th scope="col" class="tal">Tal</th>' in said
    assert "<caption>&quot;x&quot;</caption>" in said


def test_the_map_is_one_picture_with_a_sentence() -> None:
    place = markup.Place("163", "Herl", 14, 7, "Herlev: 1,0 %", 2)
    said = markup.tile_map([place], own="163", summary="Kort", legend=["lav"])
    assert 'role="img" aria-label="Kort"' in said
    assert 'class="felt klasse2 egen" style="grid-column:14;grid-row:7" title="Herlev: 1,0 %">Herl<' in said


def test_a_download_opens_in_danish_excel_and_says_its_source_and_day() -> None:
    rows = [
        {"ydelse": "=1+1; x", "antal": 2882, "andel": 0.54, "hidden": None},
        {"ydelse": "b", "antal": 1, "andel": 100.0, "hidden": None},
    ]
    given = downloads.as_csv(rows, known_on=date(2023, 12, 5), source="Egen")
    assert given.startswith(b"\xef\xbb\xbf")
    first, second = csv.DictReader(io.StringIO(given.decode("utf-8-sig")), delimiter=";")
    assert first == {
        "ydelse": "'=1+1; x", "antal": "2882", "andel": "0,54", "hidden": "", "kilde": "Egen", "som_kendt": "2023-12-05",
    }  # fmt: skip
    assert second["andel"] == "100"


def test_a_table_in_quarantine_is_named_and_every_outcome_has_a_danish_word() -> None:
    from warehouse.schema.ops import OUTCOMES

    held = {"title": "Sygedagpenge", "last_outcome": "quarantined"}
    assert editions.quarantined([held, {"title": "Fleksjob", "last_outcome": "published"}]) == (
        "Den nyeste udgave er holdt tilbage, til den er efterset (karantæne): Sygedagpenge."
    )
    assert editions.quarantined([]) == ""
    assert set(OUTCOMES) == editions.OUTCOMES.keys()


def test_the_examples_in_the_text_hold() -> None:
    found = [
        each.name
        for each in pkgutil.iter_modules(dashboards.__path__)
        if each.name not in ("app", "__main__", "views", "choices")
    ]
    tried = [doctest.testmod(importlib.import_module(f"dashboards.{name}")) for name in found]
    assert sum(each.failed for each in tried) == 0
    assert sum(each.attempted for each in tried) >= 10
    assert address.link({}) == "?"
