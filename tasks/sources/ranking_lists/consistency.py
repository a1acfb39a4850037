"""Whether a list's rows hang together as a ranking, and which sign its difference has.

Ranks order by points. Persons are differences of figures rounded to tens and may miss by 10: Læsø was first with 0
persons and -0.7 points. The sign is not documented, so it is read off the figures, and kept as published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from tasks.sources.ranking_lists.table import Row
from tasks.stoppages import ListUnreadable
from warehouse.areas import municipalities

GapIs = Literal["actual - expected", "expected - actual"]
LONGEST_TOP_LIST = 20
ROUNDING_PERSONS = 10


def is_complete(rows: Sequence[Row], *, name: str) -> bool:
    """Whether these are all 98 with ranks 1 to 98, or a top list: at most 20 with ranks from 1 and no gap.

    Raises ListUnreadable for anything else, and says which ranks or municipalities are too many or missing.
    """
    _refuse_twice([str(row.rank) for row in rows], what="the place", name=name)
    _refuse_twice([row.area.name for row in rows], what="the municipality", name=name)
    ranks = {row.rank for row in rows}
    if len(rows) == 98 and ranks == set(range(1, 99)):
        return True
    if len(rows) <= LONGEST_TOP_LIST and ranks == set(range(1, len(rows) + 1)):
        return False
    raise ListUnreadable(_what_is_missing(rows, name=name))


def _refuse_twice(found: Sequence[str], *, what: str, name: str) -> None:
    twice = [value for value, times in Counter(found).items() if times > 1]
    if twice:
        raise ListUnreadable(
            f"{name}: {what} {', '.join(twice[:5])} stands there more than once; expected each once. If the file holds "
            "several lists, save each as a file of its own; otherwise fetch it again from the ministry's page"
        )


def _what_is_missing(rows: Sequence[Row], *, name: str) -> str:
    whole = len(rows) > LONGEST_TOP_LIST
    wanted = range(1, 99) if whole else range(1, len(rows) + 1)
    ranks = {row.rank for row in rows}
    gaps = [str(rank) for rank in wanted if rank not in ranks]
    strange = [str(rank) for rank in sorted(ranks - set(range(1, 99)))]
    absent = [area.name for area in municipalities() if area not in {row.area for row in rows}] if whole else []
    return (
        f"{name}: {len(rows)} rows; expected all 98 municipalities with places 1 to 98, or a top list of at most "
        f"{LONGEST_TOP_LIST} with no place left out. "
        + (f"Missing places: {', '.join(gaps[:10])}. " if gaps else "")
        + (f"Places that do not exist: {', '.join(strange[:10])}. " if strange else "")
        + (f"Missing municipalities: {', '.join(absent[:10])}. " if absent else "")
        + "Fetch the list again from the ministry's page; nothing of the file was taken"
    )


def gap_is(rows: Sequence[Row], *, name: str) -> GapIs | None:
    """Which way the list subtracts; None where its rows cannot say, as when every difference is nought.

    Expected and actual decide where the list has them, else the order: the first place is furthest below expectation.
    Raises ListUnreadable where two rows, or two ways of telling, contradict each other.
    """
    ranked = sorted(rows, key=lambda row: row.rank)
    _refuse_opposite_signs(ranked, name=name)
    verdicts = [_by_difference(ranked, name=name), _by_points(ranked, name=name), _by_persons(ranked, name=name)]
    said = list(dict.fromkeys(verdict for verdict in verdicts if verdict is not None))
    if len(said) > 1:
        raise _contradiction(f"Faktisk and Forventet say '{said[0]}', the places say '{said[1]}'", name=name)
    return said[0] if said else None


def _contradiction(what: str, *, name: str) -> ListUnreadable:
    return ListUnreadable(
        f"{name}: the rows contradict each other about the sign of the difference: {what}. "
        "Hold the file against the ministry's page; a figure or a minus may have been lost"
    )


def _refuse_opposite_signs(rows: Sequence[Row], *, name: str) -> None:
    """Persons and points round the same difference: beyond rounding they have the same sign."""
    for row in rows:
        persons, points = row.values.get("gap_full_time_persons"), row.values.get("gap_pct_point")
        if persons is not None and points is not None and abs(persons) > ROUNDING_PERSONS and persons * points < 0:
            raise _contradiction(f"{row.area.name} has {persons} persons and {points} points", name=name)


def _by_difference(rows: Sequence[Row], *, name: str) -> GapIs | None:
    """By actual and expected: each row fits one sign, both (within rounding) or none."""
    wanted = ("actual_full_time_persons", "expected_full_time_persons", "gap_full_time_persons")
    said: dict[GapIs, Row] = {}
    for row in rows:
        if not all(measure in row.values for measure in wanted):
            return None
        actual, expected, gap = (row.values[measure] for measure in wanted)
        fits = _fits(gap, more=actual - expected)
        if not fits:
            raise ListUnreadable(
                f"{row.place}: the difference is {gap}, and Faktisk {actual} and Forventet {expected} are "
                f"{abs(actual - expected)} apart; expected the same to within {ROUNDING_PERSONS}. Hold the file against "
                "the ministry's page"
            )
        if len(fits) == 1:
            said[fits[0]] = row
    if len(said) > 1:
        first, second = (row.area.name for row in said.values())
        raise _contradiction(f"{first} one way, {second} the other", name=name)
    return next(iter(said), None)


def _fits(gap: Decimal, *, more: Decimal) -> list[GapIs]:
    """The signs under which a printed difference is that of the printed figures, rounding allowed for."""
    signs: dict[GapIs, Decimal] = {"actual - expected": more, "expected - actual": -more}
    return [sign for sign, difference in signs.items() if abs(gap - difference) <= ROUNDING_PERSONS]


def _by_points(rows: Sequence[Row], *, name: str) -> GapIs | None:
    """By the order of the points, which never turns."""
    points = [(row, row.values["gap_pct_point"]) for row in rows if "gap_pct_point" in row.values]
    rising = [later for (_, before), (later, after) in pairwise(points) if after > before]
    falling = [later for (_, before), (later, after) in pairwise(points) if after < before]
    if rising and falling:
        turn = min(rising, falling, key=len)[0]
        raise _contradiction(f"the points turn at place {turn.rank}, {turn.area.name}; expected in order", name=name)
    if not rising and not falling:
        return None
    return _plausible("actual - expected" if rising else "expected - actual", first=points[0][1])


def _plausible(said: GapIs, *, first: Decimal) -> GapIs | None:
    """The order's verdict where the first place is at or below expectation by it; else nobody can say."""
    below = first if said == "actual - expected" else -first
    return said if below <= 0 else None


def _by_persons(rows: Sequence[Row], *, name: str) -> GapIs | None:
    """By the one change of sign down the list, where it has no points: persons themselves follow the size of a place."""
    if any("gap_pct_point" in row.values for row in rows):
        return None
    signed = [(row, row.values.get("gap_full_time_persons", Decimal(0))) for row in rows]
    signed = [(row, persons) for row, persons in signed if abs(persons) > ROUNDING_PERSONS]
    changes = [later for (_, before), (later, after) in pairwise(signed) if before * after < 0]
    if len(changes) > 1:
        second = changes[1]
        raise _contradiction(f"the persons change sign again at place {second.rank}, {second.area.name}", name=name)
    if not changes:
        return None
    return "actual - expected" if signed[0][1] < 0 else "expected - actual"
