"""Numbers that a workbook shows with words, or smaller than they are stored: what is seen counts, times the declared factor."""

from __future__ import annotations

import re

from tasks.sources.local_files.contract_fields import Column
from tasks.sources.local_files.rows import Cell, NotAsDeclared, Percentage, Shown
from warehouse.danish.units import scale_of

_PERSONS = r"(?:fuldtids|helårs)?pers(?:on(?:er)?)?\.?"
_WORDS = {
    "dkk": r"(?:(?:mio|mia|t|tusinde?)\.?\s?)?(?:kr|DKK)\.?",
    "pct": r"%|pct\.?|procent",
    "pct_point": r"(?:%|pct\.?|procent)\s?-?point",
    "persons": _PERSONS,
    "full_time_persons": _PERSONS,
}
_PLAIN = "or format the cells as plain numbers"


def as_number(cell: Cell, *, column: Column) -> Cell:
    """The number that a person sees in a cell, any other cell as it is.

    Raises NotAsDeclared for words that are not the column's unit, and where the contract has no `factor` for their size.
    """
    if not isinstance(cell, Shown):
        return cell
    words, size = cell.seen.words, scale_of(cell.seen.words)
    if words and not re.fullmatch(_WORDS.get(column.unit, ""), words, re.IGNORECASE):
        raise NotAsDeclared(f"a number in {column.unit}", advice=f"Correct the `unit` in the contract, {_PLAIN}")
    if size > 1 and column.factor != size:
        raise _without_factor(size)
    if cell.seen.shrunk and column.factor == 1:
        raise _without_factor(10**cell.seen.shrunk)
    return Percentage(cell.seen.value.scaleb(-2)) if cell.seen.per_cent else cell.seen.value


def _without_factor(size: int) -> NotAsDeclared:
    advice = f"Declare what one that is seen counts, such as `factor: {size}`, {_PLAIN}"
    return NotAsDeclared("numbers in the size in which they are shown", advice=advice)
