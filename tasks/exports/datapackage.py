"""An export described as a Data Package (Frictionless Data): each file with its columns' types, units and meaning.

Other programs read the marts by it without guessing: in CSV a decimal comma, an empty cell and a list in brackets are said to
be what they are. The English sentence of each column is its description, the Danish one stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Table

from warehouse.danish import reservations
from warehouse.database import rehearsal
from warehouse.marts.contract import Entry, entries_of
from warehouse.marts.narrowed import narrowed_to

_TYPES = {
    "bigint": "integer", "boolean": "boolean", "date": "date", "double precision": "number", "integer": "integer",
    "jsonb": "object", "smallint": "integer", "text": "string", "timestamp with time zone": "datetime",
}  # fmt: skip

FORMATS: Mapping[str, Mapping[str, Any]] = {
    "parquet": {"format": "parquet", "mediatype": "application/vnd.apache.parquet"},
    "csv": {"format": "csv", "mediatype": "text/csv", "encoding": "utf-8-sig", "dialect": {"delimiter": ";"}},
    "csv international": {"format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "dialect": {"delimiter": ","}},
    "xlsx": {"format": "xlsx", "mediatype": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
}


def described(manifest: Mapping[str, Any], *, marts: Sequence[Table]) -> dict[str, Any]:
    """The descriptor of an export: a resource for each mart, of one file or of the files that are its years."""
    files = {mart: list(each) for mart, each in groupby(manifest["files"], key=lambda file: file["mart"])}
    resources = [_resource(table, files=files[table.name], form=manifest["format"]) for table in marts]
    return package(manifest, sources=list(map(source_of, marts)), resources=resources)


def package(
    manifest: Mapping[str, Any], *, sources: Sequence[str], resources: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The descriptor of any export, of these resources, its figures credited to these sources."""
    invented = {"description": f"{rehearsal.REHEARSED}.", "description_da": reservations.REHEARSED}
    return {
        "profile": "data-package",
        "name": manifest["product"],
        "title": "Danish labour-market figures by municipality",
        **(invented if manifest["rehearsal"] else {}),
        "version": manifest["contract_version"],
        "created": manifest["exported_at"],
        "sources": [{"title": title} for title in dict.fromkeys(sources)],
        "newest_vintage": manifest["newest_vintage"],
        "newest_vintage_seen_at": manifest["newest_vintage_seen_at"],
        "resources": list(resources),
    }


def source_of(table: Table) -> str:
    """Whom a mart's figures are to be credited to."""
    return str(table.info.get("source", "Jobindsats.dk / STAR"))


def _resource(table: Table, *, files: Sequence[Mapping[str, Any]], form: str) -> dict[str, Any]:
    alone = {"path": files[0]["file"], "bytes": files[0]["bytes"], "hash": f"sha256:{files[0]['sha256']}"}
    said = entries_of(table)
    narrow = {"narrowed_to": narrowed_to(table)} if narrowed_to(table) else {}
    sheet = {"dialect": {"excel": {"sheet": table.name}}} if form == "xlsx" else {}
    return {
        "profile": "tabular-data-resource" if form.startswith("csv") else "data-resource",
        "name": table.name,
        "title": table.fullname,
        "description": said[0].grain_en,
        "description_da": said[0].grain_da,
        **(alone if len(files) == 1 else {"path": [file["file"] for file in files]}),
        **FORMATS[form],
        **sheet,
        **narrow,
        "rows": sum(file["rows"] for file in files),
        "sources": [{"title": source_of(table)}],
        "schema": _schema(said, form=form),
    }


def _schema(columns: Sequence[Entry], *, form: str) -> dict[str, Any]:
    key = [column.column_name for column in columns if column.in_key]
    fields = [_field(column, form=form) for column in columns]
    return {"fields": fields, "missingValues": [""]} | ({"primaryKey": key} if key else {})


def _field(column: Entry, *, form: str) -> dict[str, Any]:
    """A column; a text may be empty where it may not be null, which files of text do not tell apart."""
    kind = "array" if column.type.endswith("[]") else _TYPES[column.type]
    comma = {"decimalChar": ","} if form == "csv" and kind == "number" else {}
    required = {"constraints": {"required": True}} if kind != "string" and not column.nullable else {}
    unit = {"unit": column.unit} if column.unit else {}
    said = {"description": column.description_en, "description_da": column.description_da}
    return {"name": column.column_name, "type": kind, **said, **unit, **comma, **required}
