"""Laws of the ranking lists: any layout is read to the same cells; what is torn is refused or is the same; no other end."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.sources.documents.file_kind import kind_of
from tasks.sources.documents.sandbox import read_pages
from tasks.sources.ranking_lists.snapshot import RankingList, list_on
from tasks.sources.ranking_lists.table import number
from tasks.stoppages import ListUnreadable
from tests.properties.effort import EXAMPLES
from tests.standin import ranking_files
from tests.standin.ranking_files import HEADINGS, HEADINGS_2018, HEADINGS_OTHERWISE, Layout, PrintedRow
from warehouse.periods import Period

pytestmark = pytest.mark.slow
PERIOD = Period.parse("2023QMAT02")
TITLE = ranking_files.title("ranking_all", PERIOD)
ROWS = ranking_files.synthetic_rows("ranking_all", PERIOD)
MEASURES = [name for name in HEADINGS if name not in ("rank", "municipality")]


def read(content: bytes) -> RankingList:
    name = "a list"
    return list_on(read_pages(content, kind=kind_of(content, name=name), name=name), name=name)


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Any of the columns in any order; expected and actual come together."""
    measures = set(draw(st.sets(st.sampled_from(MEASURES), min_size=1)))
    pair = {"expected_full_time_persons", "actual_full_time_persons"}
    measures |= pair if measures & pair else set()
    headings = draw(st.sampled_from([HEADINGS, HEADINGS_2018, HEADINGS_OTHERWISE]))
    return Layout(
        columns=tuple(draw(st.permutations(["rank", "municipality", *sorted(measures)]))),
        headings=headings,
        group_heading=draw(st.booleans()),
        ruled=draw(st.booleans()),
        repeat_header=draw(st.booleans()),
        minus=draw(st.sampled_from(["-", "–", "−"])),
        typed=draw(st.booleans()),
        foot=draw(st.booleans()),
        letter_pt=draw(st.sampled_from([7, 8, 9, 10])),
        doubled=draw(st.booleans()),
        units_in_cells=draw(st.booleans()),
    )


def expected(rows: list[PrintedRow], columns: tuple[str, ...]) -> set[tuple[Any, ...]]:
    """Cells as a person would copy them: municipality, measure, value."""
    cells = {(row.municipality, "rank", float(row.rank)) for row in rows}
    for row in rows:
        for measure in set(columns) & set(MEASURES):
            printed = number(ranking_files.danish(row.values[measure], column=measure))
            assert printed is not None
            cells.add((row.municipality, measure, float(printed * (1_000_000 if measure == "potential_dkk" else 1))))
    return cells


def found(cells: pl.DataFrame) -> set[tuple[Any, ...]]:
    from warehouse.areas import municipalities

    names = {area.key: area.name for area in municipalities()}
    return {
        (names[area], measure, value) for area, measure, value in cells.select("area_id", "measure", "value").rows()
    }


@settings(max_examples=EXAMPLES)
@given(layouts(), st.randoms(use_true_random=False), st.sampled_from([3, 10, 20, 98]), st.sampled_from(["pdf", "xlsx"]))
def test_any_order_of_columns_and_rows_in_any_layout_is_read_to_the_same_cells(
    layout: Layout, order: Any, length: int, kind: str
) -> None:
    rows = ROWS[:length]
    shuffled = order.sample(rows, length)
    written = ranking_files.as_pdf if kind == "pdf" else ranking_files.as_xlsx
    read_back = read(written(shuffled, heading=TITLE, layout=layout))
    assert found(read_back.cells) == expected(rows, layout.columns)
    assert read_back.complete is (length == 98)
    assert read_back.gap_is in ("actual - expected", None)


WHOLE = {
    "pdf": ranking_files.as_pdf(ROWS[:10], heading=TITLE),
    "unpacked pdf": ranking_files.as_pdf(ROWS[:10], heading=TITLE, packed=False),
    "xlsx": ranking_files.as_xlsx(ROWS[:10], heading=TITLE),
}
READ = {kind: read(content).cells for kind, content in WHOLE.items()}


@settings(max_examples=EXAMPLES * 3)
@given(st.sampled_from(sorted(WHOLE)), st.floats(0, 1))
@example("pdf", 0.0)
@example("xlsx", 0.0)
def test_a_torn_file_is_refused_or_says_the_same(kind: str, share: float) -> None:
    torn = WHOLE[kind][: int(len(WHOLE[kind]) * share)]
    try:
        cells = read(torn).cells
    except ListUnreadable:
        return
    assert cells.equals(READ[kind])


@settings(max_examples=EXAMPLES * 2)
@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_a_file_with_altered_bytes_is_refused_or_read_and_never_ends_otherwise(kind: str, data: st.DataObject) -> None:
    content = bytearray(WHOLE[kind])
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=5)):
        content[at] = data.draw(st.integers(0, 255))
    try:
        cells = read(bytes(content)).cells
    except ListUnreadable:
        return
    assert cells.null_count().sum_horizontal()[0] == 0
    if kind == "xlsx":  # each of its parts carries a sum of its bytes
        assert cells.equals(READ[kind])


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
)
def test_whatever_comes_is_refused(rest: bytes, start: bytes) -> None:
    try:
        read(start + rest)
    except ListUnreadable:
        return
    raise AssertionError("bytes drawn by chance were taken for a list")
