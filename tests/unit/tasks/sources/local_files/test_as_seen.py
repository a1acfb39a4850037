"""Siblings of the cases from the field: formats, positions, encodings and names made at random, read as a person sees them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.sources.documents.number_formats import FormatUnclear, as_seen
from tasks.sources.local_files.contract import Contract, ContractError
from tasks.sources.local_files.contract_checks import require_in_force
from tasks.sources.local_files.fetch import look_into
from tasks.sources.local_files.snapshot import read_file
from tasks.stoppages import FileRefused
from tests.local import XLSX, column, contract, text_of, workbook
from warehouse.danish.writing import MONTHS

HEADER = ["Tilbud", "Antal"]
ROWS: list[list[Any]] = [HEADER, *([f"T{at}", at] for at in range(1, 9))]
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KRONER = column(name="cost_dkk", unit="dkk")[0]


def members(content: bytes, *, declared: Contract) -> dict[str, float | None]:
    """The values of the small contract's one measure, by member."""
    cells = read_file(content, contract=declared, name=declared.file).to_dicts()
    return {json.loads(cell["members"])["Tilbud"]: cell["value"] for cell in cells}


def xlsx(content: bytes, **changes: Any) -> dict[str, float | None]:
    return members(content, declared=contract(**(XLSX | changes)))


def csv(rows: list[list[Any]], **changes: Any) -> dict[str, float | None]:
    text = "".join(";".join(map(str, row)) + "\n" for row in rows)
    return members(text.encode(), declared=contract(**changes))


def formatted(value: float, number_format: str) -> bytes:
    """A workbook with one number in a format of its own."""
    return workbook(
        [HEADER, ["A"]],
        also=lambda book, sheet: sheet.write_number("B2", value, book.add_format({"num_format": number_format})),
    )


DIGITS = st.sampled_from(["0", "#,##0", "#,##0.0", "0.00", "# ##0", "General", "#\\ ##0", "??0"])
WORDS = st.sampled_from(["", '"%"', '" pct."', '" kr."', "\\ \\%", '_-" DKK"', "[$ kr.-406]"])
COLOURS = st.sampled_from(["", "[Red]", "[Color 3]", "_-* "])


@given(
    value=st.decimals(-(10**9), 10**9, places=3),
    pattern=st.tuples(COLOURS, DIGITS, WORDS),
    commas=st.integers(0, 3),
    per_cent=st.booleans(),
)
@settings(deadline=None)
def test_each_comma_shows_a_thousandth_and_only_a_sign_that_is_no_literal_a_hundredfold(
    value: Decimal, pattern: tuple[str, str, str], commas: int, *, per_cent: bool
) -> None:
    colour, digits, words = pattern
    commas = 0 if digits == "General" else commas
    seen = as_seen(value, number_format=f"{colour}{digits}{',' * commas}{'%' if per_cent else ''}{words}")
    assert seen.value == value.scaleb(2 * per_cent - 3 * commas)
    assert (seen.shrunk, seen.per_cent) == (3 * commas, per_cent)
    assert seen.words.strip("% ") in {"", "pct.", "kr.", "DKK"}


@given(
    value=st.decimals("0.001", 10**6, places=3),
    minus=st.sampled_from(["-0.0", "\\-0.0", '"-"0.0', "(0.0)", "\u22120.0"]),
)
@settings(deadline=None)
def test_a_negative_number_keeps_its_sign_and_none_is_given_one(value: Decimal, minus: str) -> None:
    assert as_seen(-value, number_format=f"0.0;{minus}").value == -value
    assert as_seen(value, number_format=f"0.0;{minus}").value == value
    with pytest.raises(FormatUnclear, match="drops the minus sign"):
        as_seen(-value, number_format="0.0;[Red]0.0")
    with pytest.raises(FormatUnclear, match="writes a minus sign"):
        as_seen(value, number_format=minus)


