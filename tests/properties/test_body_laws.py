"""Laws of bodies and cells: any table written as JSON is read back cell by cell; no invalid label yields a cell."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.sources.jobindsats.cells import to_cells
from tasks.sources.jobindsats.response import read_body
from tasks.stoppages import BodyUnreadable, CellsDisagree, Undeclared
from tests.properties.effort import EXAMPLES
from warehouse.areas import by_publisher_name
from warehouse.catalogue.model import jobindsats
from warehouse.periods import Period, PeriodError, PeriodKind

Row = list[Any]
TABLE = jobindsats().table("y25i01")
SIGNS = st.sampled_from([*',"[]{}\\\n\r\t: ;|æøå', ", ", "],[", "], [", '", "', "null", "i alt"])
LABELS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8), st.lists(SIGNS, max_size=4).map("".join)
)
COUNTS = st.one_of(st.none(), st.integers(-(2**63) + 1, 2**63 - 1), st.integers(0, 300_000))
SHARES = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([0.0, 2.8, 100.0]))
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : "), (",  ", ":"), (",\t", ":\t"), (",\n", ": ")])


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[Row]]:
    """Columns and rows: labels first, as the publisher has them, then counts and shares."""
    labels, counts, shares = draw(st.integers(1, 3)), draw(st.integers(0, 2)), draw(st.integers(0, 2))
    names = draw(st.lists(LABELS, min_size=labels + counts + shares, max_size=labels + counts + shares, unique=True))
    cells = [LABELS] * labels + [COUNTS] * counts + [SHARES] * shares
    return names, draw(st.lists(st.tuples(*cells).map(list), max_size=6))


def expected_types(rows: list[Row], width: int) -> list[pl.DataType]:
    found: list[pl.DataType] = []
    for at in range(width):
        cells = [row[at] for row in rows]
        if all(isinstance(cell, str) for cell in cells):
            found.append(pl.String())
        else:
            found.append(pl.Float64() if any(isinstance(cell, float) for cell in cells) else pl.Int64())
    return found


@settings(max_examples=EXAMPLES * 3)
@given(tables(), st.booleans(), SEPARATORS)
@example((["P", "N"], [["ends in a comma, ", 1]]), False, (",", ":"))
@example((["P", "Q", "N"], [["ends in a comma, ", "x", 1]]), False, (",", ":"))
@example((["P", "Q"], [[",", ","]]), False, (", ", ": "))
@example((["P", "N"], [["],[", 1], ["], [", None]]), False, (", ", ": "))
@example((["P", "Q", "N"], [["", "", None]]), False, (",  ", ":"))
@example((["P", "N"], [["a", 2**63 - 1], ["b", None]]), True, (",", ":"))
@example((["P", "N"], [["a", 5e-324], ["b", 1.7976931348623157e308]]), True, (",", ":"))
def test_what_is_written_is_read_back(
    written: tuple[list[str], list[Row]], ensure_ascii: bool, separators: tuple[str, str]
) -> None:
    columns, rows = written
    document = {"columns": columns, "rows": rows}
    frame = read_body(json.dumps(document, ensure_ascii=ensure_ascii, separators=separators).encode())
    assert frame.columns == columns
    assert [list(row) for row in frame.rows()] == rows
    assert list(frame.schema.values()) == expected_types(rows, len(columns))


@given(tables(), st.integers(0, 5))
def test_every_spelling_is_one_frame(written: tuple[list[str], list[Row]], indent: int) -> None:
    columns, rows = written
    document = {"columns": columns, "rows": rows}
    compact = read_body(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())
    spelled = [json.dumps(document, ensure_ascii=False), json.dumps(document, indent=indent), json.dumps(document)]
    for text in spelled:
        frame = read_body(text.encode())
        assert frame.equals(compact)
        assert frame.schema == compact.schema


@settings(max_examples=EXAMPLES * 2)
@given(
    st.binary(max_size=60),
    st.sampled_from([b"", b'{"columns":["P","N"],"rows":[["a",1],', b'{"columns":["P","N"],"rows":[']),
)
def test_whatever_comes_is_a_frame_that_json_has_too_or_is_refused(rest: bytes, start: bytes) -> None:
    body = start + rest
    try:
        frame = read_body(body)
    except BodyUnreadable:
        return
    document = json.loads(body)
    assert frame.columns == document["columns"]
    assert [list(row) for row in frame.rows()] == document["rows"]


def read(rows: list[Row]) -> pl.DataFrame:
    columns = ["Periode", "Område", "Ydelsesgrupper", "Antal ledige personer"]
    body = json.dumps({"columns": columns, "rows": rows}, ensure_ascii=False).encode()
    nodes = {"_nykom": "level:kommune", "_ygrpi09": "level:ygrpi09"}
    return to_cells(read_body(body), table=TABLE, nodes=nodes)


def is_declared(row: Row) -> bool:
    """Whether a row's labels are declared, but for blanks around and within them."""
    period, area, member = (" ".join(unicodedata.normalize("NFC", label).split()) for label in row[:3])
    try:
        of_kind = Period.parse(period).kind is PeriodKind.MONTH
    except PeriodError:
        return False
    return of_kind and area in by_publisher_name() and member in TABLE.breakdowns[0].canonical


MONTHS = st.sampled_from(["2026M06", "2026M07", "2026Q02", "2026M13", "latest:2"]) | LABELS
AREAS = st.sampled_from(["Herlev", "Ishøj", "Århus", "herlev", "163", "Herlev "]) | LABELS
MEMBERS = st.sampled_from(["A-dagpenge", "Kontanthjælp", "A-dagpenge mv.", "a-dagpenge"]) | LABELS


@settings(max_examples=EXAMPLES * 2)
@given(st.lists(st.tuples(MONTHS, AREAS, MEMBERS, st.integers(0, 9)).map(list), min_size=1, max_size=4))
def test_no_invalid_label_ever_yields_cells(rows: list[Row]) -> None:
    try:
        cells = read(rows)
    except Undeclared:
        assert not all(is_declared(row) for row in rows)
        return
    except CellsDisagree:
        assert len({tuple(row[:3]) for row in rows}) < len({tuple(row) for row in rows})
        return
    assert all(is_declared(row) for row in rows)
    assert set(cells["value"]) == {float(row[3]) for row in rows}


@given(
    st.permutations(
        [["2026M06", area, "A-dagpenge", at] for at, area in enumerate(["Herlev", "Ishøj", "Samsø", "Læsø"])]
    )
)
def test_the_publishers_order_of_rows_leaves_no_trace(rows: list[Row]) -> None:
    assert read(rows).equals(read(sorted(rows)))
