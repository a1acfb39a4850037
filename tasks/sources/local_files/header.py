"""The header of a file held against its contract: which column holds what, and none that nobody declared."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.sources.cells import nearest
from tasks.sources.documents.page import composed
from tasks.sources.local_files.contract import Contract
from tasks.sources.local_files.contract_fields import AreaColumn, Column, Key, PeriodColumn, Place
from tasks.sources.local_files.rows import Row, is_blank, refused, shown


@dataclass(frozen=True)
class Layout:
    """Where in a row everything stands; positions count from 0."""

    headers: tuple[str, ...]
    period: int | None
    area: int | None
    keys: tuple[tuple[int, Key], ...]
    measures: tuple[tuple[int, Column, Place], ...]


def layout_of(row: Row, *, contract: Contract, name: str) -> Layout:
    """The layout that a header gives; raises FileRefused for a header missing, undeclared, repeated or empty."""
    headers = _headers(row, name=name)
    _require_declared(headers, row=row, contract=contract, name=name)
    at = {header: position for position, header in enumerate(headers)}
    period, area = contract.period, contract.area
    return Layout(
        headers=tuple(headers),
        period=at[period.column] if isinstance(period, PeriodColumn) else None,
        area=at[area.column] if isinstance(area, AreaColumn) else None,
        keys=tuple((at[key.column], key) for key in contract.keys),
        measures=tuple(
            (at[header], column, place) for column in contract.columns for header, place in column.headers.items()
        ),
    )


def _headers(row: Row, *, name: str) -> list[str]:
    """The texts of a header row, without the empty cells that spreadsheets leave behind it."""
    cells = list(row.cells)
    while cells and is_blank(cells[-1]):
        cells.pop()
    headers: list[str] = []
    for at, cell in enumerate(cells):
        # A spreadsheet keeps a header such as the year 2024 as a number.
        text = (
            composed(cell) if isinstance(cell, str) else "" if cell is None else composed(str(cell).removesuffix(".0"))
        )
        if not text or text in headers:
            expected = "a header of its own for each column"
            advice = "Give each column one header, or declare the right `header_row`"
            raise refused(name, row=row.number, at=at, expected=expected, found=shown(cell), advice=advice)
        headers.append(text)
    return headers


def _require_declared(headers: list[str], *, row: Row, contract: Contract, name: str) -> None:
    declared = list(contract.headers)
    missing = [header for header in declared if header not in headers]
    undeclared = [header for header in headers if header not in declared]
    if undeclared:
        advice = "Declare it in the contract under `columns`, `keys` or `ignored`" + nearest(
            undeclared[0], among=declared
        )
        if len(headers) == 1 < len(declared):
            advice = "The whole header is one cell: declare the `separator` that the file has"
        raise refused(
            name,
            row=row.number,
            at=headers.index(undeclared[0]),
            expected=f"the declared columns ({', '.join(declared)})",
            found=f"'{undeclared[0]}', which nobody declared",
            advice=advice,
        )
    if missing:
        raise refused(
            name,
            row=row.number,
            expected=f"a column '{missing[0]}'",
            found=f"the columns {', '.join(headers)}",
            advice="Send the whole table, or take the column out of the contract",
        )
