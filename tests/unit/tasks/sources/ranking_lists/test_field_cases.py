"""Lists with the faults of real ones are read as a person sees them, or refused; the files lie beside the project."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.sources.documents.file_kind import kind_of
from tasks.sources.documents.page import Cell, Line, Span
from tasks.sources.documents.pdf import _raised
from tasks.sources.documents.sandbox import read_pages
from tasks.sources.ranking_lists.headings import HeaderUnclear, named
from tasks.sources.ranking_lists.snapshot import RankingList, list_on
from tasks.stoppages import ListUnreadable
from warehouse.areas import find


def read(content: bytes, *, name: str) -> RankingList:
    """As `read_list` does, without a process of its own."""
    return list_on(read_pages(content, kind=kind_of(content, name=name), name=name), name=name)


def case(field_cases: Path, name: str) -> RankingList:
    return read((field_cases / "ranking_lists" / name).read_bytes(), name=name)


def values_of(found: RankingList, municipality: str) -> dict[str, float]:
    rows = found.cells.filter(area_id=find(municipality).key).sort("measure")
    return dict(rows.select("measure", "value").rows())


def test_a_unit_of_tens_in_a_header_is_not_ignored(field_cases: Path) -> None:
    found = case(field_cases, "50-l50.xlsx")
    assert values_of(found, "Herlev") == {
        "actual_full_time_persons": 1_380,
        "expected_full_time_persons": 1_430,
        "gap_full_time_persons": -50,
        "rank": 16,
    }


def test_a_raised_footnote_is_no_digit_of_the_number_before_it(field_cases: Path) -> None:
    found = case(field_cases, "53-l53.pdf")
    assert values_of(found, "Hørsholm") == {"gap_full_time_persons": -50, "gap_pct_point": -0.4, "rank": 2}
    assert values_of(found, "Helsingør") == {"gap_full_time_persons": -80, "gap_pct_point": -0.2, "rank": 5}


def test_units_in_the_cells_say_what_a_column_holds(field_cases: Path) -> None:
    found = case(field_cases, "01-top10.pdf")
    assert (found.complete, found.cells.height) == (False, 30)
    assert values_of(found, "Læsø") == {"gap_full_time_persons": 0, "gap_pct_point": 0.7, "rank": 1}
    assert values_of(found, "Slagelse") == {"gap_full_time_persons": 140, "gap_pct_point": 0.3, "rank": 3}


def test_letters_printed_twice_are_read_once(field_cases: Path) -> None:
    found = case(field_cases, "headers_twice.pdf")
    assert found.complete
    assert values_of(found, "Aarhus") == {"gap_full_time_persons": -1_320, "gap_pct_point": -0.6, "rank": 1}


SPANS = [Span(at, at + 0.5) for at in range(3)]
TENS = {
    "(10 personer)": 10,
    "(i 10 personer)": 10,
    "(100 personer)": 100,
    "(1.000 personer)": 1_000,
    "(1000 fuldtidspersoner)": 1_000,
    "(i tusinder)": 1_000,
    "i hundreder": 100,
    "(x 10)": 10,
    "fuldtidspersoner": 1,
    "personer": 1,
}


def header(*texts: str) -> list[Line]:
    return [Line(tuple(Cell(text, span) for text, span in zip(texts, SPANS, strict=True)))]


@pytest.mark.parametrize("unit", list(TENS))
def test_a_size_in_the_header_of_persons_is_multiplied(unit: str) -> None:
    texts = header("Plads", "Kommune", f"Forskel {unit} antal")
    assert named(SPANS, above=texts, units=["", "", ""])[2].times == TENS[unit]


@pytest.mark.parametrize("unit", ["(20 personer)", "(tiere)", "(snese)", "(12)", "(dusin)"])
def test_a_unit_that_is_not_known_is_refused(unit: str) -> None:
    with pytest.raises(HeaderUnclear, match="is not known"):
        named(SPANS, above=header("Plads", "Kommune", f"Forskel personer {unit}"), units=["", "", ""])


def workbook(*, also: Any = None, points: tuple[object, ...] = (-0.4, -0.3, -0.2)) -> bytes:
    """A top list of three municipalities; `also` may do more to the workbook and its sheet."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("Ark1")
    sheet.write(0, 0, "Ranglisten for alle ydelser, 1. halvår 2022 – 2. halvår 2022")
    sheet.write_row(1, 0, ["Plads", "Kommune", "Forskel pct. point"])
    for at, (name, value) in enumerate(zip(("Læsø", "Herlev", "Odense"), points, strict=True), start=1):
        sheet.write_row(1 + at, 0, [at, name, value])
    if also is not None:
        also(book, sheet)
    book.close()
    return stream.getvalue()


