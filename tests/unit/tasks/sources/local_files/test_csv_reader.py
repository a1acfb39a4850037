"""CSV files as municipalities have them: read as the contract says, or refused with row, column and the next step."""

from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from tasks.sources.cells import KEY, SCHEMA
from tasks.sources.local_files.contract import Contract
from tasks.sources.local_files.csv_reader import require_ended
from tasks.sources.local_files.snapshot import read_file, read_stream, require_size
from tasks.stoppages import FileRefused
from tests.local import column, contract
from warehouse.periods import Period

PLAIN = "Tilbud;Antal\nLøntilskud;6\nPraktik;1.282\n"


def read(text: str | bytes, **changes: Any) -> dict[str, float | None]:
    """The values of the small contract's one measure, by member."""
    content = text.encode() if isinstance(text, str) else text
    cells = read_file(content, contract=contract(**changes), name="courses.csv")
    return {json.loads(row["members"])["Tilbud"]: row["value"] for row in cells.to_dicts()}


def refusal(content: str | bytes, **changes: Any) -> FileRefused:
    content = content.encode() if isinstance(content, str) else content
    with pytest.raises(FileRefused) as refused:
        read_file(content, contract=contract(**changes), name="courses.csv")
    assert refused.value.outcome == "quarantined"
    assert str(refused.value).startswith("courses.csv")
    json.dumps(refused.value.cells)
    return refused.value


def test_a_file_is_read_to_the_cells_that_every_source_has() -> None:
    cells = read_file(PLAIN.encode(), contract=contract(), name="courses.csv")
    assert cells.schema == SCHEMA
    assert cells.equals(cells.sort(KEY))
    assert cells.row(0, named=True) == {
        "period_id": Period.parse("2022Y01").key,
        "area_id": 329,
        "members": '{"Tilbud": "Løntilskud"}',
        "measure": "started_cases",
        "value": 6.0,
        "status": "observed",
    }


SPELLINGS: dict[str, tuple[bytes, dict[str, Any]]] = {
    "CRLF": (PLAIN.replace("\n", "\r\n").encode(), {}),
    "no last line end": (PLAIN.rstrip().encode(), {}),
    "blank lines": (PLAIN.replace("\n", "\n\n").encode(), {"after_blank_row": "read"}),
    "UTF-16": (PLAIN.encode("utf-16"), {"encoding": "utf-16"}),
    "UTF-16 without its mark": (PLAIN.encode("utf-16-le"), {"encoding": "utf-16"}),
    "UTF-16 with the greater byte first": (PLAIN.encode("utf-16-be"), {"encoding": "utf-16"}),
    "a BOM": (b"\xef\xbb\xbf" + PLAIN.encode(), {}),
    "a declared BOM": (b"\xef\xbb\xbf" + PLAIN.encode(), {"encoding": "utf-8-sig"}),
    "a declared BOM that is not there": (PLAIN.encode(), {"encoding": "utf-8-sig"}),
    "latin-1": (PLAIN.encode("latin-1"), {"encoding": "latin-1"}),
    "cp1252": (PLAIN.encode("cp1252"), {"encoding": "cp1252"}),
    "commas": (PLAIN.replace(";", ",").encode(), {"separator": "comma"}),
    "tabs": (PLAIN.replace(";", "\t").encode(), {"separator": "tab"}),
    "pipes": (PLAIN.replace(";", "|").encode(), {"separator": "pipe"}),
    "quotes": (b'"Tilbud";"Antal"\n"L\xc3\xb8ntilskud";"6"\n"Praktik";"1.282"\n', {}),
    "blanks around": ("Tilbud ; Antal\n Løntilskud ; 6 \nPraktik; 1.282\n".encode(), {}),
    "columns the other way round": ("Antal;Tilbud\n6;Løntilskud\n1.282;Praktik\n".encode(), {}),
    "empty columns behind": ("Tilbud;Antal;;\nLøntilskud;6;;\nPraktik;1.282;;\n".encode(), {}),
    "a title above": (b"Forl\xc3\xb8b 2022\n\n" + PLAIN.encode(), {"header_row": 3}),
    "letters composed of two": (PLAIN.replace("ø", "ø").replace("å", "a\u030a").encode(), {}),
    "an ignored column": ("Tilbud;Antal;Note\nLøntilskud;6;x\nPraktik;1.282;\n".encode(), {"ignored": ["Note"]}),
}


