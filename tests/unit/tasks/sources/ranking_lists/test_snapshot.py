"""The ministry's lists are read to the same cells from every layout; what does not hang together is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from tasks.sources.cells import KEY, SCHEMA
from tasks.sources.documents.file_kind import kind_of
from tasks.sources.documents.sandbox import read_pages
from tasks.sources.ranking_lists.snapshot import RankingList, list_on, read_list
from tasks.stoppages import ListUnreadable
from tests.standin import published_ranks, ranking_files
from tests.standin.ranking_files import LAYOUT_2018, Layout, PrintedRow, as_pdf, as_xlsx, reordered, synthetic_rows
from warehouse.areas import find
from warehouse.catalogue.model import ranking_lists
from warehouse.periods import Period

PERIOD = Period.parse("2023QMAT02")

TITLE = ranking_files.title("ranking_all", PERIOD)

ROWS = synthetic_rows("ranking_all", PERIOD)

LAYOUTS = {
    "as on the web": Layout(),
    "without rules": Layout(ruled=False),
    "a heading over two columns": Layout(group_heading=True),
    "a heading over two columns, without rules": Layout(group_heading=True, ruled=False),
    "as in 2018": LAYOUT_2018,
    "as in 2018, without rules": replace(LAYOUT_2018, ruled=False),
    "a header on the first page only": Layout(repeat_header=False),
    "an en dash for minus": Layout(minus="–"),
    "numbers as texts": Layout(typed=False, minus="−"),
    "other words, another order": reordered(
        Layout(headings=ranking_files.HEADINGS_OTHERWISE),
        ("municipality", "gap_full_time_persons", "rank", "gap_pct_point"),
    ),
}


def written_as(kind: str) -> Callable[..., bytes]:
    return as_pdf if kind == "pdf" else as_xlsx


def read_here(content: bytes, *, name: str) -> RankingList:
    """As `read_list` does, without a process of its own."""
    return list_on(read_pages(content, kind=kind_of(content, name=name), name=name), name=name)


def workbook(*rows: Sequence[Any], sheet: str = "Ark1") -> bytes:
    """A workbook with one sheet of these rows."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
    return stream.getvalue()


def values(found: RankingList, measure: str) -> dict[str, float]:
    """A measure's values by municipality."""
    names = {area.key: area.name for area in (find(row.municipality) for row in ROWS)}
    rows = found.cells.filter(pl.col("measure") == measure)
    return {names[area]: value for area, value in rows.select("area_id", "value").rows()}


def printed(rows: Sequence[PrintedRow], measure: str) -> dict[str, float]:
    return {row.municipality: float(row.values[measure]) for row in rows}


def rows_of(
    *municipalities: str, points: Sequence[str | float] = (), persons: Sequence[float] = ()
) -> list[PrintedRow]:
    """Rows ranked as they come, with points or persons or both."""
    rows = [PrintedRow(at, name, {}) for at, name in enumerate(municipalities, start=1)]
    for measure, found in (("gap_pct_point", points), ("gap_full_time_persons", persons)):
        if found:
            rows = [
                replace(row, values={**row.values, measure: Decimal(str(value))})
                for row, value in zip(rows, found, strict=True)
            ]
    return rows


def read(rows: Sequence[PrintedRow], *, layout: Layout | None = None, title: str = TITLE) -> RankingList:
    columns = ("rank", "municipality", *rows[0].values)
    return read_here(as_xlsx(rows, heading=title, layout=layout or Layout(columns=columns)), name="list.xlsx")


def refused(rows: Sequence[PrintedRow], *, layout: Layout | None = None, title: str = TITLE) -> str:
    with pytest.raises(ListUnreadable) as stopped:
        read(rows, layout=layout, title=title)
    assert stopped.value.outcome == "quarantined"
    return str(stopped.value)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_all_98_are_read_from_every_layout(kind: str, layout: Layout) -> None:
    found = read_here(written_as(kind)(ROWS, heading=TITLE, layout=layout), name=f"list.{kind}")
    assert (found.table_id, found.period, found.complete) == ("ranking_all", PERIOD, True)
    assert found.gap_is == "actual - expected"
    assert values(found, "rank") == {row.municipality: row.rank for row in ROWS}
    measures = set(layout.columns) - {"rank", "municipality"}
    assert set(found.cells["measure"]) == measures | {"rank"}
    for measure in measures - {"potential_dkk"}:
        assert values(found, measure) == printed(ROWS, measure)


