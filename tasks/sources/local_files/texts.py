"""Cells that tell rows apart: the area and the members that a text names, or why it names none."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tasks.sources.cells import nearest
from tasks.sources.local_files.contract_fields import Key
from tasks.sources.local_files.rows import Cell, Merged, NotAsDeclared, is_blank
from tasks.sources.local_files.values import SPLIT
from warehouse.areas import Area, AreaUnknown, find
from warehouse.formats.clean_text import composed

_TOTALS = {"i alt", "ialt", "total", "hovedtotal", "sum", "tilsammen"}
_LONGEST = 300


def read_area(cell: Cell, *, names: Mapping[str, Area]) -> Area:
    """The area a cell names, by the contract's `names`, a name or a code; raises NotAsDeclared."""
    text = _read_text(cell, expected="an area's name or code")
    if text in names:
        return names[text]
    try:
        return find(text)
    except AreaUnknown as error:
        advice = f"Correct it, or say under `area: names` in the contract what it stands for ({error})"
        raise NotAsDeclared("an area's name or code", advice=advice) from error


def read_member(cell: Cell, *, key: Key) -> str:
    """The member a cell names; raises NotAsDeclared where it is not declared, or a total nobody declared."""
    text = _read_text(cell, expected="a text that tells rows apart")
    if not key.members:
        return _require_no_hidden_total(text, key=key)
    if text not in key.labels:
        raise NotAsDeclared(
            f"one of the declared members of '{key.name}'",
            advice=f"Correct it, or declare it under `members`{nearest(text, among=key.labels)}",
        )
    return key.labels[text]


def _require_no_hidden_total(text: str, *, key: Key) -> str:
    """A sum among its parts would be counted twice wherever they are added."""
    sums = _TOTALS | {(key.hierarchy.root or key.name).casefold()}
    if key.total is None and text.casefold() in sums:
        raise NotAsDeclared(
            "rows that are no sums of others", advice=f"Declare `total: {text}` under the key '{key.name}'"
        )
    return text


def _read_text(cell: Cell, *, expected: str) -> str:
    if isinstance(cell, str) and not is_blank(cell):
        return _require_short(composed(cell), expected=expected)
    if isinstance(cell, Decimal) and cell == cell.to_integral_value():
        return f"{cell:f}".partition(".")[0]
    if is_blank(cell) or isinstance(cell, Merged):
        advice = f"{SPLIT}, or declare `blank_repeats: true`" if isinstance(cell, Merged) else _EVERY_ROW
        raise NotAsDeclared(expected, advice=advice)
    advice = "Format the cells as text before typing: spreadsheets take 1-2 for a date and 1,5 for a number"
    raise NotAsDeclared(expected, advice=advice)


_EVERY_ROW = (
    "Write it in every row, or declare `blank_repeats: true` under its column where an empty cell repeats the one above"
)


def _require_short(text: str, *, expected: str) -> str:
    """A remark in a column of keys would make a member of every row."""
    if len(text) > _LONGEST:
        raise NotAsDeclared(
            f"{expected}, of at most {_LONGEST} characters",
            advice="Look whether the column is a remark: declare it under `ignored`, and another under `keys`",
        )
    return text
