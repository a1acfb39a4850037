"""Answers in StatBank's form, written by a test: a table's description and a CSV of its figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tasks.sources.statbank.metadata import BankMetadata, read_metadata
from warehouse.catalogue.model import Table, statbank

FOLK1A, AUK01 = statbank().tables
AREAS = {"000": "Hele landet", "084": "Region Hovedstaden", "163": "Herlev", "411": "Christiansø"}
MEMBERS = {"TOT": "I alt", "TOTUSU": "I alt uden SU-modtagere", "SU": "SU-modtagere", "LY": "Ledighedsydelse"}
QUARTERS = ("2023K1", "2023K2")
Row = Sequence[str]


def variable(variable_id: str, values: Mapping[str, str], *, elimination: bool = True) -> dict[str, Any]:
    return {
        "id": variable_id,
        "text": variable_id.lower(),
        "elimination": elimination,
        "time": variable_id == "Tid",
        "values": [{"id": code, "text": text} for code, text in values.items()],
    }


def description(
    table: Table = FOLK1A,
    *,
    areas: Mapping[str, str] = AREAS,
    members: Mapping[str, str] = MEMBERS,
    quarters: Sequence[str] = QUARTERS,
    others: Sequence[dict[str, Any]] = (variable("KØN", {"TOT": "I alt"}),),
    **changed: Any,
) -> bytes:
    """The answer of `/tableinfo`; `changed` replaces keys of the document."""
    variables = [variable("OMRÅDE", areas), *others]
    if table.breakdowns:
        variables.append(variable("YDELSESTYPE", members))
    variables.append(variable("Tid", {code: code for code in quarters}, elimination=False))
    document: dict[str, Any] = {
        "id": table.id.upper(),
        "text": table.title,
        "unit": "Antal",
        "suppressedDataValue": "0",
        "updated": "2025-08-11T08:00:00",
        "active": True,
        "variables": variables,
    }
    return json.dumps(document | changed, ensure_ascii=False).encode()


def metadata(table: Table = FOLK1A, **described: Any) -> BankMetadata:
    return read_metadata(description(table, **described), table=table)


def csv_of(*rows: Row, header: Row = ("OMRÅDE", "TID", "INDHOLD"), mark: bool = True, end: str = "\r\n") -> bytes:
    """The answer of `/data`."""
    text = "".join(";".join(row) + end for row in (header, *rows))
    return text.encode("utf-8-sig" if mark else "utf-8")
