"""The files of a municipality's export as resources of a Data Package: each sheet and each CSV with its columns' types.

A number's cell may hold the word for why there is none: these words are said to be missing values.
"""

from __future__ import annotations

from typing import Any

from tasks.exports.datapackage import FORMATS
from tasks.exports.folder import Document
from tasks.exports.municipality.sheet import HIDDEN_OR_MISSING, NUMBERS, WORDS, Column, Sheet
from warehouse.areas import Area

_PLAIN = {ord("æ"): "ae", ord("ø"): "oe", ord("å"): "aa", ord(" "): "-"}
_PICTURES = {"svg": "image/svg+xml", "png": "image/png"}
_TYPES = {"text": "string", "month": "date", "day": "date", "moment": "datetime"}
_UNITS = {"pct": "pct", "change_pct": "pct", "points": "pct_point", "dkk": "dkk", "place": "rank"}


def of_sheet(table: Sheet, *, file: Document, area: Area) -> Document:
    """A sheet of a workbook."""
    dialect = {"excel": {"sheet": table.name}}
    said = {**FORMATS["xlsx"], "dialect": dialect, **_columns(table, comma=False)}
    return _named(f"workbook {table.name}", file=file, area=area) | said


def of_file(file: Document, *, table: Sheet | None, area: Area, danish: bool) -> Document:
    """A picture, or the CSV of what one draws."""
    stem, _, form = file["file"].rpartition("/")[2].partition(".")
    if table is None:
        return _named(f"{stem}-{form}", file=file, area=area) | {"format": form, "mediatype": _PICTURES[form]}
    written = FORMATS["csv" if danish else "csv international"]
    said = {**written, **_columns(table, comma=danish), "profile": "tabular-data-resource"}
    return _named(stem, file=file, area=area) | said


def _named(name: str, *, file: Document, area: Area) -> Document:
    plain = name.lower().translate(_PLAIN)
    return {
        "profile": "data-resource",
        "name": f"{area.code}-{plain}",
        "title": f"{area.name}: {name}",
        "path": file["file"],
        "bytes": file["bytes"],
        "hash": f"sha256:{file['sha256']}",
    }


def _columns(table: Sheet, *, comma: bool) -> Document:
    fields = [_field(column, comma=comma) for column in table.columns]
    missing = ["", *WORDS, HIDDEN_OR_MISSING]
    return {
        "description_da": table.says,
        "rows": len(table.rows),
        "schema": {"fields": fields, "missingValues": missing},
    }


def _field(column: Column, *, comma: bool) -> dict[str, Any]:
    number = column.kind in NUMBERS
    unit = {"unit": _UNITS[column.kind]} if column.kind in _UNITS else {}
    decimals = {"decimalChar": ","} if comma and number else {}
    kind = "number" if number else _TYPES[column.kind]
    return {"name": column.head, "type": kind, "description_da": column.says} | unit | decimals
