"""Laws of StatBank's answers: figures that are written are read back; nothing malformed or undeclared yields a cell."""

from __future__ import annotations

import re
from itertools import product

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.sources.cells import SCHEMA
from tasks.sources.statbank.cells import to_cells
from tasks.sources.statbank.codes import read_time, write_time
from tasks.sources.statbank.fetch import figures, in_chunks
from tasks.stoppages import BodyUnreadable, CellsDisagree, Undeclared
from tests.properties.effort import EXAMPLES
from tests.statbank_answers import AREAS, AUK01, FOLK1A, csv_of, metadata
from warehouse.periods import Period, PeriodKind

MEMBERS = {"TOT": "I alt", "SU": "SU-modtagere", "LY": "Ledighedsydelse"}
HEADER = ("OMRÅDE", "YDELSESTYPE", "TID", "INDHOLD")
OUR_CODES = {"000": 0, "084": 1084, "163": 163}
COUNTS = st.integers(-(10**9), 10**12).filter(bool)
SIGNS = st.sampled_from(["..", "-", ".", "0"])
FIGURES = st.one_of(COUNTS.map(str), COUNTS.map(str), SIGNS)
QUARTERS = st.lists(st.builds("{}K{}".format, st.integers(2008, 2026), st.integers(1, 4)), min_size=1, max_size=3)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def meaning(figure: str) -> tuple[float | None, str] | None:
    """What a figure means, read naively; None where there is no cell. Hidden values are written `..` or `0` here."""
    if figure == ".":
        return None
    if figure in ("..", "0"):
        return None, "suppressed"
    return (0.0 if figure == "-" else float(int(figure))), "observed"


@settings(max_examples=EXAMPLES * 2)
@given(st.data(), QUARTERS)
def test_what_is_written_is_read_back(data: st.DataObject, quarters: list[str]) -> None:
    quarters = sorted(set(quarters))
    keys = list(product(AREAS, MEMBERS, quarters))
    written = dict(zip(keys, data.draw(st.lists(FIGURES, min_size=len(keys), max_size=len(keys))), strict=True))
    shuffled = data.draw(st.permutations(keys))
    rows = [(f"{a} {AREAS[a]}", f"{m} {MEMBERS[m]}", q, written[a, m, q]) for a, m, q in shuffled]
    described = metadata(AUK01, members=MEMBERS, quarters=quarters)
    cells = to_cells(csv_of(*rows, header=HEADER), table=AUK01, metadata=described, periods=described.periods)
    expected = {
        (read_time(quarter).key, OUR_CODES[area], f'{{"Ydelsestype": "{MEMBERS[member]}"}}'): meaning(figure)
        for (area, member, quarter), figure in written.items()
        if area in OUR_CODES and meaning(figure) is not None
    }
    found = cells.select("period_id", "area_id", "members", "value", "status").rows()
    assert {row[:3]: row[3:] for row in found} == expected
    assert len(found) == len(expected)
    assert cells.schema == SCHEMA


def read(body: bytes) -> pl.DataFrame:
    return to_cells(body, table=FOLK1A, metadata=metadata(areas={"163": "Herlev"}, quarters=["2023K1"]))


@settings(max_examples=EXAMPLES * 3)
@given(TEXTS)
@example("29.215")
@example("1\n")
@example("１２")
@example('"12"')
@example("12;13")
@example("12\r\n163 Herlev;2023K1;13")
def test_no_field_but_a_plain_figure_or_a_sign_yields_a_value(field: str) -> None:
    body = csv_of(("163 Herlev", "2023K1", field))
    try:
        cells = read(body)
    except (BodyUnreadable, Undeclared, CellsDisagree):
        return
    plain = field.strip('"\r\n')  # a quoted field, and line ends after it, are the same table
    assert re.fullmatch(r"-?[0-9]{1,15}|\.\.|-|\.", plain, re.ASCII)
    assert cells.select("value", "status").rows() == [meant for meant in [meaning(plain)] if meant is not None]


@settings(max_examples=EXAMPLES * 2)
@given(TEXTS, TEXTS)
@example("163 Herlev", "2023K1")
@example("163 herlev", "2023K1")
def test_no_undeclared_label_yields_a_cell(area: str, quarter: str) -> None:
    try:
        cells = read(csv_of((area, quarter, "12")))
    except (BodyUnreadable, Undeclared):
        assert (area, quarter) != ("163 Herlev", "2023K1")
        return
    assert (area.strip('"'), quarter.strip('"')) == ("163 Herlev", "2023K1")
    assert cells["value"].to_list() == [12.0]


@settings(max_examples=EXAMPLES * 3)
@given(st.binary(max_size=80), st.sampled_from([b"", csv_of(), csv_of(("163 Herlev", "2023K1", "12"))]))
def test_no_malformed_body_yields_another_cell(rest: bytes, start: bytes) -> None:
    try:
        cells = read(start + rest)
    except (BodyUnreadable, Undeclared, CellsDisagree):
        return
    assert cells.height <= 1
    assert set(cells["area_id"]) <= {163}
    assert start.endswith(b"12\r\n") or b"163 Herlev" in rest


@given(st.integers(1900, 2099), st.integers(1, 4))
def test_a_quarter_that_is_written_is_read_back(year: int, number: int) -> None:
    period = Period(PeriodKind.QUARTER, year, number)
    assert read_time(write_time(period)) == period


@given(st.integers(1, 90), st.integers(1, 400))
def test_chunks_lose_no_quarter_and_keep_to_the_limit(count: int, cells_per_call: int) -> None:
    periods = tuple(Period.parse("2008Q01").shifted(step) for step in range(count))
    described = metadata()
    chunks = in_chunks(periods, table=FOLK1A, metadata=described, cells_per_call=cells_per_call)
    assert sum(chunks, ()) == periods
    for chunk in chunks:
        assert len(chunk) == 1 or len(chunk) * len(AREAS) <= cells_per_call
        assert figures(FOLK1A, metadata=described, periods=chunk).count("K") >= len(chunk)