@pytest.mark.parametrize("number_format", [";;;", "0;;0", '"";""', '0"0"', '"1"0', "00-00", "[>=1000]0,;0", '"skjult"'])
def test_a_format_that_shows_no_number_or_another_one_is_refused_with_its_place(number_format: str) -> None:
    value = -5 if number_format.startswith("0;") else 5
    with pytest.raises(FileRefused, match=r"courses\.xlsx, row 2, column B \('Antal'\): .*Format the cells as plain"):
        xlsx(formatted(value, number_format))


@given(stored=st.integers(1, 10**9), commas=st.integers(1, 2), words=st.sampled_from(["", '" kr."', "[$ kr.-406]"]))
@FEW
def test_what_is_seen_is_taken_times_the_factor_or_refused_without_one(stored: int, commas: int, words: str) -> None:
    content, factor = formatted(stored, f"#,##0{',' * commas}{words}"), 1000**commas
    wide = KRONER | {"within": [0, 10**18]}
    assert xlsx(content, columns=[wide | {"factor": factor}]) == {"A": stored}
    with pytest.raises(FileRefused, match=rf"row 2, column B .*`factor: {factor}`"):
        xlsx(content, columns=[wide])


@pytest.mark.parametrize(("words", "factor"), [("mio. kr.", 1_000_000), ("t.kr.", 1_000), ("mia. kr.", 1_000_000_000)])
def test_a_size_in_the_words_of_a_format_must_be_the_factor(words: str, factor: int) -> None:
    content, wide = formatted(2.5, f'0.0" {words}"'), KRONER | {"within": [0, 10**12]}
    assert xlsx(content, columns=[wide | {"factor": factor}]) == {"A": 2.5 * factor}
    for other in (1, factor // 10):
        with pytest.raises(FileRefused, match=rf"row 2, column B .*`factor: {factor}`"):
            xlsx(content, columns=[wide | {"factor": other}])
    with pytest.raises(FileRefused, match=r"Correct the `unit`"):
        xlsx(content)


HIDE: dict[str, Callable[[Any, int], object]] = {
    "by hand": lambda sheet, row: sheet.set_row(row, None, None, {"hidden": True}),
    "by a filter": lambda sheet, row: (sheet.autofilter("A1:B9"), sheet.set_row(row, None, None, {"hidden": True})),
    "in a closed outline": lambda sheet, row: sheet.set_row(row, None, None, {"level": 1, "hidden": True}),
    "without height": lambda sheet, row: sheet.set_row(row, 0),
    "by hand, and high": lambda sheet, row: sheet.set_row(row, 40, None, {"hidden": True}),
}


@pytest.mark.parametrize("how", list(HIDE))
@given(row=st.integers(1, 8))
@FEW
def test_a_hidden_row_anywhere_is_refused_left_out_or_read(how: str, row: int) -> None:
    content = workbook(ROWS, also=lambda _, sheet: HIDE[how](sheet, row))
    with pytest.raises(FileRefused, match=rf"row {row + 1}: .*found a hidden row"):
        xlsx(content)
    everything = {f"T{at}": float(at) for at in range(1, 9)}
    assert xlsx(content, hidden="read") == everything
    assert xlsx(content, hidden="left_out") == {name: value for name, value in everything.items() if value != row}


@pytest.mark.parametrize("width", [None, 0])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_hidden_column_is_refused_ignored_or_read(place: int, width: float | None) -> None:
    rows: list[list[Any]] = [["Tilbud", "Antal", "Note"], ["A", 1, "x"]]
    options = {"hidden": True} if width is None else {}
    content = workbook(rows, also=lambda _, sheet: sheet.set_column(place, place, width, None, options))
    declared: dict[str, Any] = {"ignored": ["Note"]}
    if place == 2:
        assert xlsx(content, **declared) == {"A": 1.0}
        return
    with pytest.raises(FileRefused, match=rf"row 1, column {'AB'[place]}: .*hidden column.*`ignored`.*`hidden: read`"):
        xlsx(content, **declared)
    assert xlsx(content, hidden="read", **declared) == {"A": 1.0}


@given(rows=st.integers(1, 5), blank=st.integers(1, 4), below=st.integers(1, 4), as_csv=st.booleans())
@FEW
def test_what_stands_below_a_blank_row_is_refused_left_out_or_read(
    rows: int, blank: int, below: int, as_csv: bool
) -> None:
    first, second = ROWS[: rows + 1], [[f"U{at}", at] for at in range(below)]
    table = [*first, *([["", ""]] * blank), *second]

    def read(**changes: Any) -> dict[str, float | None]:
        return csv(table, **changes) if as_csv else xlsx(workbook(table), **changes)

    with pytest.raises(
        FileRefused, match=rf"row {rows + blank + 2}, column A .*below the blank row {rows + 2}, found 'U0'"
    ):
        read()
    assert list(read(after_blank_row="left_out")) == [str(name) for name, _ in first[1:]]
    assert len(read(after_blank_row="read")) == rows + below


@pytest.mark.parametrize(
    "second",
    [
        ["Alder", 2022, 2023],
        ["Alder", "2022", "2023"],
        ["Alder", 2020, 2021],
        ["Alder", "2024", 2025],
        ["Køn", 2023, 2022],
    ],
)
def test_a_second_header_without_a_blank_row_before_it_is_refused(second: list[Any]) -> None:
    across = {str(year): {"period": f"{year}Y01"} for year in (2022, 2023)}
    rows: list[list[Any]] = [["Tilbud", "2022", "2023"], ["A", 200, 210], second, ["16-24 år", 50, 52]]
    declared: dict[str, Any] = {"period": None, "columns": column(across=across)}
    with pytest.raises(FileRefused, match=r"row 3, column B .*a second header"):
        xlsx(workbook(rows), **declared)
    with pytest.raises(FileRefused, match=r"row 3, column B .*a second header"):
        csv(rows, **declared)


SPELLED: dict[str, Callable[[date], str]] = {
    "ISO": lambda day: f"kum-{day:%Y-%m}.csv",
    "in one": lambda day: f"kum {day:%Y%m%d}.csv",
    "Danish": lambda day: f"kum {day:%d-%m-%Y}.csv",
    "points": lambda day: f"kum_{day:%d.%m.%Y}.csv",
    "a month's name": lambda day: f"kum {MONTHS[day.month - 1]} {day.year}.csv",
    "a month's number": lambda day: f"kum {day.month} {day.year}.csv",
    "the publisher's": lambda day: f"kum {day:%YM%m}.csv",
    "a half-year": lambda day: f"kum {1 + (day.month > 6)}. halvår {day.year}.csv",
}
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 1))


