"""Laws of local files: a table in any declared dialect is one set of cells; whatever comes is read or refused."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
import zipfile
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import polars as pl
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tasks.sources.cells import KEY, SCHEMA
from tasks.sources.local_files.contract import Contract, ContractError, read_contract
from tasks.sources.local_files.snapshot import read_file
from tasks.stoppages import FileRefused
from tests.local import XLSX, contract, text_of, workbook
from tests.properties.effort import EXAMPLES

pytestmark = pytest.mark.slow

SUMS = {"i alt", "ialt", "total", "hovedtotal", "sum", "tilsammen", "tilbud i alt"}
# Of these, no sequence in latin-1 or cp1252 is UTF-8, which a file declared otherwise is refused for.
LETTERS = st.sampled_from([*"abcÅøæé;,|\"'\t .-%=1", "\n", "\r\n", "; ", '"";', "I alt "])
MEMBERS = st.lists(LETTERS, min_size=1, max_size=6).map("".join)
PLAIN_MEMBERS = st.text(st.sampled_from("abcÅøæé;,=1 "), min_size=1, max_size=6)
COUNTS = st.none() | st.integers(0, 6_000_000)
AMOUNTS = st.none() | st.decimals(-(10**9), 10**9, places=3, allow_nan=False, allow_infinity=False)
SHARES = st.none() | st.decimals(0, 100, places=1, allow_nan=False, allow_infinity=False)
Line = tuple[str, int | None, Decimal | None, Decimal | None]
COLUMNS: list[dict[str, Any]] = [
    {"name": "met_persons", "label": "Antal", "unit": "persons", "may_be_missing": True},
    {"name": "cost_dkk", "label": "Udgift", "unit": "dkk", "may_be_missing": True, "factor": 1000},
    {"name": "share_pct", "label": "Andel; i alt", "unit": "pct", "may_be_missing": True},
]
HEADER = ["Tilbud", "Antal", "Udgift", "Andel; i alt"]


def normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def tables(members: st.SearchStrategy[str]) -> st.SearchStrategy[list[Line]]:
    kept = members.filter(lambda text: normal(text) != "" and normal(text).casefold() not in SUMS)
    lines = st.tuples(kept, COUNTS, AMOUNTS, SHARES)
    return st.lists(lines, min_size=1, max_size=5, unique_by=lambda line: normal(line[0]))


def expected(table: list[Line]) -> list[tuple[str, str, float | None, str]]:
    """What the cells of a table are, by the plainest arithmetic there is: members, measure, value, status."""
    cells = []
    for member, count, amount, share in table:
        values = {"met_persons": count, "cost_dkk": None if amount is None else amount * 1000, "share_pct": share}
        for measure, value in values.items():
            status = "suppressed" if value is None else "observed"
            members = json.dumps({"Tilbud": normal(member)}, ensure_ascii=False)
            cells.append((members, measure, None if value is None else float(value), status))
    return sorted(cells)


def found(content: bytes, *, told: Contract) -> list[tuple[str, str, float | None, str]]:
    frame = read_file(content, contract=told, name=told.file)
    assert frame.schema == SCHEMA
    assert frame.equals(frame.sort(KEY))
    return sorted(frame.select("members", "measure", "value", "status").rows())


SIGNS = {"comma": ",", "point": ".", "space": "\u00a0", "apostrophe": "'", "none": ""}
SEPARATORS = {"semicolon": ";", "comma": ",", "tab": "\t", "pipe": "|"}


def written(number: Decimal | int | None, *, decimal: str, thousands: str, after: str = "") -> str:
    if number is None:
        return ""
    swapped = f"{number:,f}" if isinstance(number, Decimal) else f"{number:,d}"
    return swapped.replace(",", "\0").replace(".", SIGNS[decimal]).replace("\0", SIGNS[thousands]) + after


@st.composite
def dialects(draw: st.DrawFn) -> dict[str, Any]:
    decimal = draw(st.sampled_from(["comma", "point"]))
    thousands = draw(st.sampled_from([sign for sign in SIGNS if sign != decimal]))
    return {"decimal": decimal, "thousands": thousands}


def lines_of(table: list[Line], *, dialect: dict[str, Any], after: tuple[str, str]) -> list[list[str]]:
    kroner, per_cent = after
    return [
        [
            member,
            written(count, **dialect),
            written(amount, **dialect, after=kroner),
            written(share, **dialect, after=per_cent),
        ]
        for member, count, amount, share in table
    ]


@dataclass(frozen=True)
class Spelling:
    """How one CSV file is written."""

    dialect: dict[str, Any]
    encoding: str = "utf-8"
    separator: str = "semicolon"
    ending: str = "\n"
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL
    after: tuple[str, str] = ("", "")

    def bytes_of(self, table: list[Line]) -> bytes:
        """The table as this spelling has it."""
        text = io.StringIO(newline="")
        separator = SEPARATORS[self.separator]
        writer = csv.writer(text, delimiter=separator, lineterminator=self.ending, quoting=self.quoting)
        writer.writerows([HEADER, *lines_of(table, dialect=self.dialect, after=self.after)])
        return text.getvalue().encode(self.encoding)


SPELLINGS = st.builds(
    Spelling,
    dialect=dialects(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "cp1252"]),
    separator=st.sampled_from(list(SEPARATORS)),
    ending=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    after=st.tuples(st.sampled_from(["", " kr.", "\u00a0kr"]), st.sampled_from(["", " %", "%", " pct."])),
)
AMBIGUOUS: list[Line] = [("A", 1425, Decimal("1.425"), None)]


@settings(max_examples=EXAMPLES * 3)
@given(tables(MEMBERS), SPELLINGS)
@example(AMBIGUOUS, Spelling({"decimal": "comma", "thousands": "point"}))
@example(AMBIGUOUS, Spelling({"decimal": "point", "thousands": "none"}, separator="comma"))
def test_a_table_in_any_declared_dialect_is_read_back_to_the_same_cells(table: list[Line], spelling: Spelling) -> None:
    told = contract(columns=COLUMNS, encoding=spelling.encoding, separator=spelling.separator, **spelling.dialect)
    assert found(spelling.bytes_of(table), told=told) == expected(table)


@given(tables(PLAIN_MEMBERS), dialects(), st.booleans())
def test_a_table_in_a_workbook_is_read_back_to_the_same_cells(
    table: list[Line], dialect: dict[str, Any], as_texts: bool
) -> None:
    rows: list[list[Any]] = [list(line) for line in table]
    if as_texts:
        rows = [list(line) for line in lines_of(table, dialect=dialect, after=("", " %"))]
    content = workbook([HEADER], also=lambda _, sheet: write(sheet, rows))
    assert found(content, told=contract(**XLSX, columns=COLUMNS, **dialect)) == expected(table)


def write(sheet: Any, rows: list[list[Any]]) -> None:
    for at, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if value is not None:
                (sheet.write_string if isinstance(value, str) else sheet.write_number)(at, column, value)


@given(st.permutations([("A", 1, None, None), ("B", 2, None, None), ("C", None, None, None), ("Æ", 4, None, None)]))
def test_the_order_of_rows_leaves_no_trace(table: list[Line]) -> None:
    def read(table: list[Line]) -> Any:
        lines = lines_of(table, dialect={"decimal": "comma", "thousands": "none"}, after=("", ""))
        text = "\n".join(";".join(line) for line in [["Tilbud", "Antal", "Udgift", '"Andel; i alt"'], *lines])
        return read_file(text.encode(), contract=contract(columns=COLUMNS), name="courses.csv")

    assert read(table).equals(read(sorted(table)))


def read_or_refused(content: bytes, *, told: Contract) -> None:
    outcome = outcome_of(content, told=told)
    if isinstance(outcome, FileRefused):
        assert str(outcome).startswith(told.file)
        assert outcome.cells
        assert "\\u0000" not in json.dumps(outcome.cells)
        return
    assert outcome.height
    assert outcome["status"].is_in(["observed", "suppressed"]).all()
    assert (outcome["value"].is_null() == (outcome["status"] == "suppressed")).all()


def outcome_of(content: bytes, *, told: Contract) -> pl.DataFrame | FileRefused:
    """The cells of a file or its refusal; anything else that is raised fails the law."""
    try:
        return read_file(content, contract=told, name=told.file)
    except FileRefused as refused:
        return refused


SOUP = st.lists(
    st.sampled_from([b";", b'"', b"\n", b"\r", b"1", b"-", b".", b",", b"A", b"\xc3", b"\xa6", b"\x00", b" %"])
)


@settings(max_examples=EXAMPLES * 3)
@given(st.binary(max_size=200) | SOUP.map(b"".join), st.sampled_from([b"", b"Tilbud;Antal\n", b"Tilbud;Antal\nA;1\n"]))
@example(b"\xff\xfe", b"")
@example(b"A;" + b"9" * 400, b"Tilbud;Antal\n")
def test_whatever_bytes_come_as_csv_are_read_or_refused(rest: bytes, start: bytes) -> None:
    for encoding in ("utf-8", "latin-1", "cp1252"):
        read_or_refused(start + rest, told=contract(encoding=encoding))


WORKBOOK = workbook([["Tilbud", "Antal"], ["A", 1], ["B", 2.5], ["C", "3"]])
PARTS = zipfile.ZipFile(io.BytesIO(WORKBOOK)).namelist()
TEARS = st.sampled_from(
    [b"", b"<", b'"', b"0", b"-1", b"99999999999", b"x", b"1e999", b"A1", b"XFE1", b"\x00", b"\xff", b"nan"]
)


@settings(max_examples=EXAMPLES * 2)
@given(st.binary(max_size=100), st.integers(0, len(WORKBOOK)), st.integers(0, 50))
def test_whatever_bytes_come_as_a_workbook_are_read_or_refused(bytes_within: bytes, at: int, over: int) -> None:
    told = contract(**XLSX)
    read_or_refused(bytes_within, told=told)
    read_or_refused(WORKBOOK[:at] + bytes_within + WORKBOOK[at + over :], told=told)


@settings(max_examples=EXAMPLES * 3)
@given(st.sampled_from(PARTS), st.data(), TEARS, st.sampled_from(["refused", "cached-value"]))
def test_whatever_stands_in_the_parts_of_a_workbook_is_read_or_refused(
    part: str, data: st.DataObject, tear: bytes, formulas: str
) -> None:
    package = zipfile.ZipFile(io.BytesIO(WORKBOOK))
    content = package.read(part)
    at = data.draw(st.integers(0, len(content)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as torn:
        for name in PARTS:
            torn.writestr(name, content[:at] + tear + content[at + len(tear) :] if name == part else package.read(name))
    read_or_refused(out.getvalue(), told=contract(**XLSX, formulas=formulas))


@settings(max_examples=EXAMPLES * 2)
@given(st.text(max_size=60) | st.text("abc:{}[]-|>!&*?'\" \n#%@", max_size=60), st.integers(0, 400), st.integers(0, 20))
def test_whatever_text_comes_as_a_contract_is_one_or_is_refused_by_name(within: str, at: int, over: int) -> None:
    text = text_of()
    for told in (within, text[:at] + within + text[at + over :]):
        said = contract_or_error(told)
        assert isinstance(said, Contract) or str(said).startswith("courses.yml")


def contract_or_error(text: str) -> Contract | ContractError:
    try:
        return read_contract(text, name="courses.yml")
    except ContractError as error:
        return error


@given(MEMBERS, MEMBERS)
def test_two_rows_about_the_same_thing_are_refused_however_they_are_spelled(one: str, other: str) -> None:
    assume(normal(one) and normal(one).casefold() not in SUMS)
    assume(normal(other) and normal(other).casefold() not in SUMS)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([["Tilbud", "Antal"], [one, 1], [other, 1]])
    outcome = outcome_of(text.getvalue().encode(), told=contract())
    if isinstance(outcome, FileRefused):
        assert normal(one) == normal(other)
        assert [cell["row"] for cell in outcome.cells] == [2, 3]
    else:
        assert outcome.height == 2
        assert normal(one) != normal(other)
