"""Siblings of the cases from the field by how a table is laid out, and of other kinds of workbooks, made at random."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.sources.local_files.contract import ContractError
from tasks.sources.local_files.snapshot import read_file
from tasks.stoppages import FileRefused
from tests.local import XLSX, column, contract, workbook
from tests.unit.tasks.sources.local_files.test_as_seen import FEW, HEADER, KRONER, ROWS, csv, xlsx
from warehouse.areas import find
from warehouse.periods import Period

MEASURES = {
    "Antal": {"name": "a_persons", "unit": "persons"},
    "Pct.": {"name": "share_pct", "unit": "pct"},
    "Kr.": {"name": "cost_dkk", "unit": "dkk"},
}
AREAS = ("Herlev", "Ballerup", "Odense", "Aarhus", "Randers")
KINDS = ("Sygedagpenge", "Kontanthjælp", "Efterløn", "Fleksjob")
MONTHS = [f"2023M{month:02d}" for month in range(1, 13)]
Cells = dict[tuple[str, str, str, str], float | None]


def cells(content: bytes, **changes: Any) -> Cells:
    """The values of a workbook by period, area, members and measure."""
    declared = contract(**(XLSX | changes))
    rows = read_file(content, contract=declared, name=declared.file).to_dicts()
    return {
        (str(Period.from_key(row["period_id"])), str(row["area_id"]), row["members"], row["measure"]): row["value"]
        for row in rows
    }


def key(area: str) -> str:
    """An area's number as text."""
    return str(find(area).key)


def offer(name: str, *, of: str = "Tilbud") -> str:
    return json.dumps({of: name}, ensure_ascii=False)


@given(
    years=st.lists(st.integers(2015, 2024), min_size=1, max_size=3, unique=True),
    labels=st.lists(st.sampled_from(list(MEASURES)), min_size=1, max_size=3, unique=True),
    above=st.integers(0, 3),
    merged=st.booleans(),
    key_below=st.booleans(),
)
@FEW
def test_two_rows_of_headers_are_one_header(
    years: list[int], labels: list[str], above: int, merged: bool, key_below: bool
) -> None:
    over, named = [str(year) for year in years], ["", "Tilbud"] if key_below else ["Tilbud", ""]
    upper = [named[0], *(year if at == 0 else "" for year in over for at in range(len(labels)))]
    numbers = [[10 * row + at for at in range(len(upper) - 1)] for row in range(2)]
    table: list[list[Any]] = [*([["En titel"]] * above), upper, [named[1], *(labels * len(over))]]
    table += [[f"T{row}", *line] for row, line in enumerate(numbers)]

    def merge(_: Any, sheet: Any) -> None:
        for at, year in enumerate(over if merged and len(labels) > 1 else ()):
            sheet.merge_range(above, 1 + at * len(labels), above, (at + 1) * len(labels), year)

    content = workbook(table, also=merge)
    columns = [
        {**MEASURES[label], "label": label, "across": {f"{year} {label}": {"period": f"{year}Y01"} for year in over}}
        for label in labels
    ]
    declared: dict[str, Any] = {"period": None, "columns": columns, "header_row": above + 2}
    places = [(f"{year}Y01", MEASURES[label]["name"]) for year in over for label in labels]
    assert cells(content, header_rows=2, **declared) == {
        (period, key("Ringsted"), offer(f"T{row}"), measure): number
        for row, line in enumerate(numbers)
        for (period, measure), number in zip(places, line, strict=True)
    }
    with pytest.raises(FileRefused, match="header_rows"):
        cells(content, **declared)


@given(
    years=st.lists(st.integers(2010, 2024), min_size=2, max_size=5, unique=True),
    before=st.integers(0, 2),
    as_csv=st.booleans(),
)
@FEW
def test_columns_of_one_name_are_told_apart_by_their_letters(years: list[int], before: int, as_csv: bool) -> None:
    notes = [f"Note {at}" for at in range(before)]
    rows: list[list[Any]] = [[*notes, "Tilbud", *(["Antal"] * len(years))], [*(["x"] * before), "A", *years]]
    letters = [chr(ord("A") + before + 1 + at) for at in range(len(years))]
    across = {f"Antal ({letter})": {"period": f"{year}Y01"} for letter, year in zip(letters, years, strict=True)}
    declared: dict[str, Any] = {"ignored": notes, "period": None, "columns": column(across=across)}
    if as_csv:
        text = "".join(";".join(map(str, row)) + "\n" for row in rows)
        found = read_file(text.encode(), contract=contract(**declared), name="courses.csv")
        assert sorted(found.select("period_id", "value").rows()) == sorted(
            (Period.parse(f"{year}Y01").key, float(year)) for year in years
        )
    else:
        assert cells(workbook(rows), **declared) == {
            (f"{year}Y01", key("Ringsted"), offer("A"), "started_cases"): year for year in years
        }
    with pytest.raises(FileRefused, match=rf"'Antal \({letters[0]}\)'"):
        (csv if as_csv else lambda rows, **more: xlsx(workbook(rows), **more))(rows, ignored=notes)


