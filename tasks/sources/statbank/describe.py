"""What StatBank says of tables that nobody declared: its list of tables to search in, and `/tableinfo` in full."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tasks.sources.access import Access
from tasks.sources.json_answers import json_of
from tasks.sources.statbank.codes import area_of, is_left_out, is_total, read_time
from tasks.sources.statbank.fetch import Bank, open_bank
from tasks.sources.statbank.metadata import SETTING
from tasks.stoppages import BodyUnreadable
from warehouse.catalogue.offered import ListedTable, OfferedHierarchy, OfferedLevel, OfferedMeasure, OfferedTable
from warehouse.periods import Period, PeriodError, PeriodKind

PUBLISHER = "statbank"
FIGURES = "INDHOLD"
_TABLES = "/tables?lang=da&format=JSON"
_MISSHAPEN = (KeyError, TypeError, AttributeError, ValueError)
_COUNTRY = "Hele landet"


def is_id(table_id: str) -> bool:
    """Whether a text can be a table's id there: letters and figures."""
    return re.fullmatch(r"[a-z0-9]{2,20}", table_id) is not None


def session(access: Access) -> Bank:
    """A session with StatBank."""
    return open_bank(access)


def listed(bank: Bank) -> list[ListedTable]:
    """Every table that StatBank lists, by one call; raises PublisherTrouble."""
    document = json_of(bank.ask(_TABLES).body, of="/tables", setting=SETTING)
    try:
        return [_line(each) for each in document]
    except _MISSHAPEN as error:
        raise BodyUnreadable(f"/tables is not of the promised shape: {error!r}") from error


def _line(entry: Mapping[str, Any]) -> ListedTable:
    words = tuple(map(str, entry.get("variables") or ()))
    return ListedTable(PUBLISHER, str(entry["id"]).lower(), str(entry["text"]), "", words)


def describe(bank: Bank, table_id: str) -> OfferedTable:
    """One table in full, by one call; raises PublisherTrouble."""
    body = bank.ask(f"/tableinfo/{table_id.upper()}?lang=da&format=JSON").body
    return read_described(body, table_id=table_id)


def read_described(body: bytes, *, table_id: str) -> OfferedTable:
    """The table of an answer of `/tableinfo`; raises BodyUnreadable."""
    document = json_of(body, of=f"/tableinfo/{table_id.upper()}", setting=SETTING)
    try:
        return OfferedTable(
            publisher=PUBLISHER,
            id=table_id,
            title=str(document["text"]),
            subject="",
            periods=_periods(document),
            hierarchies=tuple(_hierarchies(document)),
            measures=(OfferedMeasure(FIGURES),),
            counted_in=str(document["unit"]),
        )
    except _MISSHAPEN as error:
        raise BodyUnreadable(f"/tableinfo/{table_id.upper()} is not of the promised shape: {error!r}") from error


def _periods(document: dict[str, Any]) -> dict[PeriodKind, tuple[Period, ...]]:
    codes = [value["id"] for variable in document["variables"] if variable["time"] for value in variable["values"]]
    try:
        periods = sorted((read_time(code) for code in codes), key=lambda each: each.key)
    except PeriodError:
        return {}
    return {kind: tuple(each for each in periods if each.kind is kind) for kind in {each.kind for each in periods}}


def _hierarchies(document: dict[str, Any]) -> Iterator[OfferedHierarchy]:
    """Each variable but time; those of areas hold the country or a region by code and text."""
    for variable in document["variables"]:
        if variable["time"]:
            continue
        values = [(str(value["id"]), str(value["text"])) for value in variable["values"]]
        places = [area_of(code, text=text) for code, text in values]
        is_area = sum(place is not None for place in places) * 2 > len(values)
        yield _areas(variable, values) if is_area else _breakdown(variable, [text for _, text in values])


def _areas(variable: dict[str, Any], values: list[tuple[str, str]]) -> OfferedHierarchy:
    kept = [(code, text) for code, text in values if not is_left_out(code, text=text)]
    named = [area_of(code, text=text) for code, text in kept]
    names = [text if place is None else place.name for place, (_, text) in zip(named, kept, strict=True)]
    below = tuple(name for name in names if name != _COUNTRY)
    levels, root = (OfferedLevel("", below),) if below else (), _COUNTRY if _COUNTRY in names else None
    return OfferedHierarchy(str(variable["id"]), str(variable["id"]), "Område", root, levels, is_area=True)


def _breakdown(variable: dict[str, Any], texts: list[str]) -> OfferedHierarchy:
    """The total is the value whose text says so: the first of them, as StatBank writes it."""
    total = next((text for text in texts if is_total(text)), None)
    members = tuple(text for text in texts if text != total)
    name, levels = str(variable["id"]), (OfferedLevel("", members),) if members else ()
    needed = not variable["elimination"]
    return OfferedHierarchy(name, name, str(variable["text"]).capitalize(), total, levels, needed=needed)
