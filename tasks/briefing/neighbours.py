"""Neighbours: which municipalities one is held against, and how they were chosen.

Those a person names come first, then those that a municipality's own papers used (reference/neighbours.csv). Else they
are the three of the same landsdel that are nearest in inhabitants; of the same region where the landsdel is too small.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from importlib import resources

import polars as pl

from tasks.briefing.content import Neighbours
from warehouse.areas import Area, all_areas, find, municipalities
from warehouse.errors import QuestionError

AS_MANY = 3
AT_MOST = 4
_NAMED = "De er valgt til dette bilag."


def municipality(name: str) -> Area:
    """The municipality a person means; raises AreaUnknown with the nearest names, and QuestionError for another area."""
    found = find(name)
    if found.kind != "municipality":
        raise QuestionError(f"{found.name} is no municipality: name one of the 98, such as Herlev")
    return found


def named(area: Area, *, names: Sequence[str]) -> Neighbours:
    """The neighbours a person names, in that order; raises AreaUnknown and QuestionError."""
    found = tuple(dict.fromkeys(municipality(name) for name in names))
    if area in found:
        raise QuestionError(f"{area.name} is the municipality itself: name others as neighbours")
    if len(found) > AT_MOST:
        raise QuestionError(f"{len(found)} neighbours were named: a page has room for {AT_MOST}")
    return Neighbours(found, _NAMED)


def by_themselves(area: Area, *, people: pl.DataFrame) -> Neighbours:
    """The neighbours a municipality has where nobody names any. `people` as in warehouse/figures/population.py."""
    codes = {each.code: each for each in all_areas()}
    own = _of_papers().get(area.code)
    if own is not None:
        return Neighbours(tuple(codes[code] for code in own[0].split()), own[1])
    for place in _surroundings(area, codes=codes):
        among = [each for each in municipalities() if each != area and place in _surroundings(each, codes=codes)]
        if len(among) >= AS_MANY:
            within = place.name.replace("Landsdel ", "landsdelen ")
            chosen = f"Det er de tre kommuner i {within}, der ligger nærmest i indbyggertal."
            return Neighbours(_nearest(area, among=among, people=people), chosen)
    return Neighbours((), "Der er ingen kommuner at sammenligne med i samme region.")


@cache
def _of_papers() -> dict[str, tuple[str, str]]:
    """The neighbours that a municipality's own papers used, and the sentence that says so, by its code."""
    text = resources.files("warehouse.reference").joinpath("neighbours.csv").read_text(encoding="utf-8")
    return {row["code"]: (row["neighbour_codes"], row["chosen"]) for row in csv.DictReader(text.splitlines())}


def _surroundings(area: Area, *, codes: dict[str, Area]) -> tuple[Area, ...]:
    """The landsdel and the region of a municipality."""
    landsdel = codes[area.parent_code or ""]
    return landsdel, codes[landsdel.parent_code or ""]


def _nearest(area: Area, *, among: Sequence[Area], people: pl.DataFrame) -> tuple[Area, ...]:
    """Those nearest in inhabitants on the newest 1 January for which all are known; by code where none is."""
    wanted = [area.code, *(each.code for each in among)]
    counted = people.filter(pl.col("area_code").is_in(wanted)).unique(["area_code", "first_of_january"])
    full = counted.filter(pl.len().over("first_of_january") == len(wanted))
    newest = full.filter(pl.col("first_of_january") == pl.col("first_of_january").max())
    persons: dict[str, float] = dict(newest.select("area_code", "persons").iter_rows())
    own = persons.get(area.code, 0)
    ordered = sorted(among, key=lambda each: (abs(persons.get(each.code, 0) - own), each.code))
    return tuple(ordered[:AS_MANY])