@pytest.mark.parametrize("what", list(SPELLINGS))
def test_one_table_in_any_declared_spelling_is_the_same_cells(what: str) -> None:
    content, changes = SPELLINGS[what]
    assert read(content, **changes) == {"Løntilskud": 6.0, "Praktik": 1282.0}


def test_a_cell_may_hold_separators_quotes_and_line_breaks_and_rows_are_counted_as_a_spreadsheet_does() -> None:
    text = 'Tilbud;Antal\n"A;B ""C""";1\n"to\nlinjer";2\nD;x\n'
    assert read(text.replace("x", "3")) == {'A;B "C"': 1.0, "to linjer": 2.0, "D": 3.0}
    assert "row 4, column B ('Antal')" in str(refusal(text))


PLACES: dict[str, tuple[str | bytes, dict[str, Any], str]] = {
    "words": (PLAIN + "X;12 stk\n", {}, r"row 4, column B \('Antal'\): expected a whole number.*found '12 stk'"),
    "parts": (
        PLAIN + "X;1.283,5\n",
        {},
        r"row 4, column B \('Antal'\): expected a whole number.*'1\.283,5'.*type: decimal",
    ),
    "a date": (PLAIN + "X;31-01-2024\n", {}, r"row 4, column B .*found '31-01-2024'"),
    "nothing": (
        PLAIN + "X;\n",
        {},
        r"row 4, column B .*expected a figure \(cases\), found an empty cell.*never as zero",
    ),
    "less than none": (PLAIN + "X;-1\n", {}, r"row 4, column B .*expected cases from 0 to 6500000, found -1"),
    "too many": (PLAIN, {"columns": column(within=[0, 100])}, r"row 3, column B .*from 0 to 100, found 1282"),
    "halves of thousands": (
        "Tilbud;Antal\nA;1,2345\n",
        {"columns": column(factor=1000)},
        r"row 2, column B .*whole cases, found 1234\.5",
    ),
    "a remark for a key": (PLAIN + "X" * 301 + ";1\n", {}, r"row 4, column A .*of at most 300 characters.*ignored"),
    "no member": (PLAIN + ";5\n", {}, r"row 4, column A \('Tilbud'\).*found an empty cell.*`blank_repeats: true`"),
    "a member nobody declared": (
        PLAIN,
        {"keys": [{"column": "Tilbud", "members": ["Løntilskud", "Praktikk"]}]},
        r"row 3, column A .*found 'Praktik'\. .*nearest declared is 'Praktikk'",
    ),
    "the name of a total that is not declared": (
        "Tilbud;Antal\nTilbud i alt;5\n",
        {"keys": [{"column": "Tilbud", "members": ["A"]}]},
        r"row 2, column A .*found 'Tilbud i alt'",
    ),
    "a sum among its parts": (
        PLAIN + "I alt;1.288\n",
        {},
        r"row 4, column A .*no sums.*found 'I alt'\. Declare `total: I alt`",
    ),
    "a key again": (
        PLAIN + "Praktik;7\n",
        {},
        r"row 4, column B .*started_cases of Ringsted, Praktik in 2022Y01 again.*row 3",
    ),
    "a key again, with the same figure": (
        PLAIN + "Praktik;1282\n",
        {},
        r"row 4, column B .*again, which stands in row 3",
    ),
    "a column too many": (
        PLAIN.replace("Antal", "Antal;Note"),
        {},
        r"row 1, column C: .*'Note', which nobody declared",
    ),
    "a column with another name": (
        PLAIN.replace("Antal", "Antalt"),
        {},
        r"row 1, column B.*nearest declared is 'Antal'",
    ),
    "a column too few": ("Tilbud\nA\n", {}, r"row 1: expected a column 'Antal', found the columns Tilbud"),
    "a header twice": (
        "Tilbud;Antal;Antal\nA;1;2\n",
        {},
        r"row 1, column B: .*one header, or call this one 'Antal \(B\)'",
    ),
    "a header without a name": ("Tilbud;;Antal\nA;1;2\n", {}, r"row 1, column B: .*call this one '\(B\)'"),
    "another separator": (PLAIN.replace(";", ","), {}, r"row 1, column A: .*declare the `separator`"),
    "a cell too many": (PLAIN + "X;1;2\n", {}, r"row 4, column C: expected nothing beyond the last header, found '2'"),
    "a cell too few": (PLAIN + "X\n", {}, r"row 4, column B \('Antal'\): expected 2 cells, found 1"),
    "a quote without its partner": (PLAIN + 'X;"1\n', {}, r"row 4: .*quotation mark without its partner"),
    "a torn quote": (PLAIN + '"X"Y;1\n', {}, r"row 4: "),
    "lines that end as they did once": (PLAIN.replace("\n", "\r"), {}, r"row 1: "),
    "a header only": ("Tilbud;Antal\n", {}, r"row 2: expected rows under the header, found none.*withdraw"),
    "a header and blank lines": ("Tilbud;Antal\n\n;\n", {}, r"row 2: expected rows"),
    "nothing at all": ("", {}, r"courses\.csv: expected a table, found an empty file"),
    "blanks": ("\n\n", {}, r"row 1: expected a header, found an empty row"),
    "less than the header": (PLAIN, {"header_row": 9}, r"row 9: expected a header"),
    "more rows than allowed": (PLAIN, {"limits": {"most_rows": 1}}, r"row 3: expected at most 1 rows.*most_rows"),
    "latin-1 for UTF-8": (
        PLAIN.encode("latin-1"),
        {},
        r"row 2, column A: expected text in utf-8, found 'L\\xf8ntil.*'Løntil.*encoding: cp1252",
    ),
    "UTF-8 for latin-1": (
        PLAIN.encode(),
        {"encoding": "latin-1"},
        r"row 2, column A: .*found 'LÃ¸ntil.*'Løntil.*encoding: utf-8",
    ),
    "latin-1 in the header": (
        "Tilbud;Antal æ\nA;1\n".encode("latin-1"),
        {},
        r"row 1, column B: expected text in utf-8",
    ),
    "latin-1 after a cell of two lines": ('Tilbud;Antal\n"A\nB";1\nø;2\n'.encode("latin-1"), {}, r"row 3, column A: "),
    "a sign that cp1252 has not": (
        b"Tilbud;Antal\nA\x81;1\n",
        {"encoding": "cp1252"},
        r"row 2, column A: .*text in cp1252",
    ),
    "NUL": (PLAIN.encode() + b"X;1\x00\n", {}, r"row 4, column B: .*found '1\\x00'\. A text holds no NUL"),
    "UTF-16": (PLAIN.encode("utf-16"), {}, r"expected text in utf-8, found UTF-16.*CSV UTF-8"),
    "UTF-16 without its mark": (PLAIN.encode("utf-16-be"), {}, r"found UTF-16.*`encoding: utf-16`"),
    "UTF-16 that is none": (b"\xff\xfeT", {"encoding": "utf-16"}, r"expected text in utf-16"),
    "a workbook": (b"PK\x03\x04\x14\x00\x00\x00", {}, r"row 1, column A: .*no CSV file at all"),
    "an endless line": (b"x" * 1_000_002, {}, r"expected lines of at most 1000000 bytes, found a longer one in line 1"),
    "an endless cell": (PLAIN + "X" * 200_000 + ";1\n", {}, r"row 4[:,] .*(field larger|cells of at most 100000)"),
    "a cell too long": (PLAIN + "X" * 100_001 + ";1\n", {}, r"row 4, column A: expected cells of at most 100000"),
    "a quotation mark alone": (
        PLAIN + '"X\n' + "Y;1\n" * 30_000 + '";1\n',
        {},
        r"row 4, column A: expected cells of at most 100000",
    ),
}