def test_cells_have_the_shape_that_every_source_is_read_to() -> None:
    cells = read(ROWS).cells
    assert cells.schema == SCHEMA
    assert cells.equals(cells.sort(KEY))
    assert set(cells["members"]) == {"{}"}
    assert set(cells["status"]) == {"observed"}
    assert set(cells["period_id"]) == {PERIOD.key}


def test_a_pdf_of_all_98_and_a_workbook_of_the_ten_best_give_the_same_ranks() -> None:
    whole = read_list(as_pdf(ROWS, heading=TITLE), name="all.pdf")
    best = read_list(as_xlsx(ROWS[:10], heading=TITLE), name="top-10.xlsx")
    assert (whole.complete, best.complete) == (True, False)
    assert best.cells.join(whole.cells, on=best.cells.columns, how="anti").is_empty()
    assert values(best, "rank") == {row.municipality: row.rank for row in ROWS[:10]}


@pytest.mark.parametrize("table_id", list(ranking_files.LISTS))
@pytest.mark.parametrize("period", ["2022QMAT04", "2023QMAT02", "2023QMAT04"])
def test_each_list_of_each_half_year_is_known_by_its_title(table_id: str, period: str) -> None:
    title = ranking_files.title(table_id, Period.parse(period))
    found = read(synthetic_rows(table_id, Period.parse(period))[:10], layout=Layout(), title=title)
    assert (found.table_id, str(found.period)) == (table_id, period)


@pytest.mark.parametrize("place", published_ranks.HERLEV, ids=lambda place: f"{place.table_id} {place.period}")
def test_herlevs_places_come_out_of_the_synthetic_lists(place: published_ranks.Place) -> None:
    period = Period.parse(place.period)
    title = ranking_files.title(place.table_id, period)
    found = read(synthetic_rows(place.table_id, period), layout=Layout(), title=title)
    assert values(found, "rank")["Herlev"] == place.rank


def first_list() -> list[PrintedRow]:
    """The five first of November 2018, as they were printed."""
    return [
        PrintedRow(
            rank,
            municipality,
            {
                "expected_full_time_persons": Decimal(expected),
                "actual_full_time_persons": Decimal(actual),
                "gap_full_time_persons": Decimal(gap),
                "potential_dkk": Decimal(str(potential)),
            },
        )
        for (rank, municipality), (expected, actual, gap, potential) in published_ranks.FIRST_LIST.items()
    ]


@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_the_first_list_is_read_in_kroner_and_its_sign_by_faktisk_and_forventet(kind: str) -> None:
    title = f"{TITLE}. Offentliggjort 2. november 2018"
    found = read_here(written_as(kind)(first_list(), heading=title, layout=LAYOUT_2018), name=f"list.{kind}")
    assert found.gap_is == "actual - expected"
    assert found.published_on == date(2018, 11, 2)
    assert values(found, "potential_dkk")["Frederiksberg"] == -57_300_000
    assert values(found, "gap_full_time_persons")["Nyborg"] == -220
    assert values(found, "expected_full_time_persons")["Hedensted"] == 2080


def test_the_best_may_have_no_persons_fewer_than_expected() -> None:
    rows = rows_of("Læsø", "Hørsholm", "Aalborg", points=[-0.7, -0.4, -0.3], persons=[0, -50, -390])
    found = read(rows)
    assert found.gap_is == "actual - expected"
    assert values(found, "gap_full_time_persons")["Læsø"] == 0
    assert values(found, "gap_pct_point")["Læsø"] == -0.7


def test_the_ten_best_of_march_2024_need_no_figures() -> None:
    rows = rows_of(*published_ranks.TOP_TEN_2023)
    found = read(rows)
    assert values(found, "rank")["Faaborg-Midtfyn"] == 9
    assert found.gap_is is None


