"""A municipality's workbook and charts: numbers as the marts have them, else words; lines through numbers only."""

from __future__ import annotations

import doctest
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import openpyxl
import pytest
from frictionless import Package, validate
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import Engine, insert, text

from flows.command_line.main import run
from tasks.exports.files import ExportRefused
from tasks.exports.municipality import sheet as typed_sheet
from tasks.exports.municipality.sheet import WORDS, Content, runs
from tasks.exports.municipality.write import export_municipalities
from tests.properties.releases import HIDDEN, PERSONS, REAL, night, publish_release, published_by, shown
from warehouse.catalogue.model import jobindsats
from warehouse.danish.reservations import REHEARSED, REHEARSED_IN_SHORT
from warehouse.history.dimensions import write_periods
from warehouse.marts import benchmark, benefits, narrowed
from warehouse.periods import Period, spanning

NOW = datetime(2026, 8, 11, 4, 30, tzinfo=UTC)
SEEN = datetime(2026, 7, 1, 2, 3, 4, tzinfo=UTC)
MONTHS = spanning(Period.parse("2024M12"), Period.parse("2026M06"))
AREAS = {"000": "Hele landet", "163": "Herlev", "825": "Læsø"}
HIDDEN_MONTHS = {"2025M03", "2026M02", "2026M06"}
NUMBERS = {"Forløb": slice(1, None), "I alt": slice(1, 4), "Ydelser": slice(2, 6), "Rettelser": slice(6, 9)}


def of_month(place: int, month: Period) -> int:
    """What a month adds to a benefit's count: it rises and falls, and is another a year later."""
    return place * 10 + month.number + (month.year - 2024) * (5 - place)


def counts() -> Iterator[dict[str, Any]]:
    """Every counted benefit of three areas; Læsø's sygedagpenge are hidden now and then, its ledighedsydelse never came."""
    for place, group in enumerate(group for group in jobindsats().benefit_groups if group.counted):
        for month in MONTHS:
            in_force = not (group.valid_from and group.valid_from > month.last_day)
            if group.until and group.until < month.first_day:
                continue
            for code, name in AREAS.items():
                hidden = code == "825" and group.id == "sickness_benefit" and str(month) in HIDDEN_MONTHS
                if code == "825" and group.id == "unemployment_allowance":
                    continue
                persons = {"000": 90_000.0, "163": 400.0, "825": 9.0}[code] + of_month(place, month)
                yield {
                    "benefit_group": group.id, "benefit_group_name": group.name, "area_code": code, "area_name": name,
                    "area_kind": "country" if code == "000" else "municipality", "period": str(month),
                    "period_first_day": month.first_day, "period_last_day": month.last_day,
                    "recipients_persons": None, "recipients_persons_status": None,
                    "recipients_full_time_persons": None if hidden else persons,
                    "recipients_full_time_persons_status": "suppressed" if hidden else "observed",
                    "share_of_workforce_pct": None if hidden else persons / 1000,
                    "share_of_workforce_pct_status": "suppressed" if hidden else "observed",
                    "share_of_population_pct": None, "share_of_population_pct_status": "not_yet",
                    "counted_in_total": in_force, "back_cast": not in_force, "table_id": group.table, "vintage_id": 3,
                    "publisher_updated_on": date(2026, 6, 30), "seen_at": SEEN,
                }  # fmt: skip


def ranking(code: str, name: str) -> dict[str, Any]:
    return {
        "area_code": code, "area_name": name, "period": "2026QMAT01", "period_first_day": date(2025, 4, 1),
        "period_last_day": date(2026, 3, 31),
        "benefit_area": "Ydelsesgrupper i alt", "table_id": "y30r21", "stands_beside": False, "rank": 12.0,
        "rank_half_a_year_earlier": 15.0, "gap_full_time_persons": -50.0, "gap_pct_point": None,
        "expected_full_time_persons": 2060.0, "actual_full_time_persons": 2010.0, "caveats": "=1+1", "vintages": "1",
        "assumptions": "",
    }  # fmt: skip


class Books(NamedTuple):
    """What was exported of Herlev and Læsø, and of which warehouse."""

    engine: Engine
    folder: Path
    manifest: dict[str, Any]

    def sheet(self, name: str, *, of: str = "læsø") -> Worksheet:
        found = openpyxl.load_workbook(self.folder / f"{of}.xlsx")[name]
        assert isinstance(found, Worksheet)
        return found

    def rows(self, name: str, *, of: str = "læsø") -> list[tuple[Any, ...]]:
        return list(self.sheet(name, of=of).iter_rows(min_row=2, values_only=True))

    def asked(self, statement: str, **values: object) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(statement), values).mappings()]