@pytest.mark.parametrize("how", list(SPELLED))
@given(one=DAYS, other=DAYS)
@FEW
def test_a_file_older_by_its_name_and_saved_later_is_refused_unless_the_contract_decides(
    how: str, one: date, other: date
) -> None:
    earlier, later = (SPELLED[how](day.replace(day=1)) for day in sorted((one, other)))
    if earlier == later:
        return
    with TemporaryDirectory() as folder:
        for at, name in ((1_000, later), (2_000, earlier)):
            (Path(folder) / name).write_text("Tilbud;Antal\nA;1\n", encoding="utf-8")
            os.utime(Path(folder) / name, (at, at))
        (Path(folder) / "kum.yml").write_text(text_of(file="kum*.csv"), encoding="utf-8")
        (found,) = look_into(Path(folder)).files
        with pytest.raises(FileRefused, match=r"saved last.*`newest: name`.*`newest: saved`"):
            found.require_newest()
        replace(found, contract=contract(file="kum*.csv", newest="saved")).require_newest()
        (Path(folder) / "kum.yml").write_text(text_of(file="kum*.csv", newest="name"), encoding="utf-8")
        (found,) = look_into(Path(folder)).files
        found.require_newest()
        assert found.path.name == later


WAYS: dict[str, Callable[[str], str]] = {
    "after": lambda size: f"{size}-",
    "after, apart": lambda size: f"{size} \u2212",
    "after, with kroner": lambda size: f"kr. {size}-",
    "after, before kroner": lambda size: f"{size}- kr.",
    "brackets": lambda size: f"({size})",
    "brackets, with kroner": lambda size: f"kr. ({size})",
    "before": lambda size: f"-{size}",
    "before, with kroner": lambda size: f"-kr. {size}",
}