def test_a_hidden_row_or_column_of_a_list_is_refused() -> None:
    assert values_of(read(workbook(), name="l.xlsx"), "Herlev")["gap_pct_point"] == -0.3
    for hide in (lambda _, sheet: sheet.set_row(3, None, None, {"hidden": True}), lambda _, sheet: sheet.set_row(3, 0)):
        with pytest.raises(ListUnreadable, match=r"l\.xlsx, sheet 'Ark1', row 4: .*found a hidden one"):
            read(workbook(also=hide), name="l.xlsx")
    with pytest.raises(ListUnreadable, match="found a hidden one"):
        read(workbook(also=lambda _, sheet: sheet.set_column("C:C", None, None, {"hidden": True})), name="l.xlsx")


def test_a_number_of_a_list_is_read_as_its_format_shows_it() -> None:
    def show(pattern: str, value: float) -> bytes:
        return workbook(
            also=lambda book, sheet: sheet.write_number("C4", value, book.add_format({"num_format": pattern}))
        )

    for pattern, value in {'0.0"%-point"': -0.3, '0.0" pct. point"': -0.3, "0.0%": -0.003, "0.0,": -300.0}.items():
        assert values_of(read(show(pattern, value), name="l.xlsx"), "Herlev")["gap_pct_point"] == -0.3
    for pattern in ("0.0;0.0", ";;;", '0.0" personer"', '"9"0.0'):
        with pytest.raises(ListUnreadable):
            read(show(pattern, -0.3), name="l.xlsx")


def test_a_raised_footnote_of_a_workbook_is_no_digit_of_its_number() -> None:
    def raise_footnote(book: Any, sheet: Any) -> None:
        sheet.write_rich_string("C4", "-0,3", book.add_format({"font_script": 1}), "1")

    assert values_of(read(workbook(also=raise_footnote), name="l.xlsx"), "Herlev")["gap_pct_point"] == -0.3


def char(text: str, *, left: float, size: float, bottom: float) -> dict[str, Any]:
    return {"text": text, "x0": left, "x1": left + size / 2, "top": bottom - size, "bottom": bottom}


@given(
    size=st.floats(5, 30),
    part=st.floats(0.4, 0.75),
    up=st.floats(0.2, 0.6),
    digits=st.text("0123456789", min_size=1, max_size=4),
    notes=st.text("123456789*)", min_size=1, max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_small_signs_that_stand_higher_are_raised_and_others_are_not(
    size: float, part: float, up: float, digits: str, notes: str
) -> None:
    number = [char(text, left=at * size / 2, size=size, bottom=100) for at, text in enumerate(digits)]
    end, small = number[-1]["x1"], size * part
    raised = [
        char(text, left=end + at * small / 2, size=small, bottom=100 - up * size) for at, text in enumerate(notes)
    ]
    found = _raised([*number, *raised])
    assert found == {(each["x0"], each["top"], each["text"]) for each in raised}
    assert not _raised([*number, *(char(text, left=end, size=size, bottom=100) for text in notes[:1])])
    assert not _raised([*number, *(char(text, left=end, size=small, bottom=100) for text in notes[:1])])
