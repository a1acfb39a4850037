"""A list's pages as rows: which lines are rows, which cells stand in which column, and what each says.

A line is a row where one cell is a municipality's name, one a place and the others numbers; a line that stands in the
columns of such rows and is none itself (an unknown name, a torn number) stops the list. Titles, notes and the foot of a
page stand elsewhere. The row of the whole country has no place and is not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tasks.sources.documents.page import Cell, Line, Page, Span, merged
from tasks.sources.documents.size_words import size_in
from tasks.sources.ranking_lists.headings import KNOWN, Column, HeaderUnclear, named
from tasks.stoppages import ListUnreadable
from warehouse.areas import Area, AreaUnknown, find
from warehouse.danish.numbers import BLANKS, MINUS_SIGNS, Notation, read_number

_LONGEST_NAME = 40
_PRINTED = Notation(minus=MINUS_SIGNS, blanks=BLANKS)
_WITH_UNIT = re.compile(
    rf"(.*\d)[{BLANKS}]*((?P<_pct_point>(?:pct\.?|procent|%)[ -]*po?int)|(?P<_persons>(?:fuldtids)?personer)|"
    r"(?P<_dkk>mio\.? ?kr\.?))",
    re.IGNORECASE,
)
_RAISED = re.compile(r"(?<=\d)[¹²³⁰⁴-⁹]+[)⁾]?$")
_RANK = re.compile(r"(\d{1,3})\.?(?: ?plads)?", re.IGNORECASE)
_FOOTNOTE_MARK = re.compile(r"\s*(?:[*¹²³⁰⁴-⁹†]+[)⁾]?|\d\))$")


@dataclass(frozen=True)
class Row:
    """One municipality's line: its rank and each measure the list has, in the measure's unit."""

    place: str
    rank: int
    area: Area
    values: dict[str, Decimal]


@dataclass(frozen=True)
class Table:
    """All rows of a list in the order of its pages, and the lines around them: those before the first row are titles."""

    rows: tuple[Row, ...]
    titles: tuple[str, ...]
    notes: tuple[str, ...]


def table(pages: Sequence[Page], *, name: str) -> Table:
    """The rows of a list that may run over several pages, its header on the first or on each.

    Raises ListUnreadable.
    """
    rows: list[Row] = []
    outside: list[str] = []
    titles: tuple[str, ...] | None = None
    known: tuple[Column, ...] = ()
    for page in pages:
        firm = [_is_row(line) for line in page.lines]
        if any(firm):
            first = firm.index(True)
            if titles is None:
                titles = (*outside, *(line.text for line in page.lines[:first]), page.title)
            known = _columns(page, firm=firm, before=known, name=name)
        for line, is_row in zip(page.lines, firm, strict=True):
            if is_row or (any(firm) and _stands_in(line, columns=known)):
                rows.append(_row(line, columns=known, where=f"{name}, {page.place}"))
            else:
                outside.append(line.text)
    if titles is None:
        raise ListUnreadable(_no_rows(pages, name=name))
    return Table(tuple(rows), titles, tuple(outside))


def _no_rows(pages: Sequence[Page], *, name: str) -> str:
    first = next((line.text for page in pages for line in page.lines), "")
    return (
        f"{name}, {pages[0].place if pages else 'page 1'}: no row with a place and a municipality's name was found"
        + (f"; the text begins '{first[:60]}'" if first else "")
        + f". Expected a table with the columns {KNOWN}: fetch the list again from the ministry's page"
    )


def _columns(page: Page, *, firm: Sequence[bool], before: tuple[Column, ...], name: str) -> tuple[Column, ...]:
    """A page's columns by its own header, else those of the page before."""
    rows = [line for line, is_row in zip(page.lines, firm, strict=True) if is_row]
    spans = merged(cell.span for line in rows for cell in line.cells)
    above = page.lines[: firm.index(True)]
    try:
        return named(spans, above=above, units=[_unit_under(span, rows=rows) for span in spans])
    except HeaderUnclear as error:
        goes_on = len(spans) == len(before) and all(len(line.cells) < len(spans) for line in above)
        if goes_on:
            return before
        raise ListUnreadable(
            f"{name}, {page.place}: {error}. Expected the columns {KNOWN}. If the ministry has changed its list, "
            "tell whoever keeps this program; nothing of the file was taken"
        ) from error


def _unit_under(span: Span, *, rows: Sequence[Line]) -> str:
    """The unit that stands behind the number in every cell of a column; empty where there is none, or more than one."""
    units = {_parted(cell.text)[1] for line in rows for cell in line.cells if cell.span.overlaps(span)}
    return units.pop() if len(units) == 1 else ""