@pytest.mark.parametrize("what", list(PLACES))
def test_what_is_not_as_declared_is_refused_with_its_place_and_the_next_step(what: str) -> None:
    content, changes, message = PLACES[what]
    found = refusal(content, **changes)
    with pytest.raises(FileRefused, match=message):
        raise found


def test_every_place_is_kept_with_its_row_so_that_all_can_be_mended_at_once() -> None:
    found = refusal("Tilbud;Antal\nA;x\nB;1\n;y\n")
    assert "(3 such places in all)" in str(found)
    assert [(cell["row"], cell["column"], cell["found"]) for cell in found.cells] == [
        (2, "B", "'x'"),
        (4, "A", "an empty cell"),
        (4, "B", "'y'"),
    ]
    assert found.cells[0]["row_cells"] == {"Tilbud": "A", "Antal": "x"}


def test_an_empty_cell_is_hidden_where_the_contract_allows_it_and_never_zero() -> None:
    text = "Tilbud;Antal\nA;\nB;..\nC;0\nD; \n"
    changes: dict[str, Any] = {"columns": column(may_be_missing=True), "missing": [".."]}
    cells = read_file(text.encode(), contract=contract(**changes), name="courses.csv")
    assert cells["value"].to_list() == [None, None, 0.0, None]
    assert cells["status"].to_list() == ["suppressed", "suppressed", "observed", "suppressed"]
    assert "expected a figure" in str(refusal(text, missing=[".."]))
    assert "found '..'" in str(refusal("Tilbud;Antal\nB;..\n", columns=column(may_be_missing=True)))


