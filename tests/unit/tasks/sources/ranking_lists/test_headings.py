"""Titles, files' names and Danish numbers: what they say, and when they say too little or too much."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tasks.sources.ranking_lists.headings import TitleUnclear, period, published_on, table_id
from tasks.sources.ranking_lists.table import number, rank
from warehouse.danish.writing import as_typed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.620", "1620"),
        ("-0,3", "-0.3"),
        ("−16,3", "-16.3"),
        ("–220", "-220"),
        ("- 50", "-50"),
        ("+0,4", "0.4"),
        (" 0 ", "0"),
        ("-0,0", "0.0"),
        ("1.234.567,89", "1234567.89"),
        ("12345", "12345"),
    ],
)
def test_a_danish_number_is_read(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "–",
        ".",
        "..",
        "-0.3",
        "1.62",
        "1,2,3",
        "1.6200",
        "0,3 pct.",
        "ti",
        "1e3",
        "(50)",
        "0.492",
        "012.345",
        "٣",
        "1" * 31,
    ],
)
def test_what_is_no_danish_number_is_none(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(
    ("text", "place"), [("17", 17), ("17.", 17), ("17. plads", 17), ("1,5", None), ("-1", None), ("", None)]
)
def test_a_place_is_a_whole_number(text: str, place: int | None) -> None:
    assert rank(text) == place


def test_a_number_is_written_as_it_is_read() -> None:
    assert as_typed(Decimal("-0.30")) == "-0,30"
    assert number(as_typed(Decimal("1E+4"))) == 10_000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2. halvår 2022 – 1. halvår 2023", "2023QMAT02"),
        ("1. halvår 2023 – 2. halvår 2023", "2023QMAT04"),
        ("1. halvår 2023-2. halvår 2023", "2023QMAT04"),
        ("2. HALVÅR 2022 til 1. halvår 2023", "2023QMAT02"),
        ("2. halva\u030ar 2022 — 1. halva\u030ar 2023", "2023QMAT02"),
        ("1.-2. halvår 2023", "2023QMAT04"),
        ("1. og 2. halvår 2023", "2023QMAT04"),
        ("2023QMAT02", "2023QMAT02"),
    ],
)
def test_a_period_is_two_half_years(text: str, found: str) -> None:
    assert str(period(["Rangliste", text], name="x.pdf")) == found
    assert str(period([], name=f"rangliste {text}.pdf")) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("rangliste_2-halvaar-2022-1-halvaar-2023.pdf", "2023QMAT02"),
        ("top-10_2023QMAT04_alle.xlsx", "2023QMAT04"),
    ],
)
def test_a_files_name_says_the_period_where_the_title_is_silent(name: str, found: str) -> None:
    assert str(period(["Rangliste"], name=name)) == found
    assert str(period(["1. halvår 2018 – 2. halvår 2018"], name=name)) == "2018QMAT04"


@pytest.mark.parametrize(
    ("titles", "words"),
    [
        ([], "names no period"),
        (["1. halvår 2023"], "names no period"),
        (["1. halvår 2022 – 1. halvår 2023"], "do not follow each other"),
        (["2. halvår 2023 – 1. halvår 2023"], "do not follow each other"),
        (["1. halvår 2022 – 2. halvår 2022", "2. halvår 2022 – 1. halvår 2023"], "more than one period"),
        (["2023QMAT03"], "does not end with a half-year"),
        (["2023QMAT07"], "is not a period"),
        (["1. halvår 0001 – 2. halvår 0001"], "is not a period"),
    ],
)
def test_a_title_that_names_no_one_period_says_why(titles: list[str], words: str) -> None:
    with pytest.raises(TitleUnclear, match=words):
        period(titles, name="rangliste.pdf")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Kommunernes placering på ranglisten for alle ydelser", "ranking_all"),
        ("Alle ydelser (dagpenge, kontanthjælp og sygedagpenge)", "ranking_all"),
        ("Samlet rangliste", "ranking_all"),
        ("Rangliste for A-dagpenge", "ranking_unemployment_insurance"),
        ("Ranglisten for kontanthjælpsområdet", "ranking_cash_assistance"),
        ("RANGLISTEN FOR SYGEDAGPENGE", "ranking_sickness_benefit"),
    ],
)
def test_a_title_says_which_list_it_is(text: str, found: str) -> None:
    assert table_id(["Beskæftigelsesministeriet", text, "Se også dagpenge"], name="x.pdf") == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("kommunernes-placering-paa-ranglisten-for-alle-ydelser.pdf", "ranking_all"),
        ("kommunernes-placering-paa-ranglisten-for-dagpengeomraadet.pdf", "ranking_unemployment_insurance"),
        ("kommunernes-placering-paa-ranglisten-for-kontanthjaelpsomraadet.PDF", "ranking_cash_assistance"),
        ("kommunernes-placering-paa-ranglisten-for-sygedagpengeomraadet.xlsx", "ranking_sickness_benefit"),
    ],
)
def test_the_ministrys_files_say_by_their_names_which_list_they_are(name: str, found: str) -> None:
    assert table_id(["Top 10"], name=name) == found


def test_a_title_that_names_several_lists_or_none_says_so() -> None:
    with pytest.raises(TitleUnclear, match="more than one list"):
        table_id(["Dagpenge og sygedagpenge"], name="x.pdf")
    with pytest.raises(TitleUnclear, match="none of the four lists"):
        table_id(["Rangliste"], name="x.pdf")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Offentliggjort 2. november 2018", date(2018, 11, 2)),
        ("offentliggjort den 2.november 2018.", date(2018, 11, 2)),
        ("Publiceret: 02-11-2018", date(2018, 11, 2)),
        ("Udgivet d. 2/11/2018", date(2018, 11, 2)),
        ("Offentliggjort 31. februar 2018", None),
        ("Offentliggjort oktober 2023", None),
        ("Opgjort 30. juni 2023", None),
        ("", None),
    ],
)
def test_the_day_of_publication_is_read_where_it_is_said_to_be_one(text: str, day: date | None) -> None:
    assert published_on(["Rangliste", text]) == day
