"""Workbooks as municipalities have them: what can be seen in a cell is read as declared, nothing is ever evaluated."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from time import process_time
from typing import Any

import pytest

from tasks.sources.local_files.snapshot import read_file
from tasks.sources.local_files.xlsx_reader import require_honest_package
from tasks.stoppages import FileRefused
from tests.local import XLSX, column, contract, workbook
from warehouse.periods import Period

HEADER = ["Tilbud", "Antal"]

ROWS: list[list[Any]] = [HEADER, ["Løntilskud", 6], ["Praktik", 1282]]

EXPECTED = {"Løntilskud": 6.0, "Praktik": 1282.0}


def read(content: bytes, **changes: Any) -> dict[str, float | None]:
    """The values of the small contract's one measure, by member."""
    cells = read_file(content, contract=contract(**(XLSX | changes)), name="courses.xlsx")
    return {json.loads(row["members"])["Tilbud"]: row["value"] for row in cells.to_dicts()}


def require_refused(content: bytes, message: str, **changes: Any) -> None:
    with pytest.raises(FileRefused, match=rf"^courses\.xlsx.*{message}") as refused:
        read(content, **changes)
    json.dumps(refused.value.cells)


def changed(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one part of its package changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_a_workbook_is_read_to_the_cells_that_a_csv_file_gives() -> None:
    text = b"Tilbud;Antal\nL\xc3\xb8ntilskud;6\nPraktik;1.282\n"
    expected = read_file(text, contract=contract(), name="courses.csv")
    assert read_file(workbook(ROWS), contract=contract(**XLSX), name="courses.xlsx").equals(expected)


def test_numbers_stored_as_texts_are_read_as_the_contract_writes_numbers() -> None:
    assert read(workbook([HEADER, ["Løntilskud", "6"], ["Praktik", "1.282"]])) == EXPECTED
    require_refused(
        workbook([HEADER, ["A", "1.282"]]), "row 2, column B .*found '1.282'", decimal="comma", thousands="none"
    )
    require_refused(workbook([HEADER, ["A", "12 stk"]]), r"row 2, column B \('Antal'\): .*found '12 stk'")


def test_a_part_of_one_where_whole_ones_are_counted_is_refused() -> None:
    require_refused(workbook([HEADER, ["A", 1283.5]]), r"row 2, column B .*found the number 1283\.5")


@pytest.mark.parametrize(("stored", "value"), [(0.125, 12.5), (0.07, 7.0), (0.287, 28.7), (1, 100.0)])
def test_a_number_shown_as_a_percentage_is_read_as_it_is_seen(stored: float, value: float) -> None:
    def show(book: Any, sheet: Any) -> None:
        sheet.write_number("B2", stored, book.add_format({"num_format": "0.0 %"}))

    share = column(name="share_pct", unit="pct")
    assert read(workbook([HEADER, ["A"]], also=show), columns=share) == {"A": value}
    require_refused(workbook([HEADER, ["A"]], also=show), "shown as a percentage")


def test_a_date_where_a_number_belongs_is_refused() -> None:
    require_refused(
        workbook([HEADER, ["A", date(2024, 1, 31)]]), "row 2, column B .*found the date 2024-01-31.*typed for a date"
    )


def test_a_date_that_a_workbook_keeps_as_a_number_is_a_date_where_it_is_formatted_as_one() -> None:
    told: dict[str, Any] = {"period": {"column": "Dag", "form": "date"}}
    content = workbook([["Dag", *HEADER], [date(2022, 6, 30), "A", 1]])
    cells = read_file(content, contract=contract(**(XLSX | told)), name="courses.xlsx")
    assert cells["period_id"].to_list() == [Period.parse("2022M06").key]
    bare = workbook([["Dag", *HEADER], [44742, "A", 1]])
    require_refused(bare, r"row 2, column A .*found the number 44742\. .*format the cells as dates", **told)


def test_a_key_that_a_spreadsheet_took_for_a_number_is_its_digits_and_one_it_took_for_a_date_is_refused() -> None:
    assert read(workbook([HEADER, [17, 1], [18.0, 2]])) == {"17": 1.0, "18": 2.0}
    require_refused(workbook([HEADER, [date(2024, 2, 1), 1]]), "row 2, column A .*take 1-2 for a date")
    require_refused(workbook([HEADER, [1.5, 1]]), "row 2, column A .*take 1-2 for a date and 1,5 for a number")


def with_formula(value: Any) -> bytes:
    return workbook([HEADER, ["A"]], also=lambda _, sheet: sheet.write_formula("B2", "=2+3", value=value))


def test_a_formula_is_refused_or_its_cached_value_taken_and_never_evaluated() -> None:
    require_refused(with_formula(5), r"row 2, column B .*found the formula '=2\+3'\. .*cached-value")
    assert read(with_formula(41), formulas="cached-value") == {"A": 41.0}


def test_a_formula_without_a_cached_value_is_no_empty_cell() -> None:
    content = changed(with_formula(5), SHEET, lambda xml: xml.replace(b"<v>5</v>", b""))
    told = {"formulas": "cached-value", "columns": column(may_be_missing=True)}
    require_refused(content, r"row 2, column B .*without a cached value\. .*calculate and save", **told)


def test_a_formula_that_failed_is_refused() -> None:
    require_refused(with_formula("#DIV/0!"), r"found the error #DIV/0!", formulas="cached-value")


def test_a_text_that_looks_like_a_formula_is_a_text() -> None:
    content = workbook(
        [HEADER], also=lambda _, sheet: (sheet.write_string("A2", "=CMD()"), sheet.write_number("B2", 1))
    )
    assert read(content) == {"=CMD()": 1.0}


def test_a_truth_value_is_no_number() -> None:
    require_refused(workbook([HEADER, ["A", True]]), "row 2, column B .*found the truth value TRUE")


def test_an_empty_cell_is_hidden_where_that_is_allowed() -> None:
    assert read(workbook([HEADER, ["A"], ["B", 1]]), columns=column(may_be_missing=True)) == {"A": None, "B": 1.0}
    require_refused(workbook([HEADER, ["A"]]), "row 2, column B .*found an empty cell")


def test_merged_cells_in_the_table_are_refused_and_in_the_title_above_are_not() -> None:
    rows = [["Forløb 2022"], *ROWS]
    title = workbook(rows, also=lambda _, sheet: sheet.merge_range("A1:B1", "Forløb 2022"))
    assert read(title, header_row=2) == EXPECTED
    merged = workbook(ROWS, also=lambda _, sheet: sheet.merge_range("A2:A3", "Praktik"))
    require_refused(merged, r"row 3, column A .*the merged cells A2:A3\. Split.*`blank_repeats: true`")
    figures = workbook(ROWS, also=lambda _, sheet: sheet.merge_range("B2:B3", 6))
    require_refused(figures, r"row 3, column B .*the merged cells B2:B3\. Split")


def test_a_hidden_sheet_is_never_read() -> None:
    def beside(book: Any, sheet: Any) -> None:
        book.add_worksheet("Skjult").hide()

    assert read(workbook(ROWS, also=beside)) == EXPECTED
    require_refused(
        workbook(ROWS, also=beside), "a visible sheet 'Skjult', found the sheets Tal; hidden: Skjult", sheet="Skjult"
    )


def test_which_of_several_sheets_is_meant_must_be_declared() -> None:
    content = workbook(ROWS, also=lambda book, _: book.add_worksheet("Noter"))
    require_refused(content, "expected one visible sheet, found the sheets Tal, Noter")
    assert read(content, sheet="Tal") == EXPECTED
    require_refused(content, "a visible sheet 'Ark1'", sheet="Ark1")


def test_what_lies_beyond_the_size_that_a_sheet_claims_is_read_too() -> None:
    content = changed(workbook(ROWS), SHEET, lambda xml: xml.replace(b'ref="A1:B3"', b'ref="A1:A2"'))
    assert content != workbook(ROWS)
    assert read(content) == EXPECTED


def test_cells_beyond_the_header_are_refused_and_blank_rows_passed_over_where_the_table_goes_on() -> None:
    require_refused(
        workbook([HEADER, ["A", 1, "x"]]), "row 2, column C: expected nothing beyond the last header, found 'x'"
    )
    spaced = workbook([HEADER, [], ["A", 1], [], ["B", 2]])
    assert read(spaced, after_blank_row="read") == {"A": 1.0, "B": 2.0}
    assert read(spaced, after_blank_row="left_out") == {"A": 1.0}
    require_refused(spaced, r"row 5, column A .*nothing below the blank row 4, found 'B'")


def test_a_header_that_is_a_number_is_its_digits() -> None:
    across = {"2024": {"period": "2024Y01"}}
    assert read(workbook([["Tilbud", 2024], ["A", 1]]), period=None, columns=column(across=across)) == {"A": 1.0}


@pytest.mark.parametrize("torn", [b'<row r="2"', b'<row r="1"', b'<row r="99999999999"', b'<row r="x"'])
def test_rows_out_of_order_or_beyond_the_end_are_refused(torn: bytes) -> None:
    content = changed(workbook(ROWS), SHEET, lambda xml: xml.replace(b'<row r="3"', torn))
    require_refused(content, "")


def test_an_encrypted_workbook_is_said_to_have_a_password() -> None:
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
    require_refused(
        compound + "EncryptedPackage".encode("utf-16-le"), "found one protected by a password. Save it without"
    )
    require_refused(compound + "Workbook".encode("utf-16-le"), "the older .xls kind")


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def test_a_zip_bomb_is_refused_from_its_directory() -> None:
    bomb = packed({SHEET: b" " * 210_000_000})
    assert len(bomb) < 300_000
    require_refused(bomb, r"at most 200 MB and 10000000 elements once unpacked, found 1 parts of 200 MB")


def test_a_zip_bomb_that_lies_about_its_size_is_refused_while_it_is_read() -> None:
    honest = packed({SHEET: b" " * 5_000_000})
    size = (5_000_000).to_bytes(4, "little")
    assert honest.count(size) == 2
    require_refused(
        honest.replace(size, (50).to_bytes(4, "little")), "expected an .xlsx workbook, found what is not one"
    )


def test_a_zip_of_empty_elements_is_refused_while_it_is_read() -> None:
    bomb = packed({SHEET: b"<a/>" * 10_000_001})
    with pytest.raises(FileRefused, match="elements, and more to come"):
        require_honest_package(io.BytesIO(bomb), name="courses.xlsx")


def test_a_zip_of_very_many_parts_is_refused() -> None:
    require_refused(packed({f"{at}.xml": b"" for at in range(2_001)}), "2001 parts")


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_entities_are_never_expanded(part: str) -> None:
    content = changed(workbook(ROWS), part, lambda xml: LAUGHS + xml.partition(b"?>")[2])
    require_refused(content, "one that cannot be read")


NO_WORKBOOKS = {
    "a text": b"Tilbud;Antal\nA;1\n",
    "a web page": b"<!DOCTYPE html><html></html>",
    "half a workbook": workbook(ROWS)[:3000],
    "another zip": packed({"readme.txt": b"hello"}),
    "an empty zip": packed({}),
    "no sheet": changed(workbook(ROWS), SHEET, lambda _: b""),
}


@pytest.mark.parametrize("what", list(NO_WORKBOOKS))
def test_what_is_no_workbook_is_refused(what: str) -> None:
    require_refused(NO_WORKBOOKS[what], "expected an? .*workbook")


def test_a_workbook_without_rows_is_refused() -> None:
    require_refused(workbook([]), "expected a header")
    require_refused(workbook([HEADER]), "expected rows under the header")


def with_rows(rows: bytes) -> bytes:
    """A workbook whose sheet has these rows under its own."""
    return changed(
        workbook(ROWS), "xl/worksheets/sheet1.xml", lambda sheet: sheet.replace(b"</sheetData>", rows + b"</sheetData>")
    )


@pytest.mark.parametrize("cell", [b"<c/>", b'<c s="1"/>', b"<c></c>"])
def test_a_small_workbook_of_a_million_empty_cells_is_refused_before_it_is_read(cell: bytes) -> None:
    content = with_rows((b"<row>" + cell * 100 + b"</row>") * 10_000)
    assert len(content) < 43_000
    begun = process_time()
    require_refused(content, "found more than 300,000 empty cells")
    assert process_time() - begun < 5


def test_rows_whose_only_cell_stands_far_to_the_right_are_refused_before_they_are_read() -> None:
    rows = b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (at, at) for at in range(4, 60_000))
    begun = process_time()
    require_refused(with_rows(rows), "row 6[0-9]+: expected at most 10000000 cells up to the last one of each row")
    assert process_time() - begun < 10


def test_a_sheet_with_some_empty_cells_is_read() -> None:
    assert read(with_rows((b"<row>" + b"<c/>" * 20 + b"</row>") * 1_000)) == EXPECTED