@pytest.mark.parametrize(("written", "value"), [("6,617", 6617.0), ("-0,001", -1.0), ("0,1", 100.0), ("0,0", 0.0)])
def test_a_factor_is_applied_to_the_decimals_as_written(written: str, value: float) -> None:
    columns = column(name="budget_dkk", unit="dkk", factor=1000)
    assert read(f"Tilbud;Antal\nA;{written}\n", columns=columns) == {"A": value}


def test_a_value_on_its_bound_is_within_it() -> None:
    columns = column(name="share_pct", unit="pct", within=[0.1, 0.7])
    assert read("Tilbud;Antal\nA;0,1\nB;0,7\n", columns=columns) == {"A": 0.1, "B": 0.7}
    assert "from 0.1 to 0.7, found 0.71" in str(refusal("Tilbud;Antal\nA;0,71\n", columns=columns))


def test_periods_and_areas_may_stand_in_columns() -> None:
    text = "Kvartal;Kommune;Antal\n3. kvartal 2022;Vestjylland;1\n2022K4;0163;2\n"
    changes: dict[str, Any] = {
        "period": {"column": "Kvartal", "form": "quarter"},
        "area": {"column": "Kommune", "names": {"Vestjylland": "Landsdel Vestjylland"}},
        "keys": [],
    }
    cells = read_file(text.encode(), contract=contract(**changes), name="courses.csv")
    assert cells.select("period_id", "area_id", "members", "value").rows() == [
        (Period.parse("2022Q03").key, 10, "{}", 1.0),
        (Period.parse("2022Q04").key, 163, "{}", 2.0),
    ]
    wrong = text.replace("0163", "Ringstad").replace("2022K4", "4/2022")
    assert "row 3, column A ('Kvartal'): expected a quarter such as 3. kvartal 2022" in str(refusal(wrong, **changes))
    assert "did you mean Ringsted" in str(refusal(text.replace("0163", "Ringstad"), **changes))


