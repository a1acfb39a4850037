"""What a page of a PDF and a sheet of a workbook have in common: lines of texts that stand somewhere across.

Nothing is interpreted here. Across a page is measured in points, across a sheet in columns; two texts stand in the same
column of a table where they overlap.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from warehouse.formats.clean_text import composed


@dataclass(frozen=True)
class Span:
    """From where to where across."""

    start: float
    end: float

    def overlaps(self, other: Span) -> bool:
        """Whether the two share some of the width."""
        return min(self.end, other.end) > max(self.start, other.start)

    def apart(self, other: Span) -> float:
        """How far the two are from each other, 0 where they touch or overlap."""
        return max(0.0, self.start - other.end, other.start - self.end)


@dataclass(frozen=True)
class Cell:
    """A text and where it stands across; a number of a workbook is written in Danish."""

    text: str
    span: Span


@dataclass(frozen=True)
class Line:
    """The texts that stand beside each other, from left to right; never empty."""

    cells: tuple[Cell, ...]

    @property
    def text(self) -> str:
        """The whole line."""
        return " ".join(cell.text for cell in self.cells)


@dataclass(frozen=True)
class Page:
    """One page or one sheet, by the name a person finds it under (`page 2`, `sheet 'Ark1'`); a sheet has a title too."""

    place: str
    lines: tuple[Line, ...]
    title: str = ""


def printable(text: str) -> str:
    """A text without what shows nowhere (a nought byte, a soft hyphen, half a letter): no database takes all of it."""
    return " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())


def folded(text: str) -> str:
    """A text to be searched for words: composed, in small letters, without soft hyphens, which show nowhere."""
    return composed(text.replace("\u00ad", "")).casefold()


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans that overlap made into one, from left to right."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if found and found[-1].overlaps(span):
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found
