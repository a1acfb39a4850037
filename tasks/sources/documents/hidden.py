"""Which rows and columns of a sheet nobody sees: hidden by hand, by a filter or a closed outline, or without any height."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from defusedxml.ElementTree import iterparse

_YES = {"1", "true"}
_WIDEST = 16_384


@dataclass
class Hidden:
    """The numbers of the hidden rows and columns of one sheet, counted from 1."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)

    def take_row(self, element: Any, *, number: int) -> None:
        """Note a row by its attributes."""
        if element.get("hidden") in _YES or _is_nought(element.get("ht")):
            self.rows.add(number)

    def take_columns(self, element: Any) -> None:
        """Note the columns that a `col` element is about."""
        if element.get("hidden") in _YES or _is_nought(element.get("width")):
            last = min(int(element.get("max", 0)), _WIDEST)
            self.columns.update(range(int(element.get("min", 1)), last + 1))


def _is_nought(size: str | None) -> bool:
    return size is not None and float(size) == 0


def hidden_in(stream: BinaryIO, *, part: str) -> Hidden:
    """The hidden rows and columns of the sheet that is a workbook's `part`."""
    hidden, number = Hidden(), 0
    stream.seek(0)
    with zipfile.ZipFile(stream) as package, package.open(part) as content:
        for event, element in iterparse(content, events=("start", "end"), forbid_dtd=True):
            tag = element.tag.rpartition("}")[2]
            if event == "end":
                element.clear()
            elif tag == "col":
                hidden.take_columns(element)
            elif tag == "row":
                number = int(element.get("r", number + 1))
                hidden.take_row(element, number=number)
    return hidden
