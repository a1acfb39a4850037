"""The header of a file held against its contract: which column holds what, and none that nobody declared.

A header may stand in several rows. A column without one is called by its letter, `(A)`, and of columns with one and the
same each has its letter behind it, `Antal (B)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from tasks.sources.cells import nearest
from tasks.sources.local_files.contract import Contract
from tasks.sources.local_files.contract_fields import AreaColumn, Column, Key, PeriodColumn, Place, TextColumn
from tasks.sources.local_files.rows import Cell, Formula, Merged, Row, Shown, Unseen, is_blank, letter, refused, shown
from warehouse.danish.writing import MONTHS
from warehouse.formats.clean_text import composed


@dataclass(frozen=True)
class Layout:
    """Where in a row everything stands; positions count from 0. `repeating` are those whose empty cells repeat."""

    headers: tuple[str, ...]
    period: int | None
    area: int | None
    keys: tuple[tuple[int, Key], ...]
    measures: tuple[tuple[int, Column, Place], ...]
    repeating: tuple[int, ...]


def layout_of(rows: Sequence[Row], *, contract: Contract, name: str) -> Layout:
    """The layout that a header gives; raises FileRefused for a header missing, undeclared or nowhere."""
    headers = headers_of(rows, contract=contract, name=name)
    _require_declared(headers, row=rows[-1], contract=contract, name=name)
    at = {header: position for position, header in enumerate(headers)}
    period, area = contract.period, contract.area
    texts = [column for column in (period, area, *contract.keys) if isinstance(column, TextColumn)]
    return Layout(
        headers=tuple(headers),
        period=at[period.column] if isinstance(period, PeriodColumn) else None,
        area=at[area.column] if isinstance(area, AreaColumn) else None,
        keys=tuple((at[key.column], key) for key in contract.keys),
        measures=tuple(
            (at[header], column, place) for column in contract.columns for header, place in column.headers.items()
        ),
        repeating=tuple(sorted(at[column.column] for column in texts if column.blank_repeats)),
    )


def headers_of(rows: Sequence[Row], *, contract: Contract, name: str) -> list[str]:
    """The headers of the columns up to the last that has one, each of its own."""
    declared = set(contract.headers)
    lines = [list(_texts(row, declared=declared, name=name)) for row in rows]
    # A workbook has no cells behind the last that is filled: what stands over a group stands over all of it.
    wide = list(zip(*zip_longest(*lines, fillvalue=""), strict=True))
    texts = [" ".join(filter(None, parts)) for parts in zip(*map(_carried, wide[:-1]), wide[-1], strict=True)]
    while texts and not any(at < len(line) and line[at] for at in [len(texts) - 1] for line in lines):
        texts.pop()
    return [
        text if text and texts.count(text) == 1 else f"{text} ({letter(at)})".lstrip() for at, text in enumerate(texts)
    ]


def _carried(texts: Sequence[str]) -> Iterator[str]:
    """The texts of an upper row of a header, each over the columns up to the next."""
    before = ""
    for text in texts:
        before = text or before
        yield before


def _texts(row: Row, *, declared: set[str], name: str) -> Iterator[str]:
    """The texts of a header row; a spreadsheet keeps a header such as the year 2024 as a number, and months as dates."""
    for at, cell in enumerate(row.cells):
        if isinstance(cell, date):
            yield _dated(cell, declared=declared)
        elif isinstance(cell, Formula | Shown | Unseen):
            advice = "Write the header as text"
            raise refused(name, row=row.number, at=at, expected="a header", found=shown(cell), advice=advice)
        else:
            yield _text(cell)


def _text(cell: Cell) -> str:
    if is_blank(cell) or isinstance(cell, Merged):
        return ""
    return composed(cell if isinstance(cell, str) else str(cell).removesuffix(".0"))


def _dated(day: date, *, declared: set[str]) -> str:
    """A date as the contract writes it: as a sheet may show it, or else as 2023-11-01."""
    month = MONTHS[day.month - 1]
    ways = [f"{month[:3]}-{day:%y}", f"{month[:3]} {day:%y}", f"{month[:3]}-{day:%Y}", f"{month} {day:%Y}"]
    ways += [f"{day:%Y-%m}", f"{day:%YM%m}", f"{day:%d-%m-%Y}", f"{day:%d.%m.%Y}"]
    return next((way for way in ways if way in declared), f"{day:%Y-%m-%d}")


def _require_declared(headers: list[str], *, row: Row, contract: Contract, name: str) -> None:
    declared = list(contract.headers)
    missing = [header for header in declared if header not in headers]
    undeclared = [header for header in headers if header not in declared]
    if undeclared:
        raise refused(
            name,
            row=row.number,
            at=headers.index(undeclared[0]),
            expected=f"the declared columns ({', '.join(declared)})",
            found=f"'{undeclared[0]}', which nobody declared",
            advice=_advice(undeclared[0], headers=headers, declared=declared),
        )
    if missing:
        raise refused(
            name,
            row=row.number,
            expected=f"a column '{missing[0]}'",
            found=f"the columns {', '.join(headers)}",
            advice="Send the whole table, or take the column out of the contract",
        )


_SEVERAL_ROWS = "where a header stands in several rows, declare `header_rows` and the last of them as `header_row`"


def _advice(header: str, *, headers: Sequence[str], declared: Sequence[str]) -> str:
    if len(headers) == 1 < len(declared):
        return "The whole header is one cell: declare the `separator` that the file has"
    advice = "Declare it in the contract under `columns`, `keys` or `ignored`" + nearest(header, among=declared)
    if header.endswith(f"({letter(headers.index(header))})"):
        return f"Give each column one header, or call this one '{header}' in the contract; {_SEVERAL_ROWS}"
    return f"{advice}; {_SEVERAL_ROWS}" if any(each.endswith(f" {header}") for each in declared) else advice


_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_MOST_YEARS_APART = 5


def are_headers_again(cells: Sequence[Cell], *, headers: Sequence[str]) -> bool:
    """Whether cells are these headers, in whatever order, or years that follow each other as theirs do."""
    texts = [_text(cell) for cell in cells]
    if sorted(texts) == sorted(headers):
        return True
    if not all(_YEAR.fullmatch(text) for text in (*texts, *headers)):
        return False
    apart = {int(text) - int(header) for text, header in zip(texts, headers, strict=True)}
    return len(apart) == 1 and abs(apart.pop()) <= _MOST_YEARS_APART