def test_a_measure_may_stand_across_headers_of_their_own_periods() -> None:
    across = {"2024": {"period": "2024Y01"}, "2025": {"period": "2025Y01"}}
    told = contract(period=None, columns=column(across=across))
    cells = read_file(b"Tilbud;2024;2025\nA;1;2\n", contract=told, name="courses.csv")
    assert cells["period_id"].to_list() == [Period.parse("2024Y01").key, Period.parse("2025Y01").key]
    assert cells["value"].to_list() == [1.0, 2.0]


def test_a_file_over_the_limit_is_refused_before_it_is_read() -> None:
    class Unread(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            raise AssertionError("it was read")

    told = contract(limits={"largest_mb": 0.00001})
    with pytest.raises(FileRefused, match=r"expected at most 1e-05 MB, found .* MB\. .*largest_mb"):
        read_stream(Unread(PLAIN.encode()), contract=told, name="courses.csv")
    require_size(10, contract=told, name="courses.csv")


def written_to(path: Path, *, megabytes: int) -> Path:
    """A file of so many MB: rows with a note of 100 kB each."""
    with path.open("wb") as file:
        file.write(b"Tilbud;Antal;Note\n")
        for row in range(megabytes * 10):
            file.write(b"%d;1;%b\n" % (row, b"n" * 100_000))
    return path


def read_measured(path: Path, *, told: Contract) -> tuple[int, int]:
    """How many cells a file has, and the most memory that was taken while reading it."""
    with path.open("rb") as stream:
        tracemalloc.start()
        try:
            return read_stream(stream, contract=told, name=path.name).height, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def test_the_memory_of_reading_is_that_of_a_row_not_of_the_file(tmp_path: Path) -> None:
    told = contract(ignored=["Note"], limits={"largest_mb": 400})
    small, for_small = read_measured(written_to(tmp_path / "small.csv", megabytes=3), told=told)
    large, for_large = read_measured(written_to(tmp_path / "large.csv", megabytes=30), told=told)
    assert (small, large) == (30, 300)
    assert for_large < 3_000_000
    assert for_large < 1.5 * for_small


def test_a_file_of_300_mb_is_refused_by_its_size_or_where_that_is_allowed_at_its_first_line(tmp_path: Path) -> None:
    path = tmp_path / "courses.csv"
    with path.open("wb") as file:
        file.truncate(300_000_000)
    with path.open("rb") as stream, pytest.raises(FileRefused, match=r"at most 50 MB, found 300\.0 MB"):
        read_stream(stream, contract=contract(), name=path.name)
    told = contract(limits={"largest_mb": 400})
    tracemalloc.start()
    try:
        with path.open("rb") as stream, pytest.raises(FileRefused, match="lines of at most"):
            read_stream(stream, contract=told, name=path.name)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_no_cut_of_a_file_gives_another_figure_than_the_whole_has() -> None:
    content, whole = PLAIN.replace("1.282", "1.282,50").encode(), column(unit="dkk", name="cost_dkk")
    figures = read(content.decode(), columns=whole)
    for length in range(len(content)):
        cut = content[:length]
        try:
            require_ended(cut, contract=contract(), name="courses.csv")
            found = read(cut, columns=whole)
        except FileRefused:
            continue
        assert found.items() <= figures.items(), cut


@pytest.mark.parametrize("end", ["", ";", " ", "\t"])
def test_a_last_line_without_its_end_is_refused_unless_the_contract_says_so(end: str) -> None:
    content = (PLAIN.rstrip() + end).encode()
    with pytest.raises(
        FileRefused, match=r"courses\.csv: expected an end of its last line, found none in line 3"
    ) as refused:
        require_ended(content, contract=contract(), name="courses.csv")
    assert "half copied: send it whole" in str(refused.value)
    require_ended(content, contract=contract(last_line_without_end=True), name="courses.csv")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n"])
def test_any_end_of_a_line_will_do(end: str) -> None:
    require_ended((PLAIN.rstrip() + end).encode(), contract=contract(), name="courses.csv")
