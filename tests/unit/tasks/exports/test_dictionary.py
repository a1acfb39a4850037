"""The data dictionary as a page and as a workbook that can be printed."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from flows.command_line.main import run
from tasks.exports.dictionary import Language, markdown, write_markdown, write_workbook
from warehouse.marts.contract import MARTS, VERSION, entries


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_mart_has_a_section_and_every_column_a_line(language: Language) -> None:
    page = markdown(language)
    assert VERSION in page.splitlines()[0]
    sections = {section.split("\n", 1)[0]: section for section in page.split("\n## ")[1:]}
    assert list(sections) == [f"marts.{table.name}" for table in MARTS]
    for entry in entries():
        said = entry.description_da if language == "da" else entry.description_en
        [line] = [
            line for line in sections[f"marts.{entry.table_name}"].splitlines() if f"| `{entry.column_name}` |" in line
        ]
        assert f"| {entry.type} |" in line
        assert said in line.replace("\\|", "|")


@pytest.mark.parametrize(("language", "sheets"), [("da", ["Tabeller", "Kolonner"]), ("en", ["Tables", "Columns"])])
def test_the_workbook_has_every_column_and_prints_on_a4_lying(
    tmp_path: Path, language: Language, sheets: list[str]
) -> None:
    write_workbook(tmp_path / "ordbog.xlsx", language=language)
    book = openpyxl.load_workbook(tmp_path / "ordbog.xlsx")
    assert book.sheetnames == sheets
    marts, columns = book.worksheets
    assert [row[0] for row in marts.iter_rows(min_row=2, values_only=True)] == [f"marts.{each.name}" for each in MARTS]
    found = [(row[0], row[1], row[2], row[3]) for row in columns.iter_rows(min_row=2, values_only=True)]
    assert found == [(each.table_name, each.column_name, each.type, each.unit) for each in entries()]
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "9")
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)
        fitted = sheet.sheet_properties.pageSetUpPr
        assert fitted is not None
        assert fitted.fitToPage
        assert all(cell.alignment.wrap_text for row in sheet.iter_rows() for cell in row if cell.value)


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    page = tmp_path / "ordbog.md"
    page.write_text("an older one", encoding="utf-8")
    write_markdown(page, language="da")
    assert page.read_text(encoding="utf-8") == markdown("da")
    assert list(tmp_path.iterdir()) == [page]


def test_the_command_prints_it_and_a_workbook_needs_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["dictionary", "--language", "en"]) == 0
    assert capsys.readouterr().out == markdown("en")
    assert run(["dictionary", "--format", "xlsx"]) == 2
    assert "--out" in capsys.readouterr().err
    assert run(["dictionary", "--format", "xlsx", "--out", "ordbog.xlsx"]) == 0
    assert (tmp_path / "ordbog.xlsx").exists()