def filled(engine: Engine) -> None:
    with engine.begin() as connection:
        write_periods(connection, periods=set(MONTHS))
        connection.execute(insert(benefits.benefit_recipients), list(counts()))
        connection.execute(insert(benchmark.benchmark_ranking), [ranking("163", "Herlev")])
    first = {("2026M05", area, PERSONS): shown(40) for area in (163, 825)}
    publish_release(engine, first | {("2026M04", 825, PERSONS): shown(7)}, seen_at=night(0))
    second = {("2026M05", area, PERSONS): shown(43) for area in (163, 825)}
    publish_release(engine, second | {("2026M04", 825, PERSONS): HIDDEN}, seen_at=night(1))


@pytest.fixture(scope="module")
def books(module_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Workbooks and charts of a municipality where all is shown, and of one where a count is hidden and one lacks."""
    filled(module_engine)
    folder = tmp_path_factory.mktemp("books")
    manifest = export_municipalities(
        module_engine, ["Læsø", "herlev kommune"], to=folder, period=None, now=NOW, today=NOW.date(), workbook=True,
        charts=True,
    )  # fmt: skip
    return Books(module_engine, folder, manifest)


@pytest.mark.parametrize("of", ["herlev", "læsø"])
def test_no_cell_is_a_formula_and_no_cell_of_a_table_is_empty(books: Books, of: str) -> None:
    book = openpyxl.load_workbook(books.folder / f"{of}.xlsx")
    assert [
        cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ] == []
    for sheet in book.worksheets:
        if sheet.title not in ("Oversigt", "Figurer", "Om data"):
            rows = list(sheet.iter_rows(values_only=True))
            assert len(rows) > 1
            assert [row for row in rows if None in row or "" in row] == [], sheet.title
            assert sheet.auto_filter.ref


def test_every_number_is_a_number_of_the_marts_and_every_other_cell_a_word(books: Books) -> None:
    rows = books.asked("select * from marts.benefit_recipients where area_code = '825'")
    names = [cell.value for cell in books.sheet("Forløb")[1]]
    course = {
        (row[0].date(), name): cell for row in books.rows("Forløb") for name, cell in zip(names, row, strict=True)
    }
    for row in rows:
        cell = course[row["period_first_day"], row["benefit_group_name"]]
        hidden = row["recipients_full_time_persons_status"] == "suppressed"
        absent = not row["counted_in_total"]
        assert cell == ("–" if absent else "skjult" if hidden else row["recipients_full_time_persons"])
    assert {cell for (_, name), cell in course.items() if name == "Ledighedsydelse"} == {"mangler"}
    for sheet, where in NUMBERS.items():
        words = {cell for row in books.rows(sheet) for cell in row[where] if isinstance(cell, str)}
        assert words <= set(WORDS), sheet


def test_a_total_is_whole_or_a_word(books: Books) -> None:
    for of, code in (("herlev", "163"), ("læsø", "825")):
        marts = {
            row["period_first_day"]: row
            for row in books.asked("select * from marts.benefit_totals where area_code = :code", code=code)
        }
        for month, total, parts, expected, hidden, *_ in books.rows("I alt", of=of):
            row = marts[month.date()]
            assert (total, parts == expected) == (
                (row["total_full_time_persons"], True) if row["status"] == "observed" else ("mangler", False)
            )
            assert (hidden == "Sygedagpenge") is (code == "825" and row["period"] in HIDDEN_MONTHS)
    last = [row for row in books.sheet("Oversigt").iter_rows(values_only=True) if row[0] == "Alle ydelser"]
    assert [row[1] for row in last] == ["mangler"]
    herlev = [
        row for row in books.sheet("Oversigt", of="herlev").iter_rows(values_only=True) if row[0] == "Alle ydelser"
    ]
    assert [isinstance(row[1], int) for row in herlev] == [True]


def test_nothing_is_compared_across_the_reform_or_with_a_hidden_count(books: Books) -> None:
    overview = {row[0]: row for row in books.sheet("Oversigt").iter_rows(min_row=6, values_only=True) if row[0]}
    assert overview["Sygedagpenge"][1:4] == (
        "skjult",
        9 + of_month(place_of("sickness_benefit"), Period.parse("2026M05")),
        "skjult",
    )
    new = next(group.name for group in jobindsats().benefit_groups if group.counted and group.valid_from)
    assert overview[new][5] in ("databrud", "–")


def place_of(benefit: str) -> int:
    return [group.id for group in jobindsats().benefit_groups if group.counted].index(benefit)


def drawn(file: Path) -> dict[str, list[tuple[str, str]]]:
    """The ranges that a workbook's charts draw, places and values of each series, by the chart's file."""
    space = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
    with zipfile.ZipFile(file) as parts:
        names = [name for name in parts.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
        found = {name: ElementTree.fromstring(parts.read(name)) for name in names}
    return {
        name: [
            (_range(series, space, "xVal", "cat"), _range(series, space, "yVal", "val"))
            for series in chart.iter(f"{space}ser")
        ]
        for name, chart in found.items()
    }


def _range(series: ElementTree.Element, space: str, *names: str) -> str:
    return next(str(found.text) for name in names for found in series.iterfind(f"{space}{name}//{space}f"))


def cells_of(book: Any, written: str) -> list[Any]:
    sheet, _, cells = written.replace("'", "").replace("$", "").rpartition("!")
    left, top, right, bottom = range_boundaries(cells)
    rows = book[sheet].iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right, values_only=True)
    return [cell for row in rows for cell in row]


@pytest.mark.parametrize("of", ["herlev", "læsø"])
def test_charts_draw_numbers_only_and_no_line_through_a_break(books: Books, of: str) -> None:
    book = openpyxl.load_workbook(books.folder / f"{of}.xlsx")
    charts = drawn(books.folder / f"{of}.xlsx")
    assert len(charts) > 10
    reform = datetime(2025, 7, 1)  # noqa: DTZ001
    for series in charts.values():
        for places, values in series:
            names, numbers = cells_of(book, places), cells_of(book, values)
            assert len(names) == len(numbers) > 0
            assert all(isinstance(number, int | float) for number in numbers)
            if values.startswith("'I alt'"):
                assert not min(names) < reform <= max(names)
    hidden = [series for series in charts.values() if any("Forløb" in values for _, values in series)]
    assert max(map(len, hidden)) >= (3 if of == "læsø" else 1)


def test_a_revision_is_told_with_words_for_what_is_hidden(books: Books) -> None:
    found = {row[3]: row[6:9] for row in books.rows("Rettelser")}
    assert found == {"maj 2026": (40, 43, 3), "april 2026": (7, "skjult", "skjult")}
    assert [row[3:5] for row in books.rows("Kilder")] == [(2, "ja"), (1, "nej")]


def test_a_text_that_looks_like_a_formula_is_a_text(books: Books) -> None:
    [row] = books.rows("Benchmark", of="herlev")
    assert row[3:9] == (12, 15, 2010, 2060, -50, "skjult eller mangler")
    assert row[-1] == "=1+1."
    assert "Benchmark" not in openpyxl.load_workbook(books.folder / "læsø.xlsx").sheetnames


def test_numbers_days_and_months_are_shown_as_danes_write_them(books: Books) -> None:
    first = books.sheet("Forløb", of="herlev")[2]
    assert (first[0].number_format, first[1].number_format) == ("[$-406]mmm yyyy", "[$-406]#,##0")
    assert [cell.value for cell in books.sheet("Ydelser")[1]][:4] == ["Ydelse", "Måned", "Personer", "Fuldtidspersoner"]


def test_each_chart_is_a_picture_that_stands_alone_with_the_table_of_what_it_draws(books: Books) -> None:
    lying = {file.name for file in (books.folder / "herlev").iterdir()}
    names = ("forloeb", "ydelser", "aendring", "placering")
    assert lying == {f"{name}.{form}" for name in names for form in ("svg", "png", "csv")}
    svg = (books.folder / "herlev" / "forloeb.svg").read_text(encoding="utf-8")
    assert "Herlev Kommune, som tallene stod" in svg
    assert (books.folder / "herlev" / "forloeb.png").read_bytes().startswith(b"\x89PNG")
    lines = (books.folder / "læsø" / "ydelser.csv").read_bytes().decode("utf-8-sig").splitlines()
    assert lines[0] == "Ydelse;Måned;Fuldtidspersoner"
    assert "Sygedagpenge;2026-02-01;skjult" in lines
    january = 9 + of_month(place_of("sickness_benefit"), Period.parse("2026M01"))
    assert f"Sygedagpenge;2026-01-01;{january}" in lines


def said_by(folder: Path) -> dict[str, str]:
    """What says of itself that it is invented, by kind: the sheets, the charts that Excel draws, the pictures, the papers."""
    book = openpyxl.load_workbook(folder / "herlev.xlsx")
    first = " ".join(map(str, next(book["Om data"].iter_rows(values_only=True))))
    overview = " ".join(str(cell) for row in book["Oversigt"].iter_rows(values_only=True) for cell in row)
    with zipfile.ZipFile(folder / "herlev.xlsx") as parts:
        drawn = [
            parts.read(name).decode() for name in parts.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", name)
        ]
    pictures = [file.read_text(encoding="utf-8") for file in (folder / "herlev").glob("*.svg")]
    assert len(drawn) > 10
    assert len(pictures) == 4
    papers = (folder / "datapackage.json").read_text(encoding="utf-8")
    return {"Om data": first, "Oversigt": overview, "datapackage": papers} | {
        f"{kind} {nth}": each for kind, of in (("chart", drawn), ("picture", pictures)) for nth, each in enumerate(of)
    }


def test_all_that_is_made_of_invented_figures_says_so_and_nothing_of_real_ones(books: Books, tmp_path: Path) -> None:
    assert books.manifest["rehearsal"] is True
    for name, said in said_by(books.folder).items():
        wanted = REHEARSED_IN_SHORT if name.startswith("chart") else REHEARSED
        assert wanted in said, name
        if name.startswith("picture"):
            assert wanted in said.partition("<desc>")[2].partition("</desc>")[0], name
            assert re.search(r"Kilde:.*\(øvelse, opdigtede tal\)", re.sub(r"(<[^>]*>)+", " ", said)), name
            assert re.search(r">Øvelse: tallene kommer fra en øvelsesudgiver", said.partition("</desc>")[2]), name
    with published_by(books.engine, REAL):
        manifest = export_municipalities(
            books.engine, ["Herlev"], to=tmp_path, period=None, now=NOW, today=NOW.date(), workbook=True, charts=True
        )
    assert manifest["rehearsal"] is False
    for name, said in said_by(tmp_path).items():
        assert "øvelse" not in said.lower(), name


def test_the_descriptor_holds_for_every_sheet_and_every_table_of_a_chart(books: Books) -> None:
    package = Package(str(books.folder / "datapackage.json"))
    assert len({resource.name for resource in package.resources}) == len(package.resources)
    report = validate(str(books.folder / "datapackage.json"))
    assert report.flatten(["title", "fieldName", "note"]) == []
    course = package.get_table_resource("825-ydelser").read_rows()
    assert None in {row["Fuldtidspersoner"] for row in course}
    files = {file["file"] for file in books.manifest["files"]}
    assert {resource.path for resource in package.resources} == files
    assert json.loads((books.folder / "manifest.json").read_text(encoding="utf-8")) == books.manifest
    assert books.manifest["municipalities"] == ["Læsø", "Herlev"]


def test_a_period_narrows_the_sheets_and_not_what_is_compared(books: Books, tmp_path: Path) -> None:
    asked: dict[str, Any] = {"now": NOW, "today": NOW.date(), "workbook": True, "charts": False}
    export_municipalities(books.engine, ["163"], to=tmp_path, period="2026M01:2026M02", **asked)
    book = openpyxl.load_workbook(tmp_path / "herlev.xlsx")
    months = [str(row[0])[:7] for row in book["Forløb"].iter_rows(min_row=2, values_only=True)]
    assert months == ["2026-01", "2026-02"]
    total = next(row for row in book["Oversigt"].iter_rows(values_only=True) if row[0] == "Alle ydelser")
    assert isinstance(total[2], int)
    assert total[4] != "mangler"
    with pytest.raises(ExportRefused, match="held in 2019"):
        export_municipalities(books.engine, ["163"], to=tmp_path, period="2019", **asked)


CELLS = st.lists(st.tuples(st.sampled_from([1, 2.5, "skjult", "mangler"]), st.integers(0, 2)))


@given(cells=CELLS)
def test_a_run_has_numbers_only_of_one_stretch_and_no_number_is_left_out(cells: list[tuple[Content, int]]) -> None:
    found = runs([cell for cell, _ in cells], [stretch for _, stretch in cells])
    within = [place for first, last in found for place in range(first, last + 1)]
    assert within == [place for place, (cell, _) in enumerate(cells) if not isinstance(cell, str)]
    for first, last in found:
        assert len({stretch for _, stretch in cells[first : last + 1]}) == 1


def test_the_examples_in_the_text_hold() -> None:
    assert doctest.testmod(typed_sheet).failed == 0
    assert doctest.testmod(narrowed).failed == 0


def test_the_command_takes_the_readers_own_municipality(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JOBINDSATS_WAREHOUSE_URL", books.engine.url.render_as_string(hide_password=False))
    asked = ["export", "--to", str(tmp_path / "ud"), "--format", "xlsx", "--workbook"]
    assert run(asked) == 2
    assert "--area Herlev" in capsys.readouterr().err
    monkeypatch.setenv("JOBINDSATS_MUNICIPALITY", "Herlev Kommune")
    assert run([*asked, "--json"]) == 0
    assert [file["file"] for file in json.loads(capsys.readouterr().out)["files"]] == ["herlev.xlsx"]
    assert run([*asked, "--mart", "savings"]) == 2
    assert run([*asked[:-2], "csv", "--workbook"]) == 2
