"""The map of the 98 municipalities as tiles: a benefit's share of the workforce, or its change over a year, in five classes.

Where each tile lies is municipality_tiles.csv; municipality_tiles.md beside it says how it was made.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from dashboards import order
from dashboards.markup import Place
from dashboards.marts import Rows
from dashboards.shown import WORDS, Count, count_of, said_share, share_of
from warehouse.danish import writing as written
from warehouse.danish.reservations import TOO_FEW, change_pct

CLASSES = 5
Numbers = dict[str, Count]


@cache
def tiles() -> dict[str, dict[str, str]]:
    """Where each municipality's tile lies, by its code."""
    text = Path(__file__).with_name("municipality_tiles.csv").read_text(encoding="utf-8")
    return {row["code"]: row for row in csv.DictReader(text.splitlines())}


def shares(rows: Rows) -> Numbers:
    """The share of the workforce, per cent, by area."""
    return {row["area_code"]: share_of(row) for row in rows}


def changes(now: Rows, before: Rows, *, broken: bool) -> Numbers:
    """The change of a count in per cent, by area; none across a series break, of a hidden count, or of few persons."""
    earlier = {row["area_code"]: count_of(row) for row in before}
    found = {row["area_code"]: (count_of(row), earlier.get(row["area_code"], (None, "missing"))) for row in now}
    return {code: _change(*pair, broken=broken) for code, pair in found.items()}


def _change(now: Count, before: Count, *, broken: bool) -> Count:
    if broken:
        return None, "series_break"
    if now[0] is None or before[0] is None:
        return None, now[1] if now[0] is None else before[1]
    found = change_pct(now[0], before[0])
    return (found, "observed") if found is not None else (None, TOO_FEW)


def said_change(change: Count) -> str:
    """A change as it is printed."""
    value, status = change
    return WORDS.get(status, status) if value is None else written.signed_per_cent(value)


def limits(numbers: Numbers) -> list[float]:
    """The lowest number of each class but the first: as many municipalities in each; fewer where numbers are alike.

    >>> limits({str(n): (float(n), "observed") for n in range(10)})
    [2.0, 4.0, 6.0, 8.0]
    """
    values = sorted(value for value, _ in numbers.values() if value is not None)
    found = {values[len(values) * nth // CLASSES] for nth in range(1, CLASSES)} if values else set()
    return sorted(found - {values[0]}) if values else []


def places(numbers: Numbers, *, names: Mapping[str, str], write: Any) -> list[Place]:
    """Every municipality on the map, with what is told of it."""
    above = limits(numbers)
    return [
        _place(code, tile, numbers.get(code, (None, "missing")), name=names.get(code, code), above=above, write=write)
        for code, tile in tiles().items()
    ]


def _place(
    code: str, tile: Mapping[str, str], number: Count, *, name: str, above: Sequence[float], write: Any
) -> Place:
    shade = None if number[0] is None else bisect_right(above, number[0])
    at = (int(tile["column"]), int(tile["row"]))
    return Place(code, tile["short"], *at, told=f"{name}: {write(number)}", shade=shade)


def legend(numbers: Numbers, *, write: Any) -> list[str]:
    """What each class reaches from and to, the first first."""
    values = sorted(value for value, _ in numbers.values() if value is not None)
    above = limits(numbers)
    classes = [[value for value in values if bisect_right(above, value) == nth] for nth in range(len(above) + 1)]
    return [_between(write((of[0], "observed")), write((of[-1], "observed"))) for of in classes if of]


def _between(low: str, high: str) -> str:
    return low if low == high else f"{low} til {high}"


def ranked(numbers: Numbers, *, names: Mapping[str, str], heading: str, write: Any) -> list[dict[str, str]]:
    """A row per municipality, the highest first, those without a number last: what the map shows, as a table."""
    known = {code: numbers.get(code, (None, "missing")) for code in names}
    ordered = sorted(
        known, key=lambda code: (known[code][0] is None, -(known[code][0] or 0), order.danish(names[code]))
    )
    return [{"Kommune": names[code], heading: write(known[code])} for code in ordered]


WRITERS = {"andel": said_share, "udvikling": said_change}