@given(
    areas=st.lists(st.sampled_from(AREAS), min_size=1, max_size=4, unique=True),
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=4, unique=True),
    months=st.lists(st.sampled_from(MONTHS), min_size=1, max_size=4, unique=True).map(sorted),
    hidden=st.integers(0, 15),
    notes=st.integers(0, 3),
)
@FEW
def test_statbanks_download_of_any_areas_kinds_and_months_is_read(
    areas: list[str], kinds: list[str], months: list[str], hidden: int, notes: int
) -> None:
    number = iter(range(100, 1000))
    table: list[list[Any]] = [["Fuldtidsmodtagere efter område, ydelse og tid"], ["Enhed: Antal"]]
    table.append([None, None, *months])
    expected: Cells = {}
    for area in areas:
        for at, kind in enumerate(kinds):
            values = [None if (value := next(number)) % 16 == hidden else value for _ in months]
            table.append([area if at == 0 else None, kind, *(".." if value is None else value for value in values)])
            expected |= {
                (month, key(area), offer(kind, of="Ydelse"), "started_cases"): value
                for month, value in zip(months, values, strict=True)
            }
    table += [[], *([["Tallene er foreløbige."]] * notes)] if notes else []
    declared: dict[str, Any] = {
        "header_row": 3,
        "area": {"column": "(A)", "blank_repeats": True},
        "keys": [{"column": "(B)", "name": "Ydelse"}],
        "missing": [".."],
        "period": None,
        "columns": column(may_be_missing=True, across={month: {"period": month} for month in months}),
    }
    assert cells(workbook(table), after_blank_row="left_out", **declared) == expected
    if notes:
        with pytest.raises(FileRefused, match="after_blank_row"):
            cells(workbook(table), **declared)


def repacked(content: bytes, *, changed: Callable[[str, bytes], bytes], pack: int, also: dict[str, bytes]) -> bytes:
    """A package with its parts changed and others before them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", pack) as new:
        for name, part in also.items():
            new.writestr(name, part)
        for name in old.namelist():
            new.writestr(name, changed(name, old.read(name)))
    return out.getvalue()


STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/"
    b"relationships",
}


def strict(_name: str, part: bytes) -> bytes:
    for usual, other in STRICT.items():
        part = part.replace(usual, other)
    return part


OTHER_KINDS: dict[str, tuple[Callable[[bytes, int], bytes], str]] = {
    "strict": (
        lambda book, pack: repacked(book, changed=strict, pack=pack, also={}),
        r"Strict Open XML.*Excel Workbook",
    ),
    "ods": (
        lambda book, pack: repacked(
            book,
            changed=lambda _, part: part,
            pack=pack,
            also={"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"},
        ),
        r"OpenDocument spreadsheet \(\.ods\).*Save it as \.xlsx",
    ),
    "xls": (lambda book, _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + book, r"older \.xls kind.*Save it as \.xlsx"),
}


@pytest.mark.parametrize("kind", list(OTHER_KINDS))
@given(rows=st.integers(1, len(ROWS)), pack=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
@FEW
def test_other_kinds_of_workbooks_are_named_whatever_they_hold(kind: str, rows: int, pack: int) -> None:
    make, named = OTHER_KINDS[kind]
    with pytest.raises(FileRefused, match=named):
        xlsx(make(workbook(ROWS[:rows]), pack))


MARKS = st.sampled_from(["-", "\u2013", "0-", "nul", "ingen", "."])


@given(
    mark=MARKS,
    blanks=st.tuples(*[st.sampled_from(["", " ", "  "])] * 2),
    others=st.lists(st.integers(1, 10**6), max_size=4),
)
@FEW
def test_a_mark_that_is_declared_as_nought_is_nought_and_no_other_is(
    mark: str, blanks: tuple[str, str], others: list[int]
) -> None:
    numbers = {f"T{at}": float(number) for at, number in enumerate(others)}
    rows: list[list[Any]] = [
        HEADER,
        ["A", f"{blanks[0]}{mark}{blanks[1]}"],
        *([name, int(number)] for name, number in numbers.items()),
    ]
    assert csv(rows, columns=[KRONER], nought=[mark]) == numbers | {"A": 0.0}
    assert xlsx(workbook(rows), columns=[KRONER], nought=["x", mark]) == numbers | {"A": 0.0}
    hidden = column(**KRONER, may_be_missing=True)
    assert csv(rows, columns=hidden, missing=[mark]) == numbers | {"A": None}
    with pytest.raises(FileRefused, match=r"row 2, column B"):
        csv(rows, columns=[KRONER])
    with pytest.raises(ContractError, match="under `missing` too"):
        csv(rows, columns=hidden, nought=[mark], missing=[mark])