def _parted(text: str) -> tuple[str, str, str]:
    """A cell's number, the words behind it (`0,7 pct. point`, `50 personer`) and the end of what they measure."""
    found = _WITH_UNIT.fullmatch(text.strip())
    if found is None:
        return text, "", ""
    return found[1], found[2], next(measured for measured, unit in found.groupdict().items() if unit)


def number(text: str) -> Decimal | None:
    """The number a cell prints in Danish; None where it prints none, or an English one (`-0.3`).

    A hyphen or a point alone is no number: in Danish tables the first may mean nought and the second that there is none.
    """
    return read_number(_RAISED.sub("", text), notation=_PRINTED)


def rank(text: str) -> int | None:
    """The place a cell prints (`17`, `17.`, `17. plads`); None where it prints none."""
    found = _RANK.fullmatch(text.strip())
    return int(found[1]) if found else None


def _is_row(line: Line) -> bool:
    texts = [cell.text for cell in line.cells]
    others = [text for text in texts if _municipality(text) is None]
    ranked = any(rank(text) is not None for text in others)
    numeric = all(number(_parted(text)[0]) is not None or rank(text) is not None for text in others)
    return len(texts) - len(others) == 1 and ranked and numeric


def _stands_in(line: Line, *, columns: Sequence[Column]) -> bool:
    """Whether a line that is no row on its face is what is left of one: a name, or a place beside anything short."""
    under = {column.holds: [cell for cell in line.cells if cell.span.overlaps(column.span)] for column in columns}
    places, names = under["rank"], under["municipality"]
    if len(names) == 1 and _municipality(names[0].text) is not None:
        return True
    if len(places) != 1 or rank(places[0].text) is None:
        return False
    beside = [cell for cells in under.values() for cell in cells if cell != places[0]]
    return bool(beside) and all(len(cell.text) <= _LONGEST_NAME for cell in beside)


def _municipality(text: str) -> Area | None:
    """The municipality a cell names; codes are numbers here and name none."""
    bare = _FOOTNOTE_MARK.sub("", text)
    if len(bare) > _LONGEST_NAME or not any(letter.isalpha() for letter in bare):
        return None
    try:
        area = find(bare)
    except AreaUnknown:
        return None
    return area if area.kind == "municipality" else None


def _row(line: Line, *, columns: Sequence[Column], where: str) -> Row:
    where = f"{where}, the row '{line.text[:80]}'"
    texts = {column.holds: _text_in(line, column=column, where=where) for column in columns}
    stray = [cell.text for cell in line.cells if not any(cell.span.overlaps(column.span) for column in columns)]
    if stray:
        raise ListUnreadable(f"{where}: '{stray[0]}' stands in no column. {_LOOK}")
    values = {
        column.holds: _value(texts[column.holds], column=column, where=where)
        for column in columns
        if column.holds not in ("rank", "municipality")
    }
    return Row(where, _rank(texts["rank"], where=where), _area(texts["municipality"], where=where), values)


_LOOK = "Look at the file beside the ministry's page: it may be damaged or altered"


def _text_in(line: Line, *, column: Column, where: str) -> str:
    found: list[Cell] = [cell for cell in line.cells if cell.span.overlaps(column.span)]
    if len(found) == 1:
        return found[0].text
    what = "is empty" if not found else f"holds {len(found)} texts: {', '.join(cell.text for cell in found)}"
    raise ListUnreadable(f"{where}: the column '{column.header}' {what}; expected one value. {_LOOK}")


def _value(text: str, *, column: Column, where: str) -> Decimal:
    written, unit, measured = _parted(text)
    value = number(written)
    if not column.holds.endswith(measured) or size_in(unit) not in (1, column.times):
        raise ListUnreadable(
            f"{where}: the column '{column.header}' holds '{text}'; expected a number in the column's own unit. {_LOOK}"
        )
    if value is None:
        raise ListUnreadable(
            f"{where}: the column '{column.header}' holds '{text}'; expected a Danish number such as 1.620 or -0,3. {_LOOK}"
        )
    return value * column.times


def _rank(text: str, *, where: str) -> int:
    found = rank(text)
    if found is None:
        raise ListUnreadable(f"{where}: '{text}' is no place; expected a whole number from 1 to 98. {_LOOK}")
    return found


def _area(text: str, *, where: str) -> Area:
    found = _municipality(text)
    if found is not None:
        return found
    try:
        find(_FOOTNOTE_MARK.sub("", text)[:_LONGEST_NAME])
    except AreaUnknown as error:
        raise ListUnreadable(f"{where}: {error}. If it is a new spelling, add it to area_aliases.csv") from error
    raise ListUnreadable(f"{where}: '{text}' is not one of the 98 municipalities. {_LOOK}")
