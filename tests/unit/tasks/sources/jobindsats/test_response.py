"""Answers of `/data` read to the same cells as JSON has, in whichever spelling they come; anything else is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tasks.sources.jobindsats.response import read_body
from tasks.stoppages import BodyUnreadable

REAL_BODIES = [
    "activation",
    "longterm_total",
    "notices",
    "sanctions_total",
    "unemployment_akasser",
    "unemployment_total",
]

Row = list[Any]


def body_of(columns: list[str], rows: list[Row], **spelling: Any) -> bytes:
    return json.dumps({"columns": columns, "rows": rows}, ensure_ascii=False, **spelling).encode()


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def spellings(columns: list[str], rows: list[Row]) -> dict[str, bytes]:
    return {
        "spaced": body_of(columns, rows),
        "compact": body_of(columns, rows, separators=(",", ":")),
        "indented": body_of(columns, rows, indent=2),
        "escaped": json.dumps({"columns": columns, "rows": rows}).encode(),
        "airy": body_of(columns, rows, separators=(" , ", " : ")),
        "tabbed": body_of(columns, rows, separators=(",\t", ":\t")),
        "a row a line": b'{"columns": %b, "rows": [\n%b\n]}'
        % (as_json(columns), b",\n".join(as_json(row) for row in rows)),
        "carriage returns": body_of(columns, rows, indent=1).replace(b"\n", b"\r\n"),
        "surrounded": b"\n  " + body_of(columns, rows) + b"\r\n\n",
    }


@pytest.mark.parametrize("name", REAL_BODIES)
def test_a_real_answer_is_read_to_the_cells_that_json_gives(real: Path, name: str) -> None:
    body = (real / "bodies" / f"{name}.json").read_bytes()
    document = json.loads(body)
    frame = read_body(body)
    assert frame.columns == document["columns"]
    assert [list(row) for row in frame.rows()] == document["rows"]


@pytest.mark.parametrize("name", REAL_BODIES)
def test_labels_are_texts_counts_whole_and_shares_floats(real: Path, name: str) -> None:
    frame = read_body((real / "bodies" / f"{name}.json").read_bytes())
    labels = {"Periode", "Område", "Ydelsesgrupper", "A-kasse", "Tilbud"}
    for column, dtype in frame.schema.items():
        share = "pct." in column or column.startswith(("Andel", "Gnsn."))
        assert dtype == (pl.String if column in labels else pl.Float64 if share else pl.Int64), column


@pytest.mark.parametrize("name", REAL_BODIES)
def test_a_real_answer_in_another_spelling_is_the_same_frame(real: Path, name: str) -> None:
    document = json.loads((real / "bodies" / f"{name}.json").read_bytes())
    expected = read_body(body_of(document["columns"], document["rows"]))
    for spelling, body in spellings(document["columns"], document["rows"]).items():
        assert read_body(body).equals(expected), spelling
        assert read_body(body).schema == expected.schema, spelling


def test_the_nulls_of_a_real_answer_are_kept(real: Path) -> None:
    body = (real / "bodies" / "activation.json").read_bytes()
    nulls = sum(cell is None for row in json.loads(body)["rows"] for cell in row)
    assert nulls > 0
    assert sum(read_body(body).null_count().row(0)) == nulls


TROUBLESOME = [
    "Varslinger, antal personer",
    "ends in a comma, ",
    ", begins with one",
    ",",
    ", ",
    'with "quotes"',
    '"',
    "with [brackets]",
    "],[",
    "], [",
    "}",
    "]}",
    "back\\slash",
    "\\",
    "two\nlines",
    "carriage\rreturn",
    "tab\there",
    "",
    " ",
    "null",
    "3",
    "'",
    "Ærøskøbing",
    "\u2028",
    "🙂",
    "rows",
    '","',
]


@pytest.mark.parametrize("label", TROUBLESOME)
@pytest.mark.parametrize("spelling", list(spellings(["a"], [["b"]])))
def test_a_troublesome_label_is_read_as_it_is(label: str, spelling: str) -> None:
    rows: list[Row] = [["2026M07", "plain", 1, 2.5], ["2026M07", label, 3, None], ["2026M08", label, None, 0.0]]
    columns = ["Periode", "Tilbud", "Antal", "Andel"]
    frame = read_body(spellings(columns, rows)[spelling])
    assert [list(row) for row in frame.rows()] == rows
    assert frame.schema == {"Periode": pl.String, "Tilbud": pl.String, "Antal": pl.Int64, "Andel": pl.Float64}


@pytest.mark.parametrize("label", [label for label in TROUBLESOME if label != "Tilbud"])
def test_a_troublesome_column_name_is_read_as_it_is(label: str) -> None:
    for body in spellings([label, "Antal"], [["a", 1]]).values():
        assert read_body(body).rows(named=True) == [{label: "a", "Antal": 1}]


@pytest.mark.parametrize("at", [0, 1])
def test_a_troublesome_label_in_the_first_row_is_no_different(at: int) -> None:
    for label in TROUBLESOME:
        row = ["one", "two", 7]
        row[at] = label
        for spelling, body in spellings(["A", "B", "N"], [row]).items():
            assert [list(found) for found in read_body(body).rows()] == [row], (label, spelling)


def test_an_answer_without_rows_has_its_columns_in_every_spelling() -> None:
    for body in spellings(["Periode", "Antal"], []).values():
        frame = read_body(body)
        assert frame.schema == {"Periode": pl.String, "Antal": pl.String}
        assert frame.height == 0


NUMBERS: list[tuple[list[Any], pl.DataType]] = [
    ([1, 2], pl.Int64()),
    ([1, None], pl.Int64()),
    ([None, 1], pl.Int64()),
    ([None, None], pl.Int64()),
    ([3.0, 4.5], pl.Float64()),
    ([3.0, 4], pl.Float64()),
    ([3, 4.5], pl.Float64()),
    ([None, 0.0], pl.Float64()),
    ([-1, 0], pl.Int64()),
    ([-0.1, 1e-7], pl.Float64()),
    ([1e16, 2], pl.Float64()),
    ([10**20, 1], pl.Float64()),
]


@pytest.mark.parametrize(("numbers", "dtype"), NUMBERS, ids=str)
def test_the_quick_way_and_the_slow_way_give_the_same_types_and_values(numbers: list[Any], dtype: pl.DataType) -> None:
    rows: list[Row] = [["a", number] for number in numbers]
    for spelling, body in spellings(["L", "N"], rows).items():
        frame = read_body(body)
        assert frame["N"].dtype == dtype, spelling
        assert frame["N"].to_list() == numbers, spelling


NOT_JSON = (
    "+5",
    "007",
    "-007",
    "5.",
    ".5",
    "-.5",
    "1_000",
    "0x10",
    "1e",
    "1.e5",
    "--1",
    "inf",
    "nan",
    "٣",
    "\u00a05",
    "5\u00a0",
)

REFUSED = {
    "a web page": b"<!DOCTYPE html><html><body>Vi opdaterer</body></html>",
    "nothing": b"",
    "blanks": b"  \n",
    "torn in a label": b'{"columns":["P","N"],"rows":[["a",1],["b',
    "torn in a number": b'{"columns":["P","N"],"rows":[["a",1],["b",2',
    "torn after a row": b'{"columns":["P","N"],"rows":[["a",12],["b",34]',
    "torn before the brace": b'{"columns":["P","N"],"rows":[["a",12],["b",34]]',
    "a bracket short": b'{"columns":["P","N"],"rows":[["a",12],["b",34]}',
    "a bracket too many": b'{"columns":["P","N"],"rows":[["a",12],["b",34]]]}',
    "torn in the header": b'{"columns":["P","N',
    "a comma at the end": b'{"columns":["P","N"],"rows":[["a",1],["b",2],]}',
    "a cell left out": b'{"columns":["P","N","M"],"rows":[["a",1,2],["b",,2]]}',
    "rubbish after it": b'{"columns":["P","N"],"rows":[["a",1]]} <br>',
    "an error": b'{"code":422,"cause":"Unknown period type: M","request_id":"x"}',
    "a third key": b'{"columns":["P","N"],"rows":[["a",1]],"next":"page2"}',
    "no columns": b'{"rows":[["a",1]]}',
    "no rows": b'{"columns":["P","N"]}',
    "a list": b'[["a",1]]',
    "a number": b"5",
    "columns no list": b'{"columns":5,"rows":[]}',
    "columns null": b'{"columns":null,"rows":[["a"]]}',
    "columns numbers": b'{"columns":[1,2],"rows":[["a",1]]}',
    "columns twice the same": b'{"columns":["P","P"],"rows":[["a","b"]]}',
    "rows null": b'{"columns":["P"],"rows":null}',
    "rows an object": b'{"columns":["P"],"rows":{}}',
    "rows of numbers": b'{"columns":["P"],"rows":[12345]}',
    "rows of objects": b'{"columns":["P"],"rows":[{"P":1}]}',
    "rows of nulls": b'{"columns":["P"],"rows":[null]}',
    "a short row": b'{"columns":["P","Q","N"],"rows":[["a","b",1],["a","b"]]}',
    "a short first row": b'{"columns":["P","Q","N"],"rows":[["a","b"],["a","b",1]]}',
    "a long row": b'{"columns":["P","Q","N"],"rows":[["a","b",1],["a","b",1,2]]}',
    "a long first row": b'{"columns":["P","Q"],"rows":[["a","b",1],["a","b"]]}',
    "all rows short": b'{"columns":["P","Q","N"],"rows":[["a","b"],["a","b"]]}',
    "an empty row": b'{"columns":["P","N"],"rows":[[]]}',
    "a text among numbers": b'{"columns":["P","N"],"rows":[["a",1],["b","n/a"]]}',
    "a number as a text": b'{"columns":["P","N"],"rows":[["a",1],["b","12"]]}',
    "a number among texts": b'{"columns":["P","Q","N"],"rows":[["a","b",1],["b",5,1]]}',
    "a label of null": b'{"columns":["P","N"],"rows":[["a",1],[null,2]]}',
    "a truth": b'{"columns":["P","N"],"rows":[["a",true]]}',
    "a later truth": b'{"columns":["P","N"],"rows":[["a",1],["b",false]]}',
    "a list in a cell": b'{"columns":["P","N"],"rows":[["a",[1]]]}',
    "an object in a cell": b'{"columns":["P","N"],"rows":[["a",{"x":1}]]}',
    "NaN": b'{"columns":["P","N"],"rows":[["a",1.0],["b",NaN]]}',
    "Infinity": b'{"columns":["P","N"],"rows":[["a",1.0],["b",-Infinity]]}',
    "beyond all numbers": b'{"columns":["P","N"],"rows":[["a",1.0],["b",1e999]]}',
    "not UTF-8": b'{"columns":["P","N"],"rows":[["a\xff",1]]}',
    "rows twice": b'{"columns":["P","N"],"rows":[["a",1]],"rows":[["a",2]]}',
    "columns twice": b'{"columns":["P","N"],"columns":["Q","N"],"rows":[["a",1]]}',
    "half a sign": b'{"columns":["P","N"],"rows":[["a\\ud800",1]]}',
    "too deep": b'{"columns":["P","N"],"rows":' + b"[" * 100_000,
    **{
        f"the number {number}": b'{"columns":["P","N"],"rows":[["a",1],["b",%b]]}' % number.encode()
        for number in NOT_JSON
    },
}


@pytest.mark.parametrize("what", list(REFUSED))
def test_what_is_not_of_the_promised_shape_is_refused(what: str) -> None:
    with pytest.raises(BodyUnreadable, match="/data/y25i01"):
        read_body(REFUSED[what], of="/data/y25i01")


@pytest.mark.parametrize("what", [what for what in REFUSED if REFUSED[what].startswith(b'{"columns"')])
def test_it_is_refused_on_the_slow_way_too(what: str) -> None:
    with pytest.raises(BodyUnreadable):
        read_body(REFUSED[what].replace(b"[[", b"[\n[", 1).replace(b'"P"', b'"P\\u0020"'))


def test_every_way_of_tearing_an_answer_is_noticed() -> None:
    body = body_of(["Periode", "Antal"], [["2026M07", 123], ["2026M08", 456]])
    for length in range(len(body)):
        with pytest.raises(BodyUnreadable):
            read_body(body[:length])