# ---- completeness -------------------------------------------------------------------------------------------
def test_a_list_of_97_names_who_is_missing() -> None:
    without = [row for row in ROWS if row.municipality != "Herlev"]
    message = refused(without, layout=Layout())
    assert "97 rows" in message
    assert "Missing places: 17." in message
    assert "Missing municipalities: Herlev." in message


def test_a_place_twice_is_named() -> None:
    assert "the place 3 stands there more than once" in refused([*ROWS[:5], replace(ROWS[5], rank=3)], layout=Layout())


def test_a_municipality_twice_is_named() -> None:
    twice = [*ROWS[:5], replace(ROWS[5], municipality=ROWS[0].municipality)]
    assert f"the municipality {ROWS[0].municipality} stands there more than once" in refused(twice, layout=Layout())


def test_a_gap_in_the_places_of_a_top_list_is_named() -> None:
    assert "Missing places: 4." in refused([*ROWS[:3], *ROWS[4:8]], layout=Layout())


def test_a_top_list_has_at_most_20_places() -> None:
    assert not read(ROWS[:20], layout=Layout()).complete
    assert "21 rows" in refused(ROWS[:21], layout=Layout())


def test_a_place_beyond_98_is_named() -> None:
    assert "Places that do not exist: 99." in refused([*ROWS[:97], replace(ROWS[97], rank=99)], layout=Layout())


@pytest.mark.parametrize("at", [0, 4, 9], ids=["first", "amid", "last"])
@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_an_unknown_municipality_stops_the_list_wherever_it_stands(kind: str, at: int) -> None:
    rows = [replace(row, municipality="Hærlev") if row.rank == at + 1 else row for row in ROWS[:10]]
    with pytest.raises(ListUnreadable, match="no area is called 'Hærlev'; did you mean Herlev") as stopped:
        read_here(written_as(kind)(rows, heading=TITLE), name=f"list.{kind}")
    assert "page 1" in str(stopped.value) or "sheet 'Rangliste'" in str(stopped.value)


@pytest.mark.parametrize("spelled", ["Århus", "Aarhus Kommune", "AARHUS", "Aarhus*", "Aarhus 1)"])
def test_other_spellings_and_marks_of_notes_are_read(spelled: str) -> None:
    assert values(read(rows_of(spelled, "Odense", points=[-1, 0])), "rank") == {"Aarhus": 1, "Odense": 2}


def test_a_region_is_no_municipality() -> None:
    assert "'Region Sjælland' is not one of the 98" in refused(
        rows_of("Aarhus", "Region Sjælland", "Odense", points=[-1, 0, 1])
    )


HEADER = ["Plads", "Kommune", "Forskel (pct. point)"]


def test_the_row_of_the_country_is_not_read() -> None:
    body = workbook([TITLE], HEADER, [1, "Aarhus", -1], [2, "Odense", 0], [None, "Hele landet", 0])
    assert values(read_here(body, name="list.xlsx"), "rank") == {"Aarhus": 1, "Odense": 2}


@pytest.mark.parametrize(
    ("torn", "column"),
    [
        ([None, "Vejle", 0.5], "Plads"),
        ([None, "Vejle"], "Plads"),
        ([3, None, 0.5], "Kommune"),
        ([3, "Vejle"], "Forskel"),
    ],
    ids=str,
)
def test_a_row_that_lacks_a_cell_is_not_taken_for_a_note(torn: list[Any], column: str) -> None:
    body = workbook([TITLE], HEADER, [1, "Aarhus", -1], [2, "Odense", 0], torn)
    with pytest.raises(ListUnreadable, match=rf"the column '{column}.*' is empty"):
        read_here(body, name="list.xlsx")


def test_notes_are_no_rows() -> None:
    note = [1, "Antal er afrundet til nærmeste 10, og derfor kan forskellen afvige."]
    body = workbook(
        [TITLE], HEADER, [1, "Aarhus", -1], [2, "Odense", 0], [], note, ["Kilde: Jobindsats.dk"], ["Side", 1]
    )
    assert values(read_here(body, name="list.xlsx"), "rank") == {"Aarhus": 1, "Odense": 2}