@pytest.mark.parametrize("way", list(WAYS))
@given(size=st.decimals("0.01", 10**8, places=2))
@FEW
def test_a_minus_sign_is_read_where_it_is_declared(way: str, size: Decimal) -> None:
    written = WAYS[way](f"{size:,.2f}".translate(str.maketrans(",.", ".,")))
    minus, rows = way.split(",", maxsplit=1)[0], [HEADER, ["A", written]]
    assert csv(rows, columns=[KRONER], minus=minus) == {"A": -float(size)}
    if minus != "before":
        with pytest.raises(FileRefused, match=rf"row 2, column B .*(`minus: {minus}`|declared with)"):
            csv(rows, columns=[KRONER])


@pytest.mark.parametrize("text", ["-", " - ", "\u2013", "5-7", "5 - 7", "--5", "5--", "(5", "5)", "(-5)-"])
def test_what_is_no_number_stays_none(text: str) -> None:
    for minus in ("before", "after", "brackets"):
        with pytest.raises(FileRefused, match="row 2, column B"):
            csv([HEADER, ["A", text]], columns=[KRONER], minus=minus)


@given(counts=st.lists(st.integers(1, 4), min_size=1, max_size=5), merged=st.booleans())
@FEW
def test_a_group_that_is_written_once_stands_for_the_rows_below_it(counts: list[int], merged: bool) -> None:
    rows: list[list[Any]] = [["Område", "Tilbud", "Antal"]]
    for group, count in zip(("Herlev", "Ballerup", "Odense", "Aarhus", "Randers"), counts, strict=False):
        rows += [[group if at == 0 else None, f"T{at}", at] for at in range(count)]

    def merge(_: Any, sheet: Any) -> None:
        starts = [at for at, row in enumerate(rows) if at and row[0]] + [len(rows)]
        for start, end in pairwise(starts):
            if merged and end - start > 1:
                sheet.merge_range(start, 0, end - 1, 0, rows[start][0])

    content = workbook(rows, also=merge)
    declared = contract(**(XLSX | {"area": {"column": "Område", "blank_repeats": True}}))
    cells = read_file(content, contract=declared, name="courses.xlsx")
    assert sorted(cells.group_by("area_id").len()["len"]) == sorted(counts)
    if max(counts) > 1:
        with pytest.raises(FileRefused, match=r"column A \('Område'\).*`blank_repeats: true`|column A .*empty cell"):
            xlsx(content, area={"column": "Område"})


@given(
    encoding=st.sampled_from(["utf-16", "utf-16-le", "utf-16-be"]),
    name=st.text("abcæøåÆØÅé ", min_size=1, max_size=20).filter(str.strip),
)
@FEW
def test_utf_16_is_read_with_or_without_its_mark_and_never_as_anything_else(encoding: str, name: str) -> None:
    content = f"Tilbud;Antal\r\n{name};7\r\n".encode(encoding)
    assert list(members(content, declared=contract(encoding="utf-16")).values()) == [7]
    for other in ("utf-8", "utf-8-sig", "latin-1", "cp1252"):
        with pytest.raises(FileRefused, match="found UTF-16"):
            members(content, declared=contract(encoding=other))


@given(
    day=DAYS,
    shown=st.sampled_from(["{m3}-%y", "{m3} %y", "{m3}-%Y", "{m} %Y", "%Y-%m", "%YM%m", "%d-%m-%Y", "%Y-%m-%d"]),
)
@FEW
def test_a_date_in_the_header_is_what_the_contract_calls_it(day: date, shown: str) -> None:
    month = MONTHS[day.month - 1]
    header = day.strftime(shown.format(m3=month[:3], m=month))

    def show(book: Any, sheet: Any) -> None:
        sheet.write_datetime("B1", day, book.add_format({"num_format": "mmm-yy"}))

    content = workbook([["Tilbud"], ["A", 3]], also=show)
    across = {header: {"period": f"{day:%Y}M{day:%m}"}}
    assert xlsx(content, period=None, columns=column(across=across)) == {"A": 3}


