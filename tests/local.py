"""A small contract of a municipality's own file, and files that fit it, for the tests of local files."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

import polars as pl
import xlsxwriter
import yaml

from tasks.sources.local_files.contract import Contract, read_contract
from tasks.sources.local_files.fetch import LocalFile
from tasks.sources.local_files.snapshot import read_file

DECLARED: dict[str, Any] = {
    "table": "courses",
    "title": "Forløb",
    "title_en": "Courses",
    "source": {"document": "Et notat", "owner": "Jobcentret"},
    "file": "courses.csv",
    "format": "csv",
    "encoding": "utf-8",
    "separator": "semicolon",
    "decimal": "comma",
    "period": "2022Y01",
    "area": "Ringsted",
    "keys": [{"column": "Tilbud"}],
    "columns": [{"name": "started_cases", "label": "Antal", "unit": "cases"}],
    "least_count": 1,
}
XLSX: dict[str, Any] = {"format": "xlsx", "file": "courses.xlsx", "encoding": None, "separator": None}


def text_of(**changes: Any) -> str:
    """The text of the small contract with some keys changed, or left out where None."""
    said = {key: value for key, value in (DECLARED | changes).items() if value is not None}
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False)


def contract(**changes: Any) -> Contract:
    """The small contract with some keys changed."""
    return read_contract(text_of(**changes), name="courses.yml")


def read_local_file(file: LocalFile) -> pl.DataFrame:
    """The cells of a file in a folder, as its contract declares them."""
    return read_file(file.path.read_bytes(), contract=file.contract, name=file.path.name)


def column(**changes: Any) -> list[dict[str, Any]]:
    """The small contract's one measure with some keys changed."""
    return [DECLARED["columns"][0] | changes]


def workbook(rows: Iterable[Iterable[Any]], *, also: Callable[[Any, Any], object] | None = None) -> bytes:
    """A workbook with these rows; `also` may do more to the workbook and its first sheet."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Tal")
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    if also is not None:
        also(book, sheet)
    book.close()
    return content.getvalue()