# ---- the sign -----------------------------------------------------------------------------------------------
NAMES = [row.municipality for row in ROWS[:5]]


def test_the_sign_is_told_by_the_order_of_the_points() -> None:
    assert read(rows_of(*NAMES, points=[-0.7, -0.4, -0.3, -0.3, 0])).gap_is == "actual - expected"
    assert read(rows_of(*NAMES, points=[0.7, 0.4, 0.3, 0.3, 0])).gap_is == "expected - actual"


def test_a_list_that_subtracts_the_other_way_keeps_its_sign() -> None:
    rows = synthetic_rows("ranking_all", PERIOD, sign=-1)
    found = read(rows, layout=LAYOUT_2018)
    assert found.gap_is == "expected - actual"
    assert values(found, "gap_full_time_persons") == printed(rows, "gap_full_time_persons")


def test_the_sign_is_told_by_where_persons_change_theirs() -> None:
    assert read(rows_of(*NAMES, persons=[-20, -900, 0, 30, 10])).gap_is == "actual - expected"
    assert read(rows_of(*NAMES, persons=[20, 900, 0, -30, 10])).gap_is == "expected - actual"


@pytest.mark.parametrize(
    "rows",
    [
        rows_of(*NAMES, points=[0] * 5),
        rows_of(*NAMES, points=[-0.3] * 5),
        rows_of(*NAMES[:1], points=[-0.7]),
        rows_of(*NAMES, points=[0.1, 0.2, 0.3, 0.4, 0.5]),
        rows_of(*NAMES, persons=[-20, -900, -10, -30, -50]),
    ],
    ids=["all nought", "all the same", "one row", "the best above expectation", "persons of one sign"],
)
def test_where_the_rows_cannot_tell_nobody_does(rows: list[PrintedRow]) -> None:
    assert read(rows).gap_is is None


@pytest.mark.parametrize(
    ("rows", "culprit"),
    [
        (rows_of(*NAMES, points=[-0.7, -0.4, 0.3, -0.3, -0.2]), f"place 4, {NAMES[3]}"),
        (rows_of(*NAMES, persons=[-20, 900, -40, 30, 50]), f"place 3, {NAMES[2]}"),
        (rows_of(*NAMES[:2], points=[-0.7, -0.4], persons=[-50, 40]), f"{NAMES[1]} has 40 persons and -0.4 points"),
    ],
    ids=["points turn", "persons turn twice", "persons against points"],
)
def test_rows_that_contradict_each_other_about_the_sign_are_named(rows: list[PrintedRow], culprit: str) -> None:
    message = refused(rows)
    assert "contradict each other about the sign" in message
    assert culprit in message


def with_gap(row: PrintedRow, gap: int) -> PrintedRow:
    return replace(row, values={**row.values, "gap_full_time_persons": Decimal(gap)})


def test_a_difference_within_rounding_is_taken_and_one_beyond_is_named() -> None:
    nyborg, *others = first_list()
    assert read([with_gap(nyborg, -230), *others], layout=LAYOUT_2018).gap_is == "actual - expected"
    assert "'1 Nyborg 1620 1840 -240 -16,3'" in refused([with_gap(nyborg, -240), *others], layout=LAYOUT_2018)


def test_a_minus_that_was_lost_is_named() -> None:
    nyborg, *others = first_list()
    assert "Nyborg one way" in refused([with_gap(nyborg, 220), *others], layout=LAYOUT_2018)


# ---- columns and cells --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "heading", ["Ændring siden sidste måling (pct. point)", "Andel i pct.", "Region", "Potentiale", "Forventet"]
)
def test_a_column_that_is_not_known_is_named(heading: str) -> None:
    body = workbook([TITLE], ["Plads", "Kommune", heading], [1, "Aarhus", -1], [2, "Odense", 0])
    with pytest.raises(ListUnreadable, match="Expected the columns Plads") as stopped:
        read_here(body, name="list.xlsx")
    assert heading in str(stopped.value)