@given(start=DAYS, weeks=st.integers(6, 12))
@FEW
def test_weeks_are_refused_whatever_day_they_begin_on(start: date, weeks: int) -> None:
    rows: list[list[Any]] = [["Uge", *HEADER], *([start + timedelta(7 * at), "A", at] for at in range(weeks))]
    with pytest.raises(FileRefused, match=r"weeks.*Sum the rows to one for each month.*`form: month`"):
        csv(rows, period={"column": "Uge", "form": "date"})


@pytest.mark.parametrize("written", ["2024W01", "2024-W01", "uge 1 2024", "Uge 7, 2024", "2024U09"])
def test_a_week_where_a_month_is_declared_says_what_can_be_done(written: str) -> None:
    with pytest.raises(FileRefused, match=r"row 2, column A .*no weeks or days.*Sum the rows"):
        csv([["Uge", *HEADER], [written, "A", 1]], period={"column": "Uge", "form": "month"})


@given(value=st.decimals("0.01", 10**5, places=2))
@FEW
def test_only_full_time_persons_that_are_declared_so_have_decimals(value: Decimal) -> None:
    rows, written = (
        [HEADER, ["A", str(value).replace(".", ",")]],
        {"name": "a_full_time_persons", "unit": "full_time_persons"},
    )
    assert csv(rows, columns=column(**written, type="decimal")) == {"A": float(value)}
    for declared in (written, {"name": "a_persons", "unit": "persons", "type": "decimal"}):
        if value != value.to_integral_value():
            with pytest.raises(FileRefused, match="row 2, column B"):
                csv(rows, columns=column(**declared))


SIZES = {
    "Udgift i 1.000 kr.": 1_000,
    "Beløb (1000 kr.)": 1_000,
    "Budget, mio. kr.": 1_000_000,
    "Budget i t.kr.": 1_000,
    "Forbrug i hele tusinde kr.": 1_000,
    "Antal (10 personer)": 10,
    "Beløb i 100.000 kr.": 100_000,
    "Mia. kr.": 1_000_000_000,
}


@pytest.mark.parametrize("label", list(SIZES))
def test_a_size_in_a_label_or_above_the_table_needs_a_factor(label: str) -> None:
    def judge(**changes: Any) -> None:
        measures = [KRONER | {"label": label} | changes]
        require_in_force(contract(columns=measures), text=text_of(columns=measures), name="courses.yml")

    with pytest.raises(ContractError, match=rf"courses\.yml, line \d+: columns\.0\.label: .*`factor: {SIZES[label]}`"):
        judge()
    judge(factor=SIZES[label])
    judge(factor=1)
    rows: list[list[Any]] = [[label, ""], HEADER, ["A", 1]]
    with pytest.raises(FileRefused, match=rf"row 1, column A: .*`factor: {SIZES[label]}`"):
        csv(rows, columns=[KRONER], header_row=2)
    assert csv(rows, columns=[KRONER | {"factor": SIZES[label], "within": [0, 10**10]}], header_row=2) == {
        "A": SIZES[label]
    }


@pytest.mark.parametrize(
    "label", ["Antal", "Kr.", "Ledige pr. 1.000 indbyggere", "Andel i pct.", "Fuldtidspersoner", "2022"]
)
def test_a_label_without_a_size_needs_none(label: str) -> None:
    measures = [KRONER | {"label": label}]
    require_in_force(contract(columns=measures), text=text_of(columns=measures), name="courses.yml")


@pytest.mark.parametrize("note", ["1", "12", "1)", "\u00b9", "\u00b2\u00b3"])
def test_a_raised_footnote_is_no_digit_of_the_number_before_it(note: str) -> None:
    def raise_it(book: Any, sheet: Any) -> None:
        sheet.write_rich_string("B2", "1.210", book.add_format({"font_script": 1}), note)

    content = workbook([HEADER, ["A"]], also=raise_it)
    assert xlsx(content) == {"A": 1210}
    if not note.isascii():
        assert csv([HEADER, ["A", f"1.210{note}"]]) == {"A": 1210}