OTHER_ORDER = reordered(Layout(), ("municipality", "gap_full_time_persons", "gap_pct_point", "rank"))


def test_each_page_is_read_by_its_own_header() -> None:
    body = ranking_files.as_pdf_of_pages([(ROWS[:5], Layout()), (ROWS[5:10], OTHER_ORDER)], heading=TITLE)
    assert read_here(body, name="list.pdf").cells.equals(read(ROWS[:10], layout=Layout()).cells)


def test_a_later_page_with_a_header_nobody_knows_is_not_read_by_the_one_before() -> None:
    unknown = replace(OTHER_ORDER, headings=dict.fromkeys(ranking_files.HEADINGS, "Andet"))
    body = ranking_files.as_pdf_of_pages([(ROWS[:5], Layout()), (ROWS[5:10], unknown)], heading=TITLE)
    with pytest.raises(ListUnreadable, match="page 2: the column 'Andet' is not known"):
        read_here(body, name="list.pdf")


def test_several_lists_in_one_file_are_told_apart_by_no_guess() -> None:
    body = ranking_files.as_pdf_of_pages([(ROWS[:5], Layout()), (ROWS[:5], Layout())], heading=TITLE)
    with pytest.raises(ListUnreadable, match="If the file holds several lists, save each"):
        read_here(body, name="list.pdf")


def test_two_columns_of_one_meaning_are_named() -> None:
    body = workbook([TITLE], [*HEADER, "Procentpoint"], [1, "Aarhus", -1, -1], [2, "Odense", 0, 0])
    with pytest.raises(ListUnreadable, match="two columns mean the same"):
        read_here(body, name="list.xlsx")


def test_an_english_number_is_not_guessed_at() -> None:
    body = workbook([TITLE], HEADER, [1, "Aarhus", "-0,1"], [2, "Odense", "-0.1"])
    with pytest.raises(ListUnreadable, match=r"the row '2 Odense -0\.1'.*expected a Danish number"):
        read_here(body, name="list.xlsx")


def test_a_workbooks_per_cents_are_points() -> None:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page, per_cent = book.add_worksheet(), book.add_format({"num_format": "0.0%"})
        page.write_row(0, 0, [TITLE])
        page.write_row(1, 0, HEADER)
        page.write_row(2, 0, [1, "Aarhus", -0.007], per_cent)
        page.write_row(3, 0, [2, "Odense", 0])
        page.write(2, 0, 1)
    assert values(read_here(stream.getvalue(), name="list.xlsx"), "gap_pct_point") == {"Aarhus": -0.7, "Odense": 0}


def test_the_sheets_name_is_a_title_too() -> None:
    period = "2. halvår 2022 - 1. halvår 2023"
    body = workbook([period], HEADER, [1, "Aarhus", -1], [2, "Odense", 0], sheet="Kontanthjælp")
    assert read_here(body, name="list.xlsx").table_id == "ranking_cash_assistance"


def test_a_title_without_benefits_or_period_is_helped_by_the_files_name() -> None:
    body = as_pdf(ROWS[:10], heading="Top 10")
    name = "kommunernes-placering-paa-ranglisten-for-sygedagpengeomraadet-2-halvaar-2022-1-halvaar-2023.pdf"
    found = read_here(body, name=name)
    assert (found.table_id, str(found.period)) == ("ranking_sickness_benefit", "2023QMAT02")
    with pytest.raises(ListUnreadable, match="none of the four lists"):
        read_here(body, name="liste.pdf")
    with pytest.raises(ListUnreadable, match="names no period"):
        read_here(body, name="rangliste-alle-ydelser.pdf")


def test_the_catalogue_declares_what_is_read() -> None:
    catalogue = ranking_lists()
    assert {table.id for table in catalogue.tables} == set(ranking_files.LISTS)
    for table in catalogue.tables:
        assert {measure.name for measure in table.measures} == set(ranking_files.HEADINGS) - {"municipality"}
        assert (table.coverage, table.breakdowns) == ("sparse", ())
        assert not any(measure.country for measure in table.measures)
